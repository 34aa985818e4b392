// The search: takes strings of stops out and puts them back where they cost least.
#pragma once

#include <cstdint>
#include <vector>

#include "planning/tour.hpp"

namespace mms::planning {

struct Solution {
  std::vector<Tour> tours;
  std::vector<std::uint32_t> absent;  // stops; of a shipment both
  Time cost(const Nodes& nodes, Time penalty) const;
};

// The cheapest place of a stop, or of a shipment given by its pickup, over all tours.
Insertion cheapest(const Nodes& nodes, const std::vector<Tour>& tours, std::uint32_t stop, Rules rules = {});

struct Found {
  Solution best;
  std::uint64_t iterations = 0;
};
Found search(const Nodes& nodes, const PlanRequest& request, const Budget& budget);

}  // namespace mms::planning
