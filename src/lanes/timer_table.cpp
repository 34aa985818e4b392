// SQL of the timers.
#include "lanes/timer_table.hpp"

namespace mms::lanes {
namespace {

using database::Query;
using database::Rows;
using database::Statement;

const Statement set_timers(
    "set_timers",
    Statement::Shape::many,
    "insert into timers (stream, stream_id, kind, attempt, due_at, data) values ($1, $2, $3, $4, $5, $6) on conflict "
    "(stream_id, "
    "kind) do update set attempt = excluded.attempt, due_at = excluded.due_at, data = excluded.data",
    "insert into timers (stream, stream_id, kind, attempt, due_at, data) select a, cast(b as uuid), c, cast(d as "
    "bigint), "
    "cast(e as timestamptz), f from unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[]), cast($4 as "
    "text[]), "
    "cast($5 as text[]), cast($6 as text[])) as t(a, b, c, d, e, f) on conflict (stream_id, kind) do update set "
    "attempt = excluded.attempt, "
    "due_at = excluded.due_at, data = excluded.data");
const Statement delete_timers(
    "delete_timers",
    Statement::Shape::many,
    "delete from timers where stream_id = $1 and kind = $2",
    "delete from timers using unnest(cast($1 as text[]), cast($2 as text[])) as t(a, b) where "
    "stream_id = cast(a as uuid) and kind = b");
#define DUE "select stream, stream_id, kind, attempt, due_at, data from timers where due_at <= "
const Statement due("due_timers",
                    Statement::Shape::once,
                    DUE "$1 order by due_at limit cast($2 as integer)",
                    DUE
                    "coalesce(cast($1 as timestamptz), clock_timestamp()) order by due_at limit cast($2 as bigint)");
#undef DUE
const Statement all_of(
    "all_timers",
    "select stream, stream_id, kind, attempt, due_at, data from timers where stream = $1 and stream_id > $2 "
    "order by stream_id, kind limit cast($3 as bigint)");
const Statement delete_of("delete_timers_of", "delete from timers where stream = $1 and kind not like $2");

class TimerPart final : public Part {
 public:
  explicit TimerPart(TimerSet& set) : set_(set) {}
  std::vector<Query> loads() override { return {}; }
  void take(std::span<const Rows>) override {}

  std::vector<Query> writes() override {
    Query gone{&delete_timers, {}};
    std::vector<Timer> wanted;
    for (const auto& [key, timer] : set_.changes()) {
      if (timer) {
        wanted.push_back(*timer);
      } else {
        gone.add(key.first, key.second);
      }
    }
    std::vector<Query> queries;
    if (!gone.cells.empty()) queries.push_back(std::move(gone));
    if (!wanted.empty()) queries.push_back(insert_timers(wanted));
    return queries;
  }

 private:
  TimerSet& set_;
};

}  // namespace

std::unique_ptr<Part> timer_part(WorkingSet& set) {
  return std::make_unique<TimerPart>(set.emplace<TimerSet>());
}

Query due_timers(std::optional<vocabulary::Time> now, std::int64_t limit) {
  return database::query(due, now, limit);
}

Query all_timers(std::string_view stream, const vocabulary::Uuid& after, std::int64_t limit) {
  return database::query(all_of, stream, after, limit);
}

Query delete_timers_of(std::string_view stream, std::string_view but_kinds) {
  return database::query(delete_of, stream, but_kinds);
}

Query insert_timers(const std::vector<Timer>& timers) {
  Query q{&set_timers, {}};
  for (const auto& t : timers) q.add(t.stream, t.stream_id, t.kind, t.attempt, t.due_at, t.data);
  return q;
}

std::vector<Timer> timers_from(const Rows& rows) {
  std::vector<Timer> timers;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows[i];
    timers.push_back({.stream = std::string(row.text(0)),
                      .stream_id = row.uuid(1),
                      .kind = std::string(row.text(2)),
                      .attempt = row.integer(3),
                      .due_at = row.time(4),
                      .data = std::string(row.text(5))});
  }
  return timers;
}

}  // namespace mms::lanes
