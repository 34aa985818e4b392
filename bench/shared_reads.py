#!/usr/bin/env python3
"""Would hot reads shared through Redis gain anything? In one run: GET of a mission and of a vehicle's state over HTTP from PostgreSQL, GET
of a mission that this process keeps (SQLite), and one read of the same bytes from PostgreSQL and from Redis by the service's own connections.
   scripts/build release mission-management load_client bench_seed shared_reads_bench; bench/shared_reads.py
   BENCH_SECONDS (5) of a segment; BENCH_ROUNDS (3). Figures of docs/decisions/0021."""
import json
import os
import statistics
import subprocess
import time
import urllib.request

import rows
import servers

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VEHICLES = 500


class Redis:
    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.port = servers.free_port()
        self.process = subprocess.Popen(["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for _ in range(500):
            if subprocess.run(["redis-cli", "-p", str(self.port), "ping"], capture_output=True, text=True).stdout.startswith("PONG"):
                return
            time.sleep(0.01)
        raise RuntimeError("Redis does not answer")

    def stop(self):
        self.process.terminate()
        self.process.wait()


def targets_of(bench, service, name, ids):
    return bench.write(name, "".join(f"{rows.PREFIX}{path}\n" for path in ids))


def report_vehicles(service):
    for number in range(VEHICLES):
        body = json.dumps({"fleet_id": "fleet-1", "position": {"latitude": 47.1, "longitude": 9.5}, "speed_mps": 7.5, "heading_deg": 90,
                           "battery_percent": 81, "mode": "automatic"}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{service.port}{rows.PREFIX}/vehicles/truck-{number}/state", body,
                                         {"X-API-Key": service.key, "Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=30).read()


def missions_of(service):
    paths, cursor = [], None
    while len(paths) < 2000:
        page = service.get(f"{rows.PREFIX}/missions?limit=200" + (f"&cursor={cursor}" if cursor else ""))
        paths += [f"/missions/{one['id']}" for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    return paths


def main():
    bench = rows.Bench(ROOT, float(os.environ.get("BENCH_SECONDS", "5")), int(os.environ.get("BENCH_ROUNDS", "3")), 0)
    cluster, redis = bench.postgres(), Redis(bench.path("redis"))
    quiet = {"LOG_REQUESTS": "false"}
    on_postgres = bench.service("shared", bench.database("shared", rows.SOME), environment=quiet)
    in_memory = bench.service("read", f"sqlite:{bench.file('read', 1000)}", environment=quiet)
    seen = {}
    try:
        report_vehicles(on_postgres)
        whats = {
            "mission, PostgreSQL": (on_postgres, targets_of(bench, on_postgres, "shared-missions", missions_of(on_postgres))),
            "vehicle, PostgreSQL": (on_postgres, targets_of(bench, on_postgres, "shared-vehicles",
                                                            [f"/vehicles/truck-{n}/state" for n in range(VEHICLES)])),
            "mission, kept in memory": (in_memory, targets_of(bench, in_memory, "kept-missions", missions_of(in_memory))),
        }
        for _ in range(bench.rounds):
            for calls in (1, 64):
                for what, (service, targets) in whats.items():
                    got = bench.load(service, "targets", targets, connections=calls)
                    seen.setdefault((calls, f"HTTP {what}"), []).append((got["service_us"], got["p50_us"], got["p99_us"]))
            tool = os.path.join(bench.build, "bench/shared_reads_bench")
            for line in servers.run(tool, cluster.url("shared"), f"127.0.0.1:{redis.port}", str(bench.seconds)).splitlines():
                got = json.loads(line)
                seen.setdefault((got["calls"], f"one read, {got['what']} ({got['bytes']} bytes), {got['from']}"), []).append(
                    (got["cpu_us"], got["p50_us"], got["p99_us"]))
    finally:
        on_postgres.stop()
        in_memory.stop()
        redis.stop()
        cluster.stop()
    print("medians of the rounds (low-high of the CPU)")
    for (calls, what), values in sorted(seen.items()):
        cpu, p50, p99 = (statistics.median(v) for v in zip(*values))
        low, high = min(v[0] for v in values), max(v[0] for v in values)
        print(f"{calls:3} at once  {what:52} {cpu:6.1f} us of CPU ({low:.1f}-{high:.1f}), p50 {p50:7.0f} us, p99 {p99:7.0f} us")


if __name__ == "__main__":
    main()
