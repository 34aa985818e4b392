// The laws while the world moves.
#include "oracle.hpp"

#include <algorithm>

#include "database/event_log.hpp"
#include "missions/mission_store.hpp"
#include "vocabulary/json.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::simulation {

namespace json = vocabulary::json;
using namespace missions;  // the events' names
using vocabulary::Event;
using vocabulary::to_text;

namespace {

// The columns of mission_rows.
const database::Statement rows_of(
    "simulation_mission_rows",
    database::Statement::Shape::many,
    "select id, fleet_id, vehicle_id, template_id, plan_id, name, type, priority, "
    "status, blocked, occupies_vehicle, scheduled_start, deadline, created_at, "
    "updated_at, deleted_at, version, start_rank, recall_vehicle, body from missions where id = $1",
    "select 1");

// In it, or asked to be.
bool has_its_vehicle(const Mission& mission) {
  return mission.vehicle_id &&
         (mission.status == MissionStatus::running || mission.status == MissionStatus::paused || mission.requested);
}

bool is_of_a_client(const std::string& trace) {
  return trace.starts_with('c');
}

}  // namespace

std::string trace_of(const Try& one) {
  return fmt::format("c{}.{}", one.wish, one.number);
}

void Oracle::committed() {
  ++commits_;
  const auto events = database::events_from(ground_.read(database::log_events(sequence_, 100'000)));
  std::set<MissionId> changed;
  for (const auto& event : events) {
    take(event);
    if (event.stream == "mission") changed.insert(MissionId{event.stream_id});
  }
  check_rows(changed);
}

void Oracle::take(const Event& event) {
  diary_.write("  {} {} {} v{} by {}", event.sequence, event.type, to_text(event.stream_id).substr(24), event.version,
               event.trace);
  if (event.sequence <= sequence_) broken("event {} does not follow {}", event.sequence, sequence_);
  sequence_ = event.sequence;
  auto& stream = streams_[event.stream_id];
  if (event.version != stream.version + 1) {
    broken("stream {}: version {} follows {}", to_text(event.stream_id), event.version, stream.version);
  }
  if (event.occurred_at <= stream.last) broken("stream {}: time does not move on", to_text(event.stream_id));
  stream = {event.version, event.occurred_at};
  if (is_of_a_client(event.trace)) note_trace(event.trace);
  for (const auto& [topic, key] : relay::destinations_of(event, topics_)) {
    messages_[{std::string(topic), key}].sequences.push_back(event.sequence);
  }
  if (event.stream != "mission") return;
  const MissionId id{event.stream_id};
  const auto change = mission_event_from(event);
  auto& mission = missions_[id];
  const Mission before = mission;
  mission = evolve(std::move(mission), change, event.version, event.occurred_at);
  mission.id = id;
  bodies_[{id, event.version}] = json::write(mission);
  if (const auto* added = std::get_if<MissionDependencyAdded>(&change)) {
    check_cycle(added->dependency);
    edges_[added->dependency.id] = added->dependency;
  }
  if (const auto* removed = std::get_if<MissionDependencyRemoved>(&change)) edges_.erase(removed->id);
  check_event(before, change, event.occurred_at);
}

void Oracle::note_trace(const std::string& trace) {
  if (refused_.contains(trace)) broken("{} was told that nothing was done, and it was done", trace);
  const auto [at, first] = commit_of_.emplace(trace, commits_);
  if (at->second != commits_) broken("{} was done in two transactions", trace);
  if (!first) return;
  const auto wish = std::stoi(trace.substr(1));
  const auto [done, is_first] = try_of_.emplace(wish, trace);
  if (!is_first) broken("{} does again what {} has done, under one Idempotency-Key", trace, done->second);
}

void Oracle::check_event(const Mission& before, const MissionEvent& event, Time at) {
  const auto& mission = missions_.at(before.version == 0 ? std::get<MissionCreated>(event).mission.id : before.id);
  const auto* asked = std::get_if<MissionCommandRequested>(&event);
  const bool starts = std::holds_alternative<MissionStarted>(event);
  // What a vehicle confirms was decided when it was asked.
  if (asked ? asked->command == RequestedChange::start : starts && before.control == Control::direct) {
    check_start(before, at);
  }
  if (asked || starts || std::holds_alternative<MissionResumed>(event) ||
      std::holds_alternative<MissionAssigned>(event)) {
    check_vehicle(mission);
  } else if (std::holds_alternative<MissionCompleted>(event)) {
    for (const auto& why : holding(before, true, at)) broken("mission {} completed: {}", before.name, why);
  } else if (std::holds_alternative<MissionBecameReady>(event)) {
    const auto earliest = earliest_start(before);
    if (earliest && *earliest > at) broken("mission {} is ready too early", before.name);
    for (const auto& why : holding(before, false, at)) broken("mission {} became ready: {}", before.name, why);
  }
  check_timers(before, event, at);
}

void Oracle::check_start(const Mission& mission, Time at) {
  if (mission.status != MissionStatus::pending && mission.status != MissionStatus::ready) {
    broken("mission {} started while {}", mission.name, vocabulary::name_of(mission.status));
  }
  const auto earliest = earliest_start(mission);
  if (earliest && *earliest > at) broken("mission {} started before {}", mission.name, to_text(*earliest));
  for (const auto& why : holding(mission, false, at)) broken("mission {} started: {}", mission.name, why);
}

void Oracle::check_vehicle(const Mission& mission) {
  if (!has_its_vehicle(mission)) return;
  for (const auto& [id, other] : missions_) {
    if (id == mission.id || other.vehicle_id != mission.vehicle_id) continue;
    if (!has_its_vehicle(other)) continue;
    broken("missions {} and {} are both in {}", mission.name, other.name, *mission.vehicle_id);
  }
}

void Oracle::check_timers(const Mission& before, const MissionEvent& event, Time at) {
  const auto timed_out = [&](const std::string& reason) {
    if (reason == "timeout" &&
        (!before.timeout_s || !before.started_at || *before.started_at + vocabulary::seconds(*before.timeout_s) > at)) {
      broken("mission {} timed out too early", before.name);
    }
    if (reason == "deadline_exceeded" && (before.started_at || !before.deadline || *before.deadline > at)) {
      broken("mission {} failed by a deadline that is not its own", before.name);
    }
  };
  if (std::holds_alternative<MissionCommandTimedOut>(event) &&
      (!before.requested || before.requested->expires_at > at)) {
    broken("a command to the vehicle of mission {} timed out too early", before.name);
  }
  if (const auto* failed = std::get_if<MissionFailed>(&event)) timed_out(failed->reason);
  if (const auto* failed = std::get_if<MissionAttemptFailed>(&event)) timed_out(failed->reason);
}

// Why it may not start (or complete) at this moment; in words of the domain and not by the service's own rules.
std::vector<std::string> Oracle::holding(const Mission& mission, bool finish, Time at) const {
  std::vector<std::string> all;
  for (const auto& [id, edge] : edges_) {
    if (edge.successor_id != mission.id || (edge.type == DependencyType::finish_to_finish) != finish) continue;
    const auto& p = missions_.at(edge.predecessor_id);
    std::optional<Time> since;
    if (edge.type == DependencyType::start_to_start) {
      since = p.started_at;
    } else {
      const bool meets = edge.condition == DependencyCondition::any       ? is_final(p.status)
                         : edge.condition == DependencyCondition::success ? p.status == MissionStatus::completed
                                                                          : p.status == MissionStatus::failed;
      if (meets) since = p.ended_at;
    }
    if (!since) {
      all.push_back(fmt::format("{} ({}) waits for it to be otherwise", p.name, vocabulary::name_of(p.status)));
    } else if (edge.lag_s > 0 && *since + vocabulary::seconds(edge.lag_s) > at) {
      all.push_back(fmt::format("the lag behind {} has not passed", p.name));
    }
  }
  return all;
}

// From the predecessor up: whoever is completed or cancelled waits for nobody any more.
void Oracle::check_cycle(const Dependency& added) {
  std::set<MissionId> seen;
  std::vector<MissionId> todo{added.predecessor_id};
  while (!todo.empty()) {
    const auto at = todo.back();
    todo.pop_back();
    if (at == added.successor_id) return broken("a dependency closes a cycle");
    const auto status = missions_.at(at).status;
    if (!seen.insert(at).second || status == MissionStatus::completed || status == MissionStatus::cancelled) continue;
    for (const auto& [id, edge] : edges_) {
      if (edge.successor_id == at) todo.push_back(edge.predecessor_id);
    }
  }
}

// fold(events) = rows, for what this transaction changed.
void Oracle::check_rows(const std::set<MissionId>& changed) {
  if (changed.empty()) return;
  database::Query query{&rows_of, {}};
  for (const auto& id : changed) query.add(id);
  const auto rows = ground_.read(std::move(query));
  if (rows.size() != changed.size()) broken("{} missions changed, {} have a row", changed.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto stored = stored_from(rows[i]);
    const auto& mission = missions_.at(stored.id);
    const auto& folded = bodies_.at({mission.id, mission.version});
    if (folded != stored.body && json::canonical(folded) != json::canonical(stored.body)) {
      broken("mission {}: the events say {}, the row says {}", mission.name, folded, stored.body);
    }
    for (const auto& column : columns_that_differ(mission, stored.row)) {
      broken("mission {}: the column {} is not what its body says", mission.name, column);
    }
  }
}

void Oracle::told(const Try& one, const lanes::Outcome& outcome) {
  const auto trace = trace_of(one);
  if (outcome) {
    diary_.write("  {} {} is told {} v{}{}", trace, one.command, outcome->status, outcome->version,
                 outcome->replayed ? " again" : "");
    return check_answer(one, *outcome);
  }
  const auto& problem = outcome.error();
  diary_.write("  {} {} is told {}{}{}", trace, one.command, vocabulary::name_of(problem.kind),
               problem.members.empty() ? "" : " ",
               problem.kind == vocabulary::ProblemKind::unavailable ? problem.members : "");
  if (problem.kind == vocabulary::ProblemKind::internal && !engine_may_refuse_) {
    broken("{} {} failed inside: a constraint fired, or worse", trace, one.command);
  }
  if (problem.members.find("unknown") != std::string::npos) return;
  refused_.insert(trace);
  if (commit_of_.contains(trace)) broken("{} was told {}, and it was done", trace, vocabulary::name_of(problem.kind));
}

void Oracle::check_answer(const Try& one, const lanes::Answer& answer) {
  const auto trace = trace_of(one);
  if (one.has_key) {
    // The first answer may come last: it is the one that was not given again.
    const auto first = answer_of_.emplace(one.wish, answer).first;
    if (first->second.body != answer.body || first->second.status != answer.status ||
        first->second.version != answer.version) {
      broken("{} {} is not answered as before", trace, one.command);
    }
    if (!answer.replayed && !carried_out_.insert(one.wish).second) broken("{} {} is done again", trace, one.command);
  }
  const bool is_repeat = one.command == "create" && answer.status == 200;
  if (one.records && !is_repeat && !try_of_.contains(one.wish)) {
    broken("{} {} was acknowledged and is not in the log", trace, one.command);
  }
  if (answer.version == 0 || !one.stream) return;
  auto& known = acknowledged_[*one.stream];
  known = std::max(known, answer.version);
  const auto stream = streams_.find(*one.stream);
  if (stream == streams_.end() || stream->second.version < answer.version) {
    broken("{} {} was acknowledged with version {}, which is not in the log", trace, one.command, answer.version);
  }
  const auto body = bodies_.find({MissionId{*one.stream}, answer.version});
  if (body != bodies_.end() && json::canonical(body->second) != json::canonical(answer.body)) {
    broken("{} {}: the answer is not version {} of its mission", trace, one.command, answer.version);
  }
}

void Oracle::arrived(const Arrived& message) {
  const auto at = messages_.find({message.topic, message.key});
  if (at == messages_.end()) return broken("event {} arrives and was never committed", message.sequence);
  auto& [sequences, arrived] = at->second;
  const auto place = static_cast<std::size_t>(std::ranges::find(sequences, message.sequence) - sequences.begin());
  if (place == sequences.size()) return broken("event {} arrives at a wrong place", message.sequence);
  if (place < arrived) return;  // again
  if (place > arrived)
    return broken("event {} arrives before event {} of its stream", message.sequence, sequences[arrived]);
  ++arrived;
}

void Oracle::shown(const MissionId& id, std::int64_t floor, std::optional<std::int64_t> version) {
  diary_.write("  a reader of {} is shown version {}", to_text(id).substr(24), version.value_or(0));
  if (version && *version < floor) broken("a reader is shown version {}, and {} was acknowledged", *version, floor);
  if (!version && floor > 0 && !missions_.at(id).deleted_at) broken("a reader does not find what was acknowledged");
}

std::int64_t Oracle::acknowledged(const vocabulary::Uuid& stream) const {
  const auto at = acknowledged_.find(stream);
  return at == acknowledged_.end() ? 0 : at->second;
}

}  // namespace mms::simulation
