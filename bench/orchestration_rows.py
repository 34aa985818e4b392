# The rows of performance.md about what happens by itself: auto start (15) and the relay to Kafka (16).
import datetime
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import threading
import time

import machine
import rows
import servers
from track_and_graph_rows import post

PREFIX = rows.PREFIX
PAIRS = 300       # predecessors with one successor that starts by itself
EVENTS = 5000     # a second, for the relay


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


# ---- 15: end of the predecessor to start of its successor ----

class Starts:
    """When the live stream told that a mission started."""

    def __init__(self, service):
        self.at = {}
        self.changed = threading.Condition()
        self.connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        self.connection.request("GET", f"{PREFIX}/events/stream", headers={"X-API-Key": service.key})
        self.answer = self.connection.getresponse()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.answer:
            if not line.startswith(b"data:") or b'"mission.started"' not in line:
                continue
            now = time.perf_counter()
            with self.changed:
                self.at[json.loads(line[5:])["streamid"]] = now
                self.changed.notify()

    def wait(self, mission):
        with self.changed:
            if not self.changed.wait_for(lambda: mission in self.at, 30):
                raise RuntimeError(f"the mission {mission} did not start by itself")
            return self.at[mission]


def auto_start(bench):
    bench.postgres()
    service = bench.service("auto", bench.fresh_database("auto", rows.SOME))
    rounds, halves, tails = [], [], []
    try:
        starts = Starts(service)
        for turn in range(1, bench.rounds + 1):
            flush = bench.flush()
            pairs = []
            for n in range(PAIRS):
                before = post(service, "/missions", {"name": "before", "fleet_id": "fleet-1", "vehicle_id": f"b-{turn}-{n}"})
                after = post(service, "/missions", {"name": "after", "fleet_id": "fleet-1", "vehicle_id": f"a-{turn}-{n}"})
                post(service, f"/missions/{after['id']}/dependencies", {"predecessor_id": before["id"]})
                post(service, f"/missions/{after['id']}", {"start_policy": "auto"}, "PUT")
                post(service, f"/missions/{before['id']}/start", {})
                pairs.append((before["id"], after["id"]))
            window = machine.Window({"service": service.pids})
            late = []
            for before, after in pairs:
                sent = time.perf_counter()
                post(service, f"/missions/{before}/complete", {})
                late.append((starts.wait(after) - sent) * 1000)
            ended = window.end()
            halves.append(statistics.median(late))
            tails.append(percentile(late, 0.99))
            rounds.append({"round": turn, "load": ended["load"], "busy_cores": round(ended["busy_cores"], 2), "flush_us": flush})
            bench.say(f"  round {turn}: p50 {halves[-1]:.1f} p99 {tails[-1]:.1f} ms, flush {flush} us, load {ended['load']}")
    finally:
        service.stop()
    one = rows.plain(15, "complete sent to successor's start seen on the live stream, PostgreSQL, p99", "ms", tails, 20,
                     f"p50 {statistics.median(halves):.1f} ms, {PAIRS} pairs a round, one after the other")
    return [one | {"rounds": rounds}]


# ---- 16: the relay ----

class Kafka:
    """A broker of the bench's own, by scripts/dev-deps."""

    def __init__(self, bench):
        self.script = os.path.join(bench.root, "scripts/dev-deps")
        self.folder = bench.path("kafka")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.deps("start")
        with open(os.path.join(self.folder, "env")) as file:
            self.brokers = re.search("^KAFKA_BROKERS=(.*)$", file.read(), re.M)[1]

    def deps(self, word):
        with open(f"{self.folder}-{word}.log", "w") as said:  # not a pipe: the broker would keep it open
            subprocess.run([self.script, word, "kafka"], env={**os.environ, "DEV_DEPS_DIR": self.folder}, check=True,
                           stdin=subprocess.DEVNULL, stdout=said, stderr=said)

    def stop(self):
        self.deps("stop")


class Lags:
    """Reads a topic as it grows; how old each event was when a consumer had it, in milliseconds."""

    TIME = re.compile(rb'"time":"([0-9T:.-]+)Z"')

    def __init__(self, kafka, topic):
        self.values = []
        self.consumer = subprocess.Popen(["kcat", "-b", kafka.brokers, "-C", "-t", topic, "-o", "end", "-q", "-u",
                                          "-X", "fetch.wait.max.ms=5"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.consumer.stdout:
            now = time.time()
            said = datetime.datetime.fromisoformat(self.TIME.search(line)[1].decode() + "+00:00").timestamp()
            self.values.append((now - said) * 1000)

    def take(self):
        taken, self.values = self.values, []
        return taken

    def stop(self):
        self.consumer.terminate()
        self.consumer.wait()


def relay_lag(bench):
    bench.postgres()
    kafka = Kafka(bench)
    topic = "bench.mission.events"
    service = bench.service("relay", bench.fresh_database("relay", rows.SOME),
                            environment={"KAFKA_BROKERS": kafka.brokers, "KAFKA_CREATE_TOPICS": "true", "KAFKA_INBOUND": "false",
                                         "KAFKA_TOPIC_MISSIONS": topic})
    lags = None
    measured = {rate: {"rounds": [], "half": [], "tail": [], "done": []} for rate in (EVENTS // 2, EVENTS)}
    try:
        bench.load(service, "commands", seconds=15, rate=EVENTS)  # the broker compiles itself while it works
        lags = Lags(kafka, topic)
        time.sleep(3)
        for turn in range(1, bench.rounds + 1):
            for rate, got in measured.items():
                flush = bench.flush()
                lags.take()
                segment = bench.load(service, "commands", rate=rate)
                time.sleep(1)
                late = lags.take()
                if len(late) < segment["good"]:
                    raise RuntimeError(f"{segment['good']} commands, but {len(late)} events within a second after")
                got["half"].append(statistics.median(late))
                got["tail"].append(percentile(late, 0.99))
                got["done"].append(segment["per_second"])
                got["rounds"].append(rows.notes_of(turn, segment, flush))
                bench.say(f"  round {turn}: {segment['per_second']:.0f} commands/s (p99 {segment['p99_us'] / 1000:.1f} ms), lag p50 "
                          f"{got['half'][-1]:.1f} p99 {got['tail'][-1]:.1f} ms, busy {segment['busy_cores']:.2f} cores, flush {flush} us")
    finally:
        if lags:
            lags.stop()
        service.stop()
        kafka.stop()
    return [rows.plain(16, f"an event's age when a Kafka consumer has it, PostgreSQL, {rate} events/s asked, p99", "ms", got["tail"],
                       100, f"p50 {statistics.median(got['half']):.1f} ms at {statistics.median(got['done']):.0f} events/s; broker, "
                       "consumer, client and PostgreSQL on the same cores") | {"rounds": got["rounds"]}
            for rate, got in measured.items()]


ROWS = {15: auto_start, 16: relay_lag}
