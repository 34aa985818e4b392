// Answers that several features share: pages and events.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vocabulary/describe.hpp"
#include "vocabulary/event.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::endpoints {

// A page of a list; next_cursor is null on the last one, total only when it was asked for.
template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next_cursor;
  std::optional<std::int64_t> total;
  BOOST_DESCRIBE_CLASS(Page, (), (items, next_cursor, total), (), ())
};

// A page as JSON; the last one says so, where an absent member would leave it open.
template <class T>
std::string json_of(const Page<T>& page) {
  auto text = vocabulary::json::write(page);
  if (!page.next_cursor) text.insert(text.size() - 1, R"(,"next_cursor":null)");
  return text;
}

// A domain event as it is shown.
struct EventView {
  std::int64_t sequence = 0;
  std::string stream;
  vocabulary::Uuid stream_id;
  std::int64_t version = 0;
  std::string type;
  int schema_version = 1;
  vocabulary::json::Raw data;
  std::string caller;
  std::string trace;
  vocabulary::Time occurred_at;
};
BOOST_DESCRIBE_STRUCT(EventView,
                      (),
                      (sequence, stream, stream_id, version, type, schema_version, data, caller, trace, occurred_at))

inline std::string event_json(const vocabulary::Event& e) {
  return vocabulary::json::write(EventView{.sequence = e.sequence,
                                           .stream = e.stream,
                                           .stream_id = e.stream_id,
                                           .version = e.version,
                                           .type = e.type,
                                           .schema_version = e.schema_version,
                                           .data = {e.data},
                                           .caller = e.caller,
                                           .trace = e.trace,
                                           .occurred_at = e.occurred_at});
}

}  // namespace mms::endpoints
