"""What the demos share: calls to the API, a service and a store of one's own, people and vehicles with keys, and words.

Standard library only.
"""
import argparse
import contextlib
import json
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
VAR = HERE.parent / "var"
PREFIX = "/api/v1/mission-management"


class Refused(Exception):
    """An answer that is no success; `problem` is its body."""

    def __init__(self, problem):
        super().__init__(problem.get("detail", ""))
        self.problem = problem


class Api:
    """Calls as one caller. Every POST carries an Idempotency-Key, as a careful client's does."""

    calls = 0

    def __init__(self, url, key=None):
        self.url = url.rstrip("/")
        self.key = key

    def call(self, method, path, body=None, idempotency_key=None):
        headers = {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.key:
            headers["X-API-Key"] = self.key
        if method == "POST":
            headers["Idempotency-Key"] = idempotency_key or secrets.token_hex(8)
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + PREFIX + path, data, headers, method=method)
        Api.calls += 1
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
                return json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            raise Refused(json.load(error)) from None

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body=None):
        return self.call("POST", path, body or {})

    def put(self, path, body):
        return self.call("PUT", path, body)

    def is_ready(self):
        try:
            with urllib.request.urlopen(self.url + "/health/ready", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False


# Services

def wait_until_ready(api, process, log):
    for _ in range(300):
        if api.is_ready():
            return
        if process.poll() is not None:
            sys.exit(f"the service did not start; its last words stand in {log}")
        time.sleep(0.1)
    sys.exit("the service did not become ready in 30 s")


@contextlib.contextmanager
def started(command, environment, log):
    """The binary, running; asked to stop at the end."""
    with open(log, "a") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(40)


def psql(url, statement):
    # The password goes by the environment: anyone may read the arguments of a process.
    parts = urllib.parse.urlsplit(url)
    environment = dict(os.environ)
    if parts.password:
        environment["PGPASSWORD"] = urllib.parse.unquote(parts.password)
        parts = parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@", 1))
    return subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement, parts.geturl()], env=environment,
                          capture_output=True, text=True)


@contextlib.contextmanager
def store_of_ones_own():
    """DATABASE_URL of a store that is gone at the end: a file, or a database beside the one that DATABASE_URL names."""
    server = os.environ.get("DATABASE_URL", "")
    folder = tempfile.mkdtemp(prefix="mission-management-demo-")
    name = "mission_demo_" + secrets.token_hex(4)
    try:
        if not server.startswith("postgres"):
            yield f"sqlite:{folder}/missions.db", folder
            return
        made = psql(server, f"create database {name}")
        if made.returncode != 0:
            sys.exit(f"the demo wants a database of its own beside the one of DATABASE_URL: {made.stderr.strip()}")
        try:
            yield urllib.parse.urlsplit(server)._replace(path="/" + name).geturl(), folder
        finally:
            psql(server, f"drop database if exists {name} with (force)")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def service_of_ones_own(binary):
    """A running service on a store of its own: its Api, and the environment that `replay` needs."""
    with store_of_ones_own() as (url, folder):
        environment = os.environ | {"DATABASE_URL": url, "DATA_DIR": folder, "PORT": "0", "LISTEN": "127.0.0.1",
                                    "LOG_LEVEL": "info"}
        log = os.path.join(folder, "log")
        with started([binary, "serve"], environment, log) as process:
            yield Api(address_in(log, process)), environment


def address_in(log, process):
    """Where it says that it listens."""
    for _ in range(600):
        with open(log) as file:
            lines = file.read().splitlines()
        for line in lines:
            with contextlib.suppress(ValueError):
                entry = json.loads(line)
                if entry.get("message") == "listening":
                    return entry["address"]
        if process.poll() is not None:
            sys.exit("the service did not start:\n" + "\n".join(lines[-5:]))
        time.sleep(0.05)
    sys.exit("the service did not start in 30 s")


def verify(binary, environment=None):
    if not binary:
        return 0
    print("\nThe event log against the tables:", flush=True)
    done = subprocess.run([binary, "replay", "--verify"], env=environment, capture_output=True, text=True)
    print("   " + (done.stdout + done.stderr).strip(), flush=True)
    return done.returncode


# A day

class Stage:
    """A fleet, those who work in it, each with a key of their own, and what they say."""

    def __init__(self, admin, fleet, own):
        # On a service that others use too nothing of an earlier day may be in the way.
        self.suffix = "" if own else "." + secrets.token_hex(3)
        self.fleet = fleet + self.suffix
        self.admin = admin
        self.own = own
        self.keys = []

    def name(self, name):
        return name + self.suffix

    def shown(self, text):
        """Words of the service, with names as people say them."""
        return text.replace(self.suffix, "") if self.suffix else text

    def chapter(self, title):
        print(f"\n{title}", flush=True)

    def say(self, text):
        print("   " + text, flush=True)

    def open_the_house(self):
        """Someone who may make keys: API_KEY's caller, or whoever comes first to an open house."""
        me = self.admin.get("/me")
        if not any(grant["role"] == "admin" for grant in me["grants"]):
            sys.exit(f"{me['id']} is no admin; set API_KEY to an admin's key")
        if self.admin.key:
            return
        made = self.admin.post("/api-keys", {"name": "demo admin", "kind": "person",
                                             "grants": [{"role": "admin", "fleet_id": "*"}]})
        self.admin = Api(self.admin.url, made["key"])
        if self.own:
            return
        folder = pathlib.Path(os.environ.get("DATA_DIR", VAR))
        folder.mkdir(exist_ok=True)
        path = folder / "demo-admin-key"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(made["key"] + "\n")
        print(f"The first API key ends the open house; the admin's stands in {os.path.relpath(path)}.", flush=True)

    def hire(self, name, role, kind="person"):
        body = {"name": name, "kind": kind, "grants": [{"role": role, "fleet_id": self.fleet}]}
        if kind == "vehicle":
            body["vehicle_id"] = self.name(name)
        made = self.admin.post("/api-keys", body)
        self.keys.append(made["id"])
        return Api(self.admin.url, made["key"])

    def dismiss_all(self):
        for key in self.keys:
            self.admin.call("DELETE", f"/api-keys/{key}")

    def refused(self, who, call):
        """A call that must be refused; says why and answers the problem."""
        try:
            call()
        except Refused as refusal:
            self.say(f"{who} is refused: {self.shown(refusal.problem['detail'])}")
            return refusal.problem
        raise SystemExit(f"{who} should have been refused")

    def wait_for(self, what, condition, seconds=15):
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            if found := condition():
                return found, time.monotonic() - start
            time.sleep(0.05)
        raise SystemExit(f"{what} did not come within {seconds} s")


def play(doc, fleet, day):
    """The whole of a demo's program: `day(stage)` on a service of its own (--serve) or on one that runs (--url)."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", metavar="BINARY", help="starts it on a store of its own; also what runs `replay --verify`")
    parser.add_argument("--url", help="a service that runs already (default: the one at PORT, when --serve is not given)")
    arguments = parser.parse_args()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    with contextlib.ExitStack() as stack:
        own = bool(arguments.serve and not arguments.url)
        if own:
            api, environment = stack.enter_context(service_of_ones_own(arguments.serve))
        else:
            api = Api(arguments.url or "http://127.0.0.1:" + os.environ.get("PORT", "8080"), os.environ.get("API_KEY"))
            environment = None
            if not api.is_ready():
                sys.exit(f"nothing answers at {api.url}; start the service with `make run`, or give --serve BINARY")
        stage = Stage(api, fleet, own)
        begin = time.monotonic()
        try:
            stage.open_the_house()
            day(stage)
            stage.dismiss_all()
        except Refused as refusal:
            sys.exit(f"refused: {json.dumps(refusal.problem)}")
        print(f"\nThe day is over: {Api.calls} requests in {time.monotonic() - begin:.0f} s.", flush=True)
        return verify(arguments.serve, environment)
