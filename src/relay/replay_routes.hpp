// The endpoints below /events/replay.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "endpoints/cursor.hpp"
#include "http/route.hpp"
#include "vocabulary/ids.hpp"

namespace mms::relay {

// What replays may not write to without a word, and what they never write to.
struct ReplayTopics {
  bool has_kafka = false;
  std::vector<std::string> live;    // the relay's own
  std::vector<std::string> closed;  // read by this service, or for other messages than events
};

// One for each thread. Lifetime: outlives the routes; what it names outlives it.
struct ReplayTools {
  database::Reader& reader;
  database::Appender& appender;
  vocabulary::IdSource& ids;
  const endpoints::CursorKey& cursor_key;
  std::function<vocabulary::Time()> now;
  const ReplayTopics& topics;
};

std::vector<http::Route> replay_routes(const ReplayTools& tools);

}  // namespace mms::relay
