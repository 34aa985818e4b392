# PostgreSQL 15 from Debian: a private cluster with fsync on, as in production, and a password, so that SCRAM is exercised.
start_postgres() {
  local bin port home as=()
  bin=$(ls -d /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin 2>/dev/null | head -1 || true)
  [ -n "$bin" ] || bin=$(dirname "$(command -v initdb || echo /missing/initdb)")
  [ -x "$bin/initdb" ] || { echo "dev-deps: PostgreSQL is missing; 'make packages' installs it" >&2; return 1; }
  home=$dir/postgres
  if [ "$(id -u)" = 0 ]; then
    # PostgreSQL refuses to run as root.
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    # A clone below /root cannot be reached by the user postgres: then the data lives elsewhere, and $home leads to it.
    if ! "${as[@]}" test -x "$dir" && [ ! -e "$home" ]; then
      ln -s "$(mktemp -d "${TMPDIR:-/tmp}/mission-management-postgres.XXXXXX")" "$home"
    fi
    home=$(readlink -f "$home")
  fi
  port=$(port_of postgres)
  if [ ! -s "$home/data/PG_VERSION" ]; then
    mkdir -p "$home"
    printf '%s' "$password" >"$home/password"
    [ "$(id -u)" = 0 ] && chown -R postgres: "$home"
    chmod 700 "$home"
    (cd "$home" && "${as[@]}" "$bin/initdb" -D "$home/data" -U mission -A scram-sha-256 --pwfile="$home/password" \
      -E UTF8 --locale=C.UTF-8 --data-checksums >"$home/initdb.log" 2>&1) || { cat "$home/initdb.log" >&2; return 1; }
  fi
  (cd "$home" && "${as[@]}" "$bin/pg_ctl" -D "$home/data" -w -t 30 -l "$home/postgres.log" -o "-p $port \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=on \
    -c max_connections=200 -c shared_buffers=64MB" start >/dev/null </dev/null) || { tail -30 "$home/postgres.log" >&2; return 1; }
  head -1 "$home/data/postmaster.pid" >"$dir/postgres.pid"
  local name
  for name in missions missions_test; do
    PGPASSWORD=$password "$bin/psql" -qAtX -h 127.0.0.1 -p "$port" -U mission -d postgres \
      -c "CREATE DATABASE $name" >/dev/null 2>&1 || true # there from last time
  done
  say "DATABASE_URL=postgresql://mission:$password@127.0.0.1:$port/missions"
  # Tests may drop what they find: they get a database of their own.
  say "TEST_DATABASE_URL=postgresql://mission:$password@127.0.0.1:$port/missions_test"
}
