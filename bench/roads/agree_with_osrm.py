#!/usr/bin/env python3
"""Compares routes with OSRM's on 1,000 random pairs of places of each extract: how many distances agree within 1 %.

    agree_with_osrm.py BENCH_ROADS SERVICE WORK_FOLDER EXTRACT.osm.pbf...

The pairs are the same at each run, and lie on roads of the main part. Routes that differ most are printed with both distances, so that they can be
explained (much the same seconds: a near tie). Fails when fewer than 95 % agree.
"""
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

import side_by_side as sides

PAIRS, WITHIN, ENOUGH = 1000, 0.01, 0.95


def drawn_places(roads, box, count):
    """Places on roads that one can get to and away from, from places drawn in the box."""
    dice, found = random.Random(7), []
    while len(found) < count:
        a, b = dice.uniform(box["south"], box["north"]), dice.uniform(box["west"], box["east"])
        near = sides.answer_of(roads.port, f"{sides.PREFIX}/routes/nearest?latitude={a}&longitude={b}&radius_m=500")["roads"]
        if near and near[0]["in_main_part"]:
            found.append((near[0]["location"]["latitude"], near[0]["location"]["longitude"]))
    return found


def compare(roads, osrm, box, name):
    places = drawn_places(roads, box, 2 * PAIRS)
    differ, times, both = [], [], 0
    for a, b in zip(places[:PAIRS], places[PAIRS:]):
        ours, theirs = (sides.answer_of(*router.route(a, b)) for router in (roads, osrm))
        if not ours.get("routes") or not theirs.get("routes"):
            differ.append((float("inf"), a, b, bool(ours.get("routes")), bool(theirs.get("routes"))))
            continue
        both += 1
        ours, theirs = ours["routes"][0], theirs["routes"][0]
        off = abs(ours["distance_m"] - theirs["distance"]) / max(theirs["distance"], 1)
        if theirs["duration"] > 30:
            times.append(ours["duration_s"] / theirs["duration"])
        if off > WITHIN and abs(ours["distance_m"] - theirs["distance"]) > 5:
            differ.append((off, a, b, f"{ours['distance_m']:.0f} m {ours['duration_s']:.0f} s", f"{theirs['distance']:.0f} m {theirs['duration']:.0f} s"))
    share = 1 - len(differ) / PAIRS
    ninety = statistics.quantiles(times, n=20)
    print(f"{name}: {share:.1%} of {PAIRS} distances within {WITHIN:.0%} (or 5 m); durations {statistics.median(times):.3f} of theirs in the median, "
          f"90 % within {ninety[0]:.2f} and {ninety[-1]:.2f}; {PAIRS - both} without a route of both")
    for off, a, b, ours, theirs in sorted(differ, reverse=True)[:10]:
        print(f"  {off:7.1%}  {a[0]:.6f},{a[1]:.6f} {b[0]:.6f},{b[1]:.6f}  ours {ours}, theirs {theirs}")
    return share >= ENOUGH


def main() -> None:
    bench, service, work = (Path(argument).resolve() for argument in sys.argv[1:4])
    work.mkdir(parents=True, exist_ok=True)
    homes = sides.fetch(work, ("osrm",))
    good = True
    for extract in (Path(argument).resolve() for argument in sys.argv[4:]):
        routers = []
        try:
            routers.append(sides.Roads(service, extract, work))
            routers.append(sides.Osrm(homes["osrm"], extract, work, "mld"))
            time.sleep(2)
            box = sides.bench_lines(bench, extract, "--box")
            good = compare(*routers, box, extract.name) and good
        finally:
            for router in routers:
                router.process.terminate()
                router.process.wait()
            sides.CONNECTIONS.clear()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
