// The endpoints below /events, and the same live for trips.
#pragma once

#include <vector>

#include "http/route.hpp"
#include "relay/watcher.hpp"

namespace mms::relay {

// Lifetime: the tools outlive the routes. Threads: that of the tools' reader.
std::vector<http::Route> event_routes(const WatchTools& tools);

}  // namespace mms::relay
