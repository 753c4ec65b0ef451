#!/usr/bin/env bash
# gate.sh BUILD_FOLDER [ROUNDS]: the gate's checks on one core (architecture section 4), interleaved: a repeated token and
# new ones, RS256 and ES256, with 1, 100 and 10,000 providers that state their issuer, and as many key files without one;
# raw verification by OpenSSL in the same run; and nginx with auth_request beside the same nginx without it. The server
# on core 0, wrk on core 1. Needs nginx, node, wrk and openssl. Figures go to standard output.
set -euo pipefail
build=$(realpath "$1") rounds=${2:-3}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null; rm -rf "$work"' EXIT
node "$here/gate.mjs" "$work"

wait_for() { until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do sleep 0.02; done; }
rate() { awk '/Requests\/sec/ {print $2} /ERRORS/ {print "errors:" $2}' "$work/out" | paste -sd' '; }
load() { TOKENS=$1 taskset -c 1 wrk -t1 -c64 -d"$2" -s "$here/load/gate.lua" "http://127.0.0.1:$3/" >"$work/out"; rate; }
start_gate() {
  taskset -c 0 "$build/cardea" gate --gate-file "$1" --http-host 127.0.0.1 --http-port 18180 --http-enabled=true \
    --proxy-headers xforwarded --proxy-trusted-addresses 127.0.0.1 --log-level error >"$work/log" &
  gate=$!
  wait_for 18180
}
stop_gate() { kill "$gate"; wait "$gate" 2>/dev/null || true; }

for name in rsa2048 ecdsap256; do
  taskset -c 0 openssl speed -seconds 3 $name 2>/dev/null | awk -v n=$name '/ bits / {print "raw " n ": " $NF " verifications/s"}'
done
for algorithm in RS256 ES256; do
  for round in $(seq "$rounds"); do
    for kind in issuers keys; do
      for count in 1 100 10000; do
        start_gate "$work/$algorithm-$kind-$count.yaml"
        TOKENS=$work/$algorithm-$count.token
        first=$(curl -s -o /dev/null -w '%{http_code} %{time_total}' -H "Authorization: Bearer $(cat "$TOKENS")" \
          -H 'X-Forwarded-Method: GET' -H 'X-Forwarded-Uri: /x' http://127.0.0.1:18180/gate/check)
        echo "$algorithm $kind $count round $round: first sight $first s; repeated $(load "$TOKENS" 3s 18180) req/s"
        stop_gate
      done
    done
    start_gate "$work/$algorithm-issuers-1.yaml"
    echo "$algorithm new tokens round $round: $(load "$work/$algorithm-new.txt" 1s 18180) req/s"
    stop_gate
  done
done

start_gate "$work/RS256-issuers-1.yaml"
cat >"$work/nginx.conf" <<CONF
worker_processes 1;
daemon off;
pid $work/pid;
error_log $work/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  upstream gate { server 127.0.0.1:18180; keepalive 64; }
  server {
    listen 127.0.0.1:18190;
    location = /plain { return 200 ok; }
    location /x { try_files /none @ok; }
    location @ok { return 200 ok; }
    location /guarded { auth_request /gate/check; try_files /none @ok; }
    location = /gate/check {
      internal;
      proxy_pass http://gate;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For \$remote_addr;
      proxy_set_header X-Forwarded-Method \$request_method;
      proxy_set_header X-Forwarded-Uri \$request_uri;
    }
  }
}
CONF
taskset -c 0 nginx -c "$work/nginx.conf" &
wait_for 18190
for round in $(seq "$rounds"); do
  for target in x guarded; do
    taskset -c 1 wrk -t1 -c64 -d3s -H "Authorization: Bearer $(cat "$work/RS256-1.token")" "http://127.0.0.1:18190/$target" >"$work/out"
    echo "nginx $target round $round: $(rate) req/s"
  done
done
stop_gate
