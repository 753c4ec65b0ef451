#!/usr/bin/env bash
# Cardea and node-oidc-provider by the same driver in one sitting: [ALGS="RS256 ES256"] [DB_URL=...] bench/peers.sh [--duration S] [--runs N]
# With DB_URL, an empty database of PostgreSQL, Cardea is measured on that too. The peer keeps everything in memory.
# Needs a built build/bench/cardea. Results: bench/results/{cardea,cardea-postgres,node-oidc-provider}-{RS256,ES256}.jsonl
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
binary=${CARDEA_BINARY:-$PWD/../build/bench/cardea}
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir "$work/realms"
node -e "import('$PWD/realm.mjs').then(({ benchRealm }) => { const fs = require('fs');
  fs.writeFileSync('$work/realms/bench-realm.json', JSON.stringify(benchRealm('bench', 'RS256', 100)));
  fs.writeFileSync('$work/realms/bench-es-realm.json', JSON.stringify(benchRealm('bench-es', 'ES256', 100))); })"
export KC_BOOTSTRAP_ADMIN_USERNAME=admin KC_BOOTSTRAP_ADMIN_PASSWORD=bench-admin-password
export CLIENT_ID=bench-service CLIENT_SECRET=bench-service-secret CC_SCOPE='' WEB_CLIENT_ID=bench-web WEB_CLIENT_SECRET=bench-web-secret
# A server whose database others made does not make a master key of its own.
KC_MASTER_KEY=$(openssl rand -base64 32)
export KC_MASTER_KEY REDIRECT_URI=https://app.example.test/cb LOGIN_USER=bench LOGIN_PASSWORD=bench LOGIN_USERS=100 LOGIN_SCOPE='openid profile email'
measure() { # LABEL ALGORITHM REALM [options of compare.sh]
  local label=$1 alg=$2 realm=$3
  shift 3
  ./compare.sh external --label "$label" --alg "$alg" --base-url "http://127.0.0.1:9401/realms/$realm" "$@" \
    --exec "$binary start --http-enabled=true --http-host=127.0.0.1 --http-port=9401 --http-management-port=9402 --hostname-strict=false --log-level=warn --data-dir=$work/$label --import-realm=$work/realms"
}
for alg in ${ALGS:-RS256 ES256}; do
  realm=bench; [ $alg = RS256 ] || realm=bench-es
  measure cardea $alg $realm "$@"
  [ -z "${DB_URL:-}" ] || KC_DB=postgres KC_DB_URL=$DB_URL measure cardea-postgres $alg $realm "$@"
  ./compare.sh node-oidc-provider --alg $alg "$@"
done
node report.mjs results/cardea*-*S256.jsonl results/node-oidc-provider-*.jsonl
