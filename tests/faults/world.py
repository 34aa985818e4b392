"""What the tests of bad days share: services of their own, databases of their own, and requests that may end in doubt."""
import atexit
import http.client
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PREFIX = "/api/v1/mission-management"
SECONDS = float(os.environ.get("FAULT_SECONDS", "60"))


def binary():
    path = os.environ.get("MMS_BINARY", "")
    if not path or not os.access(path, os.X_OK):
        raise AssertionError("MMS_BINARY must name the built mission-management; `make test` sets it")
    return path


def wait_for(condition, seconds, what):
    """Asks until the condition answers something true; answers that."""
    until = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > until:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.01)


def free_port():
    # Below the range from which the kernel draws ports for outgoing connections, so that a restart finds it free.
    for _ in range(200):
        port = random.randrange(20000, 32000)
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


class Doubt(Exception):
    """The connection ended before an answer: nobody knows whether it happened."""


class Answer:
    def __init__(self, status, headers, text):
        self.status, self.headers, self.text = status, headers, text
        self.json = json.loads(text) if text.startswith("{") else {}

    def __repr__(self):
        return f"{self.status} {self.text[:300]}"


class Door:
    """One keep-alive connection to a service. Threads: one."""

    def __init__(self, port, timeout=40):
        self.port, self.timeout, self.connection = port, timeout, None

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def ask(self, method, path, body=None, headers=None):
        """Raises ConnectionRefusedError when nothing was sent, Doubt when there is no answer to what was sent."""
        if self.connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection = connection
        head = dict(headers or {})
        text = None
        if body is not None:
            text = body if isinstance(body, (str, bytes)) else json.dumps(body)
            head["Content-Type"] = "application/json"
        try:
            self.connection.request(method, path if path.startswith("/health") else PREFIX + path, text, head)
            response = self.connection.getresponse()
            answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read().decode())
            if response.will_close:
                self.close()
            return answer
        except (OSError, http.client.HTTPException, ValueError) as e:
            self.close()
            raise Doubt(f"{type(e).__name__}: {e}") from e


STARTED = []


@atexit.register
def end_what_was_left():
    """A test that failed leaves its services behind."""
    for process in STARTED:
        if process.poll() is None:
            process.kill()


class Service:
    """The real binary, in a folder of its own."""

    def __init__(self, database_url, folder, name="service", limits=(), **settings):
        self.url, self.folder, self.name, self.limits = database_url, pathlib.Path(folder), name, limits
        self.port = free_port()
        self.settings = {"LOG_REQUESTS": "false", "LOG_LEVEL": "info", **settings}
        self.process = None
        self.log = self.folder / f"{name}.log"

    def environment(self):
        keep = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")}
        return {**keep, **self.settings, "DATABASE_URL": self.url, "PORT": str(self.port), "DATA_DIR": str(self.folder / "data")}

    def _limit(self):
        for kind, soft in self.limits:
            resource.setrlimit(kind, (soft, resource.getrlimit(kind)[1]))

    def start(self, ready=True):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([binary(), "serve"], env=self.environment(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, preexec_fn=self._limit if self.limits else None)
        STARTED.append(self.process)
        if ready:
            wait_for(self.is_ready, 20, f"{self.name} ready; its log: {self.tail()}")
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self.process.returncode}: {self.tail()}")
        door = Door(self.port, 5)
        try:
            return door.ask("GET", "/health/ready").status == 200
        except (OSError, Doubt):
            return False
        finally:
            door.close()

    def tail(self):
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds=30):
        """An orderly stop; fails when it does not end."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not stop within {seconds} s: {self.tail()}") from None
        assert self.process.returncode == 0, f"{self.name} stopped with {self.process.returncode}: {self.tail()}"

    def replay(self, what="--verify"):
        done = subprocess.run([binary(), "replay", what], env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=600)
        return done.returncode, done.stdout + done.stderr

    def verify(self):
        code, text = self.replay()
        assert code == 0 and text.startswith("equal"), f"replay --verify: {text[-3000:]}"
        return text.strip()

    def resident_mb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def faults(self):
        """Lines of its log that say that something of our own broke."""
        return [l for l in self.log.read_text(errors="replace").splitlines() if '"code":"internal"' in l or "Sanitizer" in l]


def psql_path():
    found = shutil.which("psql") or next(iter(sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/psql"))), None)
    assert found, "psql is missing; `make packages` installs it"
    return str(found)


def psql(url, sql):
    done = subprocess.run([psql_path(), "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return done.stdout.strip()


def with_database(url, name, port=None):
    parts = urllib.parse.urlsplit(url)
    place = parts.netloc if port is None else f"{parts.netloc.rsplit(':', 1)[0]}:{port}"
    return urllib.parse.urlunsplit((parts.scheme, place, "/" + name, parts.query, ""))


class PostgresDatabase:
    """A database of the test's own on the server of TEST_DATABASE_URL (or of `server`)."""

    count = 0

    def __init__(self, server=None):
        self.server = server or os.environ.get("TEST_DATABASE_URL", "")
        assert self.server, "TEST_DATABASE_URL must name a PostgreSQL server; `make test` sets it"
        PostgresDatabase.count += 1
        self.name = f"mms_faults_{os.getpid()}_{PostgresDatabase.count}"
        psql(self.server, f"create database {self.name}")
        self.url = with_database(self.server, self.name)

    def through(self, port):
        return with_database(self.url, self.name, port)

    def ask(self, sql):
        return psql(self.url, "set search_path to mission_management; " + sql)

    def drop(self):
        try:
            psql(self.server, f"drop database if exists {self.name} with (force)")
        except (RuntimeError, subprocess.TimeoutExpired):
            pass


class Server:
    """A PostgreSQL server of the test's own, to be killed."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "deps"
        self.environment = {**os.environ, "DEV_DEPS_DIR": str(self.folder)}

    def run(self, *words):
        done = subprocess.run([str(ROOT / "scripts" / "dev-deps"), *words], env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self):
        self.run("start", "postgres")
        env = dict(line.split("=", 1) for line in (self.folder / "env").read_text().splitlines() if "=" in line)
        self.url = env["TEST_DATABASE_URL"]
        return self

    def kill(self):
        self.run("kill", "postgres")

    def stop(self):
        self.run("stop", "postgres")
        link = self.folder / "postgres"
        if link.is_symlink():
            shutil.rmtree(link.resolve(), ignore_errors=True)


class Folder:
    """A folder that goes at the end, readable for the user postgres."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="mms-faults-"))
        self.path.chmod(0o711)
        return self.path

    def __exit__(self, kind, *_):
        if kind is None:
            shutil.rmtree(self.path, ignore_errors=True)
        else:
            print(f"what it left: {self.path}", flush=True)


def in_threads(count, work):
    """Runs work(n) in threads; raises what the first of them raised."""
    failed = []

    def run(n):
        try:
            work(n)
        except BaseException as e:  # noqa: BLE001
            failed.append(e)

    threads = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if failed:
        raise failed[0]
