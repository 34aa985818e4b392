"""Lists: pages by key, every order, filters, totals, cursors that cannot be forged or carried elsewhere."""
import time
import unittest
import urllib.parse

from running_service import ServiceTest, rfc3339

RANK = ["low", "normal", "high", "urgent", "emergency"]


class MissionList(ServiceTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        now = time.time()
        items = []
        for i in range(53):
            one = {"fleet_id": f"fleet-{i % 3}", "name": f"mission {i * 7 % 53:02}", "priority": RANK[i % 5], "type": f"kind-{i % 2}"}
            if i % 4:
                one["scheduled_start"] = rfc3339(now + 1000 + i * 13 % 40)
            if i % 3:
                one["deadline"] = rfc3339(now + 5000 + i * 11 % 30)
            if i % 2:
                one["vehicle_id"] = f"v-{i % 5}"
            items.append({"action": "create", "input": one})
        answer = cls.service.post("/missions/bulk", {"items": items})
        cls.all = [r["mission"] for r in answer.json["items"]]

    def walk(self, query, limit=10):
        """All items of a list, page by page."""
        items, cursor, pages = [], None, 0
        while True:
            more = {"limit": limit} | ({"cursor": cursor} if cursor else {})
            answer = self.service.get(f"/missions?{query}&{urllib.parse.urlencode(more)}")
            self.assertEqual(answer.status, 200, answer)
            items += answer.json["items"]
            self.assertLessEqual(len(answer.json["items"]), limit)
            cursor, pages = answer.json["next_cursor"], pages + 1
            if cursor is None:
                return items
            self.assertLess(pages, 100)

    def test_every_order_in_both_directions(self):
        keys = {"created_at": lambda m: m["created_at"], "updated_at": lambda m: m["updated_at"], "name": lambda m: m["name"],
                "priority": lambda m: RANK.index(m["priority"]), "scheduled_start": lambda m: m.get("scheduled_start"),
                "deadline": lambda m: m.get("deadline")}
        for field, key in keys.items():
            for way in ("asc", "desc"):
                with self.subTest(sort=f"{field}:{way}"):
                    present = [m for m in self.all if key(m) is not None]
                    none = [m for m in self.all if key(m) is None]
                    down = way == "desc"
                    wanted = sorted(present, key=lambda m: (key(m), m["id"]), reverse=down)
                    wanted += sorted(none, key=lambda m: m["id"], reverse=down)  # none sorts last, both ways
                    got = self.walk(f"sort={field}:{way}", 7)
                    self.assertEqual([m["id"] for m in got], [m["id"] for m in wanted])

    def test_newest_first_unless_asked(self):
        ids = [m["id"] for m in sorted(self.all, key=lambda m: (m["created_at"], m["id"]), reverse=True)]
        self.assertEqual([m["id"] for m in self.walk("")], ids)
        self.assertEqual([m["id"] for m in self.service.get("/missions").json["items"]], ids[:50])

    def test_filters(self):
        for query, keep in (("fleet_id=fleet-1", lambda m: m["fleet_id"] == "fleet-1"),
                            ("fleet_id=fleet-1&fleet_id=fleet-2", lambda m: m["fleet_id"] != "fleet-0"),
                            ("status=ready", lambda m: m["status"] == "ready"),
                            ("status=ready&status=pending&priority=urgent", lambda m: m["priority"] == "urgent"),
                            ("type=kind-1&vehicle_id=v-1&vehicle_id=v-3", lambda m: m.get("vehicle_id") in ("v-1", "v-3")),
                            ("name=mission%2007", lambda m: m["name"] == "mission 07"), ("fleet_id=none", lambda m: False),
                            ("created_after=" + self.all[0]["created_at"], lambda m: True),
                            ("created_before=" + self.all[0]["created_at"], lambda m: m["created_at"] < self.all[0]["created_at"])):
            with self.subTest(query=query):
                wanted = {m["id"] for m in self.all if keep(m)}
                self.assertEqual({m["id"] for m in self.walk(query)}, wanted)
                total = self.service.get(f"/missions?{query}&limit=1&include_total=true").json["total"]
                self.assertEqual(total, len(wanted))

    def test_ranges_of_creation_in_both_directions(self):
        waves = []
        for wave in range(4):
            answer = self.service.post("/missions/bulk", {"items": [
                {"action": "create", "input": {"fleet_id": "waves", "name": f"wave {wave}, {i}"}} for i in range(5)]})
            waves.append([r["mission"] for r in answer.json["items"]])
            time.sleep(0.01)
        every = [m for wave in waves for m in wave]
        times = ["2000-01-01T00:00:00Z", *sorted({m["created_at"] for m in every}), "2200-01-01T00:00:00Z"]
        self.assertGreaterEqual(len(times), 6)
        for first, after in enumerate(times):
            for before in times[first:]:
                wanted = sorted((m for m in every if after <= m["created_at"] < before), key=lambda m: (m["created_at"], m["id"]))
                for way in ("asc", "desc"):
                    with self.subTest(after=after, before=before, way=way):
                        got = self.walk(f"fleet_id=waves&created_after={after}&created_before={before}&sort=created_at:{way}", 3)
                        self.assertEqual([m["id"] for m in got], [m["id"] for m in (wanted if way == "asc" else wanted[::-1])])
        for mission in every:
            self.service.delete(f"/missions/{mission['id']}")

    def test_pages_stay_in_place_while_others_come(self):
        first = self.service.get("/missions?fleet_id=fleet-0&limit=5").json
        new = self.service.mission(fleet_id="fleet-0", name="late")
        second = self.service.get("/missions?fleet_id=fleet-0&limit=5&cursor=" + first["next_cursor"]).json
        ids = [m["id"] for m in first["items"] + second["items"]]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertNotIn(new["id"], ids)
        self.service.delete(f"/missions/{new['id']}")

    def test_cursors_are_bound_and_signed(self):
        cursor = self.service.get("/missions?limit=5&sort=name:asc&fleet_id=fleet-0").json["next_cursor"]
        place, tag = cursor.split(".")
        self.assertEqual(self.service.get(f"/missions?limit=9&sort=name:asc&fleet_id=fleet-0&cursor={cursor}").status, 200)
        for query in (f"sort=name:desc&fleet_id=fleet-0&cursor={cursor}", f"sort=name:asc&fleet_id=fleet-1&cursor={cursor}",
                      f"sort=name:asc&cursor={cursor}", f"sort=name:asc&fleet_id=fleet-0&cursor={place}.{'A' if tag[0] != 'A' else 'B'}{tag[1:]}",
                      f"sort=name:asc&fleet_id=fleet-0&cursor=B{place[1:]}.{tag}", "cursor=", "cursor=x", "cursor=.",
                      "cursor=" + "A" * 5000):
            with self.subTest(query=query[:80]):
                answer = self.service.get("/missions?" + query)
                self.assertIn((answer.status, answer.code), ((400, "bad_cursor"), (400, "bad_parameter")), answer)

    def test_cursors_outlive_a_restart(self):
        page = self.service.get("/missions?limit=5&sort=created_at:asc").json
        self.service.restart()
        self.assertEqual(self.service.get("/missions?limit=5&sort=created_at:asc&cursor=" + page["next_cursor"]).status, 200)


if __name__ == "__main__":
    unittest.main()
