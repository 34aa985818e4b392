// Vehicles, shares and avoidances from what was asked.
#include "routing/rules/pricing.hpp"

#include <fmt/format.h>

#include <chrono>

namespace mms::routing {
namespace {

using vocabulary::ProblemKind;

roads::Vehicle vehicle_of(const Wishes& wishes) {
  auto vehicle = wishes.profile == roads::VehicleClass::truck ? roads::usual_truck() : roads::usual_car();
  if (!wishes.vehicle) return vehicle;
  if (wishes.vehicle->height_m) vehicle.height_m = *wishes.vehicle->height_m;
  if (wishes.vehicle->width_m) vehicle.width_m = *wishes.vehicle->width_m;
  if (wishes.vehicle->weight_kg) vehicle.mass_kg = *wishes.vehicle->weight_kg;
  return vehicle;
}

roads::Area area_of(const vehicles::Area& area) {
  if (area.circle) return {{}, coordinate_of(area.circle->center), area.circle->radius_m};
  roads::Area made;
  for (const auto& corner : *area.polygon) made.ring.push_back(coordinate_of(corner));
  return made;
}

}  // namespace

std::string key_of(const Pricing& pricing) {
  const auto& v = pricing.vehicle;
  auto key = fmt::format("{} {} {} {} {}", static_cast<int>(v.vehicle_class), v.height_m, v.width_m, v.mass_kg,
                         pricing.traffic);
  if (pricing.hour) key += fmt::format(" h{}", *pricing.hour);
  for (const double share : pricing.shares) key += fmt::format(" {}", share);
  const auto& a = pricing.avoidance;
  key += fmt::format(" {} {} {} {}", a.classes, a.tolls, a.unpaved, a.tunnels);
  for (const auto& area : a.areas) {
    key += fmt::format(" a{},{},{}", area.center.latitude_e7, area.center.longitude_e7, area.radius_m);
    for (const auto corner : area.ring) key += fmt::format(" {},{}", corner.latitude_e7, corner.longitude_e7);
  }
  for (const auto edge : a.edges) key += fmt::format(" e{}", edge);
  return key;
}

bool uses_traffic(const std::optional<Time>& departure, Time now) {
  return !departure || *departure <= now + std::chrono::hours(1);
}

WeekHour hour_of(Time departure) {
  return roads::hour_of(roads::week_clock(departure));
}

roads::Shares shares_of(const std::optional<Weights>& weights) {
  if (!weights) return roads::only(roads::Objective::time);
  return {weights->time.value, weights->distance.value, weights->energy.value, weights->risk.value,
          weights->cost.value};
}

vocabulary::Result<Pricing> pricing_of(const Wishes& wishes,
                                       const roads::Shares& shares,
                                       std::uint32_t edges,
                                       Time now) {
  Pricing pricing{vehicle_of(wishes), shares, {}, uses_traffic(wishes.departure, now)};
  if (!wishes.avoid) return pricing;
  for (const auto& area : wishes.avoid->areas) pricing.avoidance.areas.push_back(area_of(area));
  for (const auto road_class : wishes.avoid->classes) {
    pricing.avoidance.classes |= 1U << static_cast<unsigned>(road_class);
  }
  for (std::size_t i = 0; i < wishes.avoid->edges.size(); ++i) {
    const auto edge = wishes.avoid->edges[i].value;
    if (edge >= edges) {
      return bad_field(fmt::format("/avoid/edges/{}", i), "no_such_edge",
                       fmt::format("the map has edges 0 to {}", edges - 1));
    }
    pricing.avoidance.edges.push_back(static_cast<roads::DirectedEdge>(edge));
  }
  pricing.avoidance.tolls = wishes.avoid->tolls;
  pricing.avoidance.unpaved = wishes.avoid->unpaved;
  pricing.avoidance.tunnels = wishes.avoid->tunnels;
  return pricing;
}

roads::Coordinate coordinate_of(const Coordinates& place) {
  return roads::coordinate(place.latitude, place.longitude);
}
Coordinates coordinates_of(roads::Coordinate place) {
  return {{place.latitude_e7 / 1e7}, {place.longitude_e7 / 1e7}};  // divided: the shortest text is the stored number
}

std::unexpected<vocabulary::Problem> bad_field(std::string pointer, std::string_view code, std::string detail) {
  auto refusal = vocabulary::refuse(ProblemKind::invalid_fields, detail);
  refusal.error().errors.push_back({std::move(pointer), std::string(code), std::move(detail)});
  return refusal;
}

}  // namespace mms::routing
