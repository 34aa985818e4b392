// Lists of stored views: pages in the order of their coming.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "endpoints/cursor.hpp"
#include "http/request.hpp"
#include "http/route.hpp"
#include "routing/traffic_store.hpp"
#include "vocabulary/problem.hpp"

namespace mms::routing {

struct PageAsked {
  std::int64_t after = 0;  // sequence
  std::int64_t limit = 50;
  std::int64_t rows() const { return limit + 1; }  // to be read: the last one only says that there are more
};

// limit and cursor of a list that is called `scope`. Refuses: bad_parameter, bad_cursor.
vocabulary::Result<PageAsked> page_asked(const http::QueryParameters& query,
                                         const endpoints::CursorKey& key,
                                         std::string_view scope);
http::Response page_of(std::vector<StoredView> stored,
                       const PageAsked& asked,
                       const endpoints::CursorKey& key,
                       std::string_view scope);
// For OpenAPI.
std::vector<http::QueryField> page_fields();

}  // namespace mms::routing
