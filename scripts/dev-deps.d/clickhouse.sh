# The ClickHouse engine with its own HTTP and native listeners, out of a published library (clickhouse_server.py says how).
fetch_clickhouse() {
  [ -s "$cache/clickhouse/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so" ] && return 0
  need npm 'scripts/install-packages outside'
  echo 'fetching the ClickHouse engine (180 MB, once)'
  rm -rf "$cache/clickhouse.part"
  mkdir -p "$cache/clickhouse.part"
  cp "$parts/clickhouse-package.json" "$cache/clickhouse.part/package.json"
  (cd "$cache/clickhouse.part" && npm install --no-audit --no-fund --ignore-scripts --silent </dev/null)
  rm -rf "$cache/clickhouse"
  mv "$cache/clickhouse.part" "$cache/clickhouse"
}
start_clickhouse() {
  local home=$dir/clickhouse http native
  http=$(port_of clickhouse)
  native=$(port_of clickhouse-native)
  mkdir -p "$home"
  # The password goes by the environment: a command line can be read by everyone on the machine.
  CLICKHOUSE_PASSWORD=$password setsid python3 "$parts/clickhouse_server.py" \
    --library "$cache/clickhouse/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so" \
    --data "$home/data" --http-port "$http" --native-port "$native" --user mission \
    </dev/null >>"$home/clickhouse.log" 2>&1 &
  echo $! >"$dir/clickhouse.pid"
  wait_for clickhouse $! "$home/clickhouse.log" curl -fsS -m 1 "http://127.0.0.1:$http/ping"
  curl -fsS -m 10 -u "mission:$password" "http://127.0.0.1:$http/" --data-binary 'CREATE DATABASE IF NOT EXISTS missions'
  say "CLICKHOUSE_ADDR=127.0.0.1:$http"
  say "CLICKHOUSE_NATIVE=127.0.0.1:$native"
  say "CLICKHOUSE_USER=mission"
  say "CLICKHOUSE_PASSWORD=$password"
  say "CLICKHOUSE_DATABASE=missions"
}
