// A part of the log that is sent again, to a topic of the asker's choosing: what was asked, and how far it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/rules/event_filter.hpp"
#include "vocabulary/describe.hpp"
#include "vocabulary/fields.hpp"
#include "vocabulary/ids.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/time.hpp"

namespace mms::relay {

using ReplayId = vocabulary::Id<struct ReplayTag>;
using vocabulary::Time;

BOOST_DEFINE_ENUM_CLASS(ReplayStatus, running, completed, cancelled)

using Sequence = vocabulary::Between<std::int64_t{1}, std::int64_t{4'000'000'000'000'000}>;

struct AskReplay {
  std::optional<ReplayId> id;
  vocabulary::Text<1, 249> topic;
  vocabulary::Or<false> allow_live;                // into a topic that the relay writes to
  std::optional<vocabulary::Identifier> fleet_id;  // absent: of every fleet, which needs the permission on all of them
  std::optional<Sequence> from_sequence;           // included; absent: the first
  std::optional<Sequence> to_sequence;             // included; absent: the last one as it is asked
  std::optional<Time> from_time;                   // included
  std::optional<Time> to_time;                     // not included
  vocabulary::List<vocabulary::Text<1, 64>, 50> types;
  vocabulary::List<vocabulary::Text<1, 64>, 50> streams;
  std::optional<vocabulary::Uuid> stream_id;
  vocabulary::Or<vocabulary::Between<1, 10'000>{1000}> events_per_second;
};
BOOST_DESCRIBE_STRUCT(AskReplay,
                      (),
                      (id,
                       topic,
                       allow_live,
                       fleet_id,
                       from_sequence,
                       to_sequence,
                       from_time,
                       to_time,
                       types,
                       streams,
                       stream_id,
                       events_per_second))

// What no single member shows: a topic that Kafka does not allow, a range that holds nothing.
void check_fields(vocabulary::json::Reading& in, const AskReplay& asked);

// The name of a Kafka topic: 1 to 249 letters, digits, points, underscores and hyphens.
bool is_topic_name(std::string_view name);

struct Replay {
  ReplayId id;
  ReplayStatus status{};
  std::string topic;
  std::string fleet_id;  // "*": every fleet
  std::int64_t from_sequence = 1;
  std::int64_t to_sequence = 0;
  std::optional<Time> from_time;
  std::optional<Time> to_time;
  std::vector<std::string> types;
  std::vector<std::string> streams;
  std::optional<vocabulary::Uuid> stream_id;
  int events_per_second = 0;
  std::int64_t position = 0;   // everything up to this sequence is delivered
  std::int64_t published = 0;  // events delivered up to there, each counted once
  double progress = 0;         // of the range, 0 to 1
  std::optional<std::string> trouble;
  std::string created_by;
  Time created_at;
  Time updated_at;
  std::optional<Time> ended_at;
};
BOOST_DESCRIBE_STRUCT(Replay,
                      (),
                      (id,
                       status,
                       topic,
                       fleet_id,
                       from_sequence,
                       to_sequence,
                       from_time,
                       to_time,
                       types,
                       streams,
                       stream_id,
                       events_per_second,
                       position,
                       published,
                       progress,
                       trouble,
                       created_by,
                       created_at,
                       updated_at,
                       ended_at))

// `head`: the log's last sequence now; what comes behind it is never part of this replay.
Replay make_replay(const AskReplay& asked, ReplayId id, std::int64_t head, const std::string& caller, Time now);
// Whether it is what this caller asks for, however far it is: then the one asks again who got no answer.
bool is_asked_by(const Replay& replay, const AskReplay& asked, const std::string& caller);
EventFilter filter_of(const Replay& replay);
// Everything up to `position` is delivered, `published` events in all.
void move_to(Replay& replay, std::int64_t position, std::int64_t published, Time now);
// It will not be carried on.
void end(Replay& replay, ReplayStatus how, Time now);

}  // namespace mms::relay
