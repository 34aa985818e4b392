// What no single member shows.
#include "routing/rules/route_input.hpp"

#include <set>

namespace mms::routing {
namespace {

void require_some(Reading& in, std::string_view name, std::size_t count, std::size_t least) {
  if (count >= least) return;
  const Reading::Step step(in, name);
  in.error("too_few", least == 1 ? "must have at least one item" : "must have at least two items");
}

void check_windows(Reading& in, const RoutePlanInput& input) {
  if (input.departure && input.finish_by && *input.finish_by < *input.departure) {
    const Reading::Step step(in, "finish_by");
    in.error("before_departure", "must not be before the departure");
  }
  const Reading::Step step(in, "stops");
  for (std::size_t i = 0; i < input.stops.size(); ++i) {
    const auto& stop = input.stops[i];
    if (!stop.earliest || !stop.latest || *stop.earliest <= *stop.latest) continue;
    const Reading::Step item(in, i);
    const Reading::Step member(in, "latest");
    in.error("before_earliest", "must not be before `earliest`");
  }
}

}  // namespace

void check_fields(Reading& in, const Weights& weights) {
  const double sum =
      weights.time.value + weights.distance.value + weights.energy.value + weights.risk.value + weights.cost.value;
  if (sum <= 0) in.error("all_zero", "at least one objective must matter");
}

void check_fields(Reading& in, const Avoid& avoid) {
  const Reading::Step step(in, "areas");
  for (std::size_t i = 0; i < avoid.areas.size(); ++i) {
    const Reading::Step item(in, i);
    for (const auto& fault : vehicles::faults_of(avoid.areas[i], "")) in.error(fault.code, fault.detail);
  }
}

void check_fields(Reading& in, const RouteInput& input) {
  if (input.alternatives.value <= 1 || input.via.empty()) return;
  const Reading::Step step(in, "alternatives");
  in.error("not_with_via", "alternatives are found between two places, not over vias");
}

void check_fields(Reading& in, const MatrixInput& input) {
  require_some(in, "from", input.from.size(), 1);
}

void check_fields(Reading& in, const MatchInput& input) {
  require_some(in, "trace", input.trace.size(), 2);
}

void check_fields(Reading& in, const RoutePlanInput& input) {
  require_some(in, "stops", input.stops.size(), 1);
  check_windows(in, input);
  std::set<int> used;
  const Reading::Step step(in, "shipments");
  for (std::size_t i = 0; i < input.shipments.size(); ++i) {
    const Reading::Step item(in, i);
    for (const auto& [name, stop] : {std::pair{"pickup", input.shipments[i].pickup.value},
                                     std::pair{"delivery", input.shipments[i].delivery.value}}) {
      const Reading::Step member(in, std::string_view(name));
      if (stop >= static_cast<int>(input.stops.size())) {
        in.error("no_such_stop", "must be the place of a stop in `stops`, counted from 0");
      } else if (!used.insert(stop).second) {
        in.error("stop_used_twice", "a stop belongs to one shipment");
      }
    }
    const int last = static_cast<int>(input.stops.size()) - 1;
    const int pickup = input.shipments[i].pickup, delivery = input.shipments[i].delivery;
    if (pickup > last || delivery > last) continue;
    const int load = input.stops[static_cast<std::size_t>(pickup)].load.value;
    if (load <= 0 || load != -input.stops[static_cast<std::size_t>(delivery)].load.value) {
      in.error("loads_do_not_match", "the pickup's load must be above 0, and the delivery's the same below 0");
    }
  }
}

}  // namespace mms::routing
