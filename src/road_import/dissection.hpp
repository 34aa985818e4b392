// Nested dissection by METIS: the order in which CCH contracts segments.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "roads/build_road_file.hpp"

namespace mms::road_import {

// Tries a few seeds and keeps the order with the smallest search spaces; the same graph gives the same order every
// time. METIS works on the graph whose vertices are segments, so that a separator is a set of roads to cut (Buchhold,
// Wagner, Zeitz, Zündorf 2020, section 4; Karypis, Kumar 1998). `progress` hears 0 to 1 and may be empty.
std::vector<std::uint32_t> order_by_dissection(const roads::SegmentGraph& graph,
                                               const std::function<void(double)>& progress);

// How many arcs a search upward looks at, on average over segments: what a query costs under this order.
double search_space_of(const roads::SegmentGraph& graph, const std::vector<std::uint32_t>& order);

}  // namespace mms::road_import
