"""Two replicas on one PostgreSQL that hear of each other through a Redis of the test's own, which is killed and comes back."""
import os
import pathlib
import re
import subprocess
import tempfile
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


@unittest.skipUnless(STORE == "postgres", "a SQLite file has one service")
class News(ServiceTest):
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

    @classmethod
    def tearDownClass(cls):
        for replica in cls.replicas:
            replica.kill()
        cls.service.store.remove()
        cls.redis.remove()

    def part(self, replica):
        return replica.get("//health").json["parts"]["redis"]

    def both_up(self):
        for replica in self.replicas:
            self.eventually(lambda: self.part(replica)["status"] == "up", 10)

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
        self.both_up()
        took = sorted(self.seen_in() for _ in range(5))
        print(f"median {took[2] * 1000:.0f} ms, longest {took[4] * 1000:.0f} ms", flush=True)
        self.assertLess(took[2], 1)
        self.assertIn("redis_up 1", self.replicas[1].get("//metrics").text)
        self.assertGreater(float(re.search(r"^redis_news_heard_total (\S+)$", self.replicas[1].get("//metrics").text, re.M)[1]), 0)

    def test_a_revoked_key_is_refused_by_the_other_at_once(self):
        self.both_up()
        made = self.service.post("/api-keys", {"name": "k", "kind": "service", "grants": [{"role": "viewer", "fleet_id": "f"}]}).json
        self.assertEqual(self.replicas[1].get("/missions", key=made["key"]).status, 200)  # and it remembers that
        self.assertEqual(self.replicas[0].delete(f"/api-keys/{made['id']}").status, 204)
        began = time.monotonic()
        self.eventually(lambda: self.replicas[1].get("/missions", key=made["key"]).status == 401, 4, 0.005)
        self.assertLess(time.monotonic() - began, 1)

    def test_without_it_they_go_on_and_hear_again_when_it_is_back(self):
        self.both_up()
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
        self.both_up()
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


if __name__ == "__main__":
    unittest.main()
