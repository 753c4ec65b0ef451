#!/usr/bin/env bash
# build.sh BINARY FOLDER: makes the image localhost/cardea:VERSION (and :latest) with buildah, and FOLDER/cardea-VERSION.oci.tar.
# From scratch: the program, the libraries it links and what these open at run time. Nothing is fetched.
set -euo pipefail
binary=$(realpath "$1") folder=$2
version=$("$binary" version | awk '{print $2}')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
umask 022
mkdir -p "$folder"

install -D -m 755 "$binary" "$root/usr/bin/cardea"
strip --strip-unneeded "$root/usr/bin/cardea"
copy() { local file; for file in "$@"; do install -D -m 644 "$(realpath "$file")" "$root$file"; done; }
# Libraries, where the loader looks for them; the loader itself must be executable.
ldd "$binary" | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^\t\(\/[^ ]*ld-linux[^ ]*\) .*/\1/p' | sort -u | while read -r file; do copy "$file"; done
chmod 755 "$root"/lib64/ld-linux-*
install -D -m 644 /usr/share/doc/libsodium-dev/copyright "$root/usr/share/doc/cardea/copyright.libsodium"  # linked in
# Opened at run time: names from the network (glibc), authorities, what OpenSSL loads besides.
libraries=$(dirname "$(ldd "$binary" | sed -n 's/.*libc\.so\.6 => \([^ ]*\).*/\1/p')")
copy "$libraries"/libnss_dns.so.2 "$libraries"/libnss_files.so.2 /etc/ssl/certs/ca-certificates.crt /etc/ssl/openssl.cnf
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
printf 'root:x:0:0:root:/:/sbin/nologin\ncardea:x:1000:1000:Cardea:/data:/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\ncardea:x:1000:\n' >"$root/etc/group"
install -d -m 1777 "$root/tmp"

container=$(buildah from scratch)
trap 'buildah rm "$container" >/dev/null; rm -rf "$work"' EXIT
buildah copy --quiet "$container" "$root" / >/dev/null
install -d -m 700 "$work/data"
buildah copy --quiet --chown 1000:1000 "$container" "$work/data" /data >/dev/null
buildah config --entrypoint '["/usr/bin/cardea"]' --cmd '["help"]' --user 1000:1000 --workingdir /data --port 8080/tcp --port 8443/tcp \
  --port 9000/tcp --env KC_DATA_DIR=/data --env KC_HTTP_HOST=0.0.0.0 --env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt --volume /data \
  --stop-signal SIGTERM --label org.opencontainers.image.title=Cardea --label org.opencontainers.image.version="$version" \
  --label org.opencontainers.image.licenses=Apache-2.0 "$container"
buildah commit --quiet --format oci "$container" "localhost/cardea:$version" >/dev/null
buildah tag "localhost/cardea:$version" localhost/cardea:latest
rm -f "$folder/cardea-$version.oci.tar"
buildah push --quiet "localhost/cardea:$version" "oci-archive:$folder/cardea-$version.oci.tar:cardea:$version"
echo "localhost/cardea:$version, $(du -m "$folder/cardea-$version.oci.tar" | cut -f1) MB"
