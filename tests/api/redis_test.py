"""Two replicas on one PostgreSQL that hear of each other through a Redis of the test's own, which is killed and comes back."""
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import time
import unittest

from event_log_test import Stream
from running_service import ROOT, STORE, Service, ServiceTest, Store

SLOW = {"RELAY_LOOK_MS": "10000"}  # whoever sees something sooner was told


class Redis:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mission-management-redis-")
        self.deps("start")
        env = (pathlib.Path(self.folder.name) / "env").read_text()
        self.settings = {name: re.search(f"^{name}=(.*)$", env, re.M)[1] for name in ("REDIS_ADDR", "REDIS_PASSWORD")}

    def deps(self, word):
        with tempfile.TemporaryFile() as said:  # not pipes: the server would keep them open
            subprocess.run([ROOT / "scripts/dev-deps", word, "redis"], env=os.environ | {"DEV_DEPS_DIR": self.folder.name},
                           stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=60, check=True)

    def remove(self):
        self.deps("stop")
        self.folder.cleanup()


class TwoReplicas(ServiceTest):
    """On one store, with a Redis of their own, both made by the test's class."""

    @classmethod
    def tearDownClass(cls):
        for replica in cls.replicas:
            replica.kill()
        cls.service.store.remove()
        cls.redis.remove()

    def part(self, replica):
        return replica.get("//health").json["parts"]["redis"]

    def both_are(self, status):
        for replica in self.replicas:
            self.eventually(lambda: self.part(replica)["status"] == status, 10)


@unittest.skipUnless(STORE == "postgres", "a SQLite file has one service")
class News(TwoReplicas):
    @classmethod
    def setUpClass(cls):
        cls.redis = Redis()
        store = Store()
        cls.replicas = [Service(store, **SLOW, **cls.redis.settings) for _ in range(2)]
        cls.service = cls.replicas[0]
        made = cls.service.post("/api-keys", {"name": "root", "kind": "person", "grants": [{"role": "admin", "fleet_id": "*"}]})
        cls.root = made.json["key"]
        for replica in cls.replicas:
            replica.key = cls.root

    def seen_in(self):
        """From a command at one replica to its event on a stream of the other."""
        stream = Stream(self.replicas[1], key=self.root).start()
        self.eventually(lambda: stream.last is not None)
        time.sleep(0.3)  # it is at the end and waits
        began = time.monotonic()
        mission = self.replicas[0].post("/missions", {"name": "n", "fleet_id": "f"}).json["id"]
        self.eventually(lambda: mission in [e["streamid"] for e in stream.events], 15, 0.002)
        stream.leave()
        return time.monotonic() - began

    def test_an_event_of_one_is_on_the_others_streams_at_once(self):
        self.both_are("up")
        took = sorted(self.seen_in() for _ in range(5))
        print(f"median {took[2] * 1000:.0f} ms, longest {took[4] * 1000:.0f} ms", flush=True)
        self.assertLess(took[2], 1)
        self.assertIn("redis_up 1", self.replicas[1].get("//metrics").text)
        self.assertGreater(float(re.search(r"^redis_news_heard_total (\S+)$", self.replicas[1].get("//metrics").text, re.M)[1]), 0)

    def test_a_revoked_key_is_refused_by_the_other_at_once(self):
        self.both_are("up")
        made = self.service.post("/api-keys", {"name": "k", "kind": "service", "grants": [{"role": "viewer", "fleet_id": "f"}]}).json
        self.assertEqual(self.replicas[1].get("/missions", key=made["key"]).status, 200)  # and it remembers that
        self.assertEqual(self.replicas[0].delete(f"/api-keys/{made['id']}").status, 204)
        began = time.monotonic()
        self.eventually(lambda: self.replicas[1].get("/missions", key=made["key"]).status == 401, 4, 0.005)
        self.assertLess(time.monotonic() - began, 1)

    def test_a_key_revoked_on_the_command_line_is_refused_at_once(self):
        self.both_are("up")
        made = self.service.post("/api-keys", {"name": "k", "kind": "service", "grants": [{"role": "viewer", "fleet_id": "f"}]}).json
        for replica in self.replicas:
            self.assertEqual(replica.get("/missions", key=made["key"]).status, 200)
        done = self.service.run("api-key", "revoke", made["id"])
        self.assertEqual((done.returncode, done.stdout), (0, "revoked\n"), done)
        began = time.monotonic()
        for replica in self.replicas:
            self.eventually(lambda: replica.get("/missions", key=made["key"]).status == 401, 4, 0.005)
        self.assertLess(time.monotonic() - began, 1)
        away = self.service.run("api-key", "revoke", made["id"], REDIS_ADDR="127.0.0.1:1")
        self.assertEqual(away.returncode, 0)
        self.assertIn("Redis could not be told", away.stdout)

    def test_without_it_they_go_on_and_hear_again_when_it_is_back(self):
        self.both_are("up")
        self.redis.deps("kill")
        for replica in self.replicas:
            self.eventually(lambda: self.part(replica)["status"] == "degraded", 10)
            self.assertIn("RELAY_LOOK_MS", self.part(replica)["hint"])
            self.assertEqual(replica.get("//health").json["status"], "degraded")
            self.assertEqual(replica.get("//health/ready").status, 200)
        missed = Stream(self.replicas[1], key=self.root).start()
        self.eventually(lambda: missed.last is not None)
        time.sleep(0.3)
        mission = self.replicas[0].post("/missions", {"name": "n", "fleet_id": "f"}).json["id"]
        self.assertEqual(self.replicas[1].get(f"/missions/{mission}").status, 200)
        self.redis.deps("start")
        began = time.monotonic()
        self.both_are("up")
        # What was missed meanwhile is looked for when it is back.
        self.eventually(lambda: mission in [e["streamid"] for e in missed.events], 9, 0.01)
        missed.leave()
        self.assertLess(self.seen_in(), 5)
        print(f"heard again {time.monotonic() - began:.1f} s after its start", flush=True)

    def test_a_wrong_address_or_password_is_named(self):
        for settings, words in (({"REDIS_ADDR": "nowhere"}, "REDIS_ADDR: it must be"), ({"REDIS_ADDR": "redis://u@h:1"}, "REDIS_ADDR: it must be"),
                                ({"REDIS_ADDR": "h:99999"}, "REDIS_ADDR: it must be")):
            done = self.service.run("serve", **settings)
            self.assertEqual((done.returncode, words in done.stderr), (2, True), done)
        other = Service(self.service.store, **self.redis.settings | {"REDIS_PASSWORD": "wrong-one"})
        try:
            other.key = self.root
            self.eventually(lambda: "it refuses" in self.part(other).get("hint", ""))
            self.assertNotIn("wrong-one", str(other.get("//health").json))
            self.assertEqual(other.post("/missions", {"name": "n", "fleet_id": "f"}).status, 201)
        finally:
            other.kill()


@unittest.skipUnless(STORE == "postgres", "a SQLite file has one service")
class SharedLimits(TwoReplicas):
    """20 reads a second and 100 at once, at both replicas together."""

    RATE, BURST = 20, 100

    @classmethod
    def setUpClass(cls):
        cls.redis = Redis()
        store = Store()
        cls.replicas = [Service(store, RATE_READS=f"{cls.RATE}:{cls.BURST}", **cls.redis.settings) for _ in range(2)]
        cls.service = cls.replicas[0]

    def settled(self, replica, outcome="done"):
        return float(re.search(f'^rate_limit_settlements_total{{outcome="{outcome}"}} (\\S+)$', replica.get("//metrics").text, re.M)[1])

    def flood(self, seconds):
        """What each replica let through, and for how long they were asked."""
        answers = [[], []]
        began = time.monotonic()

        def ask(replica, into):
            while time.monotonic() < began + seconds:
                into.append(replica.get("/missions?limit=1").status)

        threads = [threading.Thread(target=ask, args=pair) for pair in zip(self.replicas, answers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({status for each in answers for status in each}, {200, 429})
        return [each.count(200) for each in answers], time.monotonic() - began

    def test_replicas_share_the_buckets_and_without_redis_each_has_its_own(self):
        self.both_are("up")
        passed, took = self.flood(5)
        allowed = self.BURST + self.RATE * took
        print(f"together {passed} in {took:.1f} s, {allowed:.0f} allowed", flush=True)
        # The tolerance: what one replica lets through until it hears of the other. Paid back, but for the last of it.
        self.assertLess(sum(passed), allowed + self.BURST / 4)
        self.assertGreater(sum(passed), 0.8 * allowed)
        self.assertGreater(self.settled(self.service), 0)

        self.redis.deps("kill")
        self.both_are("degraded")
        for replica in self.replicas:
            self.assertIn("rate limits are each replica's own", self.part(replica)["hint"])
        passed, took = self.flood(3)
        alone = self.BURST + self.RATE * took
        print(f"alone {passed} in {took:.1f} s, {alone:.0f} allowed to each", flush=True)
        for each in passed:
            self.assertLess(each, alone + 1)
            self.assertGreater(each, self.RATE)
        self.assertGreater(self.settled(self.service, "failed"), 0)

        self.redis.deps("start")
        self.both_are("up")
        passed, took = self.flood(3)
        print(f"together again {passed} in {took:.1f} s", flush=True)
        self.assertLess(sum(passed), self.BURST * 1.25 + self.RATE * took)

    def test_an_outage_is_told_when_it_begins_and_when_it_ends(self):
        self.both_are("up")
        figure = lambda: float(re.search(r"^redis_reconnects_total (\S+)$", self.service.get("//metrics").text, re.M)[1])
        lines = lambda message: len([l for l in self.service.log if l.get("message") == message and l.get("where") == "redis"])
        began, ended, times = lines("fault"), lines("there again"), figure()
        self.redis.deps("kill")
        self.both_are("degraded")
        time.sleep(1.5)  # and it tries again meanwhile
        self.redis.deps("start")
        self.both_are("up")
        self.eventually(lambda: lines("there again") > ended)
        self.assertEqual((lines("fault") - began, lines("there again") - ended, figure() - times), (1, 1, 1))


if __name__ == "__main__":
    unittest.main()
