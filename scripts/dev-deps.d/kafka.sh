# Kafka, one KRaft node on a small heap, run from its published jars.
kafka_java=(java -Xms64m -Xmx256m -XX:+UseSerialGC -XX:MaxMetaspaceSize=128m
  -Dlog4j2.configurationFile="file:$parts/kafka-log4j2.properties" -cp "$cache/kafka/libs/*")
fetch_kafka() {
  compgen -G "$cache/kafka/libs/kafka_2.13-*.jar" >/dev/null && return 0
  need mvn 'scripts/install-packages outside'
  echo 'fetching Kafka (55 MB, once)'
  # First aside, then in place, so that an interrupted fetch is not taken for a whole one.
  rm -rf "$cache/kafka.part"
  mkdir -p "$cache/kafka.part"
  mvn -B -q -f "$parts/kafka-pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$cache/kafka.part/libs" </dev/null
  rm -rf "$cache/kafka"
  mv "$cache/kafka.part" "$cache/kafka"
}
start_kafka() {
  local home=$dir/kafka port controller
  need java 'scripts/install-packages outside'
  need kcat 'scripts/install-packages outside'
  port=$(port_of kafka)
  controller=$(port_of kafka-controller)
  mkdir -p "$home"
  sed -e "s#@PORT@#$port#g" -e "s#@CONTROLLER@#$controller#g" -e "s#@DATA@#$home/data#g" \
    "$parts/kafka-server.properties.in" >"$home/server.properties"
  if [ ! -s "$home/data/meta.properties" ]; then
    # One word: the id may begin with a dash.
    "${kafka_java[@]}" kafka.tools.StorageTool format --standalone -c "$home/server.properties" \
      --cluster-id="$(python3 -c 'import uuid,base64;print(base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("="))')" \
      >"$home/format.log" 2>&1 </dev/null || { cat "$home/format.log" >&2; return 1; }
  fi
  setsid "${kafka_java[@]}" kafka.Kafka "$home/server.properties" </dev/null >>"$home/kafka.log" 2>&1 &
  echo $! >"$dir/kafka.pid"
  wait_for kafka $! "$home/kafka.log" kcat -b "127.0.0.1:$port" -L -m 1
  say "KAFKA_BROKERS=127.0.0.1:$port"
  say "KAFKA_CREATE_TOPICS=true"
}
