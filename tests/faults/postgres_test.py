#!/usr/bin/env python3
"""PostgreSQL's bad days: it is killed, its backends are ended, connections break in the middle of COMMIT."""
import random
import time
import unittest
import urllib.parse

from crowd import Crowd
from proxy import Proxy
from world import SECONDS, Door, Doubt, Folder, PostgresDatabase, Server, Service, wait_for

SHORT = min(SECONDS, 60) / 3  # a third of the long tests each


def writes(port):
    """Whether a new mission is accepted now."""
    door = Door(port, 20)
    try:
        return door.ask("POST", "/missions", {"fleet_id": "quarry", "name": "probe"}).status == 201
    except (OSError, Doubt):
        return False
    finally:
        door.close()


class PostgresFails(unittest.TestCase):
    def ends_well(self, service, crowd):
        crowd.stop()
        print(crowd.check_store(service.port), flush=True)
        service.stop()
        print(service.verify(), flush=True)
        self.assertEqual(service.faults(), [])

    def test_the_server_is_killed_and_comes_back(self):
        with Folder() as folder:
            server = Server(folder)
            self.addCleanup(server.stop)
            database = PostgresDatabase(server.start().url)
            service = Service(database.url, folder).start()
            crowd = Crowd([service.port]).start()
            recoveries = []
            until = time.monotonic() + SHORT
            while time.monotonic() < until or len(recoveries) < 3:
                time.sleep(random.uniform(0.3, 1.5))  # the moment of the kill
                crowd.check()
                server.kill()
                door = Door(service.port)
                answer = wait_for(lambda: (a := door.ask("POST", "/missions", {"fleet_id": "f", "name": "probe"})).status != 201 and a,
                                  20, "a refusal while PostgreSQL is away")
                self.assertEqual(answer.status, 503, answer)
                self.assertIn("retry-after", answer.headers)
                self.assertIn(answer.json["outcome"], ("none", "unknown"))
                door.close()
                server.start()
                back = time.monotonic()
                wait_for(lambda: writes(service.port), 20, "writes after PostgreSQL's return")
                recoveries.append(time.monotonic() - back)
            print("seconds to recover:", [round(r, 2) for r in recoveries], flush=True)
            self.assertLess(sorted(recoveries)[len(recoveries) // 2], 2)
            self.ends_well(service, crowd)

    def test_the_writers_backend_is_ended(self):
        database = PostgresDatabase()
        self.addCleanup(database.drop)
        with Folder() as folder:
            service = Service(database.url, folder).start()
            crowd = Crowd([service.port]).start()
            ended = 0
            until = time.monotonic() + SHORT / 2
            while time.monotonic() < until or ended < 5:
                crowd.check()
                self.assertLess(time.monotonic(), until + 60, "nobody held the lock")
                # Whoever holds the command lock right now; and now and then everybody.
                everybody = random.random() < 0.2
                holder = "true" if everybody else \
                    "pid in (select pid from pg_locks where locktype = 'advisory' and granted)"
                ended += int(database.ask("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = "
                                          f"current_database() and pid <> pg_backend_pid() and {holder}") or 0)
                time.sleep(random.uniform(0.01, 0.2))  # the moment of the next one
            print(f"{ended} backends ended", flush=True)
            back = time.monotonic()
            wait_for(lambda: writes(service.port), 10, "writes")
            self.assertLess(time.monotonic() - back, 2)
            self.ends_well(service, crowd)

    def test_the_connection_breaks_in_the_middle_of_commit(self):
        database = PostgresDatabase()
        self.addCleanup(database.drop)
        place = urllib.parse.urlsplit(database.url)
        proxy = Proxy(place.hostname, place.port)
        self.addCleanup(proxy.close)
        with Folder() as folder:
            service = Service(database.through(proxy.port), folder).start()
            crowd = Crowd([service.port]).start()
            until = time.monotonic() + SHORT
            while time.monotonic() < until or proxy.cuts < 6:
                crowd.check()
                if proxy.cut is None:
                    proxy.cut = random.choice(["before", "half", "after"])
                time.sleep(random.uniform(0.02, 0.3))  # the moment of the next cut
                self.assertLess(time.monotonic(), until + 60, "the COMMIT was not recognised")
            proxy.cut = None
            print(f"{proxy.cuts} commits cut", flush=True)
            self.assertGreaterEqual(proxy.cuts, 6)
            self.ends_well(service, crowd)

    def test_nobody_can_be_asked_after_a_cut_commit(self):
        """The outcome is unknown, says so, and the key settles it."""
        database = PostgresDatabase()
        self.addCleanup(database.drop)
        place = urllib.parse.urlsplit(database.url)
        proxy = Proxy(place.hostname, place.port)
        self.addCleanup(proxy.close)
        with Folder() as folder:
            service = Service(database.through(proxy.port), folder).start()
            for how, happened in (("after", True), ("before", False)):
                door = Door(service.port, 60)
                proxy.refuse, proxy.cut = True, how
                body = {"fleet_id": "quarry", "name": f"cut {how}"}
                head = {"Idempotency-Key": f"key-{how}"}
                answer = door.ask("POST", "/missions", body, head)
                self.assertEqual((answer.status, answer.json["outcome"]), (503, "unknown"), answer)
                self.assertIn("retry-after", answer.headers)
                proxy.refuse = False
                back = time.monotonic()
                settled = wait_for(lambda: (a := door.ask("POST", "/missions", body, head)).status == 201 and a, 10, "an answer")
                self.assertLess(time.monotonic() - back, 2)
                self.assertEqual("idempotency-replayed" in settled.headers, happened, settled.headers)
                self.assertEqual(database.ask(f"select count(*) from missions where name = 'cut {how}'"), "1")
                door.close()
            service.stop()
            service.verify()


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
