# Sourced: sets `folder` (build/interop) and `home`, where Keycloak is, fetched with Maven unless $KEYCLOAK_ARCHIVE is its
# archive. Needs Java 21.
version=${KEYCLOAK_VERSION:-26.7.4}
folder=$PWD/build/interop
home=$folder/keycloak-$version
mkdir -p "$folder"
if [ ! -x "$home/bin/kc.sh" ]; then
  archive=${KEYCLOAK_ARCHIVE:-$folder/keycloak-quarkus-dist-$version.tar.gz}
  if [ ! -f "$archive" ]; then
    echo "interop: fetching Keycloak $version"
    mvn -q dependency:copy "-Dartifact=org.keycloak:keycloak-quarkus-dist:$version:tar.gz" "-DoutputDirectory=$folder"
  fi
  tar xzf "$archive" -C "$folder"
fi
export JAVA_OPTS_KC_HEAP="-Xms128m -Xmx512m"
