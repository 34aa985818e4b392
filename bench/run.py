#!/usr/bin/env python3
# `make bench`: measures the rows of docs/performance.md and writes the table (text, Markdown, JSON).
#   ROWS=2,3 picks rows; BENCH_SECONDS (5) of a segment; BENCH_ROUNDS (3); BENCH_MISSIONS (1000000) of the large stores;
#   BENCH_WRITE=1 puts the table into docs/performance.md.
import json
import os
import platform
import subprocess
import sys
import time

import machine
import orchestration_rows
import rows
import track_and_graph_rows
import watching_rows

ROWS = dict(sorted((rows.ROWS | track_and_graph_rows.ROWS | orchestration_rows.ROWS | watching_rows.ROWS).items()))
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BEGIN, END = "<!-- the table: make bench BENCH_WRITE=1 -->", "<!-- end of the table -->"


def number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def with_spread(values):
    if values["low"] == values["high"]:
        return number(values["median"])
    return f"{number(values['median'])} ({number(values['low'])}–{number(values['high'])})"


def cells(one):
    goal = "–" if one["goal"] is None else f"{'≥' if one['better'] == 'more' else '≤'} {one['goal']}"
    if "ratio" in one:
        ceiling, ratio = with_spread(one["ceiling"]), with_spread(one["ratio"])
    else:
        ceiling, ratio = "–", "–"
        goal = f"< {one['goal']}"
    verdict = {True: "met", False: "NOT met", None: "–"}[one["met"]]
    return [str(one["row"]), one["what"], one["unit"], ceiling, with_spread(one["service"]), ratio, goal, verdict]


def conditions(results, took):
    flushes = [r["flush_us"] for one in results for r in one["rounds"] if r["flush_us"]]
    loads = [r["load"] for one in results for r in one["rounds"]]
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    lines = [f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, commit {commit}, {os.cpu_count()} cores, Linux "
             f"{platform.release().split('-')[0]}, {took / 60:.0f} minutes."]
    if loads:
        lines.append(f"1-minute load while measuring: {min(loads):.1f} to {max(loads):.1f}.")
    if flushes:
        lines.append(f"One flush (pg_test_fsync, fdatasync) beside the rounds: {min(flushes)} to {max(flushes)} µs.")
    return " ".join(lines)


def markdown(results, said):
    head = ["row", "what / ceiling", "unit", "ceiling", "service", "ratio", "goal", ""]
    lines = [said, "", "| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(cells(one)) + " |" for one in results]
    details = [f"* row {one['row']}: {one['detail']}." for one in results if one["detail"]]
    return "\n".join(lines + [""] + details if details else lines) + "\n"


def text(results, said):
    lines = [said, ""]
    for one in results:
        c = cells(one)
        ceiling = f"ceiling {c[3]}, " if c[3] != "–" else ""
        ratio = f", ratio {c[5]}" if c[5] != "–" else ""
        lines += [f"row {c[0]:>2}  {c[1]}", f"        {ceiling}service {c[4]} {c[2]}{ratio}, goal {c[6]}: {c[7]}"]
        if one["detail"]:
            lines.append(f"        {one['detail']}")
    return "\n".join(lines) + "\n"


def write_into_page(table):
    path = os.path.join(ROOT, "docs/performance.md")
    with open(path) as file:
        page = file.read()
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    with open(path, "w") as file:
        file.write(f"{before}{BEGIN}\n{table}{END}{after}")


def main():
    wanted = [int(n) for n in os.environ.get("ROWS", "").split(",") if n] or list(ROWS)
    unknown = [n for n in wanted if n not in ROWS]
    if unknown:
        sys.exit(f"bench: there is no row {unknown[0]}; there are {', '.join(map(str, ROWS))}")
    bench = rows.Bench(ROOT, float(os.environ.get("BENCH_SECONDS", "5")), int(os.environ.get("BENCH_ROUNDS", "3")),
                       int(os.environ.get("BENCH_MISSIONS", "1000000")))
    start = time.monotonic()
    results = []
    try:
        for n in wanted:
            print(f"row {n}, load {machine.load()}", flush=True)
            results += ROWS[n](bench)
    finally:
        if bench.cluster:
            bench.cluster.stop()
    said = conditions(results, time.monotonic() - start)
    print("\n" + text(results, said), end="")
    for note in sorted(set(bench.notes)):
        print(f"NOTE: {note}")
    table = markdown(results, said)
    bench.write("table.md", table)
    bench.write("table.txt", text(results, said))
    bench.write("table.json", json.dumps({"said": said, "rows": results, "notes": bench.notes}, indent=1))
    if os.environ.get("BENCH_WRITE") == "1":
        write_into_page(table)


if __name__ == "__main__":
    main()
