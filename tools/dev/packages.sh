# Debian packages by need. A word "command:package" is satisfied when the command is there, whoever brought it.

say() { printf '\n== %s\n' "$*" >&2; }

packages_build="clang-19 mold objcopy:binutils ccache cmake ninja-build pkg-config libboost1.81-dev libboost-json1.81-dev
  libboost-url1.81-dev libssl-dev libsodium-dev libargon2-dev libsqlite3-dev libpq-dev libcurl4-openssl-dev
  libkainjow-mustache-dev
  libyaml-cpp-dev libcli11-dev libfmt-dev libicu-dev libre2-dev libqrencode-dev liblua5.4-dev libgtest-dev libgmock-dev
  zlib1g-dev node:nodejs npm:npm util-linux ca-certificates"
packages_sanitize="libclang-rt-19-dev llvm-19"
packages_test="postgresql-15 nginx:nginx-light caddy:caddy apache2-bin libapache2-mod-auth-openidc chromium:chromium openssl:openssl
  curl:curl jq:jq python3:python3 node:nodejs npm:npm ca-certificates fonts-dejavu-core"
packages_lint="clang-19 clang-format-19 ccache python3:python3"
packages_tidy="clang-tidy-19"
packages_gcc="g++-12"
packages_bench="libbenchmark-dev wrk:wrk nginx:nginx-light postgresql-15 node:nodejs npm:npm jq:jq curl:curl"

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# need PACKAGES...: installs what is missing.
need() {
  local word missing=()
  for word in "$@"; do
    if [[ $word == *:* ]]; then
      command -v "${word%%:*}" >/dev/null 2>&1 || missing+=("${word#*:}")
    elif ! dpkg-query -W -f='${Status}' "$word" 2>/dev/null | grep -q ' installed$'; then
      missing+=("$word")
    fi
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "dev: this needs Debian 12, or these installed by hand: ${missing[*]}" >&2
    return 1
  fi
  say "installing ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# need_node_modules FOLDER: npm ci when the lock file is newer than what is there.
need_node_modules() {
  local folder=$1
  [ -f "$folder/package-lock.json" ] || return 0
  local mark=$folder/node_modules/.package-lock.json
  if [ -f "$mark" ] && [ ! "$folder/package-lock.json" -nt "$mark" ]; then return 0; fi
  say "npm ci in $folder"
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
}
