// A request as handlers see it: parsed, bounded, with its deadline and its identity.
#pragma once

#include <boost/container/small_vector.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/task.hpp"
#include "vocabulary/caller.hpp"
#include "vocabulary/problem.hpp"

namespace mms::http {

enum class Method { get, head, post, put, delete_, options, patch, other };
std::string_view to_text(Method method);

// What the answer says of the rate limit that the request counted against.
struct RateState {
  std::string_view policy;  // an item of RateLimit-Policy, as it stands there; empty: nothing was counted
  std::string_view name;    // of that policy, for RateLimit
  std::int64_t remaining = 0;
  std::int64_t reset_s = 0;
};

// Lifetime: all views are into the session's buffer and hold until the handler's answer was returned, and for a
// streamed answer until its stream has ended.
struct Request {
  Method method = Method::get;
  std::string_view target;  // as sent
  std::string_view path;    // the target's path with its prefix: still percent-encoded, no query
  std::string_view query;   // behind '?', may be empty
  std::string_view body;
  boost::container::small_vector<std::pair<std::string_view, std::string_view>, 16> headers;  // names as sent
  boost::container::small_vector<std::string, 3> values;  // of the route's {names}, decoded, in order
  std::string_view route;                                 // the route's pattern; empty before routing
  std::string_view client;                                // address of the peer
  std::string request_id;   // of X-Request-Id / X-Correlation-ID when well formed, else made here
  std::string traceparent;  // W3C, as received or made here
  async::Deadline deadline;
  vocabulary::Caller caller;  // set by the guard
  RateState rate;

  // First header of that name, any case; empty when absent.
  std::string_view header(std::string_view name) const;
};

// The query string, decoded. Built on demand by the handlers that have parameters.
class QueryParameters {
 public:
  // Refuses: bad_parameter for broken percent-encoding, invalid UTF-8 or NUL.
  static vocabulary::Result<QueryParameters> parse(std::string_view query);
  std::optional<std::string_view> first(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }
  // Refuses: bad_parameter, naming each parameter that is not in `known`.
  vocabulary::Result<void> only(std::initializer_list<std::string_view> known) const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace mms::http
