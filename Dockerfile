# One image: `docker build -t mission-management .`, `docker run -p 8080:8080 mission-management`.
# State is in /data (SQLite) unless DATABASE_URL names a PostgreSQL; the first admin key is written to /data/first-admin-key.
FROM debian:12-slim AS build
WORKDIR /src
COPY deploy/packages.txt deploy/
COPY scripts/install-packages scripts/
RUN scripts/install-packages build
COPY . .
RUN scripts/build release mission-management && strip build/release/mission-management

FROM debian:12-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      ca-certificates libfmt9 libhiredis0.14 libmetis5 libpq5 librdkafka1 libre2-9 libsqlite3-0 libssl3 libstdc++6 zlib1g \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o 65534 -g 65534 -m 0700 /data
COPY --from=build /src/build/release/mission-management /usr/local/bin/mission-management
ENV LISTEN=0.0.0.0 PORT=8080 DATA_DIR=/data DATABASE_URL=sqlite:/data/missions.db
# Nobody; by number, so that Kubernetes can see that it is not root.
USER 65534:65534
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["mission-management", "healthcheck"]
# SIGTERM ends it in order, within GRACE_S (25): give `docker stop` a longer time, as with `docker stop -t 30`.
ENTRYPOINT ["mission-management"]
CMD ["serve"]
