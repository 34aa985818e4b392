// SQL of the event log.
#include "database/event_log.hpp"

namespace mms::database {
namespace {

const Statement append(
    "append_events",
    Statement::Shape::many,
    "insert into events (stream, stream_id, version, type, schema_version, data, caller, trace, "
    "occurred_at, fleet_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    // `with ordinality`: sequences must be given in the order of the batch.
    "insert into events (stream, stream_id, version, type, schema_version, data, caller, trace, "
    "occurred_at, fleet_id) select a, cast(b as uuid), cast(c as bigint), d, cast(e as bigint), cast(f as json), "
    "g, h, cast(i as timestamptz), j from unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as "
    "text[]), cast($4 as text[]), cast($5 as text[]), cast($6 as text[]), cast($7 as text[]), cast($8 "
    "as text[]), cast($9 as text[]), cast($10 as text[])) with ordinality as t(a, b, c, d, e, f, g, h, i, j, n) order "
    "by "
    "n");

#define EVENT_COLUMNS                                                                                              \
  "select stream, stream_id, version, type, schema_version, data, caller, trace, occurred_at, sequence, fleet_id " \
  "from events "

const Statement of_stream("stream_events",
                          EVENT_COLUMNS
                          "where stream_id = $1 and version > cast($2 as bigint) order by version limit cast($3 as "
                          "bigint)");
const Statement of_stream_until("stream_events_until",
                                EVENT_COLUMNS
                                "where stream_id = $1 and occurred_at <= $2 and version > cast($3 as bigint) order by "
                                "version limit cast($4 as bigint)");
const Statement of_log("log_events",
                       EVENT_COLUMNS "where sequence > cast($1 as bigint) order by sequence limit cast($2 as bigint)");
const Statement by_stream("events_by_stream",
                          EVENT_COLUMNS
                          "where stream = $1 and (stream_id, version) > ($2, cast($3 as bigint)) order by stream_id, "
                          "version limit cast($4 as bigint)");
#undef EVENT_COLUMNS

}  // namespace

Query append_events(const std::vector<vocabulary::Event>& events) {
  Query q{&append, {}};
  q.cells.reserve(events.size() * append.parameters());
  for (const auto& e : events) {
    q.add(e.stream, e.stream_id, e.version, e.type, e.schema_version, e.data, e.caller, e.trace, e.occurred_at,
          e.fleet_id);
  }
  return q;
}

Query stream_events(const vocabulary::Uuid& stream_id, std::int64_t after, std::int64_t limit) {
  return query(of_stream, stream_id, after, limit);
}

Query stream_events_until(const vocabulary::Uuid& stream_id,
                          vocabulary::Time at,
                          std::int64_t after,
                          std::int64_t limit) {
  return query(of_stream_until, stream_id, at, after, limit);
}

Query log_events(std::int64_t after, std::int64_t limit) {
  return query(of_log, after, limit);
}

Query events_by_stream(std::string_view stream,
                       const vocabulary::Uuid& after_id,
                       std::int64_t after_version,
                       std::int64_t limit) {
  return query(by_stream, stream, after_id, after_version, limit);
}

std::vector<vocabulary::Event> events_from(const Rows& rows) {
  std::vector<vocabulary::Event> events;
  events.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows[i];
    events.push_back({.stream = std::string(row.text(0)),
                      .stream_id = row.uuid(1),
                      .fleet_id = std::string(row.text(10)),
                      .version = row.integer(2),
                      .type = std::string(row.text(3)),
                      .schema_version = static_cast<int>(row.integer(4)),
                      .data = std::string(row.text(5)),
                      .caller = std::string(row.text(6)),
                      .trace = std::string(row.text(7)),
                      .occurred_at = row.time(8),
                      .sequence = row.integer(9)});
  }
  return events;
}

}  // namespace mms::database
