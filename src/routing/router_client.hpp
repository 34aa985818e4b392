// Asks another routing server over HTTP, without holding up a thread.
#pragma once

#include <atomic>
#include <string>

#include "async/task.hpp"
#include "routing/rules/router_asks.hpp"

namespace mms::routing {

// Where it stands: "osrm:http://127.0.0.1:5000".
struct RouterPlace {
  RouterKind kind{};
  std::string host;
  std::string port;
};
// Throws std::invalid_argument with what it must be.
RouterPlace router_place(std::string_view text);

// Threads: ask() from any.
class RouterClient {
 public:
  explicit RouterClient(RouterPlace place) : place_(std::move(place)) {}
  RouterKind kind() const { return place_.kind; }

  // The body of its answer, whatever its status. A connection for each question, so many at a time.
  // Refuses: unavailable (no connection, no answer in time, an answer that is no HTTP or too large, too many asked).
  async::Task<vocabulary::Result<std::string>> ask(RouterAsk ask, async::Deadline deadline) const;

 private:
  RouterPlace place_;
  mutable std::atomic<int> open_{0};
};

}  // namespace mms::routing
