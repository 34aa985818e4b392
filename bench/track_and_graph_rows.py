# The rows of performance.md about positions (5) and about missions with many successors (8).
import json
import statistics
import threading
import time
import urllib.request

import machine
import rows
import servers

PREFIX = rows.PREFIX
BATCH = 100        # positions of one request; load_client's kBatch
AT_ONCE = 1000     # rows of the ceiling's statement
MANY, FEWER = 10000, 1000

# One connection, as fast as it can: text arrays as a client sends them, a thousand rows a statement, in one commit.
COLUMNS = "trip_id, recorded_at, latitude, longitude, speed_mps, heading_deg, accuracy_m, received_at"


def text_array(values):
    return "cast('{" + ",".join(values) + "}' as text[])"


def unnest_script():
    numbers = range(AT_ONCE)
    arrays = ", ".join(text_array(values) for values in (
        [f"{52.6 - 1e-6 * n:.6f}" for n in numbers], ["13.404954"] * AT_ONCE, ["8.5"] * AT_ONCE, ["180"] * AT_ONCE,
        ["4"] * AT_ONCE))
    trip = "cast('00000000-0000-7000-8000-' || lpad(to_hex(cast(:n as integer)), 12, '0') as uuid)"
    cells = ", ".join(f"cast({c} as double precision)" for c in "abcde")
    return (f"\\set n random(1, 64)\ninsert into trip_tracking ({COLUMNS}) select {trip}, clock_timestamp() + i * interval "
            f"'1 microsecond', {cells}, now() from unnest({arrays}) with ordinality as t(a, b, c, d, e, i) on conflict do "
            "nothing;\n")


def post(service, path, body, method="POST"):
    request = urllib.request.Request(f"http://127.0.0.1:{service.port}{PREFIX}{path}", json.dumps(body).encode(),
                                     {"X-API-Key": service.key, "Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def started_trips(service, count, tag):
    """Tracks of trips that are on their way, each in a vehicle of its own."""
    tracks = []
    for n in range(count):
        trip = post(service, "/trips", {"fleet_id": f"fleet-{n % 8}", "vehicle_id": f"{tag}-{n}", "sector": "logistics",
                                        "origin": {"latitude": 52.5, "longitude": 13.4},
                                        "destination": {"latitude": 52.4, "longitude": 13.5}})
        post(service, f"/trips/{trip['id']}/start", {})
        tracks.append(f"{PREFIX}/trips/{trip['id']}/track")
    return tracks


# ---- 5: positions ----

def positions(bench):
    cluster = bench.postgres()
    bench.ceiling_database()
    script = bench.write("unnest.sql", unnest_script())
    url = bench.fresh_database("positions", 1000)
    service = bench.service("positions", url)
    got = {"unnest": [], "service": []}
    rounds, segments = [], []
    try:
        for turn in range(1, bench.rounds + 1):
            flush = bench.flush()
            cluster.sql("ceiling", "truncate trip_tracking")
            cluster.checkpoint()
            got["unnest"].append(cluster.pgbench("ceiling", script, 1, bench.seconds, protocol="extended") * AT_ONCE)
            cluster.checkpoint()
            # Trips of their own for the warm-up, too: a track that is written twice at one time is folded anew.
            for seconds in (0.5, bench.seconds):
                tracks = started_trips(service, 16, f"track-{turn}-{seconds}")
                file = bench.write("tracks", "\n".join(tracks) + "\n")
                segment = bench.load(service, "positions", file, connections=16, seconds=seconds, warm=0,
                                     groups={"postgres": cluster.pids})
            stored = int(cluster.sql("positions", "select count(*) from trip_tracking where trip_id in "
                                     f"({', '.join(repr(t.split('/')[-2]) for t in tracks)})"))
            if stored < segment["good"] * BATCH:
                bench.notes.append(f"row 5: {segment['good'] * BATCH} positions were answered for, {stored} are stored")
            got["service"].append(segment["per_second"] * BATCH)
            segments.append(segment)
            rounds.append(rows.notes_of(turn, segment, flush))
            bench.say(f"  round {turn}: unnest({AT_ONCE}) {got['unnest'][-1]:.0f}, service {got['service'][-1]:.0f} positions/s (CPU of a "
                      f"batch: service {segment['service_us']:.0f}, PostgreSQL {segment['postgres_us']:.0f} us; p50 "
                      f"{segment['p50_us'] / 1000:.1f} p99 {segment['p99_us'] / 1000:.1f} ms), flush {flush} us, load {segment['load']}")
    finally:
        service.stop()
        cluster.stop()
    detail = (f"CPU of a position: service {statistics.median(s['service_us'] for s in segments) / BATCH:.1f} µs, PostgreSQL "
              f"{statistics.median(s['postgres_us'] for s in segments) / BATCH:.1f} µs")
    return [rows.row(5, f"positions, batches of {BATCH} over HTTP, 16 connections, PostgreSQL / `unnest({AT_ONCE})` by one connection",
                     "rows/s", got["unnest"], got["service"], 0.6, "more", rounds, detail)]


# ---- 17: the same while many trips are under way ----

MANY_TRIPS = 100_000


def many_started_trips(service, count):
    """Trips under way that nobody reports on, each in a vehicle of its own."""
    place = {"latitude": 52.5, "longitude": 13.4}
    for first in range(0, count, 1000):
        made = post(service, "/trips/bulk", {"items": [
            {"action": "create", "input": {"fleet_id": f"fleet-{n % 8}", "vehicle_id": f"many-{first + n}", "origin": place,
                                           "destination": {"latitude": 52.4, "longitude": 13.5}}} for n in range(1000)]})
        post(service, "/trips/bulk", {"items": [{"action": "start", "id": item["trip"]["id"]} for item in made["items"]]})


def positions_beside_many(bench):
    cluster = bench.postgres()
    service = bench.service("beside", bench.fresh_database("beside", 1000))
    costs, rates, loads = ([], []), ([], []), []
    try:
        for many in (0, 1):
            if many:
                bench.say(f"  starting {MANY_TRIPS} trips")
                many_started_trips(service, MANY_TRIPS)
                cluster.checkpoint()
            for turn in range(bench.rounds + 1):  # the first warms up
                file = bench.write("tracks", "\n".join(started_trips(service, 16, f"beside-{many}-{turn}")) + "\n")
                segment = bench.load(service, "positions", file, connections=16, warm=0, groups={"postgres": cluster.pids})
                if turn == 0:
                    continue
                costs[many].append((segment["service_us"] + segment["postgres_us"]) / BATCH)
                rates[many].append(segment["per_second"] * BATCH)
                loads.append(rows.notes_of(turn, segment))
                bench.say(f"  {'beside many' if many else 'alone'}: {rates[many][-1]:.0f} positions/s, {costs[many][-1]:.1f} us of CPU each, load {segment['load']}")
    finally:
        service.stop()
        cluster.stop()
    return [rows.row(17, f"CPU of a position, service and PostgreSQL, beside {MANY_TRIPS:,} trips under way / alone", "µs", costs[0], costs[1],
                     1.3, "less", loads, f"{statistics.median(rates[1]):.0f} positions/s beside them, {statistics.median(rates[0]):.0f} alone")]


# ---- 8: many successors ----

def seeded_star(bench, url, successors):
    words = servers.run(f"{bench.tools}/bench_seed", url, "star", str(successors)).split()
    return {"head": words[0], "last": words[1], "count": successors}


def released(service, star):
    """Completes the mission that all wait for; seconds until the last of them may start, and of the answer itself."""
    begin = time.monotonic()
    post(service, f"/missions/{star['head']}/complete", {})
    answered = time.monotonic() - begin
    while service.get(f"{PREFIX}/missions/{star['last']}")["status"] != "ready":
        if time.monotonic() - begin > 120:
            raise RuntimeError("the successors were not released in two minutes")
        time.sleep(0.002)
    return time.monotonic() - begin, answered


def successors(bench):
    found = []
    for store in ("postgres", "sqlite"):
        found += successors_on(bench, store)
    return found


def successors_on(bench, store):
    if store == "postgres":
        cluster = bench.postgres()
        bench.ceiling_database()
        url, name = bench.fresh_database("stars", rows.SOME), "stars"
        groups = {"postgres": cluster.pids}
    else:
        alone = bench.file("ceiling", rows.SOME)
        url, name = f"sqlite:{bench.file('stars-sqlite', rows.SOME, fresh=True)}", "stars-sqlite"
        groups = {}
    bench.say(f"  {store}: seeding stars")
    stars = [[seeded_star(bench, url, n) for n in (1, FEWER, MANY, MANY)] for _ in range(bench.rounds)]
    service = bench.service(name, url)
    each, fewer, alone_us, p50, p99, cpu, rounds = [], [], [], [], [], [], []
    try:
        for turn, (one, some, many, watched) in enumerate(stars, 1):
            flush = bench.flush()
            for star in (one, some, many, watched):
                post(service, f"/missions/{star['head']}/start", {})
            with_one = released(service, one)[0]
            fewer.append(released(service, some)[0] / FEWER * 1e6)
            window = machine.Window({"service": service.pids, **groups})
            took, answered = released(service, many)
            ended = window.end()
            each.append(took / MANY * 1e6)
            cpu.append(sum(ended["cpu"].values()) / MANY * 1e6)
            # Others' commands meanwhile, at the rate of row 6 at half of a small peak.
            if store == "postgres":
                prefix = bench.path("lone")
                cluster.pgbench("ceiling", bench.scripts["four"], 1, max(1, bench.seconds / 2), log=prefix)
                alone_us.append(rows.median_of_log(prefix))
            else:
                alone_us.append(rows.sqlite_alone(bench, alone, max(1, bench.seconds / 2))["p50_us"])
            segment = others_meanwhile(bench, service, watched)
            p50.append(segment["p50_us"])
            p99.append(segment["p99_us"])
            rounds.append(rows.notes_of(turn, segment, flush))
            bench.say(f"  round {turn}, {store}: {MANY} successors in {took * 1000:.0f} ms ({each[-1]:.1f} us each, CPU {cpu[-1]:.1f}), "
                      f"{FEWER}: {fewer[-1]:.1f} us each, 1: {with_one * 1000:.1f} ms; complete answered in {answered * 1000:.1f} ms; others "
                      f"meanwhile p50 {p50[-1]:.0f}, p99 {p99[-1]:.0f} us (a lone commit {alone_us[-1]:.0f}), load {segment['load']}")
    finally:
        service.stop()
        if store == "postgres":
            cluster.stop()
    named = "PostgreSQL" if store == "postgres" else "SQLite"
    detail = f"CPU of everything for each successor: {statistics.median(cpu):.0f} µs"
    return [rows.plain(8, f"complete with {MANY} successors, {named}, until the last may start, for each", "µs", each, 50, detail),
            rows.row(8, f"the same / with {FEWER}", "µs", fewer, each, 1.2, "less", rounds),
            rows.row(8, f"others' commands meanwhile, {named}, p50 / a lone commit", "µs", alone_us, p50, 2, "less", rounds),
            rows.row(8, "the same, p99", "µs", alone_us, p99, 10, "less", rounds)]


def others_meanwhile(bench, service, star):
    """A segment at half of peak as long as the successors are released, and not longer."""
    peak = bench.load(service, "commands", seconds=max(1, bench.seconds / 2))["per_second"]
    failed = []

    def complete():
        try:
            released(service, star)
        except Exception as e:  # told by the one who joins
            failed.append(e)

    thread = threading.Thread(target=complete)
    thread.start()
    segment = bench.load(service, "commands", seconds=1, rate=peak / 2, warm=0)
    thread.join()
    if failed:
        raise failed[0]
    return segment


ROWS = {5: positions, 17: positions_beside_many, 8: successors}
