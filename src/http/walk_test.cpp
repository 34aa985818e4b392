// Routing, refusals and problem documents, without a socket.
#include "http/walk.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "http/problem_response.hpp"
#include "http/response_writer.hpp"
#include "vocabulary/json.hpp"

namespace mms::http {
namespace {

using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;

struct Tools {};
async::Task<Result<Response>> show(const Tools&, const Request& request) {
  Response response;
  response.body = std::string(request.route) + ' ' + request.caller.id;
  for (const auto& value : request.values) response.body += ' ' + value;
  co_return response;
}
async::Task<Result<Response>> throws(const Tools&, const Request&) {
  throw std::runtime_error("password=hunter2");
  co_return Response();
}
async::Task<Result<Response>> refuses(const Tools&, const Request&) {
  vocabulary::Problem problem{.kind = ProblemKind::wrong_state,
                              .detail = "it \"runs\"",
                              .errors = {{"/a", "required", "x"}, {"/b", "required", "y"}},
                              .members = "\"allowed\":[\"pause\"]",
                              .internal = "secret"};
  co_return std::unexpected(std::move(problem));
}

const Tools tools;

Route row(Method method, std::string_view pattern, Permission permission = Permission::none) {
  Route route;
  route.method = method;
  route.pattern = pattern;
  route.permission = permission;
  route.handler = with(tools, show);
  return route;
}

std::vector<Route> rows() {
  auto routes = std::vector{row(Method::get, "/missions", Permission::missions_read),
                            row(Method::post, "/missions", Permission::missions_write),
                            row(Method::get, "/missions/{id}"),
                            row(Method::put, "/missions/{id}"),
                            row(Method::post, "/missions/{id}/start"),
                            row(Method::post, "/missions/bulk"),
                            row(Method::get, "/missions/{id}/tasks/{key}"),
                            row(Method::get, "/trips/stream"),
                            row(Method::get, "/trips/{id}/track")};
  auto health = row(Method::get, "/health");
  routes.push_back(health);
  health.at_root = true;
  routes.push_back(health);
  auto broken = row(Method::get, "/throws");
  broken.handler = with(tools, throws);
  routes.push_back(broken);
  broken.pattern = "/refuses";
  broken.handler = with(tools, refuses);
  routes.push_back(broken);
  return routes;
}

template <class T>
T run(async::Task<T> task) {
  async::asio::io_context context;
  std::optional<T> out;
  async::asio::co_spawn(context.get_executor(), std::move(task), [&](std::exception_ptr thrown, T value) {
    if (thrown) std::rethrow_exception(thrown);
    out = std::move(value);
  });
  context.run();
  return std::move(*out);
}

async::Task<Result<vocabulary::Caller>> admit(const Request& request, Permission permission) {
  if (permission == Permission::none) co_return vocabulary::Caller{};
  if (request.header("X-API-Key").empty()) co_return vocabulary::refuse(ProblemKind::unauthenticated, "who are you?");
  if (request.header("X-API-Key") == "burst") {
    co_return vocabulary::refuse(ProblemKind::rate_limited, "slower", "\"retry_after_s\":7");
  }
  vocabulary::Caller caller;
  caller.id = "ann";
  co_return caller;
}

struct Log {
  std::string internal;
};

Response respond(Request& request, Log* log = nullptr, bool has_body = false) {
  Walk walk(Router(rows(), "/api"), Cors({"https://ops.example"}),
            WalkHooks{.admit = admit, .explain = {}, .log_fault = [log](const Fault& fault) {
                        if (log != nullptr) log->internal = fault.internal;
                      }});
  const Route* route = nullptr;
  Slot slot;
  auto early = run(walk.enter(request, has_body, route, slot));
  if (early) return std::move(*early);
  return run(walk.carry_out(request, *route));
}

Request ask(Method method,
            std::string_view path,
            std::initializer_list<std::pair<std::string_view, std::string_view>> headers = {}) {
  Request request;
  request.method = method;
  request.path = path;
  request.request_id = "r1";
  for (const auto& header : headers) request.headers.push_back(header);
  return request;
}
Response respond(Method method, std::string_view path) {
  auto request = ask(method, path);
  return respond(request);
}
std::string header_of(const Response& response, std::string_view name) {
  for (const auto& [given, value] : response.headers) {
    if (given == name) return value;
  }
  return {};
}

TEST(Router, finds_rows_by_segment_and_literals_win) {
  EXPECT_EQ(respond(Method::get, "/api/missions/7").body, "/missions/{id}  7");
  EXPECT_EQ(respond(Method::post, "/api/missions/7/start").body, "/missions/{id}/start  7");
  EXPECT_EQ(respond(Method::post, "/api/missions/bulk").body, "/missions/bulk ");
  EXPECT_EQ(respond(Method::get, "/api/missions/a%20b/tasks/%C3%A4%2F").body,
            "/missions/{id}/tasks/{key}  a b \xC3\xA4/");
  EXPECT_EQ(respond(Method::get, "/api/trips/stream").body, "/trips/stream ");
  EXPECT_EQ(respond(Method::get, "/api/trips/stream/track").body, "/trips/{id}/track  stream");
  EXPECT_EQ(respond(Method::get, "/health").body, "/health ");
  EXPECT_EQ(respond(Method::get, "/api/health").body, "/health ");
  EXPECT_EQ(respond(Method::head, "/api/health").status, 200);
}

TEST(Router, tells_404_from_405) {
  for (const auto path :
       {"/", "/api", "/api/", "/missions/7", "/api/missions/", "/api/missions//start", "/apix/health",
        "/api/missions/7/start/", "/api/missions/7/tasks", "/api/Missions/7", "*", "/api/missions/../health"}) {
    EXPECT_EQ(respond(Method::get, path).status, 404) << path;
  }
  const auto refused = respond(Method::delete_, "/api/missions/7");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(header_of(refused, "Allow"), "GET, HEAD, PUT, OPTIONS");
  EXPECT_EQ(respond(Method::other, "/api/missions/7").status, 405);
  EXPECT_EQ(respond(Method::get, "/api/missions/bulk").status, 405) << "the literal has no GET";
  EXPECT_EQ(respond(Method::get, "/api/missions/%zz").status, 400);
  EXPECT_EQ(respond(Method::get, "/api/missions/%00").status, 400);
}

TEST(Router, refuses_two_rows_for_one_place) {
  EXPECT_THROW(Router({row(Method::get, "/a/{x}"), row(Method::get, "/a/{y}")}, ""), std::logic_error);
}

TEST(Walk, the_guard_stands_before_the_handler) {
  auto request = ask(Method::get, "/api/missions");
  auto refused = respond(request);
  EXPECT_EQ(refused.status, 401);
  EXPECT_FALSE(header_of(refused, "WWW-Authenticate").empty());
  request = ask(Method::get, "/api/missions", {{"x-api-key", "k"}});
  EXPECT_EQ(respond(request).body, "/missions ann");
  request = ask(Method::get, "/api/missions", {{"x-api-key", "burst"}});
  refused = respond(request);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(header_of(refused, "Retry-After"), "7");
}

TEST(Walk, negotiates_both_ways) {
  auto request = ask(Method::get, "/api/health", {{"Accept", "text/html"}});
  EXPECT_EQ(respond(request).status, 406);
  request = ask(Method::post, "/api/missions/bulk", {{"Content-Type", "text/plain"}});
  EXPECT_EQ(respond(request, nullptr, true).status, 415);
  request = ask(Method::post, "/api/missions/bulk");
  EXPECT_EQ(respond(request, nullptr, true).status, 415);
  EXPECT_EQ(respond(request, nullptr, false).status, 200) << "no body needs no type";
}

TEST(Walk, options_and_preflight) {
  auto request = ask(Method::options, "/api/missions/7");
  auto answer = respond(request);
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(header_of(answer, "Allow"), "GET, HEAD, PUT, OPTIONS");
  EXPECT_EQ(header_of(answer, "Access-Control-Allow-Methods"), "");
  request = ask(Method::options, "/api/missions/7",
                {{"Origin", "https://ops.example"}, {"Access-Control-Request-Method", "PUT"}});
  EXPECT_EQ(header_of(respond(request), "Access-Control-Allow-Methods"), "GET, HEAD, PUT, OPTIONS");
  request = ask(Method::options, "/api/missions/7",
                {{"Origin", "https://evil.example"}, {"Access-Control-Request-Method", "PUT"}});
  EXPECT_EQ(header_of(respond(request), "Access-Control-Allow-Methods"), "");
  EXPECT_EQ(respond(Method::options, "*").status, 204);
  EXPECT_EQ(respond(Method::options, "/nowhere").status, 404);
}

TEST(Walk, internal_text_goes_to_the_log_only) {
  Log log;
  auto request = ask(Method::get, "/api/throws");
  auto answer = respond(request, &log);
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.code, "internal");
  EXPECT_EQ(answer.body.find("hunter2"), std::string::npos);
  EXPECT_EQ(log.internal, "password=hunter2");
  request = ask(Method::get, "/api/refuses");
  answer = respond(request, &log);
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  EXPECT_EQ(log.internal, "secret");
}

TEST(Problem, is_a_valid_document_with_all_members) {
  auto request = ask(Method::get, "/api/refuses");
  const auto answer = respond(request);
  EXPECT_EQ(answer.content_type, "application/problem+json");
  EXPECT_EQ(
      answer.body,
      R"({"type":"urn:mission-management:problem:wrong_state","title":"Wrong state","status":409,)"
      R"("code":"wrong_state","detail":"it \"runs\"","instance":"/api/refuses","request_id":"r1",)"
      R"("errors":[{"pointer":"/a","code":"required","detail":"x"},{"pointer":"/b","code":"required","detail":"y"}],)"
      R"("allowed":["pause"]})");
  vocabulary::json::Document document;
  EXPECT_TRUE(document.parse(answer.body));
}

TEST(ResponseWriter, writes_the_fields_that_every_answer_has) {
  const auto request = ask(Method::get, "/x", {{"X-Correlation-ID", "c1"}, {"Origin", "https://ops.example"}});
  Response response;
  response.body = "{}";
  response.headers.emplace_back("Location", "/a\r\nSet-Cookie: evil=1");
  std::string out;
  DateText date;
  append_head(out, response, request, Framing{.date = date.at(784111777), .keep_alive = false},
              Cors({"https://ops.example"}));
  EXPECT_EQ(out,
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: application/json\r\n"
            "Content-Length: 2\r\nX-Request-Id: r1\r\nX-Correlation-ID: c1\r\nLocation: /aSet-Cookie: evil=1\r\n"
            "Cache-Control: private, no-cache\r\nX-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n"
            "Referrer-Policy: no-referrer\r\nVary: Authorization, X-API-Key, Accept-Encoding, Origin\r\n"
            "Access-Control-Allow-Origin: https://ops.example\r\nAccess-Control-Expose-Headers: ETag, Location, "
            "X-Request-Id, Retry-After, Idempotency-Replayed, RateLimit, RateLimit-Policy\r\nConnection: close\r\n\r\n");
}

}  // namespace
}  // namespace mms::http
