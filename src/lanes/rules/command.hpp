// What a command is to the lane: it says what it needs, whether its caller may, and what it does to the working set.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lanes/rules/working_set.hpp"
#include "vocabulary/caller.hpp"
#include "vocabulary/event.hpp"
#include "vocabulary/problem.hpp"

namespace mms::lanes {

// What the caller gets when the batch was committed.
struct Answer {
  int status = 200;
  std::string body;          // JSON, may be empty
  std::string location;      // below the API's prefix, of what was created
  std::int64_t version = 0;  // for the ETag; 0: none
  bool replayed = false;     // this is the first answer again (Idempotency-Key)
  bool operator==(const Answer&) const = default;
};

class Command;

// The stream that an event goes to, as it was before the event. Lifetime: the views hold for the call.
struct StreamEnd {
  std::string_view stream;
  vocabulary::Uuid id;
  std::string_view fleet_id;  // whose fact it is: who may read it, for as long as the log is kept
  std::int64_t version = 0;
  vocabulary::Time last = vocabulary::Time::min();  // when its last event occurred
};
inline StreamEnd new_stream(std::string_view stream, const vocabulary::Uuid& id, std::string_view fleet_id) {
  return {.stream = stream, .id = id, .fleet_id = fleet_id};
}

// What deciding may use, and where it leaves its outcome.
struct Journal {
  vocabulary::Time now;
  const vocabulary::Caller& caller;
  std::string_view trace;
  std::vector<vocabulary::Event>& events;
  // Commands on other aggregates, carried out right after this one, in this transaction, by the service itself.
  std::vector<std::unique_ptr<Command>>& follow_ups;

  // Answers the event's time: max(now, the stream's last + 1 µs).
  vocabulary::Time record(const StreamEnd& on, std::string_view type, std::string data) {
    const auto at = std::max(now, on.last + vocabulary::Duration(1));
    events.push_back({.stream = std::string(on.stream),
                      .stream_id = on.id,
                      .fleet_id = std::string(on.fleet_id),
                      .version = on.version + 1,
                      .type = std::string(type),
                      .schema_version = 1,
                      .data = std::move(data),
                      .caller = caller.id,
                      .trace = std::string(trace),
                      .occurred_at = at,
                      .sequence = 0});
    return at;
  }
};

// Law: a batch of commands has the outcome of the same commands one at a time. Hence a refused command leaves the
// working set and the journal as they were, and nothing outside the working set is looked at. Threads: made on the
// caller's thread, used on the lane's.
class Command {
 public:
  virtual ~Command() = default;
  // For logs and metrics: "start_mission".
  virtual std::string_view name() const = 0;
  // Tells the working set which rows and facts must be there before the next two are asked.
  virtual void need(WorkingSet& set) const = 0;
  // The caller's scope on the loaded row. Refuses: not_found, forbidden.
  virtual vocabulary::Result<void> authorise(WorkingSet& set, const vocabulary::Caller& caller) const = 0;
  // Decides, evolves the working set, records the events.
  virtual vocabulary::Result<void> carry_out(WorkingSet& set, Journal& journal) = 0;
  // The thing as it is now: asked after the follow-ups.
  virtual Answer answer(WorkingSet& set) const = 0;

  // If-Match: versions that the caller accepts; empty for any.
  std::vector<std::int64_t> expected_versions;
};

}  // namespace mms::lanes
