// SQL of the monitor.
#include "monitor/monitor_store.hpp"

#include <map>

#include "missions/rules/mission_set.hpp"
#include "monitor/rules/monitor_set.hpp"
#include "vehicles/rules/vehicle_set.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::monitor {
namespace {

using database::Query;
using database::Rows;
using database::Statement;
using missions::MissionSet;
using missions::MissionStatus;
namespace json = vocabulary::json;

const Statement load_watches(
    "load_monitor_watches",
    Statement::Shape::many,
    "select mission_id, vehicle_id, since, until, body from monitor_watches where mission_id = $1",
    "select mission_id, vehicle_id, since, until, body from monitor_watches where mission_id = any(cast($1 as "
    "uuid[]))");
// Those of the missions are found first, then ordered: an index on received_at would show everybody's.
const Statement load_reports(
    "load_monitor_reports",
    Statement::Shape::many,
    "select mission_id, source, recorded_at, received_at, body from monitor_reports where mission_id = $1 order by "
    "received_at, recorded_at limit 1000",
    "select mission_id, source, recorded_at, received_at, body from (select mission_id, source, recorded_at, "
    "received_at, body from monitor_reports where mission_id = any(cast($1 as uuid[])) offset 0) t order by "
    "received_at, recorded_at limit 1000");
static_assert(kMostParcels == 1000);

// A mission that runs already is left alone, however often its row changes.
#define WATCH_COLUMNS "insert into monitor_watches (mission_id, vehicle_id, fleet_id, since, due_at, body) "
#define WATCH_ANEW                                                                                                   \
  " on conflict (mission_id) do update set vehicle_id = excluded.vehicle_id, since = excluded.since, until = null, " \
  "due_at = excluded.due_at where monitor_watches.until is not null or monitor_watches.vehicle_id <> "               \
  "excluded.vehicle_id"
const Statement begin_watches("begin_monitor_watches",
                              Statement::Shape::many,
                              WATCH_COLUMNS "values ($1, $2, $3, $4, $4, '')" WATCH_ANEW,
                              WATCH_COLUMNS
                              "select cast(a as uuid), b, c, cast(d as timestamptz), cast(d as timestamptz), '' from "
                              "unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[]), cast($4 as text[])) "
                              "as t(a, b, c, d)" WATCH_ANEW);
#undef WATCH_COLUMNS
#undef WATCH_ANEW
const Statement stop_watches(
    "stop_monitor_watches",
    Statement::Shape::many,
    "update monitor_watches set until = coalesce(until, $2), due_at = $2 where mission_id = $1",
    "update monitor_watches w set until = coalesce(w.until, cast(t.b as timestamptz)), due_at = cast(t.b as "
    "timestamptz) from unnest(cast($1 as text[]), cast($2 as text[])) as t(a, b) where w.mission_id = cast(t.a as "
    "uuid)");
const Statement keep_watches(
    "keep_monitor_watches",
    Statement::Shape::many,
    "update monitor_watches set due_at = $2, body = $3 where mission_id = $1",
    "update monitor_watches w set due_at = cast(t.b as timestamptz), body = t.c from unnest(cast($1 as text[]), "
    "cast($2 as text[]), cast($3 as text[])) as t(a, b, c) where w.mission_id = cast(t.a as uuid)");
const Statement delete_watches("delete_monitor_watches",
                               Statement::Shape::many,
                               "delete from monitor_watches where mission_id = $1",
                               "delete from monitor_watches where mission_id = any(cast($1 as uuid[]))");
const Statement wake_fleets(
    "wake_monitor_watches",
    Statement::Shape::many,
    "update monitor_watches set due_at = $2 where fleet_id = $1 and due_at > $2",
    "update monitor_watches w set due_at = cast(t.b as timestamptz) from unnest(cast($1 as text[]), cast($2 as "
    "text[])) as t(a, b) where w.fleet_id = t.a and w.due_at > cast(t.b as timestamptz)");

#define REPORT_COLUMNS "insert into monitor_reports (mission_id, source, recorded_at, received_at, body) "
#define REPORT_ONCE " on conflict (mission_id, received_at, recorded_at, source) do nothing"
const Statement keep_all(
    "keep_monitor_reports",
    Statement::Shape::many,
    REPORT_COLUMNS "select mission_id, $2, $3, $4, $5 from monitor_watches where vehicle_id = $1" REPORT_ONCE,
    REPORT_COLUMNS
    "select w.mission_id, t.b, cast(t.c as timestamptz), cast(t.d as timestamptz), t.e from unnest(cast($1 as text[]), "
    "cast($2 as text[]), cast($3 as text[]), cast($4 as text[]), cast($5 as text[])) as t(a, b, c, d, e) cross join "
    "lateral (select m.mission_id from monitor_watches m where m.vehicle_id = t.a order by m.vehicle_id, m.mission_id "
    "limit 8) w" REPORT_ONCE);
#undef REPORT_COLUMNS
#undef REPORT_ONCE
const Statement delete_reports(
    "delete_monitor_reports",
    Statement::Shape::many,
    "delete from monitor_reports where mission_id = $1 and received_at = $2 and recorded_at = $3 and source = $4",
    "delete from monitor_reports r using unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[]), cast($4 as "
    "text[])) as t(a, b, c, d) where r.mission_id = cast(t.a as uuid) and r.received_at = cast(t.b as timestamptz) and "
    "r.recorded_at = cast(t.c as timestamptz) and r.source = t.d");

// A report is left alone for as long as others may come before it (kHold).
#define TO_OBSERVE(held, now, most, no_time)                                                                          \
  "select mission_id, min(received_at) from (select mission_id, received_at, received_at as at from (select "         \
  "mission_id, received_at from monitor_reports where received_at <= " held                                           \
  " order by received_at limit 5000) r union all select mission_id, " no_time                                         \
  ", due_at from (select mission_id, due_at from monitor_watches where due_at <= " now " order by due_at limit " most \
  ") w) t group by mission_id order by min(at) limit " most
const Statement to_observe("missions_to_observe",
                           Statement::Shape::once,
                           TO_OBSERVE("$1", "$2", "$3", "null"),
                           TO_OBSERVE("coalesce(cast($1 as timestamptz), clock_timestamp() - interval '2300 "
                                      "milliseconds')",
                                      "coalesce(cast($2 as timestamptz), clock_timestamp())",
                                      "cast($3 as bigint)",
                                      "cast(null as timestamptz)"));
#undef TO_OBSERVE
static_assert(kHold == std::chrono::milliseconds(2300));

class MonitorPart final : public lanes::Part {
 public:
  MonitorPart(MonitorSet& set, MissionSet& missions, vehicles::VehicleSet& vehicles)
      : set_(set), missions_(missions), vehicles_(vehicles) {}

  std::vector<Query> loads() override {
    asked_ = set_.take_needed();
    if (asked_.empty()) return {};
    std::vector<Query> queries{Query{&load_watches, {}}, Query{&load_reports, {}}};
    for (const auto& id : asked_) {
      queries[0].add(id);
      queries[1].add(id);
    }
    return queries;
  }

  void take(std::span<const Rows> answers) override {
    for (std::size_t i = 0; i < answers[0].size(); ++i) {
      const auto row = answers[0][i];
      Watched watched{.vehicle_id = std::string(row.text(1)), .since = row.time(2), .until = {}, .watch = {}};
      if (!row.is_null(3)) watched.until = row.time(3);
      if (!row.text(4).empty()) watched.watch = json::from_stored<Watch>(row.text(4));
      set_.loaded(row.id<MissionId>(0), std::move(watched));
    }
    for (std::size_t i = 0; i < answers[1].size(); ++i) {
      const auto row = answers[1][i];
      set_.loaded(row.id<MissionId>(0), Parcel{.source = *vocabulary::from_name<ReportSource>(row.text(1)),
                                               .recorded_at = row.time(2),
                                               .received_at = row.time(3),
                                               .reports = json::from_stored<std::vector<Report>>(row.text(4))});
    }
    if (static_cast<std::int64_t>(answers[1].size()) < kMostParcels) return;
    for (const auto& id : asked_) set_.loaded_a_part(id);
  }

  // What is gone goes first and what is kept comes last: a mission may end, be let go and start anew in one batch.
  std::vector<Query> writes() override {
    Query gone{&delete_watches, {}};
    Query begun{&begin_watches, {}};
    Query stopped{&stop_watches, {}};
    Query kept{&keep_watches, {}};
    Query woken{&wake_fleets, {}};
    auto reports = keep_reports();
    Query folded{&delete_reports, {}};
    std::unordered_map<MissionId, Time> moved;
    for (const auto& change : missions_.changed()) {
      const auto& m = *change.mission;
      if (m.safety_requirements.empty()) continue;
      moved.emplace(m.id, m.updated_at);
      if (m.status == MissionStatus::running && m.vehicle_id) {
        begun.add(m.id, *m.vehicle_id, m.fleet_id, m.updated_at);
      } else if (!change.is_new) {
        stopped.add(m.id, m.updated_at);
      }
    }
    for (const auto& change : set_.changed()) {
      if (change.watch == nullptr) {
        gone.add(change.mission);
        continue;
      }
      // It changed in this batch, perhaps after it was looked at.
      const auto at = moved.find(change.mission);
      kept.add(change.mission, at == moved.end() ? change.due_at : at->second, json::write(*change.watch));
    }
    vehicles_.for_each_changed_reading([&](const vehicles::EnvironmentReading& r, const vocabulary::Uuid&) {
      woken.add(r.fleet_id, r.created_at);  // at once
    });
    for (const auto& [vehicle, report] : set_.noted()) add_reports(reports, vehicle, {report});
    for (const auto& [mission, parcel] : set_.taken()) {
      folded.add(mission, parcel.received_at, parcel.recorded_at, vocabulary::name_of(parcel.source));
    }
    std::vector<Query> queries;
    for (auto* q : {&gone, &begun, &stopped, &kept, &woken, &folded, &reports}) {
      if (!q->cells.empty()) queries.push_back(std::move(*q));
    }
    return queries;
  }

 private:
  MonitorSet& set_;
  MissionSet& missions_;
  vehicles::VehicleSet& vehicles_;
  std::vector<MissionId> asked_;
};

}  // namespace

std::unique_ptr<lanes::Part> monitor_part(lanes::WorkingSet& set) {
  auto& monitor = set.emplace<MonitorSet>();
  return std::make_unique<MonitorPart>(monitor, set.of<MissionSet>(), set.of<vehicles::VehicleSet>());
}

Query keep_reports() {
  return {&keep_all, {}};
}

void add_reports(Query& keep, const std::string& vehicle_id, const std::vector<Report>& reports) {
  // Each moment once, the first that is told: then no two parcels begin with the same.
  std::map<Time, const Report*> ordered;
  for (const auto& report : reports) ordered.try_emplace(report.recorded_at, &report);
  std::string body;
  const Report* first = nullptr;
  std::size_t count = 0;
  for (const auto& [at, report] : ordered) {
    if (body.empty()) first = report;
    body += body.empty() ? '[' : ',';
    json::append(body, *report);
    if (++count % kMostInParcel != 0 && count != ordered.size()) continue;
    keep.add(vehicle_id, vocabulary::name_of(first->source), first->recorded_at, first->received_at, body + ']');
    body.clear();
  }
}

Query missions_to_observe(std::optional<Time> now, std::int64_t limit) {
  return database::query(to_observe, now ? std::optional(*now - kHold) : std::nullopt, now, limit);
}

std::vector<ToObserve> to_observe_from(const Rows& rows) {
  std::vector<ToObserve> all;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    all.push_back({.mission = rows[i].id<MissionId>(0), .received_at = {}});
    if (!rows[i].is_null(1)) all.back().received_at = rows[i].time(1);
  }
  return all;
}

}  // namespace mms::monitor
