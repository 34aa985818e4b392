"""Two replicas on one PostgreSQL, requests spread over both: one truth, one timer, answers that both know."""
import itertools
import signal
import threading
import time
import unittest

from running_service import STORE, Service, ServiceTest, Store, new_uuid7, rfc3339


@unittest.skipUnless(STORE == "postgres", "a SQLite file has one service")
class Replicas(ServiceTest):
    @classmethod
    def setUpClass(cls):
        store = Store()
        cls.replicas = [Service(store), Service(store)]
        cls.service = cls.replicas[0]
        cls.turn = itertools.count()

    @classmethod
    def tearDownClass(cls):
        for replica in cls.replicas:
            replica.kill()
        cls.service.store.remove()

    def next(self):
        return self.replicas[next(self.turn) % 2]

    def test_each_sees_at_once_what_the_other_did(self):
        mission = self.next().post("/missions", {"name": "n", "fleet_id": "f", "vehicle_id": "r-1"}).json
        path = f"/missions/{mission['id']}"
        for command, state in (("start", "running"), ("pause", "paused"), ("resume", "running"), ("complete", "completed")):
            self.assertEqual(self.next().post(f"{path}/{command}").json["status"], state)
            for replica in self.replicas:
                self.assertEqual(replica.get(path).json["status"], state)

    def test_a_key_and_a_cursor_of_one_are_good_at_the_other(self):
        headers = {"Idempotency-Key": "both"}
        first = self.replicas[0].post("/missions", {"name": "n", "fleet_id": "keyed"}, headers=headers)
        again = self.replicas[1].post("/missions", {"name": "n", "fleet_id": "keyed"}, headers=headers)
        self.assertEqual((again.json, again.headers.get("idempotency-replayed")), (first.json, "true"))
        for _ in range(3):
            self.next().post("/missions", {"name": "n", "fleet_id": "paged"})
        cursor = self.replicas[0].get("/missions?fleet_id=paged&limit=2").json["next_cursor"]
        self.assertEqual(len(self.replicas[1].get("/missions?fleet_id=paged&limit=2&cursor=" + cursor).json["items"]), 1)

    def test_one_vehicle_is_given_once(self):
        missions = [self.next().post("/missions", {"name": "n", "fleet_id": "f", "vehicle_id": "r-2"}).json["id"] for _ in range(12)]
        answers = []

        def start(index):
            answers.append(self.replicas[index % 2].post(f"/missions/{missions[index]}/start"))
        threads = [threading.Thread(target=start, args=(i,)) for i in range(len(missions))]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(sorted(a.status for a in answers), [200] + [409] * 11)

    def test_one_id_is_made_once(self):
        body = {"id": new_uuid7(), "name": "n", "fleet_id": "once"}
        answers = []
        threads = [threading.Thread(target=lambda r=r: answers.append(r.post("/missions", body))) for r in self.replicas * 4]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(sorted(a.status for a in answers), [200] * 7 + [201])

    def test_a_timer_fires_once_and_outlives_a_replica(self):
        due = time.time() + 1
        missions = [self.next().post("/missions", {"name": "n", "fleet_id": "timed", "scheduled_start": rfc3339(due)}).json
                    for _ in range(10)]
        self.replicas[1].stop(signal.SIGKILL)
        self.eventually(lambda: self.service.get("/missions?fleet_id=timed&status=ready&include_total=true").json["total"] == 10)
        self.replicas[1].start()
        for mission in missions:
            self.assertEqual([e["type"] for e in self.next().events(mission["id"])], ["mission.created", "mission.ready"])

    def test_the_log_agrees_with_the_tables(self):
        checked = self.service.run("replay", "--verify")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)


if __name__ == "__main__":
    unittest.main()
