// From a command to its decision and back into the working set.
#include "trips/rules/trip_commands.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lanes/rules/idempotency_set.hpp"
#include "missions/rules/mission_set.hpp"
#include "missions/rules/mission_trips.hpp"
#include "trips/rules/trip_set.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::trips {
namespace {

using lanes::Answer;
using lanes::Journal;
using lanes::WorkingSet;
using vocabulary::Caller;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::refuse;
namespace json = vocabulary::json;

Result<void> check_scope(const Trip* trip, const Caller& caller, Permission permission) {
  if (trip == nullptr) return access::not_found("trip");
  return access::may_act(caller, permission, Permission::trips_read, target_of(*trip));
}

// A trip belongs to a mission of its own fleet. The words are the same for one that is not there and one elsewhere.
Result<void> check_mission(WorkingSet& set, const MissionId& id, std::string_view fleet_id) {
  const auto* mission = set.of<missions::MissionSet>().find(id);
  if (mission != nullptr && !mission->deleted_at && mission->fleet_id == fleet_id) return {};
  auto refusal = refuse(ProblemKind::invalid_fields, "there is no such mission in this fleet");
  refusal.error().errors.push_back({"/mission_id", "not_found", "must be a mission of the trip's fleet"});
  return refusal;
}

// What one trip is in its mission's tally.
missions::TripTally tally_of(const Trip& trip) {
  const bool completed = trip.status == TripStatus::completed;
  return {.total = trip.status == TripStatus::cancelled ? 0 : 1,
          .ended = completed || trip.status == TripStatus::failed ? 1 : 0,
          .completed = completed ? 1 : 0};
}

// Its mission counts it anew, and the one that it was taken from; null: it is new.
void follow(Journal& journal, const Trip* before, const Trip& after) {
  const auto count = [&](const MissionId& id, const missions::TripTally& change) {
    if (change != missions::TripTally{}) journal.follow_ups.push_back(missions::count_trips(id, change));
  };
  const auto now = tally_of(after);
  const bool stays = before != nullptr && before->mission_id == after.mission_id;
  if (before != nullptr && before->mission_id) {
    const auto was = tally_of(*before);
    const auto is = stays ? now : missions::TripTally{};
    count(*before->mission_id, {is.total - was.total, is.ended - was.ended, is.completed - was.completed});
  }
  if (!stays && after.mission_id) count(*after.mission_id, now);
}

// Evolves the trip by the events and notes them.
void apply(WorkingSet& set, Journal& journal, const Trip& before, const Events& events) {
  if (events.empty()) return;
  Trip after = before;
  std::optional<std::string> line;
  for (const auto& event : events) {
    const auto at = journal.record({"trip", before.id.uuid, after.fleet_id, after.version, after.updated_at},
                                   type_of(event), data_of(event));
    const auto version = after.version + 1;
    const int revision = revision_of(after);
    after = evolve(std::move(after), event, version, at);
    line = evolve_line(std::move(line), revision, after, event);
  }
  follow(journal, &before, after);
  set.of<TripSet>().put(std::move(after), std::move(line));
}

// What the commands on an existing trip have in common.
class OnTrip : public lanes::Command {
 public:
  OnTrip(std::string_view name, TripId id, Permission permission) : id_(id), name_(name), permission_(permission) {}

  std::string_view name() const override { return name_; }
  void need(WorkingSet& set) const override { set.of<TripSet>().need(id_); }
  Result<void> authorise(WorkingSet& set, const Caller& caller) const override {
    return check_scope(set.of<TripSet>().find(id_), caller, permission_);
  }
  Result<void> carry_out(WorkingSet& set, Journal& journal) override {
    const auto* found = set.of<TripSet>().find(id_);
    if (found == nullptr) return access::not_found("trip");
    if (!expected_versions.empty() && std::ranges::find(expected_versions, found->version) == expected_versions.end()) {
      return refuse(ProblemKind::version_conflict,
                    fmt::format("the trip is at version {} now; read it again", found->version),
                    json::ObjectText().add("version", found->version).members());
    }
    const Trip before = *found;
    auto events = decide_on(before, set, journal);
    if (!events) return std::unexpected(std::move(events).error());
    apply(set, journal, before, *events);
    return {};
  }
  Answer answer(WorkingSet& set) const override {
    const auto& trips = set.of<TripSet>();
    return {.status = 200, .body = trips.body(id_), .location = {}, .version = trips.find(id_)->version};
  }

 protected:
  virtual Result<Events> decide_on(const Trip& trip, WorkingSet& set, Journal& journal) = 0;
  TripFacts facts(WorkingSet& set, const Journal& journal) const {
    return {.occupant = {}, .live = set.of<TripSet>().live(id_), .now = journal.now};
  }
  TripId id_;

 private:
  std::string_view name_;
  Permission permission_;
};

// Commands that ask nothing of other trips.
template <class Input>
class Plain final : public OnTrip {
 public:
  Plain(std::string_view name, TripId id, Input input, Permission permission = Permission::trips_execute)
      : OnTrip(name, id, permission), input_(std::move(input)) {}

 private:
  Result<Events> decide_on(const Trip& trip, WorkingSet& set, Journal& journal) override {
    return decide(trip, input_, facts(set, journal));
  }
  Input input_;
};

class Start final : public OnTrip {
 public:
  Start(TripId id, StartTrip input) : OnTrip("start_trip", id, Permission::trips_execute), input_(std::move(input)) {}
  void need(WorkingSet& set) const override {
    set.of<TripSet>().need(id_);
    set.of<TripSet>().need_vehicle_of(id_);
  }

 private:
  Result<Events> decide_on(const Trip& trip, WorkingSet& set, Journal& journal) override {
    auto known = facts(set, journal);
    if (trip.vehicle_id) known.occupant = set.of<TripSet>().occupant(*trip.vehicle_id, id_);
    return decide(trip, input_, known);
  }
  StartTrip input_;
};

class Complete final : public OnTrip {
 public:
  Complete(TripId id, CompleteTrip input) : OnTrip("complete_trip", id, Permission::trips_execute), input_(input) {}
  Result<void> authorise(WorkingSet& set, const Caller& caller) const override {
    if (const auto may = OnTrip::authorise(set, caller); !may || !input_.force) return may;
    return check_scope(set.of<TripSet>().find(id_), caller, Permission::trips_write);
  }

 private:
  Result<Events> decide_on(const Trip& trip, WorkingSet& set, Journal& journal) override {
    return decide(trip, input_, facts(set, journal));
  }
  CompleteTrip input_;
};

class Update final : public OnTrip {
 public:
  Update(TripId id, UpdateTrip input, std::optional<FoundWay> way)
      : OnTrip("update_trip", id, Permission::trips_write), input_(std::move(input)), way_(std::move(way)) {}
  void need(WorkingSet& set) const override {
    set.of<TripSet>().need(id_);
    if (input_.mission_id.value) set.of<missions::MissionSet>().need(*input_.mission_id.value);
    if (!input_.status.value) return;
    set.of<TripSet>().need_vehicle_of(id_);
    if (input_.vehicle_id.value) set.of<TripSet>().need_vehicle(*input_.vehicle_id.value);
  }

 private:
  Result<Events> decide_on(const Trip& trip, WorkingSet& set, Journal& journal) override {
    if (input_.mission_id.value) {
      if (const auto good = check_mission(set, *input_.mission_id.value, trip.fleet_id); !good) {
        return std::unexpected(good.error());
      }
    }
    auto known = facts(set, journal);
    known.way = way_ ? &*way_ : nullptr;
    const auto vehicle =
        input_.vehicle_id.value ? std::optional<std::string>(*input_.vehicle_id.value) : trip.vehicle_id;
    if (input_.status.value && vehicle) known.occupant = set.of<TripSet>().occupant(*vehicle, id_);
    auto events = decide(trip, input_, known);
    if (events && input_.personal_data.present) set.of<TripSet>().put_private(id_, input_.personal_data.value);
    return events;
  }
  UpdateTrip input_;
  std::optional<FoundWay> way_;
};

class Reroute final : public OnTrip {
 public:
  Reroute(TripId id, RerouteTrip input, std::optional<FoundWay> way)
      : OnTrip("reroute_trip", id, Permission::trips_execute), input_(std::move(input)), way_(std::move(way)) {}

 private:
  Result<Events> decide_on(const Trip& trip, WorkingSet& set, Journal& journal) override {
    auto known = facts(set, journal);
    known.way = way_ ? &*way_ : nullptr;
    return decide(trip, input_, known);
  }
  RerouteTrip input_;
  std::optional<FoundWay> way_;
};

class RerouteOffRoute final : public OnTrip {
 public:
  RerouteOffRoute(TripId id, int revision, FoundWay way)
      : OnTrip("reroute_trip", id, Permission::tracking_write), revision_(revision), way_(std::move(way)) {}

 private:
  Result<Events> decide_on(const Trip& trip, WorkingSet& set, Journal& journal) override {
    if (revision_of(trip) != revision_ || !is_for_rest(way_, trip)) return Events{};
    auto known = facts(set, journal);
    known.way = &way_;
    return decide(trip, RerouteTrip{.position = {}, .reason = {RerouteReason::off_route}}, known);
  }
  int revision_;
  FoundWay way_;
};

class AdvanceByTracking final : public OnTrip {
 public:
  AdvanceByTracking(TripId id, std::vector<Step> steps, Notices notices)
      : OnTrip("advance_trip", id, Permission::tracking_write),
        steps_(std::move(steps)),
        notices_(std::move(notices)) {}

 private:
  Result<Events> decide_on(const Trip& trip, WorkingSet&, Journal&) override {
    auto events = decide_notices(trip, notices_);
    for (auto& step : decide_steps(trip, steps_)) events.push_back(std::move(step));
    return events;
  }
  std::vector<Step> steps_;
  Notices notices_;
};

class Create final : public lanes::Command {
 public:
  Create(CreateTrip input, TripId id, bool chosen, std::string body_hash, std::optional<FoundWay> way)
      : input_(std::move(input)), way_(std::move(way)), id_(id), chosen_(chosen), body_hash_(std::move(body_hash)) {}

  std::string_view name() const override { return "create_trip"; }
  void need(WorkingSet& set) const override {
    if (input_.mission_id) set.of<missions::MissionSet>().need(*input_.mission_id);
    if (!chosen_) return;
    set.of<TripSet>().need(id_);
    set.of<lanes::IdempotencySet>().need(identity());
  }
  Result<void> authorise(WorkingSet&, const Caller& caller) const override {
    return access::may_create(caller, Permission::trips_write, {.noun = "trip", .fleet_id = input_.fleet_id});
  }
  Result<void> carry_out(WorkingSet& set, Journal& journal) override {
    auto& trips = set.of<TripSet>();
    repeated_ = false;
    if (const auto* found = chosen_ ? trips.find(id_) : nullptr) return repeat_of(*found, set, journal);
    if (input_.mission_id) {
      if (const auto good = check_mission(set, *input_.mission_id, input_.fleet_id); !good) return good;
    }
    auto trip = make_trip(input_, id_, journal.caller.id, journal.now, way_ ? &*way_ : nullptr);
    if (!trip) return std::unexpected(std::move(trip).error());
    if (chosen_) {
      set.of<lanes::IdempotencySet>().keep(
          identity(), {.body_hash = journal.caller.id + ' ' + body_hash_, .answer = {}, .created_at = journal.now});
    }
    auto line = trip->route->source == RouteSource::roads ? std::optional(way_->line) : std::nullopt;
    journal.record(lanes::new_stream("trip", id_.uuid, trip->fleet_id), TripCreated::kType,
                   data_of(TripCreated{*trip, line}));
    follow(journal, nullptr, *trip);
    if (input_.personal_data) trips.put_private(id_, input_.personal_data);
    trips.put(std::move(*trip), std::move(line));
    return {};
  }
  Answer answer(WorkingSet& set) const override {
    const auto& trips = set.of<TripSet>();
    return {.status = repeated_ ? 200 : 201,
            .body = trips.body(id_),
            .location = "/trips/" + vocabulary::to_text(id_),
            .version = trips.find(id_)->version};
  }

 private:
  std::string identity() const { return "id trip " + vocabulary::to_text(id_); }
  // The same id from the same caller with the same body is a repeat; anything else learns nothing of what is there.
  Result<void> repeat_of(const Trip&, WorkingSet& set, const Journal& journal) {
    const auto* first = set.of<lanes::IdempotencySet>().find(identity(), journal.now);
    if (first != nullptr && first->body_hash == journal.caller.id + ' ' + body_hash_) {
      repeated_ = true;
      return {};
    }
    return refuse(ProblemKind::already_exists, "this id is taken; choose a new one");
  }

  CreateTrip input_;
  std::optional<FoundWay> way_;
  TripId id_;
  bool chosen_;
  std::string body_hash_;
  bool repeated_ = false;
};

}  // namespace

access::Target target_of(const Trip& trip) {
  return {.noun = "trip",
          .fleet_id = trip.fleet_id,
          .vehicle_id = trip.vehicle_id ? std::string_view(*trip.vehicle_id) : std::string_view(),
          .mission_id = trip.mission_id ? std::optional(trip.mission_id->uuid) : std::nullopt};
}

CommandPtr create_trip(CreateTrip input, TripId id, bool chosen, std::string body_hash, std::optional<FoundWay> way) {
  return std::make_unique<Create>(std::move(input), id, chosen, std::move(body_hash), std::move(way));
}
CommandPtr update_trip(TripId id, UpdateTrip input, std::optional<FoundWay> way) {
  return std::make_unique<Update>(id, std::move(input), std::move(way));
}
CommandPtr assign_trip(TripId id, AssignTrip input) {
  return std::make_unique<Plain<AssignTrip>>("assign_trip", id, std::move(input));
}
CommandPtr start_trip(TripId id, StartTrip input) {
  return std::make_unique<Start>(id, std::move(input));
}
CommandPtr complete_trip(TripId id, CompleteTrip input) {
  return std::make_unique<Complete>(id, input);
}
CommandPtr reroute_trip(TripId id, RerouteTrip input, std::optional<FoundWay> way) {
  return std::make_unique<Reroute>(id, std::move(input), std::move(way));
}
CommandPtr reroute_off_route(TripId id, int revision, FoundWay way) {
  return std::make_unique<RerouteOffRoute>(id, revision, std::move(way));
}
CommandPtr cancel_trip(TripId id, CancelTrip input) {
  return std::make_unique<Plain<CancelTrip>>("cancel_trip", id, std::move(input));
}
CommandPtr delete_trip(TripId id, CancelTrip input) {
  return std::make_unique<Plain<CancelTrip>>("cancel_trip", id, std::move(input), Permission::trips_write);
}
CommandPtr fail_trip(TripId id, FailTrip input) {
  return std::make_unique<Plain<FailTrip>>("fail_trip", id, std::move(input));
}
CommandPtr advance_trip(TripId id, std::vector<Step> steps, Notices notices) {
  return std::make_unique<AdvanceByTracking>(id, std::move(steps), std::move(notices));
}

}  // namespace mms::trips
