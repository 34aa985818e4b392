#!/usr/bin/env python3
"""Measures roads beside OSRM (MLD and CH) and Valhalla on one extract in one run, and prints the table.

    side_by_side.py BENCH_ROADS EXTRACT.osm.pbf WORK_FOLDER

The routers come from the Python package index, as wheels; their programs need no Python of their own. Each round asks all
of them in turn (A B A B); figures are medians over the rounds. Needs pip; nothing is installed.
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

WHEELS = {"osrm": "osrm-bindings==26.10.0", "valhalla": "pyvalhalla==3.9.1"}
PAIRS, ROUNDS = 400, 3


def fetch(work: Path) -> dict[str, Path]:
    homes = {}
    for name, package in WHEELS.items():
        home = work / f"{name}-wheel"
        if not home.exists():
            subprocess.run(["pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--python-version", "3.12", "--abi", "abi3",
                            "--platform", "manylinux_2_28_x86_64", "-d", work, package], check=True)
            wheel = next(work.glob(f"{package.split('==')[0].replace('-', '_')}-*.whl"))
            zipfile.ZipFile(wheel).extractall(home)
            for program in (home / name / "bin").iterdir():
                program.chmod(0o755)
        homes[name] = home / name
    return homes


def run(*command) -> float:
    begin = time.perf_counter()
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


def osrm(home: Path, extract: Path, work: Path, algorithm: str, port: int):
    folder = work / f"osrm-{algorithm}"
    folder.mkdir(exist_ok=True)
    base = folder / extract.name.replace(".osm.pbf", ".osrm")
    copy = folder / extract.name
    copy.write_bytes(extract.read_bytes())
    took = run(home / "bin/osrm-extract", "-p", home / "share/profiles/car.lua", copy)
    if algorithm == "mld":
        took += run(home / "bin/osrm-partition", base) + run(home / "bin/osrm-customize", base)
    else:
        took += run(home / "bin/osrm-contract", base)
    server = subprocess.Popen([home / "bin/osrm-routed", "--algorithm", algorithm, "-i", "127.0.0.1", "-p", str(port), "--max-table-size",
                               "1000", base], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return server, took, base


def valhalla(home: Path, extract: Path, work: Path, port: int):
    folder = work / "valhalla"
    folder.mkdir(exist_ok=True)
    arguments = [str(home / "valhalla_build_config.py"), "--mjolnir-tile-dir", f"{folder}/tiles", "--httpd-service-listen",
                 f"tcp://127.0.0.1:{port}", "--httpd-service-loopback", f"ipc://{folder}/loop", "--httpd-service-interrupt", f"ipc://{folder}/int"]
    for service in ("loki", "thor", "odin"):
        arguments += [f"--{service}-service-proxy", f"ipc://{folder}/{service}"]
    script = f"import runpy, sys; sys.path.insert(0, {str(home.parent)!r}); sys.argv = {arguments!r}; runpy.run_path(sys.argv[0], run_name='__main__')"
    config = folder / "valhalla.json"
    config.write_bytes(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout)
    took = run(home / "bin/valhalla_build_tiles", "-c", config, extract)
    for socket in ("loop", "int", "loki", "thor", "odin"):
        (folder / socket).unlink(missing_ok=True)
    server = subprocess.Popen([home / "bin/valhalla_service", config, "1"], stdin=subprocess.DEVNULL, stdout=(folder / "service.log").open("w"),
                              stderr=subprocess.STDOUT)
    return server, took


def ask(port: int, path: str, body: str | None = None) -> float:
    """Microseconds of one answer on a connection that is open already."""
    connection = CONNECTIONS.setdefault(port, http.client.HTTPConnection("127.0.0.1", port, timeout=60))
    begin = time.perf_counter()
    try:
        connection.request("POST" if body else "GET", path, body)
        connection.getresponse().read()
    except http.client.RemoteDisconnected:  # osrm-routed ends a connection after 512 answers
        connection.close()
        return ask(port, path, body)
    return (time.perf_counter() - begin) * 1e6


CONNECTIONS: dict[int, http.client.HTTPConnection] = {}


def measure_osrm(port: int, places) -> dict[str, float]:
    route, near = [], []
    for (a, b), (c, d) in zip(places, reversed(places)):
        route.append(ask(port, f"/route/v1/driving/{b},{a};{d},{c}?overview=false"))
        near.append(ask(port, f"/nearest/v1/driving/{b},{a}"))
    hundred = ";".join(f"{b},{a}" for a, b in places[:200])
    ends = ";".join(map(str, range(100))), ";".join(map(str, range(100, 200)))
    table = [ask(port, f"/table/v1/driving/{hundred}?sources={ends[0]}&destinations={ends[1]}") for _ in range(5)]
    return {"route over HTTP": statistics.median(route), "route less nearest": statistics.median(route) - statistics.median(near),
            "matrix 100x100": statistics.median(table)}


def measure_valhalla(port: int, places) -> dict[str, float]:
    took = []
    for (a, b), (c, d) in list(zip(places, reversed(places)))[:100]:
        query = {"locations": [{"lat": a, "lon": b}, {"lat": c, "lon": d}], "costing": "auto", "directions_type": "none"}
        took.append(ask(port, "/route", json.dumps(query)))
    sides = [{"lat": a, "lon": b} for a, b in places[:50]], [{"lat": a, "lon": b} for a, b in places[50:100]]
    matrix = ask(port, "/sources_to_targets", json.dumps({"sources": sides[0], "targets": sides[1], "costing": "auto"}))
    return {"route over HTTP": statistics.median(took), "matrix 50x50": matrix}


def measure_roads(bench: Path, extract: Path) -> dict:
    answer = {}
    for line in subprocess.run([bench, extract], check=True, capture_output=True, text=True).stdout.splitlines():
        entry = json.loads(line)
        answer.update({entry["what"]: entry["us"]} if "what" in entry else entry)
    return answer


def main() -> None:
    bench, extract, work = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    homes = fetch(work)
    servers, rows = [], {}
    try:
        for algorithm, port in (("mld", 5981), ("ch", 5982)):
            server, took, base = osrm(homes["osrm"], extract, work, algorithm, port)
            servers.append(server)
            rows[f"OSRM {algorithm.upper()}"] = {"import": took * 1e6, "port": port}
        server, took = valhalla(homes["valhalla"], extract, work, 5983)
        servers.append(server)
        rows["Valhalla"] = {"import": took * 1e6, "port": 5983}
        time.sleep(3)
        first = measure_roads(bench, extract)
        dice = random.Random(1)
        places = [(dice.uniform(first["south"], first["north"]), dice.uniform(first["west"], first["east"])) for _ in range(PAIRS)]
        rounds: dict[str, list[dict]] = {name: [] for name in (*rows, "roads")}
        for _ in range(ROUNDS):
            for name, row in rows.items():
                measured = measure_valhalla(row["port"], places) if name == "Valhalla" else measure_osrm(row["port"], places)
                if name == "OSRM MLD":
                    mld = work / "osrm-mld" / extract.name.replace(".osm.pbf", ".osrm")
                    measured["customise"] = run(homes["osrm"] / "bin/osrm-customize", mld) * 1e6
                rounds[name].append(measured)
            rounds["roads"].append(measure_roads(bench, extract))
        print(f"{extract.name}, load {os.getloadavg()[0]:.1f}, medians of {ROUNDS} rounds, microseconds")
        for name, measured in rounds.items():
            for what in measured[0]:
                values = [m[what] for m in measured]
                if isinstance(values[0], (int, float)) and what not in ("south", "west", "north", "east"):
                    print(f"{name:10} {what:40} {statistics.median(values):14.1f}   ({min(values):.1f} to {max(values):.1f})")
            if name in rows:
                print(f"{name:10} {'import':40} {rows[name]['import']:14.1f}")
    finally:
        for server in servers:
            server.terminate()


if __name__ == "__main__":
    main()
