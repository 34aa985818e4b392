// SQL of the replays.
#include "relay/replay_table.hpp"

#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::relay {
namespace {

using database::Query;
using database::Statement;
namespace json = vocabulary::json;

const Statement insert("insert_replay",
                       Statement::Shape::once,
                       "insert into event_replays (id, fleet_id, status, holder, expires_at, created_at, body) values "
                       "($1, $2, 'running', null, $3, $3, $4) on conflict (id) do nothing returning body",
                       "insert into event_replays (id, fleet_id, status, holder, expires_at, created_at, body) values "
                       "(cast($1 as uuid), $2, 'running', null, cast($3 as timestamptz), cast($3 as timestamptz), "
                       "cast($4 as json)) on conflict (id) do nothing returning body");
const Statement find("find_replay", "select body from event_replays where id = $1");
const Statement waiting("waiting_replay",
                        Statement::Shape::once,
                        "select id from event_replays where status = 'running' and (holder is null or expires_at <= "
                        "$1) order by expires_at limit 1",
                        "select id from event_replays where status = 'running' and (holder is null or expires_at <= "
                        "coalesce(cast($1 as timestamptz), clock_timestamp())) order by expires_at limit 1");

// Parameters: id, holder, now by this machine's clock, and the lease's length or the replay.
#define NOW "coalesce(cast($3 as timestamptz), clock_timestamp())"
const Statement claim("claim_replay",
                      Statement::Shape::once,
                      "update event_replays set holder = $2, expires_at = $4 where id = $1 and status = 'running' and "
                      "(holder is null or holder = $2 or expires_at <= $3) returning body",
                      "update event_replays set holder = $2, expires_at = coalesce(cast($4 as timestamptz), " NOW
                      " + cast($5 as bigint) * interval '1 millisecond') where id = cast($1 as uuid) and status = "
                      "'running' and (holder is null or holder = $2 or expires_at <= " NOW ") returning body");
const Statement keep(
    "keep_replay",
    Statement::Shape::once,
    "update event_replays set body = $6, expires_at = $4 where id = $1 and holder = $2 and status = "
    "'running' returning body",
    "update event_replays set body = cast($6 as json), expires_at = coalesce(cast($4 as timestamptz), " NOW
    " + cast($5 as bigint) * interval '1 millisecond') where id = cast($1 as uuid) and holder = $2 and "
    "status = 'running' returning body");
const Statement leave("leave_replay",
                      Statement::Shape::once,
                      "update event_replays set holder = null, status = $5, body = $4, expires_at = $3 where id = $1 "
                      "and holder = $2 and status = 'running' returning body",
                      "update event_replays set holder = null, status = $5, body = cast($4 as json), expires_at = " NOW
                      " where id = cast($1 as uuid) and holder = $2 and status = 'running' returning body");
#undef NOW
const Statement cancel("cancel_replay",
                       Statement::Shape::once,
                       "update event_replays set holder = null, status = 'cancelled', body = $2 where id = $1 and "
                       "status = 'running' returning body",
                       "update event_replays set holder = null, status = 'cancelled', body = cast($2 as json) where id "
                       "= cast($1 as uuid) and status = 'running' returning body");

Query leased(const Statement& statement, const Lease& lease) {
  const auto end = lease.now ? std::optional(*lease.now + lease.length) : std::nullopt;
  return database::query(statement, lease.sink, lease.holder, lease.now, end,
                         static_cast<std::int64_t>(lease.length.count()));
}

}  // namespace

Query insert_replay(const Replay& replay) {
  return database::query(insert, replay.id, replay.fleet_id, replay.created_at, json::write(replay));
}

Query find_replay(const ReplayId& id) {
  return database::query(find, id);
}

std::optional<Replay> replay_from(const database::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return json::from_stored<Replay>(rows[0].text(0));
}

Query waiting_replay(const std::optional<Time>& now) {
  return database::query(waiting, now);
}

std::optional<ReplayId> waiting_from(const database::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return rows[0].id<ReplayId>(0);
}

Query claim_replay(const Lease& lease) {
  return leased(claim, lease);
}

Query keep_replay(const Lease& lease, const Replay& replay) {
  auto query = leased(keep, lease);
  query.add(json::write(replay));
  return query;
}

Query leave_replay(const Lease& lease, const Replay& replay) {
  return database::query(leave, lease.sink, lease.holder, lease.now, json::write(replay),
                         vocabulary::name_of(replay.status));
}

Query cancel_replay(const Replay& cancelled) {
  return database::query(cancel, cancelled.id, json::write(cancelled));
}

}  // namespace mms::relay
