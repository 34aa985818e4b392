"""A running service for tests: the real binary on a free port, with a fresh SQLite file or a fresh PostgreSQL database.

MMS_BINARY names the binary (default: build/release/mission-management), MMS_STORE the store (sqlite or postgres); for
postgres TEST_DATABASE_URL names a server on which databases may be made.
"""
import atexit
import http.client
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("MMS_BINARY") or str(ROOT / "build/release/mission-management")
STORE = os.environ.get("MMS_STORE", "sqlite")
PREFIX = "/api/v1/mission-management"
# What a service under test inherits from the one who tests: nothing but this.
KEPT = ("PATH", "HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LANG")


def each_key_once(pairs):
    """What the service sends must be as strict as what it takes."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise AssertionError(f"a key stands twice in {[key for key, _ in pairs]}")
    return members


def refuse_constant(name):
    raise AssertionError(f"{name} is no JSON")


class Answer:
    """What came back. `headers` has lower-case names."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body, object_pairs_hook=each_key_once, parse_constant=refuse_constant)

    @property
    def code(self):
        return self.json.get("code") if self.body else None

    def __repr__(self):
        return f"{self.status} {self.body[:600]!r}"


def new_uuid7(at=None):
    """A UUIDv7 of this moment, or of `at` (seconds)."""
    ms = int((time.time() if at is None else at) * 1000)
    value = (ms << 80) | (0x7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62)
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def rfc3339(at):
    """Seconds since 1970 as the wire has them."""
    whole = int(at)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{int((at - whole) * 1e6):06d}Z"


class Store:
    """A database of one's own; gone at the end."""

    made = 0

    def __init__(self, kind=STORE):
        self.kind = kind
        self.folder = tempfile.mkdtemp(prefix="mission-management-test-")
        Store.made += 1
        if kind == "sqlite":
            self.url = f"sqlite:{self.folder}/missions.db"
        else:
            server = os.environ.get("TEST_DATABASE_URL")
            if not server:
                raise RuntimeError("TEST_DATABASE_URL is not set; scripts/test sets it")
            self.server = server
            self.name = f"api_{os.getpid()}_{Store.made}_{secrets.token_hex(3)}"
            self.psql(f"create database {self.name}")
            self.url = server[: server.rindex("/") + 1] + self.name
        atexit.register(self.remove)

    def psql(self, statement):
        subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement, self.server], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def remove(self):
        if self.folder is None:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder = None
        if self.kind != "sqlite":
            try:
                self.psql(f"drop database if exists {self.name} with (force)")
            except (subprocess.CalledProcessError, OSError):
                pass  # the server has gone first


class Service:
    """One process of the binary. Usable from many threads: each has its own connection."""

    def __init__(self, store=None, **settings):
        self.store = store or Store()
        self.settings = settings
        self.key = None
        self.process = None
        self.start()

    def environment(self):
        env = {name: os.environ[name] for name in KEPT if name in os.environ}
        env |= {"DATABASE_URL": self.store.url, "DATA_DIR": self.store.folder, "PORT": "0", "LOG_LEVEL": "info"}
        return env | {name: str(value) for name, value in self.settings.items()}

    def start(self):
        self.local = threading.local()
        self.log, self.port = [], None
        self.process = subprocess.Popen([BINARY, "serve"], env=self.environment(), stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        atexit.register(self.kill)
        listening = threading.Event()
        threading.Thread(target=self.read_log, args=(self.process, listening), daemon=True).start()
        if not listening.wait(30) or self.port is None:
            self.kill()
            raise RuntimeError("the service did not start:\n" + "\n".join(map(str, self.log)))

    def read_log(self, process, listening):
        for line in process.stdout:
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {"message": line.rstrip()}
            self.log.append(entry)
            if entry.get("message") == "listening":
                self.port = int(entry["address"].rsplit(":", 1)[1])
                listening.set()
        listening.set()

    def stop(self, number=signal.SIGTERM):
        """Asks it to stop and waits; answers the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(40)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def restart(self, number=signal.SIGTERM):
        self.stop(number)
        self.start()

    def run(self, *arguments, **settings):
        """Another subcommand on the same store."""
        return subprocess.run([BINARY, *arguments], env=self.environment() | settings, capture_output=True, text=True,
                              timeout=60)

    # Calls

    def call(self, method, path, body=None, headers=None, key=None):
        """`path` stands below the prefix unless it begins with "//" (then at the root). `body`: a value, or bytes."""
        path = path[1:] if path.startswith("//") else PREFIX + path
        head = {k: v for k, v in (headers or {}).items() if v is not None}
        key = key or self.key
        if key:
            head.setdefault("X-API-Key", key)
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            head.setdefault("Content-Type", "application/json")
        for last_try in (False, True):
            connection = getattr(self.local, "connection", None)
            if connection is None:
                connection = self.local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                connection.request(method, path, body, head)
                response = connection.getresponse()
                names = {k.lower(): v for k, v in response.getheaders()}
                if names.get("content-type", "").startswith("text/event-stream"):
                    self.local.connection = None
                    connection.close()
                    return Answer(response.status, names, b"")
                content = response.read()
                if response.will_close:
                    self.local.connection = None
                return Answer(response.status, names, content)
            except (ConnectionError, http.client.HTTPException):
                self.local.connection = None
                if last_try or method != "GET":
                    raise

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.call("POST", path, {} if body is None else body, **more)

    def put(self, path, body, **more):
        return self.call("PUT", path, body, **more)

    def delete(self, path, **more):
        return self.call("DELETE", path, **more)

    def raw(self, data, seconds=5):
        """Bytes over a socket of their own; answers all that came back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            connection.sendall(data)
            got = b""
            try:
                while chunk := connection.recv(65536):
                    got += chunk
            except (TimeoutError, ConnectionError):
                pass
            return got

    # Missions

    def mission(self, **fields):
        """A new mission; its body."""
        answer = self.post("/missions", {"name": "a mission", "fleet_id": "north"} | fields)
        assert answer.status == 201, answer
        return answer.json

    def in_state(self, state, **fields):
        """A new mission in this state."""
        fields = {"vehicle_id": "v-" + secrets.token_hex(4)} | fields
        if state == "pending":
            fields["scheduled_start"] = rfc3339(time.time() + 3600)
        mission = self.mission(**fields)
        for command, body in {"pending": (), "ready": (), "running": (("start", {}),),
                              "paused": (("start", {}), ("pause", {})), "completed": (("start", {}), ("complete", {"force": True})),
                              "failed": (("start", {}), ("fail", {"reason": "test"})),
                              "cancelled": (("cancel", {}),)}[state]:
            answer = self.post(f"/missions/{mission['id']}/{command}", body)
            assert answer.status == 200, answer
            mission = answer.json
        assert mission["status"] == state, mission
        return mission

    def events(self, mission_id):
        return self.get(f"/missions/{mission_id}/events?limit=200").json["items"]


class ServiceTest(unittest.TestCase):
    """Tests of one class share a service, made with `settings`."""

    settings = {}
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.service = Service(**cls.settings)

    @classmethod
    def tearDownClass(cls):
        cls.service.kill()
        cls.service.store.remove()

    def assert_problem(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code), answer)
        problem = answer.json
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        self.assertEqual(problem["status"], status)
        self.assertEqual(problem["type"], "urn:mission-management:problem:" + code)
        self.assertEqual(problem["request_id"], answer.headers["x-request-id"])
        self.assertTrue(problem["title"] and problem["detail"] and "instance" in problem, answer)
        return problem

    def pointers(self, answer):
        return {error["pointer"]: error["code"] for error in answer.json["errors"]}

    def eventually(self, condition, seconds=10, every=0.02):
        end = time.time() + seconds
        while time.time() < end:
            value = condition()
            if value:
                return value
            time.sleep(every)
        self.fail("did not come true in time")
