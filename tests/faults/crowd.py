"""Clients under load, each of which remembers what was acknowledged and settles what is in doubt."""
import collections
import random
import threading
import time
import uuid

from world import Door, Doubt

# What each command appends to a mission's log, when it is carried out.
APPENDS = {
    "start": ["mission.started"],
    "pause": ["mission.paused"],
    "resume": ["mission.resumed"],
    "complete": ["mission.completed"],
    "cancel": ["mission.cancelled"],
    "rename": ["mission.updated"],
    "retry": ["mission.retried", "mission.ready"],
}
BODIES = {"fail": {"reason": "broken axle"}, "rename": None}


class Mission:
    def __init__(self, mission_id, name, attempts):
        self.id, self.name, self.attempts = mission_id, name, attempts
        self.attempt = 1
        self.events = ["mission.created"]  # as acknowledged
        self.doubtful = None               # events that may be there beside them: a command that nobody can settle
        self.status = "ready"

    def appends(self, command):
        if command != "fail":
            return APPENDS[command]
        return ["mission.attempt_failed"] if self.attempt < self.attempts else ["mission.failed"]

    def carried_out(self, command):
        self.events += self.appends(command)
        if command == "fail":
            self.status = "pending" if self.attempt < self.attempts else "failed"
            self.attempt += 1 if self.status == "pending" else 0
        elif command == "retry":
            self.attempt += 1
            self.status = "ready"
        else:
            after = {"start": "running", "pause": "paused", "resume": "running", "complete": "completed", "cancel": "cancelled"}
            self.status = after.get(command, self.status)


class Client:
    """Works on missions of its own, one command after another, each with a vehicle of its own: one that is left in doubt
    must not be in the way of the next."""

    NEXT = {
        "ready": ["start", "start", "start", "rename"],
        "running": ["pause", "complete", "complete", "fail", "fail", "rename"],
        "paused": ["resume", "resume", "cancel"],
        "failed": ["retry"],
    }

    def __init__(self, crowd, number, seed):
        self.crowd, self.number, self.random = crowd, number, random.Random(seed)
        self.doors = [Door(port) for port in crowd.ports]
        self.missions = []
        self.made = 0

    def run(self):
        while not self.crowd.ending.is_set():
            self.one_mission()
        for door in self.doors:
            door.close()

    def one_mission(self):
        mission = self.create()
        while mission and mission.status in self.NEXT and not mission.doubtful:
            if self.crowd.ending.is_set():
                return
            if mission.status == "failed" and self.random.random() < 0.7:
                return
            self.command(mission, self.random.choice(self.NEXT[mission.status]))
            if mission.status == "pending" and not self.await_timer(mission):
                return

    def settle(self, method, path, body, headers, if_match=None):
        """Sends until there is a definite answer; answers it and whether any sending ended in doubt."""
        doubt = False
        began = time.monotonic()
        while True:
            door = self.random.choice(self.doors)
            head = dict(headers)
            if if_match is not None:
                head["If-Match"] = f'"{if_match}"'
            try:
                answer = door.ask(method, path, body, head)
            except Doubt:
                doubt = True
                self.crowd.count("doubts")
            except OSError:
                pass
            else:
                self.crowd.seen(answer)
                if answer.status not in (503, 504):
                    return answer, doubt
                if answer.status == 503:
                    assert "retry-after" in answer.headers, f"503 without Retry-After: {answer}"
                    if answer.json.get("outcome") == "unknown":
                        doubt = True
                        self.crowd.count("unknown")
            if not headers and if_match is None and doubt:
                return None, True  # nothing that makes a repetition safe
            assert time.monotonic() - began < 90, f"no definite answer to {method} {path} in 90 s"
            time.sleep(0.02)

    def create(self):
        self.made += 1
        name = f"c{self.number} m{self.made}"
        attempts = self.random.choice([1, 2, 3])
        body = {"fleet_id": "quarry", "vehicle_id": f"truck-{self.number}-{self.made}", "name": name,
                "retry": {"max_attempts": attempts, "backoff_s": 0.3, "backoff_factor": 1.0}}
        way = self.random.randrange(3)
        if way == 0:
            answer, doubt = self.settle("POST", "/missions", body, {"Idempotency-Key": str(uuid.uuid4())})
        elif way == 1:
            body["id"] = self.chosen_id()
            answer, doubt = self.create_by_id(body)
        else:
            answer, doubt = self.settle("POST", "/missions", body, {})
        if answer is None:
            self.crowd.maybe_created.append(name)
            return None
        assert answer.status == 201 or (answer.status == 200 and way == 1 and doubt), f"create: {answer}"
        mission = Mission(answer.json["id"], name, attempts)
        assert answer.json["version"] == 1
        self.missions.append(mission)
        return mission

    def chosen_id(self):
        milliseconds = int(time.time() * 1000)
        return str(uuid.UUID(int=(milliseconds << 80) | (7 << 76) | (self.random.getrandbits(12) << 64) | (2 << 62) |
                             self.random.getrandbits(62)))

    def create_by_id(self, body):
        # The id makes the repetition safe: the same id and body answer what is there.
        began, doubt = time.monotonic(), False
        while True:
            answer, again = self.settle("POST", "/missions", body, {})
            doubt = doubt or again
            if answer is not None:
                return answer, doubt
            assert time.monotonic() - began < 90
            time.sleep(0.02)

    def command(self, mission, command):
        method, path = ("PUT", f"/missions/{mission.id}") if command == "rename" else ("POST", f"/missions/{mission.id}/{command}")
        body = {"labels": {"n": str(self.random.random())}} if command == "rename" else BODIES.get(command, {})
        version = len(mission.events)
        way = self.random.randrange(3)
        headers = {"Idempotency-Key": str(uuid.uuid4())} if way == 0 else {}
        answer, doubt = self.settle(method, path, body, headers, version if way == 1 else None)
        if answer is None:
            mission.doubtful = mission.appends(command)
            return
        if answer.status == 412:
            assert doubt, f"{command} of {mission.name} at version {version}: {answer}"
        else:
            assert answer.status == 200, f"{command} of {mission.name} ({mission.status}): {answer}"
            expected = version + len(mission.appends(command))
            assert answer.json["version"] == expected, f"{command}: version {answer.json['version']}, expected {expected}"
        mission.carried_out(command)
        self.crowd.count("acknowledged")

    def await_timer(self, mission):
        """The backoff's timer makes it ready again, whoever was killed meanwhile."""
        began = time.monotonic()
        while not self.crowd.ending.is_set():
            try:
                answer = self.random.choice(self.doors).ask("GET", f"/missions/{mission.id}")
            except (OSError, Doubt):
                time.sleep(0.02)
                continue
            self.crowd.seen(answer)
            if answer.status == 200:
                assert answer.json["version"] >= len(mission.events), f"{mission.name} lost an acknowledged write: {answer}"
                if answer.json["status"] == "ready":
                    mission.events.append("mission.ready")
                    mission.status = "ready"
                    self.crowd.count("timers")
                    return True
            assert time.monotonic() - began < 60, f"the timer of {mission.name} never fired"
            time.sleep(0.02)
        return False


class Crowd:
    def __init__(self, ports, clients=12, seed=None):
        self.ports = list(ports)
        self.seed = seed if seed is not None else random.randrange(1 << 30)
        self.ending = threading.Event()
        self.failure = None
        self.counts = collections.Counter()
        self.lock = threading.Lock()
        self.maybe_created = []
        self.clients = [Client(self, n, self.seed + n) for n in range(clients)]
        self.threads = [threading.Thread(target=self._run, args=(c,), daemon=True) for c in self.clients]

    def _run(self, client):
        try:
            client.run()
        except BaseException as e:  # noqa: BLE001
            self.failure = self.failure or e
            self.ending.set()

    def count(self, what):
        with self.lock:
            self.counts[what] += 1

    def seen(self, answer):
        with self.lock:
            self.counts[answer.status] += 1
        assert answer.status != 500, f"a 500: {answer}"

    def start(self):
        for t in self.threads:
            t.start()
        return self

    def check(self):
        if self.failure:
            raise AssertionError(f"seed {self.seed}: {self.failure}") from self.failure

    def stop(self):
        self.ending.set()
        for t in self.threads:
            t.join(120)
            assert not t.is_alive(), "a client did not end"
        self.check()

    def check_store(self, port):
        """Every mission's log is what was acknowledged, and at most the one command in doubt beside it."""
        door = Door(port)
        doubtful = 0
        for client in self.clients:
            for mission in client.missions:
                items, cursor = [], ""
                while True:
                    page = door.ask("GET", f"/missions/{mission.id}/events?limit=200{cursor}")
                    assert page.status == 200, f"{mission.name} is lost: {page}"
                    items += page.json["items"]
                    if not page.json["next_cursor"]:
                        break
                    cursor = "&cursor=" + page.json["next_cursor"]
                types = [e["type"] for e in items]
                assert [e["version"] for e in items] == list(range(1, len(items) + 1)), f"{mission.name} has a gap: {types}"
                sequences = [e["sequence"] for e in items]
                assert sequences == sorted(set(sequences))
                may_be = [mission.events]
                if mission.doubtful:
                    doubtful += 1
                    may_be.append(mission.events + mission.doubtful)
                may_be += [m + ["mission.ready"] for m in may_be if m[-1] == "mission.attempt_failed"]
                assert types in may_be, f"seed {self.seed}: {mission.name}: the log says {types}, acknowledged were {mission.events}, in doubt {mission.doubtful}"
                now = door.ask("GET", f"/missions/{mission.id}")
                assert now.json["version"] == len(types)
        names = {m.name for c in self.clients for m in c.missions}
        for name in sorted(names)[:200] + self.maybe_created:
            page = door.ask("GET", "/missions?name=" + name.replace(" ", "%20"))
            assert page.status == 200, page
            found = len(page.json["items"])
            assert found == 1 or (found == 0 and name in self.maybe_created), f"{name} was made {found} times"
        door.close()
        missions = sum(len(c.missions) for c in self.clients)
        return f"{missions} missions, {sum(len(m.events) for c in self.clients for m in c.missions)} events, " \
               f"{doubtful} left in doubt; " + ", ".join(f"{k}: {v}" for k, v in sorted(self.counts.items(), key=str))
