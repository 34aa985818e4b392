// Requests, answers, reports.
#include "missions/rules/vehicle_control.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "vehicles/rules/vehicle_rules.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using vocabulary::ProblemKind;
using vocabulary::refuse;
namespace json = vocabulary::json;

constexpr double kUsualTimeout = 30;
// A vehicle that does not hear is recalled so often, and no more.
constexpr int kMostRecalls = 5;
constexpr vocabulary::Duration kLongestWait = std::chrono::minutes(30);

// https://prng.di.unimi.it/splitmix64.c (public domain): a bijection, so that no two versions have one id.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

// Gathers events; what is asked of a vehicle gets its id from the version that its event will have.
class Asking {
 public:
  Asking(const Mission& mission, const std::string& by, Time now) : mission_(mission), by_(by), now_(now) {}

  // Each event takes a version.
  void add(MissionEvent event) { events_.push_back(std::move(event)); }
  void request(RequestedChange command,
               std::optional<std::string> reason,
               std::vector<safety::Checked> safety,
               std::optional<Order> order = {}) {
    add(MissionCommandRequested{.command = command,
                                .command_id = next_id(),
                                .vehicle_id = *mission_.vehicle_id,
                                .expires_at = expires(),
                                .by = by_,
                                .reason = std::move(reason),
                                .safety = std::move(safety),
                                .order = std::move(order)});
  }
  void recall(std::string vehicle_id, std::string reason) {
    recall(next_id(), std::move(vehicle_id), std::move(reason), 1);
  }
  void recall(CommandId id, std::string vehicle_id, std::string reason, int sent) {
    add(MissionRecallRequested{.command = RequestedChange::cancel,
                               .command_id = id,
                               .vehicle_id = std::move(vehicle_id),
                               .expires_at = expires(),
                               .by = by_,
                               .reason = std::move(reason),
                               .sent = sent});
  }
  Events take() { return std::move(events_); }

 private:
  CommandId next_id() const {
    return command_id_of(mission_.id, mission_.version + 1 + static_cast<std::int64_t>(events_.size()), now_);
  }
  Time expires() const { return now_ + command_timeout(mission_); }

  const Mission& mission_;
  const std::string& by_;
  Time now_;
  Events events_;
};

// One event that was decided, as it is asked of the vehicle.
struct Asked {
  Asking& asking;
  const Mission& mission;

  void operator()(MissionStarted e) {
    if (e.confirmed) return asking.add(std::move(e));
    asking.request(RequestedChange::start, {}, std::move(e.safety), order_of(mission));
  }
  void operator()(MissionPaused e) {
    if (e.confirmed) return asking.add(std::move(e));
    asking.request(RequestedChange::pause, std::move(e.reason), {});
  }
  void operator()(MissionResumed e) {
    if (e.confirmed) return asking.add(std::move(e));
    asking.request(RequestedChange::resume, {}, std::move(e.safety));
  }
  void operator()(MissionCancelled e) {
    if (e.confirmed || !may_be_with_vehicle(mission)) return asking.add(std::move(e));
    asking.request(RequestedChange::cancel, std::move(e.reason), {});
  }
  void operator()(MissionFailed e) { failed(std::move(e)); }
  void operator()(MissionAttemptFailed e) { failed(std::move(e)); }
  template <class E>
  void operator()(E e) {
    asking.add(std::move(e));
  }

 private:
  template <class E>
  void failed(E e) {
    auto reason = e.reason;
    asking.add(std::move(e));
    if (may_be_with_vehicle(mission)) asking.recall(*mission.vehicle_id, std::move(reason));
  }
};

bool is_requested(const Mission& mission, RequestedChange command) {
  return mission.requested && mission.requested->command == command;
}

// A mission that starts by itself does not do so at once when its vehicle did not: 1, 2, 4 … timeouts later.
std::optional<Time> start_again_at(const Mission& mission, Time now) {
  if (mission.start_policy != StartPolicy::auto_ || !is_requested(mission, RequestedChange::start)) return std::nullopt;
  const bool in_a_row = mission.last_command && mission.last_command->command == RequestedChange::start;
  const int before = in_a_row ? std::min(mission.last_command->failures, 20) : 0;
  return now + std::min<vocabulary::Duration>(command_timeout(mission) * (1LL << before), kLongestWait);
}

MissionEvent confirmation(const Mission& mission, Time recorded_at) {
  const auto& r = *mission.requested;
  const Confirmation confirmed{.command_id = r.command_id, .requested_at = r.at, .recorded_at = recorded_at};
  switch (r.command) {
    case RequestedChange::start:
      return MissionStarted{.attempt = mission.attempt, .vehicle_id = *mission.vehicle_id, .confirmed = confirmed};
    case RequestedChange::pause:
      return MissionPaused{.reason = r.reason, .confirmed = confirmed};
    case RequestedChange::resume:
      return MissionResumed{.confirmed = confirmed};
    case RequestedChange::cancel:
      break;
  }
  return MissionCancelled{.reason = r.reason.value_or("cancelled_by_caller"), .confirmed = confirmed};
}

Events answer_requested(const Mission& mission, const Acknowledgment& answer, Time recorded_at, Time now) {
  const auto& r = *mission.requested;
  switch (answer.status) {
    case AcknowledgmentStatus::accepted:
      if (r.accepted_at) return {};
      return {MissionCommandAccepted{.command_id = r.command_id, .recorded_at = recorded_at}};
    case AcknowledgmentStatus::completed:
      return {confirmation(mission, recorded_at)};
    case AcknowledgmentStatus::rejected:
      break;
  }
  return {MissionCommandRejected{.command = r.command,
                                 .command_id = r.command_id,
                                 .reason = answer.reason ? std::string(*answer.reason) : "rejected_by_vehicle",
                                 .recorded_at = recorded_at,
                                 .not_before = start_again_at(mission, now)}};
}

// A vehicle that says the opposite of what the command came to must learn it.
bool contradicts(CommandOutcome outcome, AcknowledgmentStatus status) {
  const bool completed = status == AcknowledgmentStatus::completed;
  switch (outcome) {
    case CommandOutcome::confirmed:
      return status == AcknowledgmentStatus::rejected;
    case CommandOutcome::rejected:
    case CommandOutcome::timed_out:
      return completed;
    case CommandOutcome::superseded:
      return false;
  }
  return false;
}

Result<Answered> answer_last(const Mission& mission, const Acknowledgment& answer) {
  const auto& last = *mission.last_command;
  if (contradicts(last.outcome, answer.status)) {
    return refuse(ProblemKind::wrong_state,
                  fmt::format("this {} came to another end here: it is {}", vocabulary::name_of(last.command),
                              vocabulary::name_of(last.outcome)),
                  json::ObjectText().add("state", mission.status).add("last_command", last).members());
  }
  const bool same = (last.outcome == CommandOutcome::confirmed && answer.status == AcknowledgmentStatus::completed) ||
                    (last.outcome == CommandOutcome::rejected && answer.status == AcknowledgmentStatus::rejected);
  return Answered{.heard = same ? Heard::duplicate : Heard::late, .events = {}};
}

Answered answer_recall(const Mission& mission, const Acknowledgment& answer, Time recorded_at) {
  const bool rejected = answer.status == AcknowledgmentStatus::rejected;
  if (mission.recall->answered_at) return {.heard = Heard::duplicate, .events = {}};
  if (answer.status == AcknowledgmentStatus::accepted) return {};
  return {
      .heard = Heard::news,
      .events = {MissionRecallAnswered{
          .command_id = answer.command_id, .rejected = rejected, .reason = answer.reason, .recorded_at = recorded_at}}};
}

bool ever_had(const Mission& mission, const CommandId& id) {
  const auto made = vocabulary::time_of(id.uuid);
  for (auto version = mission.version; version > 0; --version) {
    if (command_id_of(mission.id, version, made) == id) return true;
  }
  return false;
}

// Whose command it was, as far as the mission knows.
const std::string* addressee(const Mission& mission, const CommandId& id) {
  if (mission.recall && mission.recall->command_id == id) return &mission.recall->vehicle_id;
  return mission.vehicle_id ? &*mission.vehicle_id : nullptr;
}

bool differs_already(const Mission& mission) {
  return mission.status_reason == kOnNoMission || mission.status_reason == kOnAnotherMission;
}

// While a command is on its way, a report may be its only answer.
Events report_on_requested(const Mission& mission, const vehicles::MissionReport& report, bool is_on_it) {
  const auto& r = *mission.requested;
  if (report.recorded_at < r.at) return {};
  if (r.command == RequestedChange::cancel && !is_on_it) return {confirmation(mission, report.recorded_at)};
  // One that was on it before may be at the attempt from which it is recalled.
  const bool of_this_start = report.since >= r.at || !recalled_vehicle(mission);
  if (r.command == RequestedChange::start && is_on_it && of_this_start) {
    return {confirmation(mission, report.recorded_at)};
  }
  return {};
}

Events report_on_running(const Mission& mission, const vehicles::MissionReport& report, bool is_on_it) {
  if (is_on_it) return differs_already(mission) ? Events{MissionVehicleAgrees{}} : Events{};
  if (mission.status != MissionStatus::running || differs_already(mission) || awaits_finish(mission)) return {};
  const auto since = std::max(report.since, *mission.started_at);
  if (report.recorded_at - since < command_timeout(mission)) return {};
  return {MissionVehicleDiffers{
      .vehicle_id = report.vehicle_id, .reported_mission_id = report.mission_id, .since = report.since}};
}

}  // namespace

vocabulary::Duration command_timeout(const Mission& mission) {
  return vocabulary::seconds(mission.command_timeout_s.value_or(kUsualTimeout));
}

CommandId command_id_of(const MissionId& id, std::int64_t version, Time now) {
  std::uint64_t words[2];
  std::memcpy(words, id.uuid.bytes.data(), sizeof words);
  const auto n = mixed(static_cast<std::uint64_t>(version));
  return {vocabulary::make_uuid_v7(now, mixed(words[0] ^ n), mixed(words[1] + n))};
}

Events through_vehicle(const Mission& mission, Events decided, const std::string& by, Time now) {
  if (mission.control != Control::vehicle) return decided;
  Asking asking(mission, by, now);
  for (auto& event : decided) std::visit(Asked{asking, mission}, std::move(event));
  return asking.take();
}

Result<Events> decide_safety_pause(const Mission& mission, const std::string& reason, const std::string& by, Time now) {
  if (mission.control == Control::vehicle && mission.requested) {
    Asking asking(mission, by, now);
    switch (mission.requested->command) {
      case RequestedChange::start:
        asking.add(MissionCommandWithdrawn{
            .command = RequestedChange::start, .command_id = mission.requested->command_id, .reason = reason});
        asking.recall(*mission.vehicle_id, reason);
        break;
      case RequestedChange::resume:
        asking.request(RequestedChange::pause, reason, {});
        break;
      case RequestedChange::pause:
      case RequestedChange::cancel:
        break;
    }
    return asking.take();
  }
  return decide(mission, PauseMission{.reason = {reason}});
}

Result<Answered> decide(const Mission& mission, const Acknowledgment& answer, Time now) {
  const auto recorded_at = answer.recorded_at.value_or(now);
  if (recorded_at > now + vehicles::kSkew) {
    auto refusal = refuse(ProblemKind::invalid_fields, "it has not happened yet");
    refusal.error().errors.push_back({"/recorded_at", "in_the_future", "must not be in the future"});
    return refusal;
  }
  const auto* vehicle = addressee(mission, answer.command_id);
  const bool another = answer.vehicle_id && (vehicle == nullptr || *answer.vehicle_id != *vehicle);
  if (!another) {
    if (mission.requested && mission.requested->command_id == answer.command_id) {
      auto events = answer_requested(mission, answer, recorded_at, now);
      const auto heard = events.empty() ? Heard::duplicate : Heard::news;
      return Answered{.heard = heard, .events = std::move(events)};
    }
    if (mission.recall && mission.recall->command_id == answer.command_id) {
      return answer_recall(mission, answer, recorded_at);
    }
    if (mission.last_command && mission.last_command->command_id == answer.command_id) {
      return answer_last(mission, answer);
    }
  }
  if (!ever_had(mission, answer.command_id)) {
    return refuse(ProblemKind::not_found, "this mission never had a command of this id");
  }
  return Answered{.heard = Heard::late, .events = {}};
}

Events decide_report(const Mission& mission, const vehicles::MissionReport& report, const std::string& by, Time now) {
  if (mission.control != Control::vehicle) return {};
  const bool is_on_it = report.mission_id == mission.id;
  if (occupies_vehicle(mission) && mission.vehicle_id == report.vehicle_id) {
    return mission.requested ? report_on_requested(mission, report, is_on_it)
                             : report_on_running(mission, report, is_on_it);
  }
  if (!is_on_it || mission.fleet_id != report.fleet_id) return {};
  if (report.recorded_at - std::max(report.since, mission.updated_at) < command_timeout(mission)) return {};
  Asking asking(mission, by, now);
  const std::string reason = mission.status_reason.value_or("not_on_this_vehicle");
  if (mission.recall && mission.recall->vehicle_id == report.vehicle_id) {
    if (mission.recall->sent >= kMostRecalls || now < mission.recall->expires_at) return {};
    asking.recall(mission.recall->command_id, report.vehicle_id, reason, mission.recall->sent + 1);
  } else if (mission.last_command && mission.last_command->command == RequestedChange::cancel) {
    asking.recall(mission.last_command->command_id, report.vehicle_id, reason, 1);
  } else {
    asking.recall(report.vehicle_id, reason);
  }
  return asking.take();
}

MissionCommandTimedOut time_out(const Mission& mission, Time now) {
  const auto& r = *mission.requested;
  return {.command = r.command,
          .command_id = r.command_id,
          .vehicle_id = *mission.vehicle_id,
          .not_before = start_again_at(mission, now)};
}

Events confirm_start(const Mission& mission, Time recorded_at) {
  if (!is_requested(mission, RequestedChange::start)) return {};
  return {confirmation(mission, recorded_at)};
}

namespace {

struct Step {
  Time at;

  std::optional<CommandStep> operator()(const MissionCommandRequested& e) {
    return {{e.command, "sent", e.command_id}};
  }
  std::optional<CommandStep> operator()(const MissionRecallRequested& e) {
    return {{e.command, "recalled", e.command_id}};
  }
  std::optional<CommandStep> operator()(const MissionCommandRejected& e) {
    return {{e.command, "rejected", e.command_id}};
  }
  std::optional<CommandStep> operator()(const MissionCommandTimedOut& e) {
    return {{e.command, "timed_out", e.command_id}};
  }
  std::optional<CommandStep> operator()(const MissionCommandWithdrawn& e) {
    return {{e.command, "withdrawn", e.command_id}};
  }
  std::optional<CommandStep> operator()(const MissionStarted& e) { return of(RequestedChange::start, e.confirmed); }
  std::optional<CommandStep> operator()(const MissionPaused& e) { return of(RequestedChange::pause, e.confirmed); }
  std::optional<CommandStep> operator()(const MissionResumed& e) { return of(RequestedChange::resume, e.confirmed); }
  std::optional<CommandStep> operator()(const MissionCancelled& e) { return of(RequestedChange::cancel, e.confirmed); }
  template <class E>
  std::optional<CommandStep> operator()(const E&) {
    return std::nullopt;
  }

 private:
  std::optional<CommandStep> of(RequestedChange command, const std::optional<Confirmation>& confirmed) const {
    if (!confirmed) return std::nullopt;
    return CommandStep{command, "confirmed", confirmed->command_id, at - confirmed->requested_at};
  }
};

}  // namespace

std::optional<CommandStep> command_step(const vocabulary::Event& event) {
  // Almost all events have nothing to do with it: they are not read.
  if (event.stream != "mission" || event.data.find("\"command_id\"") == std::string::npos) return std::nullopt;
  return std::visit(Step{event.occurred_at}, mission_event_from(event));
}

}  // namespace mms::missions
