# What is handed to machines: a Debian package and a container image, made from build/release/cardea.

dev_package() {
  local what=${1:-all}
  case $what in
    deb | all) need dpkg-dev ;;&
    image | all) need buildah ;;&
    test) need dpkg-dev buildah podman runc systemd jq:jq curl:curl python3:python3 ;;&
    deb | image | test | all) ;;
    *)
      echo "dev: package makes deb, image, or (without a word) both; package test checks them" >&2
      return 2
      ;;
  esac
  dev_build
  [ "$what" != test ] || exec tests/package/run
  [ "$what" = image ] || deploy/debian/build.sh build/release/cardea build/package
  [ "$what" = deb ] || deploy/container/build.sh build/release/cardea build/package
}
