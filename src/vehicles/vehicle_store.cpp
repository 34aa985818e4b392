// SQL of the vehicles.
#include "vehicles/vehicle_store.hpp"

#include "vehicles/rules/vehicle_set.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::vehicles {
namespace {

using database::Query;
using database::Rows;
using database::Statement;
namespace json = vocabulary::json;

const Statement load_vehicles("load_vehicle_states",
                              Statement::Shape::many,
                              "select body from vehicle_states where vehicle_id = $1",
                              "select body from vehicle_states where vehicle_id = any(cast($1 as text[]))");
const Statement load_environment("load_environment",
                                 Statement::Shape::many,
                                 "select body from environment where fleet_id = $1",
                                 "select body from environment where fleet_id = any(cast($1 as text[]))");

const Statement upsert_states(
    "upsert_vehicle_states",
    Statement::Shape::many,
    "insert into vehicle_states (vehicle_id, id, fleet_id, mode, recorded_at, created_at, body) values ($1, $2, $3, "
    "$4, "
    "$5, $6, $7) on conflict (vehicle_id) do update set mode = excluded.mode, recorded_at = excluded.recorded_at, body "
    "= "
    "excluded.body",
    "insert into vehicle_states (vehicle_id, id, fleet_id, mode, recorded_at, created_at, body) select a1, cast(a2 as "
    "uuid), a3, a4, cast(a5 as timestamptz), cast(a6 as timestamptz), cast(a7 as json) from unnest(cast($1 as text[]), "
    "cast($2 as text[]), cast($3 as text[]), cast($4 as text[]), cast($5 as text[]), cast($6 as text[]), cast($7 as "
    "text[])) as t(a1, a2, a3, a4, a5, a6, a7) on conflict (vehicle_id) do update set mode = excluded.mode, "
    "recorded_at = "
    "excluded.recorded_at, body = excluded.body");
const Statement upsert_readings(
    "upsert_environment",
    Statement::Shape::many,
    "insert into environment (fleet_id, name, id, recorded_at, expires_at, created_at, body) values ($1, $2, $3, $4, "
    "$5, "
    "$6, $7) on conflict (fleet_id, name) do update set recorded_at = excluded.recorded_at, expires_at = "
    "excluded.expires_at, body = excluded.body",
    "insert into environment (fleet_id, name, id, recorded_at, expires_at, created_at, body) select a1, a2, cast(a3 as "
    "uuid), cast(a4 as timestamptz), cast(a5 as timestamptz), cast(a6 as timestamptz), cast(a7 as json) from "
    "unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[]), cast($4 as text[]), cast($5 as text[]), "
    "cast($6 "
    "as text[]), cast($7 as text[])) as t(a1, a2, a3, a4, a5, a6, a7) on conflict (fleet_id, name) do update set "
    "recorded_at = excluded.recorded_at, expires_at = excluded.expires_at, body = excluded.body");

const Statement find_one("find_vehicle_state", "select body from vehicle_states where vehicle_id = $1");

class VehiclePart final : public lanes::Part {
 public:
  VehiclePart(VehicleSet& set, std::function<void()> reported) : set_(set), reported_(std::move(reported)) {}

  std::vector<Query> loads() override {
    const auto needed = set_.take_needed();
    if (needed.empty()) return {};
    std::vector<Query> queries{Query{&load_vehicles, {}}, Query{&load_environment, {}}};
    for (const auto& id : needed.vehicles) queries[0].add(id);
    for (const auto& fleet : needed.fleets) queries[1].add(fleet);
    return queries;
  }

  void take(std::span<const Rows> answers) override {
    for (std::size_t i = 0; i < answers[0].size(); ++i) {
      set_.loaded(json::from_stored<VehicleState>(answers[0][i].text(0)));
    }
    for (std::size_t i = 0; i < answers[1].size(); ++i) {
      set_.loaded(json::from_stored<EnvironmentReading>(answers[1][i].text(0)));
    }
  }

  std::vector<Query> writes() override {
    Query states{&upsert_states, {}};
    Query readings{&upsert_readings, {}};
    set_.for_each_changed_vehicle([&](const VehicleState& s, const vocabulary::Uuid& row) {
      states.add(s.vehicle_id, row, s.fleet_id, s.mode, s.recorded_at, s.created_at, json::write(s));
    });
    set_.for_each_changed_reading([&](const EnvironmentReading& r, const vocabulary::Uuid& row) {
      readings.add(r.fleet_id, r.name, row, r.recorded_at, r.expires_at, r.created_at, json::write(r));
    });
    std::vector<Query> queries;
    for (auto* q : {&states, &readings}) {
      if (!q->cells.empty()) queries.push_back(std::move(*q));
    }
    return queries;
  }

  void committed() override {
    if (!reported_) return;
    bool changed = false;
    set_.for_each_changed_vehicle([&](const VehicleState&, const vocabulary::Uuid&) { changed = true; });
    set_.for_each_changed_reading([&](const EnvironmentReading&, const vocabulary::Uuid&) { changed = true; });
    if (changed) reported_();
  }

 private:
  VehicleSet& set_;
  std::function<void()> reported_;
};

}  // namespace

std::unique_ptr<lanes::Part> vehicle_part(lanes::WorkingSet& set) {
  return vehicle_part_that_tells(set, {});
}
std::unique_ptr<lanes::Part> vehicle_part_that_tells(lanes::WorkingSet& set, std::function<void()> reported) {
  return std::make_unique<VehiclePart>(set.emplace<VehicleSet>(), std::move(reported));
}

Query find_vehicle(const std::string& vehicle_id) {
  return database::query(find_one, vehicle_id);
}

}  // namespace mms::vehicles
