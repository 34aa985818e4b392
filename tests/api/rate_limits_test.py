"""Rate limits of the real binary: who gets 429, with which words, and who is not touched."""
import re
import threading
import time
import unittest

from event_log_test import Stream
from running_service import Service, ServiceTest

ADMIN = [{"role": "admin", "fleet_id": "*"}]


def state_of(answer):
    """The items of RateLimit: name, remaining tokens, seconds until it is full."""
    name, left, reset = re.fullmatch(r'"(\w+)";r=(\d+);t=(\d+)', answer.headers["ratelimit"]).groups()
    return name, int(left), int(reset)


class LimitedTest(ServiceTest):
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.service = Service(**cls.settings)
        cls.service.key = cls.key_of(cls, "root")

    def key_of(self, name):
        made = self.service.post("/api-keys", {"name": name, "kind": "service", "grants": ADMIN})
        return made.json["key"]

    def figure(self, limit):
        found = re.search(f'^rate_limited_total{{limit="{limit}"}} (\\S+)$', self.service.get("//metrics").text, re.M)
        return float(found[1]) if found else 0


class Rates(LimitedTest):
    settings = {"RATE_READS": "0.05:5", "RATE_WRITES": "0.05:8", "RATE_REPORTS": "0.05:3", "RATE_HEAVY": "0.05:2"}

    def assert_limited(self, answer, name, burst, window):
        self.assert_problem(answer, 429, "rate_limited")
        self.assertEqual(answer.headers["ratelimit-policy"], f'"{name}";q={burst};w={window}')
        said, left, reset = state_of(answer)
        self.assertEqual((said, left), (name, 0))
        wait = int(answer.headers["retry-after"])
        self.assertTrue(1 <= wait <= 20 and wait <= reset <= window, (wait, reset))
        self.assertEqual((answer.json["policy"], answer.json["retry_after_s"]), (name, wait))

    def test_each_class_has_its_own_bucket_and_each_caller_too(self):
        ann, bob = self.key_of("ann"), self.key_of("bob")
        before = self.figure("reads")
        for left in (4, 3, 2, 1, 0):
            answer = self.service.get("/missions", key=ann)
            self.assertEqual(answer.status, 200)
            self.assertEqual(state_of(answer)[:2], ("reads", left))
        self.assert_limited(self.service.get("/missions", key=ann), "reads", 5, 100)
        self.assert_limited(self.service.call("GET", "/trips", key=ann), "reads", 5, 100)
        self.assertEqual(self.service.call("HEAD", "/trips", key=ann).status, 429)
        self.assertEqual(self.figure("reads") - before, 3)
        self.assertEqual(self.service.get("/missions", key=bob).status, 200)
        for status in (201, 201, 201):
            state = {"fleet_id": "f", "position": {"latitude": 1, "longitude": 1}}
            self.assertEqual(self.service.post("/vehicles/v/state", state, key=ann).status // 100, 2)
        self.assert_limited(self.service.post("/vehicles/v/state", state, key=ann), "reports", 3, 60)
        for _ in range(2):
            self.assertEqual(self.service.get("/missions/analytics", key=ann).status, 200)
        self.assert_limited(self.service.get("/trips/analytics", key=ann), "heavy", 2, 40)
        # Without a limit: what everyone may see.
        for path in ("//health", "//health/ready", "//metrics", "/openapi.json"):
            answer = self.service.get(path, key=ann)
            self.assertEqual((answer.status, "ratelimit" in answer.headers), (200, False), path)
        said = lambda: [line for line in self.service.log if line.get("message") == "rate limited"]
        self.assertEqual(len(self.eventually(said)), 1)  # every ten seconds at most
        self.assertEqual([line for line in self.service.log if line.get("status") == 429], [])

    def test_what_was_refused_did_nothing_and_its_body_is_not_read(self):
        eve = self.key_of("eve")
        keys = [{"Idempotency-Key": f"k{i}"} for i in range(9)]
        body = {"name": "n", "fleet_id": "eve"}
        for key in keys[:8]:
            self.assertEqual(self.service.post("/missions", body, headers=key, key=eve).status, 201)
        self.assertEqual(self.service.post("/missions", body, headers=keys[8], key=eve).status, 429)
        # Even nonsense is refused before anybody looks at it, on a connection that stays good.
        self.assertEqual(self.service.call("POST", "/missions", b"{" * 60_000, key=eve).status, 429)
        self.assertEqual(len(self.service.get("/missions?fleet_id=eve&limit=200").json["items"]), 8)

    def test_a_bucket_fills_again(self):
        service = Service(RATE_READS="20:1")
        try:
            answers = []
            end = time.monotonic() + 1
            while time.monotonic() < end:
                answers.append(service.get("/missions").status)
            good = answers.count(200)
            self.assertTrue(10 <= good <= 22, good)
            self.assertGreater(answers.count(429), 0)
        finally:
            service.kill()

    def test_wrong_values_are_named(self):
        for name, value in (("RATE_READS", "fast"), ("RATE_HEAVY", "5:0"), ("RATE_IN_FLIGHT", "-1"), ("TRUSTED_PROXIES", "99")):
            done = self.service.run("serve", **{name: value})
            self.assertEqual((done.returncode, f"{name} is wrong" in done.stderr), (2, True), done)


class Guesses(LimitedTest):
    settings = {"RATE_UNAUTHENTICATED": "0.05:4", "TRUSTED_PROXIES": "1"}

    def test_keys_cannot_be_guessed_quickly(self):
        late = self.key_of("late")
        wrong = self.service.key[:-4] + ("aaaa" if not self.service.key.endswith("aaaa") else "bbbb")
        codes = [self.service.get("/missions", key=wrong) for _ in range(6)]
        self.assertEqual([c.status for c in codes], [401] * 4 + [429] * 2)
        self.assertIn("retry-after", codes[-1].headers)
        self.assertEqual(state_of(codes[-1])[:2], ("unauthenticated", 0))
        self.assertGreaterEqual(self.figure("unauthenticated"), 2)
        # Who was known before is not hindered; a key that nobody has seen waits; another address does not.
        self.assertEqual(self.service.get("/missions").status, 200)
        self.assertEqual(self.service.get("/missions", key=late).status, 429)
        other = self.service.get("/missions", key=late, headers={"X-Forwarded-For": "9.9.9.9, 203.0.113.7"})
        self.assertEqual((other.status, "ratelimit" in other.headers), (200, False))
        # Who sends none has a bucket of his own.
        self.service.key, key = None, self.service.key
        try:
            self.assertEqual([self.service.get("/missions").status for _ in range(5)], [401] * 4 + [429])
        finally:
            self.service.key = key


class Flood(LimitedTest):
    settings = {"RATE_IN_FLIGHT": "4"}

    def test_a_flood_of_one_caller_leaves_the_others_their_latency(self):
        flooder, other = self.key_of("flooder"), self.key_of("other")
        statuses, stop = [], threading.Event()

        def flood():
            while not stop.is_set():
                statuses.append(self.service.post("/missions", {"name": "n", "fleet_id": "f"}, key=flooder).status)

        threads = [threading.Thread(target=flood) for _ in range(24)]
        for thread in threads:
            thread.start()
        try:
            self.eventually(lambda: 429 in statuses, 10)
            took = []
            for _ in range(30):
                began = time.monotonic()
                self.assertEqual(self.service.post("/missions", {"name": "n", "fleet_id": "g"}, key=other).status, 201)
                took.append(time.monotonic() - began)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        print(f"median {sorted(took)[15] * 1000:.0f} ms beside {len(statuses)} of the flood", flush=True)
        self.assertLess(sorted(took)[15], 2)
        self.assertEqual(set(statuses), {201, 429})
        # Every place was given back.
        self.assertEqual([self.service.get("/missions", key=flooder).status for _ in range(10)], [200] * 10)
        limited = self.figure("in_flight")
        self.assertEqual(limited, statuses.count(429))

    def test_a_stream_holds_no_place(self):
        key = self.key_of("watcher")
        streams = [Stream(self.service, key=key).start() for _ in range(6)]
        for stream in streams:
            self.eventually(lambda: stream.last is not None)
        self.assertEqual(self.service.get("/missions", key=key).status, 200)
        for stream in streams:
            stream.leave()


if __name__ == "__main__":
    unittest.main()
