// Tags of an OpenStreetMap element, looked up by key.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace mms::road_import {

// Lifetime: views into the block that is being read.
struct Tags {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;

  // Empty when the key is absent.
  std::string_view operator[](std::string_view key) const {
    for (const auto& [k, v] : pairs) {
      if (k == key) return v;
    }
    return {};
  }
};

}  // namespace mms::road_import
