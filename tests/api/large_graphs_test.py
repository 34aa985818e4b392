"""Dependencies in numbers: ten thousand successors of one mission, and a chain of a hundred thousand.

HTTP would take minutes to make them: a mission, its edge and their events are made by HTTP and copied in the database.
"""
import sqlite3
import subprocess
import threading
import time
import unittest

from running_service import ServiceTest

SUCCESSORS = 10_000
CHAIN = 100_000
MISSION = ("fleet_id, vehicle_id, template_id, plan_id, name, type, priority, status, blocked, occupies_vehicle, scheduled_start, "
           "deadline, created_at, updated_at, deleted_at, version")
EVENT = "stream, version, type, schema_version, caller, trace, occurred_at"


def uuid_of(kind, n):
    """The n-th of a kind; in SQL as Copies.id has it."""
    return f"0190000{kind}-0000-7000-8000-{n:012x}"


class Copies:
    """SQL that copies rows, in the words of either engine."""

    def __init__(self, store):
        self.store = store
        self.sqlite = store.kind == "sqlite"

    def run(self, *statements):
        if self.sqlite:
            with sqlite3.connect(self.store.url.removeprefix("sqlite:"), timeout=20) as connection:
                for statement in statements:
                    connection.execute(statement)
            connection.close()
        else:
            words = "; ".join(("begin", "set local search_path = mission_management", *statements, "commit"))
            subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", words, self.store.url], check=True)

    def id(self, kind, n):
        made = f"printf('%012x', {n})" if self.sqlite else f"lpad(to_hex({n}), 12, '0')"
        return f"('0190000{kind}-0000-7000-8000-' || {made})"

    def uuid(self, text):
        return text if self.sqlite else f"cast({text} as uuid)"

    def series(self, count):
        if self.sqlite:
            return f"(with recursive s(n) as (select 1 union all select n + 1 from s where n < {count}) select n from s) s"
        return f"generate_series(1, {count}) s(n)"

    def replaced(self, column, *pairs):
        """A document with ids in it that are others now."""
        text = f"cast({column} as text)"
        for old, new in pairs:
            text = f"replace({text}, '{old}', {new})"
        return text if self.sqlite else f"cast({text} as json)"

    def missions(self, original, edge, predecessor, kind, count, before):
        """`count` copies of a mission with one edge; `before` is SQL for the id of what the n-th waits for."""
        own, its_edge = self.id(kind, "n"), self.id("e", "n")
        pairs = ((original, own), (edge, its_edge), (predecessor, before))
        self.run(
            f"insert into missions (id, {MISSION}, body) select {self.uuid(own)}, {MISSION}, {self.replaced('body', *pairs)} "
            f"from missions, {self.series(count)} where id = '{original}'",
            f"insert into events (stream_id, {EVENT}, data) select {self.uuid(own)}, {EVENT}, {self.replaced('data', *pairs)} "
            f"from events, {self.series(count)} where stream_id = '{original}' order by n, version",
            "insert into mission_dependencies (id, successor_id, predecessor_id, type, body) select "
            f"{self.uuid(its_edge)}, {self.uuid(own)}, {self.uuid(before)}, type, {self.replaced('body', *pairs)} "
            f"from mission_dependencies, {self.series(count)} where id = '{edge}'")
        if not self.sqlite:
            self.run("analyze missions, mission_dependencies")


class LargeGraph(ServiceTest):
    def pair(self, fleet):
        """A mission, one that waits for it, and the edge between them."""
        head = self.service.mission(fleet_id=fleet, name="head", vehicle_id=fleet)
        waits = self.service.mission(fleet_id=fleet, name="link")
        edge = self.service.post(f"/missions/{waits['id']}/dependencies", {"predecessor_id": head["id"]})
        self.assertEqual(edge.status, 201, edge)
        return head["id"], waits["id"], edge.json["id"]

    def counted(self, fleet, status):
        return self.service.get(f"/missions?fleet_id={fleet}&status={status}&include_total=true&limit=1").json["total"]

    def ask(self, *words, **more):
        begin = time.monotonic()
        answer = self.service.call(*words, **more)
        return answer, time.monotonic() - begin

    def verify(self):
        self.service.stop()
        verified = self.service.run("replay", "--verify")
        self.service.start()
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)


class ManySuccessors(LargeGraph):
    def test_all_are_released_in_chunks_and_others_are_served_between(self):
        head, waits, edge = self.pair("star")
        copies = Copies(self.service.store)
        copies.missions(waits, edge, head, "a", SUCCESSORS - 1, f"'{head}'")
        self.assertEqual(self.counted("star", "pending"), SUCCESSORS)
        self.service.post(f"/missions/{head}/start")
        times, done = [], threading.Event()

        def others():
            while not done.is_set():
                answer, took = self.ask("POST", "/missions", {"name": "another", "fleet_id": "others"})
                times.append(took if answer.status == 201 else 1000)

        thread = threading.Thread(target=others)
        answer, took = self.ask("POST", f"/missions/{head}/complete", {})
        thread.start()
        try:
            self.assertEqual(answer.status, 200, answer)
            self.assertLess(took, 5)
            self.eventually(lambda: self.counted("star", "ready") == SUCCESSORS, seconds=25, every=0.1)
        finally:
            done.set()
            thread.join()
        self.assertGreater(len(times), SUCCESSORS // 256)
        self.assertLess(max(times), 2)
        self.verify()


class LongChain(LargeGraph):
    def test_a_closing_edge_is_refused_and_the_head_released(self):
        head, waits, edge = self.pair("chain")
        copies = Copies(self.service.store)
        copies.missions(waits, edge, head, "c", CHAIN - 2, f"case when n = 1 then '{waits}' else {copies.id('c', 'n - 1')} end")
        last = uuid_of("c", CHAIN - 2)
        answer, took = self.ask("POST", f"/missions/{head}/dependencies", {"predecessor_id": last})
        problem = self.assert_problem(answer, 409, "dependency_cycle")
        self.assertEqual((problem["length"], len(problem["cycle"])), (CHAIN, 1000))
        self.assertEqual([step["mission_id"] for step in problem["cycle"][:3]], [head, last, uuid_of("c", CHAIN - 3)])
        self.assertLess(took, 15)
        for path in (f"/missions/{last}/explain", f"/missions/{last}/graph"):
            answer, took = self.ask("GET", path)
            self.assertEqual((answer.status, answer.json["truncated"]), (200, True))
            self.assertLess(took, 10)
        self.service.post(f"/missions/{head}/start")
        answer, took = self.ask("POST", f"/missions/{head}/complete", {})
        self.assertEqual(answer.status, 200, answer)
        self.assertLess(took, 2)
        self.eventually(lambda: self.service.get(f"/missions/{waits}").json["status"] == "ready")
        self.assertEqual(self.counted("chain", "pending"), CHAIN - 2)
        # What has ended holds nobody back: the same edge closes no circle now, but an ended mission begins to wait for none.
        self.assert_problem(self.service.post(f"/missions/{head}/dependencies", {"predecessor_id": last}), 409, "wrong_state")


if __name__ == "__main__":
    unittest.main()
