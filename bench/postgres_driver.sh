#!/usr/bin/env bash
# The PostgreSQL driver beside pgbench, alternating, on the database that TEST_DATABASE_URL names (it makes bench_ tables
# there, and drops them).   bench/postgres_driver.sh BENCH_BINARY [ROUNDS] [SECONDS]
set -euo pipefail
bench=${1:?the postgres_driver_bench binary} rounds=${2:-3} seconds=${3:-3}
url=${TEST_DATABASE_URL:?}
work=$(mktemp -d)
trap 'rm -rf "$work"; psql -qX "$url" -c "drop table if exists mission_management.bench_missions, mission_management.bench_events"' EXIT
export PGOPTIONS='-c search_path=mission_management -c client_min_messages=warning'
psql -qX -v ON_ERROR_STOP=1 "$url" <<'SQL'
create schema if not exists mission_management;
drop table if exists bench_missions, bench_events;
create table bench_missions (id bigint primary key, version bigint not null, status text not null, body json not null)
  with (fillfactor = 70);
create table bench_events (sequence bigint generated always as identity primary key, mission bigint not null, data json not null);
insert into bench_missions select n, 1, 'pending', json_build_object('id', n, 'note', repeat('x', 450)) from generate_series(1, 20000) n;
SQL
psql -qX "$url" -c 'vacuum analyze bench_missions'
cat > "$work/read.sql" <<'SQL'
\set id random(1, 20000)
select id, version, status, body from bench_missions where id = :id;
SQL
cat > "$work/four.sql" <<'SQL'
\set id random(1, 20000)
begin;
update bench_missions set version = version + 1, status = 'running' where id = :id;
insert into bench_events (mission, data) values (:id, '{"from":"pending","to":"running"}');
commit;
SQL
cat > "$work/cte.sql" <<'SQL'
\set id random(1, 20000)
with u as (update bench_missions set version = version + 1, status = 'running' where id = :id returning id)
insert into bench_events (mission, data) select id, '{"from":"pending","to":"running"}' from u;
SQL
pgbench_tps() { # SCRIPT CLIENTS
  pgbench -n -M prepared -f "$work/$1.sql" -c "$2" -j 1 -T "$seconds" "$url" 2>/dev/null |
    awk -v what="pgbench $1 c=$2:" '/^tps/{printf "%s %.0f/s\n", what, $3}'
}
for round in $(seq "$rounds"); do
  echo "round $round, load $(cut -d' ' -f1-3 /proc/loadavg)"
  for c in 8 32; do pgbench_tps read "$c"; done
  for shape in 1:64 2:64 2:256; do "$bench" "$url" reads "$shape" "$seconds"; done
  pgbench_tps four 32; "$bench" "$url" writes 64 "$seconds"
  pgbench_tps four 64; "$bench" "$url" writes 256 "$seconds"
  pgbench_tps cte 32; "$bench" "$url" writes 64 "$seconds"; "$bench" "$url" writes 256 "$seconds"; "$bench" "$url" writes 1 "$seconds"
done
