# Clients and servers that are not on npm: Debian's Authlib and oidc-agent against the release build, and, where asked
# for, Micronaut security from Maven, NetBird's own setup script, and our end-to-end tests against a live Keycloak.
# Optional: neither users nor the other commands need it.

packages_interop="oidc-agent:oidc-agent-cli python3-authlib python3-requests node:nodejs npm:npm"

dev_interop() {
  # shellcheck disable=SC2086
  need $packages_interop
  case ${1:-clients} in
    clients)
      build release
      need_node_modules tests/e2e
      say "testing clients from Debian"
      node --test tests/interop/debian_clients.test.mjs
      ;;
    micronaut)
      need maven openjdk-17-jdk-headless:java
      build release
      need_node_modules tests/e2e
      say "testing Micronaut security from Maven"
      node --test tests/interop/micronaut.test.mjs
      ;;
    netbird)
      need curl jq gettext-base:envsubst
      [ -n "${2:-}" ] || { echo "dev interop netbird FOLDER: infrastructure_files of NetBird's repository" >&2; return 2; }
      build release
      need_node_modules tests/e2e
      say "testing NetBird's setup script"
      NETBIRD_INFRASTRUCTURE_FILES=$(realpath "$2") node --test tests/interop/netbird_configure.test.mjs
      ;;
    keycloak)
      shift
      tests/interop/keycloak "$@"
      ;;
    export)
      build release
      need_node_modules tests/e2e
      tests/interop/keycloak_export
      ;;
    upgrade)
      # shellcheck disable=SC2086
      need $packages_test
      build release cardea
      need_node_modules tests/e2e
      tests/interop/upgrade "${@:2}"
      ;;
    *)
      echo "dev interop: clients, micronaut, netbird FOLDER, keycloak [FILE...], export or upgrade [COMMIT]" >&2
      return 2
      ;;
  esac
}
