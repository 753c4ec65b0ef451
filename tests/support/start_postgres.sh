#!/usr/bin/env bash
# start_postgres.sh FOLDER PORT [postgres options...]
# Runs Debian's PostgreSQL in the foreground on 127.0.0.1:PORT and on a socket in FOLDER, for tests and benchmarks.
# The first run makes the cluster; user and password are "cardea", the socket asks for none. Ready when standard error
# says "ready to accept connections". The server ends with its parent; SIGINT stops it in order, SIGQUIT at once.
# Fast by default and safe against a killed process, not against a power cut: pass "-c fsync=on" to measure writes.
set -euo pipefail

folder=$1 port=$2
shift 2
bin=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin | sort -V | tail -n 1)
[ -x "$bin/postgres" ] || { echo "start_postgres: Debian's package postgresql-15 is not installed" >&2; exit 1; }

run=(setpriv --pdeathsig QUIT)
if [ "$(id -u)" = 0 ]; then # the server refuses to run as root
  owner=postgres
  id "$owner" >/dev/null 2>&1 || owner=nobody
  chown "$owner" "$folder"
  run=(setpriv --reuid "$owner" --regid "$(id -g "$owner")" --clear-groups --pdeathsig QUIT)
fi

cd "$folder"
if [ ! -f data/PG_VERSION ]; then
  echo cardea | "${run[@]}" tee password >/dev/null
  "${run[@]}" "$bin/initdb" --no-sync --locale=C --encoding=UTF8 --username=cardea --pwfile=password \
    --auth-local=trust --auth-host=scram-sha-256 --pgdata=data >/dev/null
fi
exec "${run[@]}" "$bin/postgres" -D data -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$folder" \
  -c fsync=off -c shared_buffers=64MB -c max_connections=100 \
  -c deadlock_timeout=20ms "$@"
