// Cursors over sequences, and bodies that are written already.
#include "routing/stored_pages.hpp"

#include <charconv>

#include "endpoints/input.hpp"
#include "endpoints/views.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::routing {

vocabulary::Result<PageAsked> page_asked(const http::QueryParameters& query,
                                         const endpoints::CursorKey& key,
                                         std::string_view scope) {
  PageAsked asked;
  TRY(limit, endpoints::number_parameter(query, "limit", 1, 200, 50));
  asked.limit = limit;
  const auto given = query.first("cursor");
  if (!given) return asked;
  TRY(place, key.open(scope, *given));
  for (const auto& text : place) std::from_chars(text.data(), text.data() + text.size(), asked.after);
  return asked;
}

http::Response page_of(std::vector<StoredView> stored,
                       const PageAsked& asked,
                       const endpoints::CursorKey& key,
                       std::string_view scope) {
  const bool more = std::ssize(stored) > asked.limit;
  if (more) stored.pop_back();
  http::Response response;
  response.body = R"({"items":[)";
  for (const auto& one : stored) {
    if (!response.body.ends_with('[')) response.body += ',';
    response.body += one.body;
  }
  response.body += R"(],"next_cursor":)";
  if (more) {
    vocabulary::json::append(response.body, key.seal(scope, {std::to_string(stored.back().sequence)}));
  } else {
    response.body += "null";
  }
  response.body += '}';
  return response;
}

std::vector<http::QueryField> page_fields() {
  return {{"limit", "items a page; absent: 50", R"({"type":"integer","minimum":1,"maximum":200})"},
          {"cursor", "where to go on: next_cursor of the page before"}};
}

}  // namespace mms::routing
