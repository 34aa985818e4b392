// What is wrong with the items of one request about roads, all at once.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "vocabulary/problem.hpp"

namespace mms::routing {

template <class View>
struct CheckedItems {
  std::vector<View> views;
  int edges = 0;  // of the map, that the views are about
};

// `views_of(item)` are an item's views, `edges_of(view)` the map's edges that one is about, `faults_of(item, pointer)`
// what else is wrong. Refuses: invalid_fields (those; two words of one source on the same; no such road on the map).
template <class View, class Input, class ViewsOf, class EdgesOf, class FaultsOf>
vocabulary::Result<CheckedItems<View>> check_items(
    const Input& input, std::string_view detail, ViewsOf views_of, EdgesOf edges_of, FaultsOf faults_of) {
  CheckedItems<View> checked;
  vocabulary::Problem problem{.kind = vocabulary::ProblemKind::invalid_fields,
                              .detail = std::string(detail),
                              .errors = {},
                              .members = {},
                              .internal = {}};
  std::map<std::string, std::string> said;  // by source and target: the item that said it
  for (std::size_t i = 0; i < input.items.size() && problem.errors.size() < 100; ++i) {
    const auto pointer = input.many ? fmt::format("/items/{}", i) : std::string();
    for (auto& fault : faults_of(input.items[i], pointer)) problem.errors.push_back(std::move(fault));
    for (auto& view : views_of(input.items[i])) {
      const auto [first, fresh] = said.try_emplace(view.source + '\n' + target_of(view), pointer);
      if (!fresh) {
        problem.errors.push_back(
            {pointer, "contradiction", "says the same source's word on the same as " + first->second});
        break;
      }
      const auto edges = edges_of(view);
      if (edges.empty()) {
        const std::string_view place = view.way_id ? "way" : view.edge ? "edge" : "line";
        problem.errors.push_back(
            {fmt::format("{}/{}", pointer, place), "not_on_the_map", "the loaded map has no such road"});
        break;
      }
      checked.edges += static_cast<int>(edges.size());
      checked.views.push_back(std::move(view));
    }
  }
  if (!problem.errors.empty()) return std::unexpected(std::move(problem));
  return checked;
}

}  // namespace mms::routing
