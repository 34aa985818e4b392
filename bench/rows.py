# The rows of performance.md: each sets its servers up once, measures ceiling and service alternately, and says the ratio.
import glob
import hashlib
import json
import os
import random
import shutil
import statistics
import subprocess
import time

import machine
import servers

PREFIX = "/api/v1/mission-management"
CONNECTIONS = 64
SOME = 20000  # missions stored while commands are measured

BODY = ('{"id":"00000000-0000-7000-8000-000000000000","fleet_id":"fleet-1","vehicle_id":"truck-1","name":"Haul ore",'
        '"note":"' + "x" * 700 + '"}')
ID = "cast('00000000-0000-7000-8000-' || lpad(to_hex(cast(:n as integer)), 12, '0') as uuid)"
COLUMNS = "insert into events (stream, stream_id, version, type, schema_version, data, caller, trace, occurred_at)"
VALUES = "'mission.paused', 1, '{\"reason\":\"bench\"}', 'bench', 'trace', now()"
UPDATE = f"update missions set version = version + 1, status = 'paused', updated_at = now(), body = '{BODY}' where id = {ID}"
SCRIPTS = {
    "four": f"\\set n random(1, {SOME})\nbegin;\n{UPDATE} returning version \\gset\n"
            f"{COLUMNS} values ('mission', {ID}, :version, {VALUES});\ncommit;\n",
    "cte": f"\\set n random(1, {SOME})\nwith u as ({UPDATE} returning id, version)\n"
           f"{COLUMNS} select 'mission', id, version, {VALUES} from u;\n",
}


class Bench:
    """What the rows share: where things are, how long to measure, and the servers that several rows use."""

    def __init__(self, root, seconds, rounds, missions):
        self.root = root
        self.seconds = seconds
        self.rounds = rounds
        self.many = missions
        self.build = os.path.join(root, "build/release")
        self.tools = os.path.join(self.build, "bench")
        self.binary = os.path.join(self.build, "mission-management")
        self.folder = os.path.join(root, "build/bench")
        os.makedirs(self.folder, exist_ok=True)
        self.scripts = {name: self.write(f"{name}.sql", text) for name, text in SCRIPTS.items()}
        self.cluster = None
        self.drop_if_of_another_schema()
        self.peaks = {}
        self.pgbench_best = {}
        self.notes = []
        self.tag = 0

    def drop_if_of_another_schema(self):
        """Stores from last time are kept, as long as the migrations are the same."""
        digest = hashlib.sha256()
        for path in sorted(glob.glob(os.path.join(self.root, "migrations/*.sql"))):
            with open(path, "rb") as file:
                digest.update(file.read())
        mark = os.path.join(self.folder, "schema")
        if os.path.exists(mark) and open(mark).read() == digest.hexdigest():
            return
        if os.path.isdir(os.path.join(self.folder, "postgres")):
            servers.Postgres(os.path.join(self.folder, "postgres")).remove()
        for path in glob.glob(os.path.join(self.folder, "*.db*")):
            os.remove(path)
        for path in glob.glob(os.path.join(self.folder, "service-*")):
            shutil.rmtree(path)
        self.write("schema", digest.hexdigest())

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def path(self, name):
        return os.path.join(self.folder, name)

    def say(self, text):
        print(text, flush=True)

    def postgres(self, shim=False):
        if self.cluster is None:
            self.cluster = servers.Postgres(self.path("postgres"))
        self.cluster.stop()
        self.cluster.start(os.path.join(self.tools, "flush_shim.so") if shim else None)
        return self.cluster

    def flush(self):
        return machine.flush_us(self.folder, servers.pg_bin())

    def seed(self, url, count):
        self.say(f"  seeding {count} missions")
        servers.run(os.path.join(self.tools, "bench_seed"), url, str(count))

    def database(self, name, count):
        """A PostgreSQL database with that many missions, made when it is not there from last time."""
        if not self.cluster.has(name):
            self.cluster.create(name)
            self.seed(self.cluster.url(name), count)
            self.cluster.sql(name, "vacuum analyze")
        return self.cluster.url(name)

    def fresh_database(self, name, count):
        self.cluster.sql("postgres", f"drop database if exists {name}")
        shutil.rmtree(self.path(f"service-{name}"), ignore_errors=True)
        return self.database(name, count)

    def ceiling_database(self):
        fresh = not self.cluster.has("ceiling")
        self.database("ceiling", SOME)
        if fresh:  # ids that pgbench can draw
            self.cluster.sql("ceiling", "update missions m set id = cast('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0') "
                             "as uuid) from (select id, row_number() over () as n from missions) r where r.id = m.id")
            self.cluster.sql("ceiling", "vacuum full analyze missions")

    def file(self, name, count, fresh=False):
        """A SQLite file with that many missions."""
        path = self.path(f"{name}.db")
        if fresh:
            for end in ("", "-wal", "-shm"):
                if os.path.exists(path + end):
                    os.remove(path + end)
            shutil.rmtree(self.path(f"service-{name}"), ignore_errors=True)
        if not os.path.exists(path):
            self.seed(f"sqlite:{path}", count)
        return path

    def service(self, name, url, cpu=None, environment=None):
        return servers.Service(self.binary, self.path(f"service-{name}"), url, cpu, environment)

    def load(self, service, mode, targets=None, connections=CONNECTIONS, seconds=None, rate=0, groups=None, warm=0.5):
        """One segment of load; answers the client's figures with CPU and machine beside them."""
        self.tag += 1
        words = [os.path.join(self.tools, "load_client"), "--port", str(service.port), "--key", service.key, "--mode", mode,
                 "--connections", str(connections), "--seconds", str(seconds or self.seconds), "--warm-up", "0", "--rate",
                 str(rate), "--tag", f"{int(time.time())}-{self.tag}"]
        if targets:
            words += ["--targets", targets]
        if warm:
            warming = words.copy()
            warming[warming.index("--seconds") + 1] = str(warm)
            warming[-1 if not targets else -3] += "w"
            servers.run(*warming)
        window = machine.Window({"service": service.pids, **(groups or {})})
        got = json.loads(servers.run(*words))
        got.update(window.end())
        if got["bad"]:
            self.notes.append(f"{got['bad']} refused requests in a segment of {got['good']}")
        for name, cpu in got["cpu"].items():
            got[f"{name}_us"] = cpu * 1e6 / max(1, got["good"])
        return got

    def pgbench(self, script, clients):
        """Transactions a second, and the CPU that PostgreSQL and pgbench spent on each, in microseconds."""
        self.cluster.checkpoint()
        window = machine.Window({"postgres": self.cluster.pids})
        tps = self.cluster.pgbench("ceiling", self.scripts[script], clients, self.seconds)
        ended = window.end()
        done = tps * max(1, round(self.seconds))
        return tps, (ended["cpu"]["postgres"] + ended["tool_cpu"]) * 1e6 / done

    def best_clients(self, script, shim=False):
        known = self.pgbench_best.get((script, shim))
        if known:
            return known
        tried = {c: self.cluster.pgbench("ceiling", self.scripts[script], c, max(1, self.seconds / 2)) for c in (8, 16, 32, 64)}
        best = max(tried, key=tried.get)
        self.say(f"  pgbench {script}: " + ", ".join(f"c={c} {tps:.0f}/s" for c, tps in tried.items()))
        self.pgbench_best[(script, shim)] = best
        return best


def spread(values):
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def row(number, what, unit, ceiling, service, goal, better, rounds, detail=""):
    """`ceiling` and `service` are values round by round; the ratio is taken round by round too."""
    ratios = [s / c for s, c in zip(service, ceiling)]
    ratio = statistics.median(ratios)
    met = None if goal is None else (ratio >= goal if better == "more" else ratio <= goal)
    return {"row": number, "what": what, "unit": unit, "ceiling": spread(ceiling), "service": spread(service),
            "ratio": spread(ratios), "goal": goal, "better": better, "met": met, "rounds": rounds, "detail": detail}


def plain(number, what, unit, values, goal, detail=""):
    """A row whose goal is a number, not a ratio."""
    middle = statistics.median(values)
    return {"row": number, "what": what, "unit": unit, "service": spread(values), "goal": goal, "better": "less",
            "met": None if goal is None else middle < goal, "rounds": [], "detail": detail}


def notes_of(round_number, segment, flush=None):
    return {"round": round_number, "load": segment["load"], "busy_cores": round(segment["busy_cores"], 2), "flush_us": flush}


# ---- 1: a hot read ----

def wrk(port, target, key, seconds, cpu):
    out = servers.run("taskset", "-c", str(cpu), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-H",
                      f"X-API-Key: {key}", f"http://127.0.0.1:{port}{target}")
    return float(next(line for line in out.splitlines() if "requests in" in line).split()[0])


def hot_read(bench):
    path = bench.file("read", 1000)
    service = bench.service("read", f"sqlite:{path}", cpu=0)
    try:
        mission = service.get(f"{PREFIX}/missions?limit=1")["items"][0]
        target = f"{PREFIX}/missions/{mission['id']}"
        headers, body = service.get(target, raw=True)
        own = ("date", "content-type", "content-length", "connection")
        kept = [(n, v.replace("'", "")) for n, v in headers.items() if n.lower() not in own]
        # nginx says two lines of its own that the service does not: the same bytes altogether.
        surplus = len("Server: nginx\r\n") + len("Connection: keep-alive\r\n")
        for at, (name, value) in enumerate(kept):
            if name.lower() == "vary":
                kept[at] = (name, value[:max(1, len(value) - surplus)])
        nginx = servers.Nginx(bench.path("nginx"), kept, body.decode(), cpu=0)
        try:
            return measure_hot_read(bench, service, nginx, target)
        finally:
            nginx.stop()
    finally:
        service.stop()


def measure_hot_read(bench, service, nginx, target):
    cost = {"nginx": [], "service": []}
    speed = {"nginx": [], "service": []}
    rounds = []
    for number in range(1, bench.rounds + 1):
        for name, server in (("nginx", nginx), ("service", service)):
            wrk(server.port, target, service.key, 1, cpu=1)
            window = machine.Window({"server": server.pids})
            answered = wrk(server.port, target, service.key, bench.seconds, cpu=1)
            ended = window.end()
            cost[name].append(ended["cpu"]["server"] * 1e6 / answered)
            speed[name].append(answered / bench.seconds)
        rounds.append(notes_of(number, ended))
        bench.say(f"  round {number}: nginx {cost['nginx'][-1]:.2f}, service {cost['service'][-1]:.2f} us of CPU, load {ended['load']}")
    detail = f"server on one core, wrk on the other; {statistics.median(speed['nginx']):.0f} and {statistics.median(speed['service']):.0f} requests/s"
    return [row(1, "GET a mission, API key, hot (SQLite, cached) / nginx `return 200`, same bytes", "µs CPU",
                cost["nginx"], cost["service"], 1.5, "less", rounds, detail)]


# ---- 2, 4: durable commands on PostgreSQL ----

def postgres_commands(bench, number, shim):
    cluster = bench.postgres(shim)
    bench.ceiling_database()
    name = "shimmed" if shim else "commands"
    url = bench.fresh_database(name, SOME)
    best = {script: 64 if shim else bench.best_clients(script) for script in SCRIPTS}
    service = bench.service(name, url)
    got = {"four": [], "cte": [], "service": []}
    rounds, costs = [], []
    spent = {"four": [], "cte": [], "service": []}
    try:
        for turn in range(1, bench.rounds + 1):
            flush = bench.flush()
            for script in SCRIPTS:
                tps, cost = bench.pgbench(script, best[script])
                got[script].append(tps)
                spent[script].append(cost)
            cluster.checkpoint()
            segment = bench.load(service, "commands", groups={"postgres": cluster.pids})
            got["service"].append(segment["per_second"])
            costs.append(segment)
            spent["service"].append((sum(segment["cpu"].values()) + segment["tool_cpu"]) * 1e6 / segment["good"])
            rounds.append(notes_of(turn, segment, flush))
            bench.say(f"  round {turn}: CPU of everything {spent['four'][-1]:.0f}, {spent['cte'][-1]:.0f}, {spent['service'][-1]:.0f} us each")
            bench.say(f"  round {turn}: pgbench {got['four'][-1]:.0f} and as one CTE {got['cte'][-1]:.0f}, service "
                      f"{segment['per_second']:.0f} commands/s (CPU {segment['service_us']:.0f} + PostgreSQL "
                      f"{segment['postgres_us']:.0f} us each, p50 {segment['p50_us'] / 1000:.1f} p99 {segment['p99_us'] / 1000:.1f} ms), "
                      f"flush {flush} us, load {segment['load']}")
    finally:
        service.stop()
        cluster.stop()
    if not shim:
        bench.peaks["postgres"] = statistics.median(got["service"])
    cpu = f"CPU of a command: service {statistics.median(c['service_us'] for c in costs):.0f} µs, PostgreSQL {statistics.median(c['postgres_us'] for c in costs):.0f} µs"
    cpu += "; of everything, load makers too: " + ", ".join(
        f"{name} {statistics.median(spent[key]):.0f} µs" for name, key in
        (("pgbench 4 statements", "four"), ("pgbench CTE", "cte"), ("service", "service")))
    disk = ", every flush 2 ms longer" if shim else ""
    if shim:
        goals = (2.0, None)
    else:
        goals = (1.5, 0.9)
    return [row(number, f"durable mission commands, PostgreSQL, 64 connections, everything on{disk} / pgbench, 4 statements, {best['four']} clients",
                "commands/s", got["four"], got["service"], goals[0], "more", rounds, cpu),
            row(number, f"the same / pgbench, one CTE, {best['cte']} clients", "commands/s", got["cte"], got["service"], goals[1],
                "more", rounds)]


def commands_on_postgres(bench):
    return postgres_commands(bench, 2, shim=False)


def commands_on_a_slow_disk(bench):
    return postgres_commands(bench, 4, shim=True)


# ---- 3: durable commands on SQLite ----

def sqlite_alone(bench, path, seconds):
    return json.loads(servers.run(os.path.join(bench.tools, "sqlite_ceiling"), path, str(seconds)))


def commands_on_sqlite(bench):
    alone = bench.file("ceiling", SOME, fresh=True)
    service = bench.service("commands-sqlite", f"sqlite:{bench.file('commands-sqlite', SOME, fresh=True)}")
    got = {"alone": [], "service": []}
    rounds, costs = [], []
    try:
        for turn in range(1, bench.rounds + 1):
            flush = bench.flush()
            got["alone"].append(sqlite_alone(bench, alone, bench.seconds)["per_second"])
            segment = bench.load(service, "commands")
            got["service"].append(segment["per_second"])
            costs.append(segment)
            rounds.append(notes_of(turn, segment, flush))
            bench.say(f"  round {turn}: one commit each {got['alone'][-1]:.0f}, service {segment['per_second']:.0f} commands/s (CPU "
                      f"{segment['service_us']:.0f} us each, p50 {segment['p50_us'] / 1000:.1f} p99 {segment['p99_us'] / 1000:.1f} ms), "
                      f"flush {flush} us, load {segment['load']}")
    finally:
        service.stop()
    bench.peaks["sqlite"] = statistics.median(got["service"])
    cpu = f"CPU of a command, SQLite inside: {statistics.median(c['service_us'] for c in costs):.0f} µs"
    return [row(3, "durable mission commands, SQLite, 64 connections, everything on / one commit for each, no HTTP", "commands/s",
                got["alone"], got["service"], 1.3, "more", rounds, cpu)]


# ---- 6: latency at half of peak ----

def median_of_log(prefix):
    times = []
    for path in glob.glob(f"{prefix}.*"):
        with open(path) as file:
            times += [int(line.split()[2]) for line in file]
        os.remove(path)
    return statistics.median(times)


def latency(bench):
    rows = []
    for store in ("postgres", "sqlite"):
        rows += latency_on(bench, store)
    return rows


def latency_on(bench, store):
    if store == "postgres":
        cluster = bench.postgres()
        bench.ceiling_database()
        url = bench.fresh_database("latency", SOME)
        name = "latency"
    else:
        alone = bench.file("ceiling", SOME)
        url = f"sqlite:{bench.file('latency-sqlite', SOME, fresh=True)}"
        name = "latency-sqlite"
    service = bench.service(name, url)
    lone, p50, p99, rounds = [], [], [], []
    try:
        for turn in range(1, bench.rounds + 1):
            flush = bench.flush()
            if store == "postgres":
                prefix = bench.path("lone")
                cluster.pgbench("ceiling", bench.scripts["four"], 1, bench.seconds, log=prefix)
                lone.append(median_of_log(prefix))
            else:
                lone.append(sqlite_alone(bench, alone, bench.seconds)["p50_us"])
            peak = bench.load(service, "commands", seconds=max(1, bench.seconds / 2))["per_second"]
            segment = bench.load(service, "commands", rate=peak / 2)
            p50.append(segment["p50_us"])
            p99.append(segment["p99_us"])
            rounds.append(notes_of(turn, segment, flush))
            bench.say(f"  round {turn}, {store}: a lone commit {lone[-1]:.0f} us; at {peak / 2:.0f}/s p50 {p50[-1]:.0f}, p99 "
                      f"{p99[-1]:.0f} us, flush {flush} us, load {segment['load']}")
    finally:
        service.stop()
        if store == "postgres":
            cluster.stop()
    named = "PostgreSQL" if store == "postgres" else "SQLite"
    return [row(6, f"a command at half of peak, {named}, p50 / a lone commit", "µs", lone, p50, 2, "less", rounds),
            row(6, f"the same, p99", "µs", lone, p99, 10, "less", rounds)]


# ---- 7: late pages ----

def late_pages(bench):
    rows = []
    cluster = bench.postgres()
    url = bench.database("many", bench.many)
    few = bench.database("few", 1000)
    try:
        rows += pages_of(bench, "PostgreSQL", bench.service("many", url), bench.service("few", few))
    finally:
        cluster.stop()
    path = bench.file("many", bench.many)
    few = bench.file("few", 1000)
    return rows + pages_of(bench, "SQLite", bench.service("many-sqlite", f"sqlite:{path}"),
                           bench.service("few-sqlite", f"sqlite:{few}"))


def pages_of(bench, store, service, small):
    try:
        first = f"{PREFIX}/missions?limit=50"
        pages = min(10000, bench.many // 50 - 2)
        bench.say(f"  {store}: walking to page {pages}")
        late = page_target(service, first, pages)
        files = {"first": bench.write("first", first + "\n"), "late": bench.write("late", late + "\n")}
        first_us, late_us, few_us, rounds = [], [], [], []
        for turn in range(1, bench.rounds + 1):
            few_us.append(bench.load(small, "targets", files["first"], connections=1, seconds=bench.seconds / 2)["p50_us"])
            first_us.append(bench.load(service, "targets", files["first"], connections=1, seconds=bench.seconds / 2)["p50_us"])
            segment = bench.load(service, "targets", files["late"], connections=1, seconds=bench.seconds / 2)
            late_us.append(segment["p50_us"])
            rounds.append(notes_of(turn, segment))
            bench.say(f"  round {turn}, {store}: page 1 of a thousand {few_us[-1]:.0f}, of {bench.many} {first_us[-1]:.0f}, page "
                      f"{pages} {late_us[-1]:.0f} us")
    finally:
        service.stop()
        small.stop()
    return [row(7, f"list page {pages} of {bench.many} missions, {store} / page 1", "µs p50", first_us, late_us, 1.2, "less", rounds),
            row(7, f"page 1 of {bench.many} missions, {store} / of 1,000", "µs p50", few_us, first_us, 1.3, "less", rounds)]


def page_target(service, first, pages):
    target = first
    for _ in range(pages - 1):
        cursor = service.get(target)["next_cursor"]
        target = f"{first}&cursor={cursor}"
    return target


# ---- 9: start, memory, size ----

def footprint(bench):
    stripped = bench.path("stripped")
    servers.run("strip", "-o", stripped, bench.binary)
    size = os.path.getsize(stripped) / 1e6
    os.remove(stripped)
    rows = [plain(9, "binary, stripped", "MB", [size], 20)]
    cluster = bench.postgres()
    stores = {"SQLite": ("few-sqlite", f"sqlite:{bench.file('few', 1000)}"), "PostgreSQL": ("few", bench.database("few", 1000))}
    try:
        for store, (name, url) in stores.items():
            ready, memory = [], []
            for _ in range(max(3, bench.rounds)):
                service = bench.service(name, url)
                time.sleep(0.5)
                ready.append(service.ready_ms)
                memory.append(machine.resident_mb(service.process.pid))
                service.stop()
            bench.say(f"  {store}: ready in {statistics.median(ready):.0f} ms, {statistics.median(memory):.1f} MB idle")
            rows += [plain(9, f"start to ready, {store}, schema up to date", "ms", ready, 100),
                     plain(9, f"memory when idle, {store}", "MB", memory, 30)]
    finally:
        cluster.stop()
    return rows


# ---- 13: growth ----

def growth(bench):
    rows = []
    cluster = bench.postgres()
    try:
        urls = [bench.database("few", 1000), bench.database("many", bench.many)]
        groups = {"postgres": cluster.pids}
        rows += growth_on(bench, "PostgreSQL", urls, ("few", "many"), groups, cluster.checkpoint)
    finally:
        cluster.stop()
    urls = [f"sqlite:{bench.file('few', 1000)}", f"sqlite:{bench.file('many', bench.many)}"]
    return rows + growth_on(bench, "SQLite", urls, ("few-sqlite", "many-sqlite"), {}, lambda: None)


def growth_on(bench, store, urls, names, groups, settle):
    both = [bench.service(name, url) for name, url in zip(names, urls)]
    commands, reads, rounds = ([], []), ([], []), []
    try:
        files = [targets_of(bench, service, name) for service, name in zip(both, names)]
        for turn in range(1, bench.rounds + 1):
            for at, service in enumerate(both):
                settle()
                segment = bench.load(service, "commands", groups=groups)
                commands[at].append(sum(segment["cpu"].values()) * 1e6 / segment["good"])
                segment = bench.load(service, "targets", files[at], groups=groups)
                reads[at].append(sum(segment["cpu"].values()) * 1e6 / segment["good"])
            rounds.append(notes_of(turn, segment))
            bench.say(f"  round {turn}, {store}: a command {commands[0][-1]:.1f} and {commands[1][-1]:.1f}, a read {reads[0][-1]:.1f} and "
                      f"{reads[1][-1]:.1f} us of CPU, load {segment['load']}")
    finally:
        for service in both:
            service.stop()
    return [row(13, f"a command with {bench.many} missions stored, {store} / with 1,000", "µs CPU", commands[0], commands[1], 1.3,
                "less", rounds),
            row(13, f"a read (of 1,000 missions in turn) with {bench.many} stored, {store} / with 1,000", "µs CPU", reads[0],
                reads[1], 1.3, "less", rounds)]


def targets_of(bench, service, name):
    """1,000 missions, drawn from all over the store where it has more."""
    targets, cursor = [], ""
    for page in range(5):
        answer = service.get(f"{PREFIX}/missions?limit=200" + (f"&cursor={cursor}" if cursor else ""))
        targets += [f"{PREFIX}/missions/{item['id']}" for item in answer["items"]]
        cursor = answer["next_cursor"]
        if not cursor:
            break
    random.Random(7).shuffle(targets)
    return bench.write(f"targets-{name}", "\n".join(targets) + "\n")


ROWS = {1: hot_read, 2: commands_on_postgres, 3: commands_on_sqlite, 4: commands_on_a_slow_disk, 6: latency, 7: late_pages,
        9: footprint, 13: growth}
