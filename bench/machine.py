# What the machine did meanwhile: CPU by the kernel's accounting, load, and how long a flush takes.
import glob
import os
import re
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")


def with_children(pid):
    """The process and all below it."""
    parents = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path) as file:
                text = file.read()
        except OSError:
            continue
        after = text.rsplit(")", 1)[1].split()
        parents.setdefault(int(after[1]), []).append(int(text.split(" ", 1)[0]))
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        todo.extend(parents.get(one, []))
    return found


def cpu_seconds(pids):
    """On-CPU time of all threads of these processes, in nanosecond steps (schedstat)."""
    total = 0
    for pid in pids:
        for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
            try:
                with open(path) as file:
                    total += int(file.read().split()[0])
            except (OSError, IndexError):
                continue
    return total / 1e9


def busy_seconds():
    """CPU time of the whole machine that was not idle."""
    with open("/proc/stat") as file:
        fields = [int(x) for x in file.readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICK


def load():
    with open("/proc/loadavg") as file:
        return float(file.read().split()[0])


def resident_mb(pid):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024


class Window:
    """What ran between begin and end: CPU of named groups of processes, and of everybody else."""

    def __init__(self, groups):
        self.groups = groups
        self.before = {name: cpu_seconds(pids()) for name, pids in groups.items()}
        self.busy = busy_seconds()
        self.start = time.monotonic()

    def end(self):
        took = time.monotonic() - self.start
        cpu = {name: cpu_seconds(pids()) - self.before[name] for name, pids in self.groups.items()}
        return {"seconds": took, "cpu": cpu, "busy_cores": (busy_seconds() - self.busy) / took, "load": load()}


def flush_us(folder, pg_bin):
    """pg_test_fsync's line for fdatasync, in microseconds."""
    file = os.path.join(folder, "flush-test")
    probe = subprocess.Popen([os.path.join(pg_bin, "pg_test_fsync"), "-s", "1", "-f", file], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True)
    found = None
    for line in probe.stdout:
        match = re.match(r"\s+fdatasync\s+[\d.]+ ops/sec\s+(\d+) usecs/op", line)
        if match:
            found = int(match.group(1))
            break
    probe.terminate()
    probe.wait()
    if os.path.exists(file):
        os.remove(file)
    return found
