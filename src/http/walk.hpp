// The walk of a request through the house: route → guard → negotiation → handler → answer. The one place where
// exceptions of handlers are caught.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "http/cors.hpp"
#include "http/router.hpp"

namespace mms::http {

// What must reach our log and nobody else.
struct Fault {
  std::string_view request_id;
  std::string_view route;
  std::string_view code;
  std::string_view internal;
};

// An exception as the Problem that the client gets; its `internal` is logged. The drivers' exceptions are not known
// here, so service/assemble says how each is answered.
using Explain = std::function<vocabulary::Problem(std::exception_ptr)>;
using LogFault = std::function<void(const Fault&)>;

// A place among a caller's requests under way; given back when it is destroyed.
using Slot = std::shared_ptr<void>;
// Of a caller who was admitted: whether this request is one too many. Says in request.rate what it counted against.
// Refuses: rate_limited.
using Limit = std::function<vocabulary::Result<Slot>(Request&, const Route&)>;

struct WalkHooks {
  Admit admit;  // absent: every caller passes as an empty Caller
  Limit limit;  // absent: nobody is limited
  Explain explain;
  LogFault log_fault;
};

// Threads: one walk per thread. Lifetime: outlives its sessions.
class Walk {
 public:
  Walk(Router router, Cors cors, WalkHooks hooks);

  // As soon as the head is known: an answer when the request goes no further (404, 405, 406, 415, 401, 403, 429,
  // OPTIONS), else nothing, and `route` is set. `slot` is to be kept until the answer was sent, for a stream until it
  // begins. Never throws.
  async::Task<std::optional<Response>> enter(Request& request, bool has_body, const Route*& route, Slot& slot) const;
  // With the body: the handler's answer. Never throws.
  async::Task<Response> carry_out(const Request& request, const Route& route) const;
  // A problem that was found outside.
  Response refuse(const vocabulary::Problem& problem, const Request& request) const;
  // What became of an exception outside of a handler's first part: for streams.
  void log(std::exception_ptr thrown, const Request& request) const;

  // For troubles outside of any request.
  void log(const Fault& fault) const { hooks_.log_fault(fault); }

  const Cors& cors() const { return cors_; }

 private:
  std::optional<Response> not_routed(const Router::Match& match, const Request& request) const;
  std::optional<vocabulary::Problem> negotiate(const Route& route, const Request& request, bool has_body) const;
  Response explain(std::exception_ptr thrown, const Request& request) const;

  Router router_;
  Cors cors_;
  WalkHooks hooks_;
};

}  // namespace mms::http
