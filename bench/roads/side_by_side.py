#!/usr/bin/env python3
"""Measures roads on one extract beside OSRM (MLD and CH), Valhalla and RoutingKit's CCH, and growth on made networks, in one run.

    side_by_side.py BENCH_ROADS SERVICE EXTRACT.osm.pbf WORK_FOLDER

All four routers are asked over HTTP for the same things in turn (A B A B), each of its own process on this machine; figures are medians over
the rounds. RoutingKit is measured in a process, on the very graph of states and turns that roads searches, with its own order; its
distances must be the same. BENCH_ROUNDS (3) and ROADS_GROWTH ("10000 100000 1000000"; empty for none) make it shorter. The routers come
from the Python package index as wheels and are unpacked in the work folder; nothing is installed. The tables are printed, and stand in
WORK_FOLDER/tables.md.
"""
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import time
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import servers  # noqa: E402

# What the routers' wheels ask of Python concerns their modules; their programs need none.
WHEELS = {"osrm": ("osrm-bindings==26.10.0", "--python-version", "3.12", "--abi", "abi3", "--platform", "manylinux_2_28_x86_64"),
          "valhalla": ("pyvalhalla==3.9.1", "--python-version", "3.12", "--abi", "abi3", "--platform", "manylinux_2_28_x86_64"),
          "routingkit": ("routingkit-cch==0.1.4",)}
PAIRS = 400
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
GROWTH = os.environ.get("ROADS_GROWTH", "10000 100000 1000000").split()
PREFIX = "/api/v1/mission-management"


def fetch(work: Path, names=tuple(WHEELS)) -> dict[str, Path]:
    homes = {}
    for name in names:
        package, *options = WHEELS[name]
        home = work / f"{name}-wheel"
        if not home.exists():
            done = subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", *options, "-d", work, package])
            if done.returncode != 0:
                if name == "routingkit":
                    print("RoutingKit is not to be had for this Python; its table is left out")
                    continue
                sys.exit(f"{package} is not to be had")
            wheel = next(work.glob(f"{package.split('==')[0].replace('-', '_')}-*.whl"))
            zipfile.ZipFile(wheel).extractall(home)
            for program in (home / name / "bin").glob("*"):
                program.chmod(0o755)
        homes[name] = home if name == "routingkit" else home / name
    return homes


def run(*command) -> float:
    begin = time.perf_counter()
    done = subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed: {done.stderr[-1000:]}")
    return time.perf_counter() - begin


class Osrm:
    def __init__(self, home: Path, extract: Path, work: Path, algorithm: str):
        self.home, self.name = home, f"OSRM {algorithm.upper()}"
        folder = work / f"osrm-{algorithm}"
        folder.mkdir(exist_ok=True)
        self.base = folder / extract.name.replace(".osm.pbf", ".osrm")
        copy = folder / extract.name
        copy.write_bytes(extract.read_bytes())
        took = run(home / "bin/osrm-extract", "-p", home / "share/profiles/car.lua", copy)
        if algorithm == "mld":
            took += run(home / "bin/osrm-partition", self.base) + run(home / "bin/osrm-customize", self.base)
        else:
            took += run(home / "bin/osrm-contract", self.base)
        self.figures = {"import, all steps": took * 1e6}
        self.port = servers.free_port()
        self.process = subprocess.Popen(
            [home / "bin/osrm-routed", "--algorithm", algorithm, "-i", "127.0.0.1", "-p", str(self.port), "--max-table-size", "1000",
             "--max-matching-size", "1000", self.base], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def route(self, a, b):
        return self.port, f"/route/v1/driving/{places([a, b])}?overview=full&geometries=polyline6", None

    def nearest(self, a):
        return self.port, f"/nearest/v1/driving/{places([a])}", None

    def matrix(self, sources, targets):
        ends = ";".join(map(str, range(len(sources)))), ";".join(map(str, range(len(sources), len(sources) + len(targets))))
        return self.port, f"/table/v1/driving/{places(sources + targets)}?sources={ends[0]}&destinations={ends[1]}", None

    def match(self, trace):
        return self.port, f"/match/v1/driving/{places(trace)}?overview=full&geometries=polyline6", None

    def traffic(self):
        """Seconds until all of its weights are made anew; a running server would have to be told to take them."""
        return run(self.home / "bin/osrm-customize", self.base) if self.name.endswith("MLD") else None


class Valhalla:
    name = "Valhalla"

    def __init__(self, home: Path, extract: Path, work: Path):
        folder = work / "valhalla"
        folder.mkdir(exist_ok=True)
        self.port = servers.free_port()
        arguments = [str(home / "valhalla_build_config.py"), "--mjolnir-tile-dir", f"{folder}/tiles", "--httpd-service-listen",
                     f"tcp://127.0.0.1:{self.port}", "--httpd-service-loopback", f"ipc://{folder}/loop", "--httpd-service-interrupt", f"ipc://{folder}/int"]
        for service in ("loki", "thor", "odin"):
            arguments += [f"--{service}-service-proxy", f"ipc://{folder}/{service}"]
        script = f"import runpy, sys; sys.path.insert(0, {str(home.parent)!r}); sys.argv = {arguments!r}; runpy.run_path(sys.argv[0], run_name='__main__')"
        config = folder / "valhalla.json"
        config.write_bytes(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout)
        self.figures = {"import, all steps": run(home / "bin/valhalla_build_tiles", "-c", config, extract) * 1e6}
        for socket in ("loop", "int", "loki", "thor", "odin"):
            (folder / socket).unlink(missing_ok=True)
        self.process = subprocess.Popen([home / "bin/valhalla_service", config, "1"], stdin=subprocess.DEVNULL,
                                        stdout=(folder / "service.log").open("w"), stderr=subprocess.STDOUT)

    def ask(self, path, **query):
        return self.port, path, json.dumps(query | {"costing": "auto"})

    def route(self, a, b):
        return self.ask("/route", locations=points([a, b], "lat", "lon"), directions_type="none")

    def nearest(self, a):
        return self.ask("/locate", locations=points([a], "lat", "lon"))

    def matrix(self, sources, targets):
        return self.ask("/sources_to_targets", sources=points(sources, "lat", "lon"), targets=points(targets, "lat", "lon"))

    def match(self, trace):
        return self.ask("/trace_route", shape=points(trace, "lat", "lon"), shape_match="map_snap", directions_type="none")

    def traffic(self):
        return None


class Roads:
    """This service, over HTTP as the others are, on SQLite."""
    name = "roads"

    def __init__(self, service: Path, extract: Path, work: Path):
        folder = work / "service"
        folder.mkdir(exist_ok=True)
        for old in folder.glob("roads.db*"):
            old.unlink()
        (folder / "bench-key").unlink(missing_ok=True)
        file = folder / (extract.name.replace(".osm.pbf", ".roads"))
        self.figures = {"import, all steps": run(service, "import-roads", extract, "-o", file) * 1e6}
        self.service = servers.Service(str(service), str(folder), f"sqlite:{folder}/roads.db", environment={"ROADS_FILE": str(file)})
        self.port, self.process = self.service.port, self.service.process
        HEADERS[self.port] = {"X-API-Key": self.service.key, "Content-Type": "application/json"}
        self.speed = 20

    def ask(self, path, **query):
        return self.port, PREFIX + path, json.dumps(query)

    def route(self, a, b):
        return self.ask("/routes", **{"from": point(a), "to": point(b), "steps": False, "geometry": "polyline6"})

    def nearest(self, a):
        return self.port, f"{PREFIX}/routes/nearest?latitude={a[0]}&longitude={a[1]}", None

    def matrix(self, sources, targets):
        return self.ask("/routes/matrix", **{"from": [point(p) for p in sources], "to": [point(p) for p in targets]})

    def match(self, trace):
        return self.ask("/routes/match", trace=[point(p) for p in trace], geometry="polyline6")

    def traffic(self):
        """Seconds from a report of 1,000 edges to the first route under it: through the store, to every replica."""
        self.speed = 30 if self.speed == 20 else 20
        edge = answer_of(self.port, f"{PREFIX}/routes/nearest?latitude={self.place[0]}&longitude={self.place[1]}")["roads"][0]["edge_forward"]
        ask = lambda: answer_of(*self.route(self.place, self.end))["routes"][0]["duration_s"]
        before = ask()
        items = [{"source": "bench", "edge": e, "speed_kmh": self.speed} for e in range(max(0, edge - 500), max(0, edge - 500) + 1000)]
        begin = time.perf_counter()
        ask_once(self.port, PREFIX + "/traffic", json.dumps({"items": items}))
        while ask() == before and time.perf_counter() - begin < 10:
            time.sleep(0.005)
        return time.perf_counter() - begin


def places(all_places):
    return ";".join(f"{longitude:.6f},{latitude:.6f}" for latitude, longitude in all_places)


def point(place):
    return {"latitude": place[0], "longitude": place[1]}


def points(all_places, latitude, longitude):
    return [{latitude: a, longitude: b} for a, b in all_places]


CONNECTIONS: dict[int, http.client.HTTPConnection] = {}
HEADERS: dict[int, dict] = {}


def ask_once(port, path, body=None):
    """Status and bytes, on a connection that is open already."""
    connection = CONNECTIONS.setdefault(port, http.client.HTTPConnection("127.0.0.1", port, timeout=120))
    try:
        connection.request("POST" if body else "GET", path, body, HEADERS.get(port, {}))
        answer = connection.getresponse()
        return answer.status, answer.read()
    except http.client.RemoteDisconnected:  # osrm-routed ends a connection after 512 answers
        connection.close()
        return ask_once(port, path, body)


def answer_of(port, path, body=None):
    return json.loads(ask_once(port, path, body)[1])


def took(asks) -> float:
    """The median of those that are answered, in microseconds."""
    times = []
    for port, path, body in asks:
        begin = time.perf_counter()
        status, text = ask_once(port, path, body)
        if status == 200:
            times.append((time.perf_counter() - begin) * 1e6)
        elif status != 400 and status != 422:  # no way, off the map
            sys.exit(f"{path[:60]}: {status} {text[:200]}")
    return statistics.median(times) if times else float("nan")


def measure(router, drawn, traces) -> dict[str, float]:
    pairs = list(zip(drawn, reversed(drawn)))
    figures = {"route over HTTP": took(router.route(a, b) for a, b in pairs), "nearest over HTTP": took(router.nearest(a) for a in drawn)}
    figures["route less nearest"] = figures["route over HTTP"] - figures["nearest over HTTP"]
    figures["matrix 50 x 50"] = took(router.matrix(drawn[:50], drawn[50:100]) for _ in range(3))
    if router.name != "Valhalla":
        figures["matrix 100 x 100"] = took(router.matrix(drawn[:100], drawn[100:200]) for _ in range(3))
    figures["match, a point"] = took(router.match(trace) for trace in traces) / len(traces[0])
    if (seconds := router.traffic()) is not None:
        figures["traffic in force"] = seconds * 1e6
    figures["memory, MB"] = int(next(line for line in open(f"/proc/{router.process.pid}/status") if line.startswith("VmRSS")).split()[1]) / 1000
    return figures


def traces_along(roads: Roads, drawn):
    """Twenty traces of sixty points, 20 m apart, 5 m beside the road in the mean."""
    dice, traces = random.Random(2), []
    for a, b in zip(drawn, reversed(drawn)):
        answer = answer_of(*roads.ask("/routes", **{"from": point(a), "to": point(b), "steps": False}))
        line = answer["routes"][0]["geometry"]["coordinates"] if "routes" in answer else []
        trace = []
        for (x, y), (u, v) in zip(line, line[1:]):
            steps = max(1, int(((x - u) ** 2 * 0.46 + (y - v) ** 2) ** 0.5 * 111_000 / 20))
            trace += [(y + (v - y) * k / steps + dice.gauss(0, 3e-5), x + (u - x) * k / steps + dice.gauss(0, 4e-5)) for k in range(steps)]
        if len(trace) >= 60:
            traces.append(trace[:60])
        if len(traces) == 20:
            break
    return traces


def bench_lines(*command) -> dict:
    answer = {}
    for line in subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout.splitlines():
        entry = json.loads(line)
        answer.update({entry["what"]: entry["us"]} if "what" in entry else entry)
    return answer


def routingkit(home: Path, states: Path) -> dict[str, float]:
    done = subprocess.run([sys.executable, Path(__file__).with_name("routingkit_cch.py"), home, states], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"RoutingKit: {done.stderr[-1000:]}")
    return json.loads(done.stdout)


def table(title, columns: dict[str, dict[str, float]], out):
    rows = list(dict.fromkeys(what for figures in columns.values() for what in figures))
    print(f"\n{title}\n", file=out)
    print("| | " + " | ".join(columns) + " |\n|---|" + "---|" * len(columns), file=out)
    for what in rows:
        print(f"| {what} | " + " | ".join(shown(figures.get(what), what) for figures in columns.values()) + " |", file=out)


def shown(value, what) -> str:
    if value is None or value != value:
        return "–"
    if "MB" in what or what.startswith("("):
        return f"{value:,.0f}"
    for unit, size in (("s", 1e6), ("ms", 1e3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g} µs"


INSIDE = ("price and customise", "customise", "query", "query, one state to one", "path", "matrix 100x100", "matrix 1000x1000",
          "matrix of states 1000x1000", "traffic on 1% of edges", "traffic on 10% of edges", "pareto front (time, energy, cost)", "match, a point",
          "route by hours, within one", "route by hours, over several", "dijkstra, one to all", "order", "build", "open")


def inside(figures: dict) -> dict[str, float]:
    chosen = {what: next((figures[k] for k in figures if k == what or k.startswith(what + " (")), None) for what in INSIDE}
    chosen = {what: value for what, value in chosen.items() if value is not None}
    chosen |= {"memory at the most, MB": figures["memory at the most kB"] / 1000, "(states)": figures["states"], "(arcs)": figures["arcs"]}
    return chosen


def main() -> None:
    bench, service, extract, work = (Path(argument).resolve() for argument in sys.argv[1:5])
    work.mkdir(parents=True, exist_ok=True)
    homes = fetch(work)
    routers = []
    begun = time.time()
    try:
        routers = [Roads(service, extract, work), Osrm(homes["osrm"], extract, work, "mld"), Osrm(homes["osrm"], extract, work, "ch"),
                   Valhalla(homes["valhalla"], extract, work)]
        time.sleep(3)
        states = work / "states"
        first = bench_lines(bench, extract, states)
        dice = random.Random(1)
        drawn = [(dice.uniform(first["south"], first["north"]), dice.uniform(first["west"], first["east"])) for _ in range(PAIRS)]
        traces = traces_along(routers[0], drawn)
        # Two places in the middle of the map that roads join, for traffic to come between.
        routers[0].place, routers[0].end = traces[0][0], traces[0][-1]
        rounds = {router.name: [] for router in routers}
        processes, kits = [], []
        for _ in range(ROUNDS):
            for router in routers:
                rounds[router.name].append(measure(router, drawn, traces))
            processes.append(bench_lines(bench, extract, states))
            if "routingkit" in homes:
                kits.append(routingkit(homes["routingkit"], states))
        median = lambda all_rounds: {what: statistics.median(r[what] for r in all_rounds) for what in all_rounds[0] if isinstance(all_rounds[0][what], (int, float))}
        growth = {}
        for junctions in GROWTH:
            growth[f"{int(junctions):,}"] = inside(bench_lines(bench, "--made", junctions, states))
            if "routingkit" in homes:
                kit = routingkit(homes["routingkit"], states)
                growth[f"{int(junctions):,}"] |= {f"RoutingKit: {what}": value for what, value in kit.items()}
        with (work / "tables.md").open("w") as out:
            print(f"{extract.name}, load {os.getloadavg()[0]:.1f}, medians of {ROUNDS} rounds, {time.time() - begun:.0f} s in all", file=out)
            table("Over HTTP, each in a process of its own", {r.name: r.figures | median(rounds[r.name]) for r in routers}, out)
            columns = {"roads": inside(median(processes))}
            if kits:
                columns["RoutingKit CCH, same graph, own order"] = median(kits)
            table("In a process", columns, out)
            if growth:
                table("Growth, made networks of so many junctions", growth, out)
        print((work / "tables.md").read_text())
    finally:
        for router in routers:
            router.process.terminate()


if __name__ == "__main__":
    main()
