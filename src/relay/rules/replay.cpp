// Ranges, names and progress.
#include "relay/rules/replay.hpp"

#include <algorithm>

#include "vocabulary/json_write.hpp"

namespace mms::relay {

bool is_topic_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  return !name.empty() && name.size() <= 249 && name != "." && name != ".." && std::ranges::all_of(name, allowed);
}

void check_fields(vocabulary::json::Reading& in, const AskReplay& asked) {
  using Step = vocabulary::json::Reading::Step;
  if (!asked.topic.empty() && !is_topic_name(asked.topic)) {
    const Step step(in, std::string_view("topic"));
    in.error("wrong_format", "must be the name of a Kafka topic: letters, digits, points, underscores and hyphens");
  }
  if (asked.from_sequence && asked.to_sequence && asked.to_sequence->value < asked.from_sequence->value) {
    const Step step(in, std::string_view("to_sequence"));
    in.error("before_start", "must not be below from_sequence");
  }
  if (asked.from_time && asked.to_time && *asked.to_time <= *asked.from_time) {
    const Step step(in, std::string_view("to_time"));
    in.error("before_start", "must be after from_time");
  }
}

Replay make_replay(const AskReplay& asked, ReplayId id, std::int64_t head, const std::string& caller, Time now) {
  Replay replay{.id = id, .status = ReplayStatus::running, .topic = asked.topic};
  replay.fleet_id = asked.fleet_id ? std::string(*asked.fleet_id) : std::string(kEveryFleet);
  replay.from_sequence = asked.from_sequence ? asked.from_sequence->value : 1;
  replay.to_sequence = asked.to_sequence ? std::min(asked.to_sequence->value, head) : head;
  replay.from_time = asked.from_time;
  replay.to_time = asked.to_time;
  replay.types.assign(asked.types.begin(), asked.types.end());
  replay.streams.assign(asked.streams.begin(), asked.streams.end());
  replay.stream_id = asked.stream_id;
  replay.events_per_second = asked.events_per_second.value;
  replay.created_by = caller;
  replay.created_at = now;
  move_to(replay, replay.from_sequence - 1, 0, now);
  return replay;
}

bool is_asked_by(const Replay& replay, const AskReplay& asked, const std::string& caller) {
  auto begun = replay;
  begun.status = ReplayStatus::running;
  begun.trouble.reset();
  begun.ended_at.reset();
  move_to(begun, replay.from_sequence - 1, 0, replay.created_at);
  const auto again = make_replay(asked, replay.id, replay.to_sequence, caller, replay.created_at);
  return vocabulary::json::write(begun) == vocabulary::json::write(again);
}

EventFilter filter_of(const Replay& replay) {
  EventFilter filter{.fleets = {}, .types = replay.types, .streams = replay.streams, .stream_id = replay.stream_id};
  filter.from = replay.from_time;
  filter.to = replay.to_time;
  if (replay.fleet_id != kEveryFleet) filter.fleets = {replay.fleet_id};
  return filter;
}

void move_to(Replay& replay, std::int64_t position, std::int64_t published, Time now) {
  replay.position = position;
  replay.published = published;
  const auto length = static_cast<double>(replay.to_sequence - replay.from_sequence + 1);
  const auto done = static_cast<double>(position - replay.from_sequence + 1);
  replay.progress = length <= 0 ? 1 : std::clamp(done / length, 0.0, 1.0);
  replay.updated_at = now;
}

void end(Replay& replay, ReplayStatus how, Time now) {
  replay.status = how;
  replay.trouble.reset();
  replay.updated_at = now;
  replay.ended_at = now;
}

}  // namespace mms::relay
