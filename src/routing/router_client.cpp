// So many questions at a time, each with its time limit.
#include "routing/router_client.hpp"

#include <fmt/format.h>

#include "http/client.hpp"

namespace mms::routing {
namespace {

using vocabulary::Result;

constexpr int kMostOpen = 32;
constexpr std::chrono::seconds kMostTime{10};
constexpr std::uint64_t kMostBytes = 64ULL << 20;  // a matrix of 1000 × 1000 is some 20 MB

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
  const auto end = std::min(deadline - std::chrono::milliseconds(100), async::Clock::now() + kMostTime);
  auto answer =
      co_await http::ask({place_.host, place_.port, std::move(ask.target), std::move(ask.body)}, end, kMostBytes);
  if (!answer) co_return unavailable(answer.error());
  co_return std::move(*answer);
}

}  // namespace mms::routing
