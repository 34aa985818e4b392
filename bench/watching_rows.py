# The row of performance.md about many who watch (10): ten thousand open streams while a thousand events a second happen.
import datetime
import re
import selectors
import socket
import statistics
import threading
import time

import machine
import rows
from orchestration_rows import percentile
from track_and_graph_rows import post

WATCHERS = 10_000
TRIPS = 1_000   # so ten watch each
EVENTS = 1_000  # a second; each reaches ten watchers
SEEN = re.compile(rb'"time":"([0-9T:.-]+)Z"')


def memory_kb(pid):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"^VmRSS:\s+(\d+)", file.read(), re.M)[1])


class Watchers:
    """Open streams of single trips, read by one thread; how old each event was when a watcher had it, in milliseconds."""

    def __init__(self, service, trips):
        self.values, self.stopping = [], False
        self.selector = selectors.DefaultSelector()
        self.sockets = []
        for n in range(WATCHERS):
            one = socket.create_connection(("127.0.0.1", service.port), timeout=20)
            one.sendall(f"GET {rows.PREFIX}/trips/stream?trip_id={trips[n % len(trips)]} HTTP/1.1\r\nHost: bench\r\nX-API-Key: {service.key}\r\n"
                        "\r\n".encode())
            self.sockets.append(one)
        for one in self.sockets:
            if not one.recv(4096).startswith(b"HTTP/1.1 200"):
                raise RuntimeError("a stream was refused")
            one.setblocking(False)
            self.selector.register(one, selectors.EVENT_READ)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while not self.stopping:
            for key, _ in self.selector.select(0.2):
                got = key.fileobj.recv(65536)
                now = time.time()
                for said in SEEN.findall(got):
                    moment = datetime.datetime.fromisoformat(said.decode() + "+00:00").timestamp()
                    self.values.append((now - moment) * 1000)

    def take(self):
        taken, self.values = self.values, []
        return taken

    def stop(self):
        self.stopping = True
        self.thread.join()
        for one in self.sockets:
            one.close()


def watching(bench):
    service = bench.service("watched", f"sqlite:{bench.file('watched', rows.SOME, fresh=True)}", environment={"EVENT_STREAMS": str(WATCHERS)})
    rounds, halves, tails, shares = [], [], [], []
    try:
        place = {"latitude": 52.5, "longitude": 13.4}
        trips = []
        for _ in range(TRIPS // 500):
            made = post(service, "/trips/bulk", {"items": [{"action": "create", "input": {"fleet_id": "fleet-1", "origin": place,
                                                                                         "destination": place}}] * 500})
            trips += [item["trip"]["id"] for item in made["items"]]
        before = memory_kb(service.process.pid)
        watchers = Watchers(service, trips)
        each_kb = (memory_kb(service.process.pid) - before) / WATCHERS
        watchers.take()
        for turn in range(1, bench.rounds + 1):
            window = machine.Window({"service": service.pids})
            count, begin = 0, time.monotonic()
            while time.monotonic() - begin < bench.seconds:
                items = [{"action": "update", "id": trips[(count + n) % TRIPS], "input": {"metadata": {"n": f"{turn} {count + n}"}}}
                         for n in range(100)]
                post(service, "/trips/bulk", {"items": items})
                count += 100
                time.sleep(max(0.0, begin + count / EVENTS - time.monotonic()))
            time.sleep(1)
            seen = watchers.take()
            ended = window.end()
            halves.append(statistics.median(seen))
            tails.append(percentile(seen, 0.99))
            shares.append(len(seen) / (count * WATCHERS / TRIPS))
            rounds.append({"round": turn, "load": ended["load"], "busy_cores": round(ended["busy_cores"], 2), "flush_us": None})
            bench.say(f"  round {turn}: p50 {halves[-1]:.1f} p99 {tails[-1]:.1f} ms, {len(seen)} of {count * WATCHERS // TRIPS} seen, "
                      f"{count / bench.seconds:.0f} events/s, service {ended['cpu']['service'] / bench.seconds:.2f} cores")
        watchers.stop()
    finally:
        service.stop()
    told = f"p50 {statistics.median(halves):.1f} ms; {min(shares) * 100:.2f} % of what was to be seen was seen"
    return [rows.plain(10, f"{WATCHERS:,} watchers of {TRIPS:,} trips, {EVENTS:,} events/s: commit to a watcher, p99", "ms", tails, 100, told) | {"rounds": rounds},
            rows.plain(10, "the same, memory for each watcher", "kB", [each_kb], 40)]


ROWS = {10: watching}
