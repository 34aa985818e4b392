// SQL over the events of all streams.
#include "relay/event_table.hpp"

#include "database/event_log.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::relay {
namespace {

using database::Query;
using database::Statement;

// What one request looks at at most.
constexpr std::int64_t kWindow = 5000;
constexpr int kWindows = 20;

const Statement head("log_head", "select coalesce(max(sequence), 0) from events");

// The columns are those of event_log.
#define EVENT_COLUMNS                                                                                              \
  "select stream, stream_id, version, type, schema_version, data, caller, trace, occurred_at, sequence, fleet_id " \
  "from "                                                                                                          \
  "events where "
#define SQLITE_ONE_OF(n, column) " and ($" n " is null or " column " in (select value from json_each($" n ")))"
#define POSTGRES_ONE_OF(n, column)                                                                        \
  " and (cast($" n " as text) is null or " column " = any(array(select json_array_elements_text(cast($" n \
  " as json)))))"

#define SQLITE_OCCURRED " and occurred_at >= coalesce($7, '') and occurred_at < coalesce($8, '~')"
#define POSTGRES_OCCURRED                                                                                     \
  " and occurred_at >= coalesce(cast($7 as timestamptz), '-infinity') and occurred_at < coalesce(cast($8 as " \
  "timestamptz), 'infinity')"

const Statement window(
    "log_window",
    Statement::Shape::once,
    EVENT_COLUMNS "sequence > $1 and sequence <= $2" SQLITE_ONE_OF("3", "fleet_id") SQLITE_ONE_OF("4", "type")
        SQLITE_ONE_OF("5", "stream") SQLITE_OCCURRED " order by sequence limit $6",
    EVENT_COLUMNS "sequence > cast($1 as bigint) and sequence <= cast($2 as bigint)" POSTGRES_ONE_OF("3", "fleet_id")
        POSTGRES_ONE_OF("4", "type") POSTGRES_ONE_OF("5", "stream") POSTGRES_OCCURRED
    " order by sequence limit cast($6 as bigint)");
// Within a stream versions and sequences grow together, and the index of the stream gives the versions.
const Statement of_stream(
    "log_of_stream",
    Statement::Shape::once,
    EVENT_COLUMNS "stream_id = $1 and sequence > $2" SQLITE_ONE_OF("3", "fleet_id") SQLITE_ONE_OF("4", "type")
        SQLITE_ONE_OF("5", "stream") SQLITE_OCCURRED " order by version limit $6",
    EVENT_COLUMNS "stream_id = cast($1 as uuid) and sequence > cast($2 as bigint)" POSTGRES_ONE_OF("3", "fleet_id")
        POSTGRES_ONE_OF("4", "type") POSTGRES_ONE_OF("5", "stream") POSTGRES_OCCURRED
    " order by version limit cast($6 as bigint)");

// Nothing for "all".
std::optional<std::string> list_of(const std::vector<std::string>& names) {
  if (names.empty()) return std::nullopt;
  return vocabulary::json::write(names);
}

std::optional<std::string> fleets_of(const EventFilter& filter) {
  if (!filter.fleets) return std::nullopt;
  auto seen = *filter.fleets;
  seen.emplace_back(kEveryFleet);
  return vocabulary::json::write(seen);
}

Query narrowed(Query query, const EventFilter& filter, std::int64_t limit) {
  query.add(fleets_of(filter), list_of(filter.types), list_of(filter.streams), limit, filter.from, filter.to);
  return query;
}

}  // namespace

Query log_head() {
  return database::query(head);
}

std::int64_t log_head_from(const database::Rows& rows) {
  return rows[0].integer(0);
}

async::Task<LogPage> read_log(database::Reader& reader,
                              const EventFilter& filter,
                              std::int64_t after,
                              std::int64_t limit,
                              async::Deadline deadline) {
  LogPage page{.events = {}, .next_after = after};
  for (int i = 0; i < kWindows && !page.at_end; ++i) {
    const auto from = page.next_after;
    const auto missing = limit - static_cast<std::int64_t>(page.events.size());
    // The head first: what is below it is visible to the statement behind.
    std::vector<Query> queries;
    queries.push_back(log_head());
    queries.push_back(narrowed(filter.stream_id ? database::query(of_stream, *filter.stream_id, from)
                                                : database::query(window, from, from + kWindow),
                               filter, missing));
    const auto answers = co_await reader.run(std::move(queries), deadline);
    const auto end = log_head_from(answers[0]);
    auto events = database::events_from(answers[1]);
    const bool full = static_cast<std::int64_t>(events.size()) == missing;
    std::ranges::move(events, std::back_inserter(page.events));
    if (full) {
      page.next_after = page.events.back().sequence;
      page.at_end = page.next_after >= end;
      break;
    }
    page.at_end = filter.stream_id || from + kWindow >= end;
    page.next_after = page.at_end ? std::max(from, end) : from + kWindow;
    // What became visible between the two statements stands above the head.
    if (!page.events.empty()) page.next_after = std::max(page.next_after, page.events.back().sequence);
  }
  co_return page;
}

}  // namespace mms::relay
