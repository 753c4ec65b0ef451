#!/usr/bin/env bash
# http_floor.sh BUILD_FOLDER [ROUNDS]: the floor of our HTTP server beside nginx answering the same bytes, in
# interleaved pairs. The server on core 0, wrk on core 1, 64 kept connections. Needs nginx, wrk and openssl.
set -euo pipefail
build=$1 rounds=${2:-5}
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$work"' EXIT

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/key" -out "$work/crt" \
  -subj /CN=localhost -days 2 2>/dev/null
body="{\"padding\":\"$(printf 'x%.0s' $(seq 186))\"}"
cat >"$work/nginx.conf" <<CONF
worker_processes 1;
daemon off;
pid $work/pid;
error_log $work/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  server {
    listen 127.0.0.1:18090;
    listen 127.0.0.1:18091 ssl;
    ssl_certificate $work/crt;
    ssl_certificate_key $work/key;
    default_type application/json;
    add_header Referrer-Policy no-referrer;
    add_header X-Content-Type-Options nosniff;
    add_header X-Robots-Tag none;
    add_header X-Frame-Options SAMEORIGIN;
    location / { return 200 '$body'; }
  }
}
CONF
taskset -c 0 nginx -c "$work/nginx.conf" &
taskset -c 0 "$build/http_floor" 18080 1 "$work/crt" "$work/key" >/dev/null &
ours=$!
for port in 18080 18081 18090 18091; do
  until (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null; do :; done
done
nginx_worker=$(pgrep -P "$(cat "$work/pid")")

ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }
# measure PID URL: requests per second and microseconds of server processor time for each.
measure() {
  local before requests rate
  before=$(ticks "$1")
  taskset -c 1 wrk -t1 -c64 -d3s "$2" >"$work/out"
  requests=$(awk '/requests in/ {print $1}' "$work/out")
  rate=$(awk '/Requests\/sec/ {print $2}' "$work/out")
  awk -v t=$(($(ticks "$1") - before)) -v n="$requests" -v r="$rate" -v hz="$(getconf CLK_TCK)" \
    'BEGIN { printf "%8.0f req/s %5.2f us", r, t / hz / n * 1e6 }'
}
for scheme in http https; do
  [ $scheme = http ] && a=18080 b=18090 || { a=18081; b=18091; }
  for _ in $(seq "$rounds"); do
    echo "$scheme   cardea $(measure $ours $scheme://127.0.0.1:$a/)" \
      "  nginx $(measure "$nginx_worker" $scheme://127.0.0.1:$b/)"
  done
done
