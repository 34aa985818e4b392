// SQL of the cursors.
#include "relay/cursor_table.hpp"

namespace mms::relay {
namespace {

using database::Query;
using database::Statement;

#define LEASE_END "coalesce(cast($3 as timestamptz), clock_timestamp() + cast($4 as bigint) * interval '1 millisecond')"

// Parameters: sink, holder, end of the lease by this machine's clock, its length, and now or the cursor. A lease that
// ends later than one taken now would was taken before the clock was set back: nobody waits for that.
const Statement claim(
    "claim_relay_lease",
    Statement::Shape::once,
    "insert into relay_cursors (sink, sequence, holder, expires_at) values ($1, 0, $2, $3) on conflict "
    "(sink) do update set holder = excluded.holder, expires_at = excluded.expires_at where "
    "relay_cursors.holder is null or relay_cursors.holder = excluded.holder or "
    "relay_cursors.expires_at <= $5 or relay_cursors.expires_at > $3 returning sequence",
    "insert into relay_cursors (sink, sequence, holder, expires_at) values ($1, 0, $2, " LEASE_END
    ") on conflict (sink) do update set holder = excluded.holder, expires_at = excluded.expires_at where "
    "relay_cursors.holder is null or relay_cursors.holder = excluded.holder or "
    "relay_cursors.expires_at <= coalesce(cast($5 as timestamptz), clock_timestamp()) or relay_cursors.expires_at "
    "> " LEASE_END " returning sequence");
const Statement advance("advance_relay_cursor",
                        Statement::Shape::once,
                        "update relay_cursors set sequence = max(sequence, $5), expires_at = $3 where sink = $1 and "
                        "holder = $2 returning sequence",
                        "update relay_cursors set sequence = greatest(sequence, cast($5 as bigint)), expires_at "
                        "= " LEASE_END " where sink = $1 and holder = $2 returning sequence");
const Statement release("release_relay_lease",
                        "update relay_cursors set holder = null where sink = $1 and holder = $2");
const Statement state("relay_cursor_and_head",
                      "select coalesce((select sequence from relay_cursors where sink = $1), 0), (select "
                      "coalesce(max(sequence), 0) from events)");
#undef LEASE_END

Query of(const Statement& statement, const Lease& lease) {
  const auto end = lease.now ? std::optional(*lease.now + lease.length) : std::nullopt;
  return database::query(statement, lease.sink, lease.holder, end, static_cast<std::int64_t>(lease.length.count()));
}

}  // namespace

Query claim_lease(const Lease& lease) {
  auto query = of(claim, lease);
  query.add(lease.now);
  return query;
}

Query advance_cursor(const Lease& lease, std::int64_t sequence) {
  auto query = of(advance, lease);
  query.add(sequence);
  return query;
}

Query release_lease(const Lease& lease) {
  return database::query(release, lease.sink, lease.holder);
}

std::optional<std::int64_t> cursor_from(const database::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return rows[0].integer(0);
}

Query cursor_and_head(const std::string& sink) {
  return database::query(state, sink);
}

}  // namespace mms::relay
