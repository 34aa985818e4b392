// A route is a row: method, pattern, permission, handler, and the types that go in and come out. The guard, the router
// and the OpenAPI document all read the same row.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "vocabulary/caller.hpp"
#include "vocabulary/json_schema.hpp"
#include "vocabulary/problem.hpp"

namespace mms::http {

using Handler = std::function<async::Task<vocabulary::Result<Response>>(const Request&)>;

// Credentials and the row's permission to a Caller who holds it on some fleet.
// Refuses: unauthenticated, forbidden, rate_limited (and says in request.rate by what).
using Admit = std::function<async::Task<vocabulary::Result<vocabulary::Caller>>(Request&, vocabulary::Permission)>;

// A JSON Schema by name: `define` adds it to the components under that name, and those of the structs inside it.
// Made by schema_of<T>("Mission"), for what comes in and what goes out alike: the direction is asked when it is
// printed.
struct SchemaRef {
  std::string_view name;  // empty: no body
  void (*define)(std::string_view name, vocabulary::json::Schemas& schemas) = nullptr;
};
template <class T>
constexpr SchemaRef schema_of(std::string_view name) {
  return {name, [](std::string_view as, vocabulary::json::Schemas& schemas) {
            vocabulary::json::define_schema<T>(schemas, as);
          }};
}

struct QueryField {
  std::string_view name;
  std::string_view description;
  std::string_view schema = R"({"type":"string"})";
};

struct Route {
  Method method = Method::get;
  std::string_view pattern;  // below the prefix: "/missions/{id}/start"
  vocabulary::Permission permission = vocabulary::Permission::any_caller;
  Handler handler;
  std::string_view summary;  // one sentence for the OpenAPI document
  SchemaRef accepts;
  SchemaRef answers;
  int success = 200;                              // 201 for creation, 204 for no body
  int repeat = 0;                                 // what a repeat with a chosen id is answered, where that differs
  std::vector<vocabulary::ProblemKind> problems;  // beyond those that every route has
  std::vector<QueryField> query;
  std::size_t max_body = 1 << 20;
  bool idempotent = false;   // honours Idempotency-Key
  bool conditional = false;  // honours If-Match / If-None-Match
  bool heavy = false;        // computes for long: has a rate limit of its own
  std::string_view answer_type = "application/json";
  std::vector<std::string_view> other_types;  // in which it answers as well, by Accept; the handler chooses
  bool at_root = false;                       // the pattern stands at the root, not below the prefix: "/health"
  std::string_view example_request;           // JSON, for the OpenAPI document
  std::string_view example_answer;
};

// Makes a handler of a free coroutine and the tools that it works with.
// Lifetime: the tools outlive the route.
template <class Tools>
Handler with(const Tools& tools,
             async::Task<vocabulary::Result<Response>> (*handler)(const Tools& tools, const Request& request)) {
  return [&tools, handler](const Request& request) { return handler(tools, request); };
}

}  // namespace mms::http
