#!/usr/bin/env bash
# build.sh BINARY FOLDER: makes FOLDER/cardea_VERSION_ARCH.deb. No root needed.
set -euo pipefail
binary=$(realpath "$1") folder=$2
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$here/../..
version=$("$binary" version | awk '{print $2}')
architecture=$(dpkg --print-architecture)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
umask 022
mkdir -p "$root/DEBIAN" "$folder"

install -D -m 755 "$binary" "$root/usr/bin/cardea"
strip --strip-unneeded "$root/usr/bin/cardea"
install -D -m 644 "$here/../systemd/cardea.service" "$root/lib/systemd/system/cardea.service"
install -D -m 644 "$here/cardea.sysusers" "$root/usr/lib/sysusers.d/cardea.conf"
install -D -m 644 "$here/cardea.yaml" "$root/etc/cardea/cardea.yaml"
install -D -m 644 "$top/docs/reference/options.md" "$root/usr/share/doc/cardea/options.md"
install -D -m 644 "$top/LICENSE" "$root/usr/share/doc/cardea/copyright"
install -D -m 644 /usr/share/doc/libsodium-dev/copyright "$root/usr/share/doc/cardea/copyright.libsodium"  # linked in
gzip -9n <"$top/CHANGELOG.md" >"$root/usr/share/doc/cardea/changelog.gz"
echo /etc/cardea/cardea.yaml >"$root/DEBIAN/conffiles"
for script in postinst prerm postrm; do install -m 755 "$here/$script" "$root/DEBIAN/$script"; done

# dpkg-shlibdeps names the packages of the libraries; it wants a source package's control file to stand in.
mkdir "$work/debian"
printf 'Source: cardea\n\nPackage: cardea\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O --ignore-missing-info "$root/usr/bin/cardea" 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { echo "build.sh: no dependencies found; is dpkg-dev installed?" >&2; exit 1; }

cat >"$root/DEBIAN/control" <<CONTROL
Package: cardea
Version: $version
Architecture: $architecture
Maintainer: The Cardea maintainers <maintainers@cardea.invalid>
Installed-Size: $(du -sk "$root" | cut -f1)
Depends: $depends, systemd, ca-certificates
Built-Using: libsodium (= $(dpkg-query -W -f='${source:Version}' libsodium-dev))
Section: net
Priority: optional
Description: single sign-on server that speaks Keycloak's dialect
 An OpenID Connect provider in one program, with Keycloak's URLs, realm files
 and option names, on SQLite or PostgreSQL.
CONTROL
dpkg-deb --root-owner-group --build "$root" "$folder/cardea_${version}_$architecture.deb"
