"""PostgreSQL and Kafka of a demo's own (scripts/dev-deps), and what reads and writes topics there (kcat)."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from stage import HERE


def deps(folder, *words):
    """scripts/dev-deps on the servers in this folder; its exit code."""
    # Not through a pipe: the servers would keep it open.
    with open(os.path.join(folder, "dev-deps.log"), "a") as out:
        return subprocess.run([HERE.parent / "scripts/dev-deps", *words], env=os.environ | {"DEV_DEPS_DIR": folder},
                              stdin=subprocess.DEVNULL, stdout=out, stderr=out).returncode


@contextlib.contextmanager
def servers(*names):
    """Running until the end, in a folder that is gone then: the folder, and the variables that name them."""
    folder = tempfile.mkdtemp(prefix="mission-management-demo-")
    try:
        for name in names:
            if deps(folder, "start", name) != 0:
                sys.exit(f"The plan is not played, for it needs {name}:\n   " + "\n   ".join(pathlib.Path(folder, "dev-deps.log").read_text().splitlines()[-6:]))
        lines = pathlib.Path(folder, "env").read_text().splitlines()
        yield folder, dict(line.split("=", 1) for line in lines)
    finally:
        deps(folder, "stop")
        # As root PostgreSQL's data may stand elsewhere, see scripts/dev-deps.d/postgres.sh.
        with contextlib.suppress(OSError):
            shutil.rmtree(os.readlink(os.path.join(folder, "postgres")))
        shutil.rmtree(folder, ignore_errors=True)


def wait_for_topics(brokers, topics):
    for _ in range(100):
        done = subprocess.run(["kcat", "-b", brokers, "-L", "-J"], capture_output=True, text=True)
        if done.returncode == 0 and set(topics) <= {t["topic"] for t in json.loads(done.stdout)["topics"]}:
            return
        time.sleep(0.1)
    sys.exit("the topics were not made in 10 s")


@contextlib.contextmanager
def consumer(brokers, group, topics, take):
    """Hands what it reads to take(topic, key, value), each partition in its order, in a thread of its own."""
    # A unit separator between the fields: JSON has none.
    process = subprocess.Popen(["kcat", "-b", brokers, "-G", group, "-X", "auto.offset.reset=earliest", "-q", "-u",
                                "-f", "%t\x1f%k\x1f%s\n", *topics], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def read():
        for line in process.stdout:
            topic, key, value = line.rstrip("\n").split("\x1f")
            take(topic, key, json.loads(value))
    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)
        thread.join(5)


def send(brokers, topic, key, value):
    subprocess.run(["kcat", "-b", brokers, "-P", "-E", "-t", topic, "-K", "\x1f"], input=f"{key}\x1f{json.dumps(value)}", text=True,
                   check=True, timeout=20)


class Producer:
    """Sends JSON to one topic, in the order of each key, from now until the end."""

    def __init__(self, brokers, topic):
        self.command = ["kcat", "-b", brokers, "-P", "-E", "-t", topic, "-K", "\x1f", "-X", "message.timeout.ms=300000", "-X", "linger.ms=50"]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return self

    def send(self, key, value):
        self.process.stdin.write(f"{key}\x1f{json.dumps(value)}\n")
        self.process.stdin.flush()

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)
