// A domain event: an immutable fact about one stream (one aggregate), as the event log keeps it.
#pragma once

#include <cstdint>
#include <string>

#include "vocabulary/ids.hpp"
#include "vocabulary/time.hpp"

namespace mms::vocabulary {

struct Event {
  std::string stream;         // "mission", "trip", "safety_event", "template"
  Uuid stream_id;             // the aggregate's id
  std::string fleet_id;       // whose fact it is; "*" for what belongs to every fleet
  std::int64_t version = 0;   // 1, 2, … without gaps within the stream
  std::string type;           // past tense: "mission.started"
  int schema_version = 1;     // of `data`; older ones are lifted by the feature's upcasters
  std::string data;           // JSON
  std::string caller;         // who caused it
  std::string trace;          // request id
  Time occurred_at;           // strictly grows within the stream
  std::int64_t sequence = 0;  // of the whole log, given by the store: only grows
  bool operator==(const Event&) const = default;
};

}  // namespace mms::vocabulary
