#!/usr/bin/env python3
"""RoutingKit's CCH on the graph that bench_roads wrote: prints figures in microseconds, and fails when a distance differs.

    routingkit_cch.py WHEEL_FOLDER STATES

It is called through Python: what a call costs (about a microsecond, and the reading of a list of weights) is in the figures.
"""
import array
import json
import statistics
import sys
import time

sys.path.insert(0, sys.argv[1])
import routingkit_cch  # noqa: E402

INFINITE = 0x40000000


def timed(rounds, per, work) -> float:
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        times.append((time.perf_counter() - begin) * 1e6 / per)
    return statistics.median(times)


def read(path):
    with open(path, "rb") as file:
        def part(kind, count):
            numbers = array.array(kind)
            numbers.fromfile(file, count)
            return numbers.tolist()
        states, turns, pairs = part("I", 3)
        return states, [part("I", turns) for _ in range(3)], [part("f", states) for _ in range(2)], [part("I", pairs) for _ in range(3)]


def main() -> None:
    states, (tail, head, weight), (latitude, longitude), (source, target, distance) = read(sys.argv[2])
    figures = {}
    begin = time.perf_counter()
    order = routingkit_cch.compute_order_inertial(states, tail, head, latitude, longitude)
    figures["order"] = (time.perf_counter() - begin) * 1e6
    begin = time.perf_counter()
    cch = routingkit_cch.CCH(order, tail, head, False)
    figures["build"] = (time.perf_counter() - begin) * 1e6
    metric = routingkit_cch.CCHMetric(cch, weight)
    large = states > 500_000
    figures["customise"] = timed(1 if large else 5, 1, lambda: metric.reset(weight))
    query = routingkit_cch.CCHQuery(metric)
    for a, b, expected in zip(source, target, distance):
        found = query.run(a, b).distance
        found = INFINITE if found is None or found >= INFINITE else found
        if found != expected:
            sys.exit(f"from {a} to {b}: {found}, ours is {expected}")
    pairs = list(zip(source, target))
    figures["query, one state to one"] = timed(1 if large else 5, len(pairs), lambda: [query.run(a, b).distance for a, b in pairs])
    many = routingkit_cch.CCHOneToMany(metric, target)
    rows = source[:50] if large else source
    figures["matrix of states 1000x1000"] = timed(1, 1, lambda: [many.distances_from(a) for a in rows]) * len(source) / len(rows)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
