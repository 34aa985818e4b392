// From stops and a matrix to a planning request, and from its plan to the answer. Whole seconds, driving rounded up.
#include "routing/rules/plan_answers.hpp"

#include <cmath>
#include <limits>

#include "roads/geodesic.hpp"
#include "routing/rules/place_answers.hpp"

namespace mms::routing {
namespace {

using vocabulary::Result;

// Stops first, then the start and the end where they are given.
std::vector<AskedPlace> places_of(const RoutePlanInput& input) {
  std::vector<AskedPlace> places;
  places.reserve(input.stops.size() + 2);
  for (std::size_t i = 0; i < input.stops.size(); ++i) {
    places.push_back(
        {roads::coordinate(input.stops[i].latitude, input.stops[i].longitude), "/stops/" + std::to_string(i)});
  }
  if (input.start) places.push_back({coordinate_of(*input.start), "/start"});
  if (input.end) places.push_back({coordinate_of(*input.end), "/end"});
  return places;
}

planning::Time seconds_between(Time from, Time to) {
  return std::chrono::floor<std::chrono::seconds>(to - from).count();
}

planning::Stop stop_of(const PlanStop& input, std::uint32_t place, Time departure) {
  planning::Stop stop{.place = place,
                      .service = static_cast<planning::Time>(std::ceil(input.service_s.value)),
                      .window = {std::numeric_limits<planning::Time>::min() / 4, planning::Window{}.latest},
                      .load = input.load.value,
                      .priority = static_cast<std::uint32_t>(input.priority.value.value)};
  if (input.earliest) stop.window.earliest = seconds_between(departure, *input.earliest);
  if (input.latest) stop.window.latest = seconds_between(departure, *input.latest);
  stop.window.latest = std::max(stop.window.latest, stop.window.earliest);
  return stop;
}

planning::PlanRequest request_of(const RoutePlanInput& input, std::vector<std::uint32_t> durations, Time departure) {
  planning::PlanRequest request;
  const auto stops = static_cast<std::uint32_t>(input.stops.size());
  request.durations = std::move(durations);
  for (std::uint32_t i = 0; i < stops; ++i) request.stops.push_back(stop_of(input.stops[i], i, departure));
  for (const auto& shipment : input.shipments) {
    request.shipments.push_back(
        {static_cast<std::uint32_t>(shipment.pickup.value), static_cast<std::uint32_t>(shipment.delivery.value)});
  }
  planning::Vehicle vehicle;
  std::uint32_t next = stops;
  if (input.start) vehicle.start = next++;
  if (input.end) vehicle.end = next++;
  request.places = next;
  if (input.capacity) vehicle.capacity = input.capacity->value;
  if (input.finish_by) vehicle.shift.latest = std::max<planning::Time>(0, seconds_between(departure, *input.finish_by));
  request.vehicles.push_back(vehicle);
  return request;
}

std::string_view word_of(planning::WhyLeftOut why) {
  switch (why) {
    case planning::WhyLeftOut::no_road:
      return "no_road";
    case planning::WhyLeftOut::too_heavy:
      return "too_heavy";
    case planning::WhyLeftOut::too_late_alone:
      return "too_late_alone";
    case planning::WhyLeftOut::no_room:
      return "no_room";
    case planning::WhyLeftOut::no_time:
      return "no_time";
    case planning::WhyLeftOut::partner:
      return "partner";
  }
  return "no_time";
}

std::optional<std::string> id_of(const RoutePlanInput& input, std::uint32_t stop) {
  return input.stops[stop].id ? std::optional<std::string>(*input.stops[stop].id) : std::nullopt;
}

RoutePlanView view_of(const planning::Plan& plan, const RoutePlanInput& input, AnswerSource source, Time departure) {
  const auto at = [departure](planning::Time seconds) { return departure + std::chrono::seconds(seconds); };
  const auto& route = plan.routes.front();
  RoutePlanView view{.source = source, .begin = at(route.begin), .end = at(route.end)};
  view.driving_s = static_cast<double>(plan.cost);
  view.iterations = static_cast<int>(std::min<std::uint64_t>(plan.iterations, 2'000'000'000));
  for (const auto& visit : route.visits) {
    view.visits.push_back({static_cast<int>(visit.stop), id_of(input, visit.stop), at(visit.arrival), at(visit.begin),
                           at(visit.departure), visit.load_after});
  }
  for (const auto& left : plan.left_out) {
    view.left_out.push_back({static_cast<int>(left.stop), id_of(input, left.stop), std::string(word_of(left.why)),
                             left.other ? std::optional(static_cast<int>(*left.other)) : std::nullopt, left.detail});
  }
  return view;
}

Result<RoutePlanView> plan_with(const RoutePlanInput& input,
                                std::vector<std::uint32_t> durations,
                                AnswerSource source,
                                Time departure,
                                const std::function<double()>& share_used) {
  planning::Budget budget;
  budget.share_used = share_used;
  auto plan = planning::make_plan(request_of(input, std::move(durations), departure), budget);
  if (!plan) return bad_field("/stops", "cannot_be_planned", plan.error().detail);
  return view_of(*plan, input, source, departure);
}

}  // namespace

Result<RoutePlanView> plan_on_roads(const roads::RoadGraph& graph,
                                    const PriceBook& book,
                                    const RoutePlanInput& input,
                                    Time now,
                                    const std::function<double()>& share_used) {
  TRY(pricing, pricing_of(wishes_of(input), roads::only(roads::Objective::time), graph.edges(), now));
  pricing.hour = hour_of(input.departure.value_or(now));
  const auto priced = book(pricing);
  TRY(places, snap_all(graph, *priced, pricing, places_of(input)));
  auto durations = roads::find_matrix(graph, priced->metric, places, places);
  for (auto& duration : durations) {
    if (duration < roads::infinite) duration = (duration + 999) / 1000;
  }
  TRY(view, plan_with(input, std::move(durations), AnswerSource::roads, input.departure.value_or(now), share_used));
  if (priced->profiles) view.hourly_speeds = HourlySpeeds::departure_hour;
  return view;
}

Result<RoutePlanView> plan_geodesic(const RoutePlanInput& input, Time now, const std::function<double()>& share_used) {
  std::vector<roads::Coordinate> places;
  for (const auto& asked : places_of(input)) places.push_back(asked.place);
  std::vector<std::uint32_t> durations;
  for (const auto& leg : roads::geodesic_matrix(places, places)) {
    durations.push_back(static_cast<std::uint32_t>(std::ceil(leg.duration_s)));
  }
  return plan_with(input, std::move(durations), AnswerSource::geodesic, input.departure.value_or(now), share_used);
}

}  // namespace mms::routing
