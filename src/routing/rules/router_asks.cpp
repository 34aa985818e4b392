// Requests to another routing server.
#include "routing/rules/router_asks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "routing/rules/geodesic_answers.hpp"

namespace mms::routing {
namespace {

using roads::Objective;
using vocabulary::Result;

std::string osrm_places(const std::vector<Coordinates>& places) {
  std::string out;
  for (const auto& place : places) {
    out += fmt::format("{}{:.6f},{:.6f}", out.empty() ? "" : ";", place.longitude.value, place.latitude.value);
  }
  return out;
}

std::string valhalla_places(const std::vector<Coordinates>& places) {
  std::string out = "[";
  for (const auto& place : places) {
    if (out.size() > 1) out += ',';
    out += fmt::format(R"({{"lat":{:.6f},"lon":{:.6f}}})", place.latitude.value, place.longitude.value);
  }
  return out + ']';
}

std::string indices(std::size_t from, std::size_t to) {
  std::string out;
  for (auto i = from; i < to; ++i) out += fmt::format("{}{}", i == from ? "" : ";", i);
  return out;
}

std::string_view costing_of(roads::VehicleClass profile) {
  return profile == roads::VehicleClass::truck ? "truck" : "auto";
}

template <class Input>
Result<void> check_wishes(RouterKind kind, const Input& input) {
  if (auto good = check_without_map(wishes_of(input)); !good) return good;
  // A server of OSRM has the one profile that it was started with.
  if (kind == RouterKind::osrm && input.profile.value == roads::VehicleClass::truck) return no_map("a truck's route");
  return {};
}

// Seconds since 1970, where every point has a time and none is before the one before it; else nothing.
std::vector<std::int64_t> times_of(const MatchInput& input) {
  std::vector<std::int64_t> times;
  for (const auto& point : input.trace) {
    if (!point.recorded_at) return {};
    times.push_back(std::chrono::floor<std::chrono::seconds>(*point.recorded_at).time_since_epoch().count());
  }
  return std::ranges::is_sorted(times) ? times : std::vector<std::int64_t>();
}

// Of OSRM: each point has one, or none has.
std::string radiuses_of(const MatchInput& input) {
  constexpr double kUsualM = 8;
  if (std::ranges::none_of(input.trace, [](const TracePoint& p) { return p.accuracy_m.has_value(); })) return {};
  std::string out = "&radiuses=";
  for (const auto& point : input.trace) {
    if (&point != &input.trace.front()) out += ';';
    out += fmt::format("{}", point.accuracy_m ? point.accuracy_m->value : kUsualM);
  }
  return out;
}

// Valhalla takes one for the whole trace, up to 100 m.
std::string accuracy_of(const MatchInput& input) {
  double most = 0;
  for (const auto& point : input.trace) most = std::max(most, point.accuracy_m ? point.accuracy_m->value : 0);
  return most > 0 ? fmt::format(R"(,"trace_options":{{"gps_accuracy":{}}})", std::min(most, 100.0)) : std::string();
}

}  // namespace

Result<RouterAsk> ask_routes(RouterKind kind, const RouteInput& input) {
  if (auto good = check_wishes(kind, input); !good) return std::unexpected(std::move(good).error());
  const auto shares = shares_of(input.weights);
  for (std::size_t o = 1; o < roads::objective_count; ++o) {
    if (shares[o] > 0) return no_map("weighing anything but time");
  }
  std::vector<Coordinates> places{input.from};
  places.insert(places.end(), input.via.begin(), input.via.end());
  places.push_back(input.to);
  const auto format = vocabulary::name_of(input.geometry.value);
  const int more = static_cast<int>(input.alternatives.value) - 1;
  if (kind == RouterKind::osrm) {
    return RouterAsk{
        fmt::format("/route/v1/driving/{}?overview=full&geometries={}&steps={}&alternatives={}", osrm_places(places),
                    format, input.steps.value, more > 0 ? std::to_string(more) : std::string("false")),
        {}};
  }
  return RouterAsk{
      "/route",
      fmt::format(R"({{"locations":{},"costing":"{}","format":"osrm","shape_format":"{}","units":"kilometers",)"
                  R"("alternates":{}}})",
                  valhalla_places(places), costing_of(input.profile.value), format, more)};
}

Result<RouterAsk> ask_matrix(RouterKind kind, const MatrixInput& input) {
  if (auto good = check_wishes(kind, input); !good) return std::unexpected(std::move(good).error());
  for (const auto objective : input.objectives) {
    if (objective != Objective::time && objective != Objective::distance) return no_map("a matrix of this objective");
  }
  const auto& to = input.to.empty() ? input.from : input.to;
  if (kind == RouterKind::valhalla) {
    return RouterAsk{"/sources_to_targets",
                     fmt::format(R"({{"sources":{},"targets":{},"costing":"{}","format":"osrm","units":"kilometers"}})",
                                 valhalla_places(input.from), valhalla_places(to), costing_of(input.profile.value))};
  }
  if (input.to.empty()) {
    return RouterAsk{fmt::format("/table/v1/driving/{}?annotations=duration,distance", osrm_places(input.from)), {}};
  }
  std::vector<Coordinates> places(input.from.begin(), input.from.end());
  places.insert(places.end(), to.begin(), to.end());
  return RouterAsk{
      fmt::format("/table/v1/driving/{}?annotations=duration,distance&sources={}&destinations={}", osrm_places(places),
                  indices(0, input.from.size()), indices(input.from.size(), places.size())),
      {}};
}

Result<RouterAsk> ask_nearest(RouterKind kind, const Coordinates& place, int count) {
  if (kind != RouterKind::osrm) return no_map("the nearest road");
  return RouterAsk{fmt::format("/nearest/v1/driving/{}?number={}", osrm_places({place}), count), {}};
}

Result<RouterAsk> ask_match(RouterKind kind, const MatchInput& input) {
  if (kind == RouterKind::osrm && input.profile.value == roads::VehicleClass::truck) return no_map("a truck's trace");
  const auto times = times_of(input);
  const auto format = vocabulary::name_of(input.geometry.value);
  if (kind == RouterKind::osrm) {
    std::vector<Coordinates> places;
    for (const auto& point : input.trace) places.push_back({point.latitude, point.longitude});
    auto target = fmt::format("/match/v1/driving/{}?overview=full&geometries={}", osrm_places(places), format);
    if (!times.empty()) target += fmt::format("&timestamps={}", fmt::join(times, ";"));
    return RouterAsk{target + radiuses_of(input), {}};
  }
  std::string shape;
  for (std::size_t i = 0; i < input.trace.size(); ++i) {
    shape += fmt::format(R"({}{{"lat":{:.6f},"lon":{:.6f})", i == 0 ? "" : ",", input.trace[i].latitude.value,
                         input.trace[i].longitude.value);
    shape += times.empty() ? "}" : fmt::format(R"(,"time":{}}})", times[i]);
  }
  return RouterAsk{
      "/trace_route",
      fmt::format(R"({{"shape":[{}],"costing":"{}","shape_match":"map_snap","format":"osrm","shape_format":"{}",)"
                  R"("units":"kilometers"{}}})",
                  shape, costing_of(input.profile.value), format, accuracy_of(input))};
}

}  // namespace mms::routing
