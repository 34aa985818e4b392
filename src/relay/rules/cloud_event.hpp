// A domain event as the world outside sees it: CloudEvents 1.0, structured JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vocabulary/describe.hpp"
#include "vocabulary/event.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::relay {

// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
// Extension attributes have names of lower-case letters and digits alone.
struct CloudEvent {
  std::string specversion;
  std::string id;       // the sequence: with `source` it is unique, so a consumer drops repeats by it
  std::string source;   // of every event of this service
  std::string type;     // "mission.started"
  std::string subject;  // "mission/<id>"
  vocabulary::Time time;
  std::string datacontenttype;
  std::string sequence;  // twenty digits: sorts as text, as the extension of that name wants it
  std::string stream;
  vocabulary::Uuid streamid;
  std::int64_t streamversion = 0;      // 1, 2, 3 … without gaps within the stream
  int schemaversion = 1;               // of `data`
  std::optional<std::string> fleetid;  // absent: every fleet's
  std::string caller;
  std::optional<std::string> correlationid;  // the request that caused it
  std::optional<std::string> dataref;        // where `data` is, when it is too large to be sent along
  std::optional<std::string> replayid;  // the replay that sends it again; absent when it is sent for the first time
  vocabulary::json::Raw data;
};
BOOST_DESCRIBE_STRUCT(CloudEvent,
                      (),
                      (specversion,
                       id,
                       source,
                       type,
                       subject,
                       time,
                       datacontenttype,
                       sequence,
                       stream,
                       streamid,
                       streamversion,
                       schemaversion,
                       fleetid,
                       caller,
                       correlationid,
                       dataref,
                       replayid,
                       data))

// The type of a message whose body is a CloudEvent.
inline constexpr std::string_view kCloudEventType = "application/cloudevents+json; charset=utf-8";
// The fleet of what belongs to every fleet.
inline constexpr std::string_view kEveryFleet = "*";

std::string cloud_event_json(const vocabulary::Event& event);
// At most `most` bytes: an event that is larger goes without its data and says where to read it.
// `replay`: the id of the replay that sends it again; empty: none.
std::string cloud_event_json(const vocabulary::Event& event, std::size_t most, std::string_view replay = {});

// Frames of Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
std::string event_frame(const vocabulary::Event& event);
// No event: tells the reader how far it is, so that it resumes there.
std::string position_frame(std::string_view comment, std::int64_t sequence);
// The last frame of a stream that this service ends.
std::string end_frame(std::string_view reason);

}  // namespace mms::relay
