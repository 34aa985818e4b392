// All missions of a plan, or nothing.
#include "missions/rules/plan_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "access/rules/scope.hpp"
#include "lanes/rules/chosen_id.hpp"
#include "missions/rules/dependency_commands.hpp"
#include "missions/rules/mission_creation.hpp"
#include "missions/rules/mission_set.hpp"
#include "missions/rules/plan_set.hpp"
#include "templates/rules/template_engine.hpp"
#include "templates/rules/template_set.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using lanes::Answer;
using lanes::Journal;
using lanes::WorkingSet;
using vocabulary::Caller;
using vocabulary::FieldError;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::refuse;
namespace json = vocabulary::json;

std::unexpected<vocabulary::Problem> with_errors(ProblemKind kind, std::string detail, std::vector<FieldError> errors) {
  auto refusal = refuse(kind, std::move(detail));
  refusal.error().errors = std::move(errors);
  return refusal;
}

std::uint64_t mixed(std::uint64_t x) {  // splitmix64
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

// Edges take their ids from behind the steps.
constexpr std::size_t kFirstEdge = 1'000'000;

std::size_t place_of(const std::vector<templates::PlanStep>& steps, const std::string& key) {
  return static_cast<std::size_t>(std::ranges::find(steps, key, &templates::PlanStep::key) - steps.begin());
}

class Create final : public lanes::Command {
 public:
  Create(CreatePlan input, NewPlan id) : input_(std::move(input)), id_(id.id), seed_(id.seed) {
    if (id.chosen) chosen_.emplace("plan", id.id.uuid, std::move(id.body_hash));
    use_ = {
        .template_id = input_.template_id, .version = {}, .fleet_id = input_.fleet_id, .parameters = input_.parameters};
    if (input_.template_version) use_.version = input_.template_version->value;
  }

  std::string_view name() const override { return "create_plan"; }
  void need(WorkingSet& set) const override {
    need_template(set, use_);
    for (const auto& vehicle : input_.vehicles) set.of<MissionSet>().need_vehicle(vehicle.vehicle_id);
    if (!chosen_) return;
    set.of<PlanSet>().need(id_);
    chosen_->need(set);
    // A repeat answers with its missions as they are now.
    if (const auto* found = set.of<PlanSet>().find(id_)) {
      for (const auto& member : found->missions) set.of<MissionSet>().need(member.mission_id);
    }
  }
  Result<void> authorise(WorkingSet&, const Caller& caller) const override {
    return access::may_create(caller, Permission::missions_write,
                              {.noun = "plan",
                               .fleet_id = input_.fleet_id,
                               .vehicle_id = {},
                               .mission_id = {},
                               .template_id = input_.template_id.uuid});
  }
  Result<void> carry_out(WorkingSet& set, Journal& journal) override {
    repeated_ = false;
    if (chosen_ && set.of<PlanSet>().find(id_) != nullptr) {
      repeated_ = true;
      return chosen_->check_repeat(set, journal);
    }
    TRY(found, find_usable(set, journal.caller, use_));
    if (!found->missions) {
      return with_errors(ProblemKind::invalid_fields, "this template makes one mission",
                         {{"/template_id", "is_no_plan", "this template makes one mission: use POST /missions"}});
    }
    TRY(filled, templates::fill_parameters(*found, input_.parameters));
    TRY(missions, make_all(*found, filled, journal));
    const auto edges = edges_of(*found->missions, missions);
    // Nothing refuses from here on.
    if (chosen_) chosen_->remember(set, journal);
    set.of<templates::TemplateSet>().count_use();
    put_plan(set, journal, plan_of(*found, filled, missions, journal));
    for (auto& mission : missions) put_new(set, journal, std::move(mission));
    make_edges(set, journal, edges);
    return {};
  }
  Answer answer(WorkingSet& set) const override {
    const auto& plan = *set.of<PlanSet>().find(id_);
    std::vector<const Mission*> missions;
    for (const auto& member : plan.missions) missions.push_back(set.of<MissionSet>().find(member.mission_id));
    return {.status = repeated_ ? 200 : 201,
            .body = json::write(view_of(plan, missions)),
            .location = "/plans/" + vocabulary::to_text(id_),
            .version = 0};
  }

 private:
  Result<std::vector<Mission>> make_all(const templates::Template& t, const Raw& filled, const Journal& journal) const {
    std::vector<Mission> made;
    std::vector<FieldError> errors;
    for (std::size_t i = 0; i < t.missions->size(); ++i) {
      auto mission = make_one(t, i, filled, journal);
      if (mission) {
        made.push_back(std::move(*mission));
        continue;
      }
      auto& problem = mission.error();
      if (problem.errors.empty()) return std::unexpected(std::move(problem));
      for (auto& error : problem.errors) {
        if (!error.pointer.starts_with("/parameters"))
          error.pointer = fmt::format("/missions/{}/mission{}", i, error.pointer);
        errors.push_back(std::move(error));
      }
    }
    check_vehicles(*t.missions, errors);
    if (errors.empty()) return made;
    return with_errors(ProblemKind::invalid_parameters, "the plan cannot be made of these parameters",
                       std::move(errors));
  }

  Result<Mission> make_one(const templates::Template& t,
                           std::size_t place,
                           const Raw& filled,
                           const Journal& journal) const {
    const auto& step = (*t.missions)[place];
    json::ObjectText overrides;
    overrides.add("fleet_id", static_cast<const std::string&>(input_.fleet_id));
    const auto vehicle = std::ranges::find_if(input_.vehicles, [&](const PlanVehicle& v) { return v.key == step.key; });
    if (vehicle != input_.vehicles.end())
      overrides.add("vehicle_id", static_cast<const std::string&>(vehicle->vehicle_id));
    TRY(input, input_from_template(step.mission, filled, {overrides.text()}));
    TRY(mission, make_mission(input, id_of_step(seed_, place), journal.caller.id, journal.now));
    set_origin(
        mission,
        {.template_id = t.id, .template_version = static_cast<int>(t.version), .parameters = filled, .plan_id = id_});
    return mission;
  }

  void check_vehicles(const std::vector<templates::PlanStep>& steps, std::vector<FieldError>& errors) const {
    for (std::size_t i = 0; i < input_.vehicles.size(); ++i) {
      if (place_of(steps, input_.vehicles[i].key) < steps.size()) continue;
      errors.push_back({fmt::format("/vehicles/{}/key", i), "unknown_key", "no mission of this plan has that key"});
    }
  }

  std::vector<PlanEdge> edges_of(const std::vector<templates::PlanStep>& steps, const std::vector<Mission>& missions) {
    std::vector<PlanEdge> edges;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      for (const auto& edge : steps[i].depends_on) {
        const DependencyId id{id_of_step(seed_, kFirstEdge + edges.size()).uuid};
        edges.push_back({id, missions[i].id, missions[place_of(steps, edge.key)].id, edge});
      }
    }
    return edges;
  }

  Plan plan_of(const templates::Template& t,
               const Raw& filled,
               const std::vector<Mission>& missions,
               const Journal& journal) const {
    Plan plan{.id = id_,
              .fleet_id = input_.fleet_id,
              .name = input_.name ? std::string(*input_.name) : t.name,
              .template_id = t.id,
              .template_version = static_cast<int>(t.version),
              .parameters = filled,
              .missions = {},
              .created_at = journal.now,
              .created_by = journal.caller.id,
              .version = 1};
    for (std::size_t i = 0; i < missions.size(); ++i) plan.missions.push_back({(*t.missions)[i].key, missions[i].id});
    return plan;
  }

  void put_plan(WorkingSet& set, Journal& journal, Plan plan) const {
    journal.record(lanes::new_stream("plan", id_.uuid, plan.fleet_id), PlanCreated::kType,
                   json::write(PlanCreated{plan}));
    set.of<PlanSet>().put(std::move(plan));
  }

  CreatePlan input_;
  PlanId id_;
  vocabulary::Uuid seed_;
  std::optional<lanes::ChosenId> chosen_;
  TemplateUse use_;
  bool repeated_ = false;
};

}  // namespace

MissionId id_of_step(const vocabulary::Uuid& seed, std::size_t place) {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, seed.bytes.data(), sizeof high);
  std::memcpy(&low, seed.bytes.data() + 8, sizeof low);
  const auto first = mixed(low ^ mixed(high + place));
  return {vocabulary::make_uuid_v7(vocabulary::time_of(seed), first, mixed(first ^ low))};
}

void make_edges(WorkingSet& set, Journal& journal, const std::vector<PlanEdge>& edges) {
  for (const auto& [id, successor, predecessor, edge] : edges) {
    AddDependency wish;
    wish.predecessor_id = predecessor;
    wish.type.value = vocabulary::from_name<DependencyType>(vocabulary::name_of(edge.type)).value();
    if (wish.type.value != DependencyType::start_to_start) {
      wish.condition = vocabulary::from_name<DependencyCondition>(vocabulary::name_of(edge.condition));
    }
    wish.lag_s.value.value = edge.lag_s;
    const auto done = add_dependency(successor, id, wish)->carry_out(set, journal);
    if (!done) throw std::logic_error("a plan's dependency was refused: " + done.error().detail);
  }
}

CommandPtr create_plan(CreatePlan input, NewPlan id) {
  return std::make_unique<Create>(std::move(input), std::move(id));
}

}  // namespace mms::missions
