// From a command to its decision and back into the working set.
#include "safety/rules/safety_commands.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lanes/rules/idempotency_set.hpp"
#include "safety/rules/safety_set.hpp"
#include "vehicles/rules/vehicle_set.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::safety {
namespace {

using lanes::Answer;
using lanes::Journal;
using lanes::WorkingSet;
using vocabulary::Caller;
using vocabulary::CallerKind;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::refuse;
namespace json = vocabulary::json;

std::unexpected<vocabulary::Problem> bad_field(std::string pointer, std::string code, std::string detail) {
  auto refusal = refuse(ProblemKind::invalid_fields, "some fields do not fit together");
  refusal.error().errors.push_back({std::move(pointer), std::move(code), std::move(detail)});
  return refusal;
}

// What follows for the mission.
void follow(const SafetyEvent& event, const MissionLink& missions, Journal& journal) {
  switch (action_of(event)) {
    case Action::record:
      return;
    case Action::pause:
      journal.follow_ups.push_back(
          missions.pause(*event.mission_id, event.severity == Severity::critical
                                                ? "critical_event_open"
                                                : fmt::format("safety_event {}", vocabulary::name_of(event.type))));
      return;
    case Action::fail:
      journal.follow_ups.push_back(
          missions.fail(*event.mission_id, fmt::format("safety_event {}", vocabulary::name_of(event.type))));
  }
}

// Commands on an event that is there.
template <class Input>
class OnEvent : public lanes::Command {
 public:
  OnEvent(std::string_view name, SafetyEventId id, Permission permission, Input input)
      : name_(name), id_(id), permission_(permission), input_(std::move(input)) {}

  std::string_view name() const override { return name_; }
  void need(WorkingSet& set) const override { set.of<SafetySet>().need(id_); }
  Result<void> authorise(WorkingSet& set, const Caller& caller) const override {
    const auto* event = set.of<SafetySet>().find(id_);
    if (event == nullptr) return access::not_found("safety event");
    return access::may_act(caller, permission_, Permission::safety_read, target_of(*event));
  }
  Result<void> carry_out(WorkingSet& set, Journal& journal) override {
    auto& events = set.of<SafetySet>();
    const auto* found = events.find(id_);
    if (found == nullptr) return access::not_found("safety event");
    if (!expected_versions.empty() && std::ranges::find(expected_versions, found->version) == expected_versions.end()) {
      return refuse(ProblemKind::version_conflict,
                    fmt::format("the safety event is at version {} now; read it again", found->version),
                    json::ObjectText().add("version", found->version).members());
    }
    TRY(changes, decide(*found, input_, journal.caller.id));
    SafetyEvent after = *found;
    for (const auto& change : changes) {
      const auto version = after.version + 1;
      const auto at = journal.record({"safety_event", id_.uuid, after.fleet_id, after.version, after.updated_at},
                                     type_of(change), data_of(change));
      after = evolve(std::move(after), change, version, at);
    }
    if (!changes.empty()) events.put(std::move(after));
    return {};
  }
  Answer answer(WorkingSet& set) const override {
    const auto& events = set.of<SafetySet>();
    return {.status = 200, .body = events.body(id_), .location = {}, .version = events.find(id_)->version};
  }

 protected:
  SafetyEventId id() const { return id_; }
  const Input& input() const { return input_; }

 private:
  std::string_view name_;
  SafetyEventId id_;
  Permission permission_;
  Input input_;
};

class SeeAgain final : public OnEvent<SeeSafetyEventAgain> {
 public:
  SeeAgain(SafetyEventId id, SeeSafetyEventAgain input, const MissionLink& missions)
      : OnEvent("see_safety_event_again", id, Permission::safety_write, input), missions_(missions) {}

  Result<void> carry_out(WorkingSet& set, Journal& journal) override {
    if (auto done = OnEvent::carry_out(set, journal); !done) return done;
    const auto& event = *set.of<SafetySet>().find(id());
    if (input().begins && event.mission_id) follow(event, missions_, journal);
    return {};
  }

 private:
  const MissionLink& missions_;
};

class Raise final : public lanes::Command {
 public:
  Raise(RaiseSafetyEvent input, ChosenId id, Origin origin, Subjects subjects)
      : input_(std::move(input)),
        id_(std::move(id)),
        origin_(std::move(origin)),
        missions_(subjects.missions),
        trips_(subjects.trips) {}

  std::string_view name() const override { return "raise_safety_event"; }
  void need(WorkingSet& set) const override {
    if (input_.vehicle_id) set.of<vehicles::VehicleSet>().need(*input_.vehicle_id);
    if (input_.mission_id) {
      missions_.need(set, *input_.mission_id);
    } else if (input_.vehicle_id) {
      missions_.need_vehicle(set, *input_.vehicle_id);
      if (const auto in = missions_.mission_in(set, *input_.vehicle_id)) missions_.need(set, *in);
    }
    if (input_.trip_id && trips_ != nullptr) trips_->need(set, *input_.trip_id);
    if (!id_.by_client) return;
    set.of<SafetySet>().need(id_.id);
    set.of<lanes::IdempotencySet>().need(identity());
  }
  Result<void> authorise(WorkingSet&, const Caller& caller) const override {
    return access::may_create(
        caller, Permission::safety_write,
        {.noun = "safety event",
         .fleet_id = input_.fleet_id,
         .vehicle_id = input_.vehicle_id ? std::string_view(*input_.vehicle_id) : std::string_view(),
         .mission_id = input_.mission_id ? std::optional(input_.mission_id->uuid) : std::nullopt});
  }
  Result<void> carry_out(WorkingSet& set, Journal& journal) override {
    auto& events = set.of<SafetySet>();
    repeated_ = false;
    if (id_.by_client && events.find(id_.id) != nullptr) return repeat(set, journal);
    TRY(mission, mission_of(set, journal.caller));
    TRY(event, make_safety_event(input_, id_.id, origin_, journal.caller.id, journal.now));
    event.mission_id = mission;
    if (id_.by_client) {
      set.of<lanes::IdempotencySet>().keep(
          identity(), {.body_hash = same(journal.caller), .answer = {}, .created_at = journal.now});
    }
    journal.record(lanes::new_stream("safety_event", id_.id.uuid, event.fleet_id), SafetyEventRaised::kType,
                   data_of(SafetyEventRaised{event}));
    if (mission) follow(event, missions_, journal);
    events.put(std::move(event));
    return {};
  }
  Answer answer(WorkingSet& set) const override {
    const auto& events = set.of<SafetySet>();
    return {.status = repeated_ ? 200 : 201,
            .body = events.body(id_.id),
            .location = "/safety-events/" + vocabulary::to_text(id_.id),
            .version = events.find(id_.id)->version};
  }

 private:
  std::string identity() const { return "id safety_event " + vocabulary::to_text(id_.id); }
  std::string same(const Caller& caller) const { return caller.id + ' ' + id_.body_hash; }

  // A vehicle speaks of its own missions and trips alone.
  template <class Found>
  bool fits(const std::optional<Found>& found, const Caller& caller) const {
    return found && found->fleet_id == input_.fleet_id &&
           (caller.kind != CallerKind::vehicle || found->vehicle_id == caller.id);
  }

  Result<void> check_vehicle_and_trip(WorkingSet& set, const Caller& caller) const {
    // What the monitor says comes from the mission, whose vehicle may be another fleet's.
    if (input_.vehicle_id && origin_.source != SafetyEventSource::monitor) {
      const auto* state = set.of<vehicles::VehicleSet>().find(*input_.vehicle_id);
      if (state != nullptr && state->fleet_id != input_.fleet_id) {
        return bad_field("/vehicle_id", "unknown_vehicle", "there is no such vehicle in this fleet");
      }
    }
    if (!input_.trip_id) return {};
    if (trips_ != nullptr && fits(trips_->find(set, *input_.trip_id), caller)) return {};
    return bad_field("/trip_id", "unknown_trip", "there is no such trip in this fleet");
  }

  // The mission that it is about: the given one, or the one that the vehicle is in.
  Result<std::optional<MissionId>> mission_of(WorkingSet& set, const Caller& caller) const {
    if (const auto good = check_vehicle_and_trip(set, caller); !good) return std::unexpected(good.error());
    const auto id = input_.mission_id   ? input_.mission_id
                    : input_.vehicle_id ? missions_.mission_in(set, *input_.vehicle_id)
                                        : std::nullopt;
    if (!id) return std::nullopt;
    if (fits(missions_.find(set, *id), caller)) return id;
    if (!input_.mission_id) return std::nullopt;
    return bad_field("/mission_id", "unknown_mission", "there is no such mission in this fleet");
  }

  // The same id from the same caller with the same body is a repeat; anything else learns nothing of what is there.
  Result<void> repeat(WorkingSet& set, const Journal& journal) {
    const auto* first = set.of<lanes::IdempotencySet>().find(identity(), journal.now);
    if (first != nullptr && first->body_hash == same(journal.caller)) {
      repeated_ = true;
      return {};
    }
    return refuse(ProblemKind::already_exists, "this id is taken; choose a new one");
  }

  RaiseSafetyEvent input_;
  ChosenId id_;
  Origin origin_;
  const MissionLink& missions_;
  const TripLink* trips_;
  bool repeated_ = false;
};

}  // namespace

access::Target target_of(const SafetyEvent& event) {
  return {.noun = "safety event",
          .fleet_id = event.fleet_id,
          .vehicle_id = event.vehicle_id ? std::string_view(*event.vehicle_id) : std::string_view(),
          .mission_id = event.mission_id ? std::optional(event.mission_id->uuid) : std::nullopt};
}

CommandPtr raise_safety_event(RaiseSafetyEvent input, ChosenId id, Origin origin, Subjects subjects) {
  return std::make_unique<Raise>(std::move(input), std::move(id), std::move(origin), subjects);
}
CommandPtr acknowledge_safety_event(SafetyEventId id, AcknowledgeSafetyEvent input) {
  return std::make_unique<OnEvent<AcknowledgeSafetyEvent>>("acknowledge_safety_event", id, Permission::safety_write,
                                                           std::move(input));
}
CommandPtr resolve_safety_event(SafetyEventId id, ResolveSafetyEvent input) {
  return std::make_unique<OnEvent<ResolveSafetyEvent>>("resolve_safety_event", id, Permission::safety_resolve,
                                                       std::move(input));
}
CommandPtr see_safety_event_again(SafetyEventId id, SeeSafetyEventAgain input, const MissionLink& missions) {
  return std::make_unique<SeeAgain>(id, input, missions);
}
CommandPtr clear_safety_event(SafetyEventId id, ClearSafetyEvent input) {
  return std::make_unique<OnEvent<ClearSafetyEvent>>("clear_safety_event", id, Permission::safety_write, input);
}

}  // namespace mms::safety
