# What the machine did meanwhile: CPU by the kernel's accounting, load, and how long a flush takes.
import glob
import os
import re
import resource
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
    """On-CPU time of all threads of these processes (schedstat, in ns) and of their children that have ended (in ticks)."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            total += (int(fields[13]) + int(fields[14])) * 1e9 / TICK
        except OSError:
            continue
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


def tool_seconds():
    """CPU of the programs that this one ran and that have ended: load makers."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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
        self.tools = tool_seconds()
        self.before = {name: cpu_seconds(pids()) for name, pids in groups.items()}
        self.busy = busy_seconds()
        self.start = time.monotonic()

    def end(self):
        took = time.monotonic() - self.start
        cpu = {name: cpu_seconds(pids()) - self.before[name] for name, pids in self.groups.items()}
        return {"seconds": took, "cpu": cpu, "tool_cpu": tool_seconds() - self.tools, "busy_cores": (busy_seconds() - self.busy) / took, "load": load()}


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
