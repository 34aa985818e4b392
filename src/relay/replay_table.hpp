// Replays and who carries them on: rows that are taken and renewed by one statement, as relay_cursors are.
#pragma once

#include <optional>

#include "database/database.hpp"
#include "relay/cursor_table.hpp"
#include "relay/rules/replay.hpp"

namespace mms::relay {

// Nothing when the id is taken; else a row.
database::Query insert_replay(const Replay& replay);
database::Query find_replay(const ReplayId& id);
std::optional<Replay> replay_from(const database::Rows& rows);

// A replay that nobody carries on, the one that has waited longest. `now` as in Lease.
database::Query waiting_replay(const std::optional<Time>& now);
std::optional<ReplayId> waiting_from(const database::Rows& rows);

// In each the lease's `sink` is the replay's id; the answer has the replay while the lease is ours and it runs.
database::Query claim_replay(const Lease& lease);
database::Query keep_replay(const Lease& lease, const Replay& replay);
// It ended, or another one may go on with it, behind those that wait already.
database::Query leave_replay(const Lease& lease, const Replay& replay);

// Whoever carries it on finds that it does not run any more. The answer has a row when it ran.
database::Query cancel_replay(const Replay& cancelled);

}  // namespace mms::relay
