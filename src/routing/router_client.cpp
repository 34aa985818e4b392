// One question on one connection, with a time limit over all of it.
#include "routing/router_client.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace mms::routing {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using vocabulary::Result;
using Stream = beast::basic_stream<asio::ip::tcp, async::Executor>;

constexpr int kMostOpen = 32;
constexpr std::chrono::seconds kMostTime{10};
constexpr std::uint64_t kMostBytes = 64ULL << 20;  // a matrix of 1000 × 1000 is some 20 MB
constexpr auto use_tuple = asio::as_tuple(async::use_task);

std::unexpected<vocabulary::Problem> unavailable(std::string_view what) {
  return vocabulary::refuse(vocabulary::ProblemKind::unavailable, fmt::format("the routing server {}", what),
                            R"("outcome":"none","retry_after_s":5)");
}

// Counts itself while it lives.
struct Place {
  explicit Place(std::atomic<int>& count) : open(count), number(++open) {}
  ~Place() { --open; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  std::atomic<int>& open;
  int number;
};

}  // namespace

RouterPlace router_place(std::string_view text) {
  const auto colon = text.find(':');
  const auto kind = vocabulary::from_name<RouterKind>(text.substr(0, colon));
  constexpr std::string_view kHttp = "http://";
  auto rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (!kind || !rest.starts_with(kHttp)) throw std::invalid_argument("osrm:http://<host>:<port> or valhalla:http://…");
  rest.remove_prefix(kHttp.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto port = rest.rfind(':');
  RouterPlace place{*kind, std::string(rest.substr(0, port)),
                    port == std::string_view::npos ? "80" : std::string(rest.substr(port + 1))};
  const bool digits = !place.port.empty() && place.port.find_first_not_of("0123456789") == std::string::npos;
  if (place.host.empty() || place.host.find_first_of("/ ?#@") != std::string::npos || !digits) {
    throw std::invalid_argument("osrm:http://<host>:<port> or valhalla:http://…");
  }
  return place;
}

async::Task<Result<std::string>> RouterClient::ask(RouterAsk ask, async::Deadline deadline) const {
  const Place mine(open_);
  if (mine.number > kMostOpen) co_return unavailable("is asked too much already; try again shortly");
  const auto executor = co_await asio::this_coro::executor;
  asio::ip::basic_resolver<asio::ip::tcp, async::Executor> resolver(executor);
  auto [not_found, ends] = co_await resolver.async_resolve(place_.host, place_.port, use_tuple);
  if (not_found) co_return unavailable("is not found by its name");
  Stream stream(executor);
  stream.expires_at(std::min(deadline - std::chrono::milliseconds(100), async::Clock::now() + kMostTime));
  auto [refused, end] = co_await stream.async_connect(ends, use_tuple);
  if (refused) co_return unavailable("does not take connections");
  beast::http::request<beast::http::string_body> request(
      ask.body.empty() ? beast::http::verb::get : beast::http::verb::post, ask.target, 11);
  request.set(beast::http::field::host, place_.host + ':' + place_.port);
  request.set(beast::http::field::user_agent, "mission-management");
  request.set(beast::http::field::connection, "close");
  if (!ask.body.empty()) request.set(beast::http::field::content_type, "application/json");
  request.body() = std::move(ask.body);
  request.prepare_payload();
  auto [cut, sent] = co_await beast::http::async_write(stream, request, use_tuple);
  if (cut) co_return unavailable("does not take the question");
  beast::flat_buffer buffer;
  beast::http::response_parser<beast::http::string_body> parser;
  parser.body_limit(kMostBytes);
  auto [failed, read] = co_await beast::http::async_read(stream, buffer, parser, use_tuple);
  if (failed) co_return unavailable(failed == beast::error::timeout ? "does not answer in time" : "breaks off");
  co_return std::move(parser.get().body());
}

}  // namespace mms::routing
