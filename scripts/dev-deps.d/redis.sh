# Redis 7 from Debian, with an append-only file and a password.
start_redis() {
  local home=$dir/redis port
  need redis-server 'make packages'
  port=$(port_of redis)
  mkdir -p "$home"
  REDISCLI_AUTH=$password setsid redis-server --port "$port" --bind 127.0.0.1 --dir "$home" --appendonly yes --save '' \
    --requirepass "$password" --logfile "$home/redis.log" </dev/null >/dev/null 2>&1 &
  echo $! >"$dir/redis.pid"
  wait_for redis $! "$home/redis.log" env REDISCLI_AUTH="$password" redis-cli -p "$port" -e ping
  say "REDIS_ADDR=127.0.0.1:$port"
  say "REDIS_PASSWORD=$password"
}
