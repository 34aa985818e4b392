// Folding plans: one event each.
#include "missions/plan_replay.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "database/stream_walk.hpp"
#include "missions/plan_store.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

namespace json = vocabulary::json;

database::RowWalk stored_plans(database::Reader& reader) {
  return {reader, [](const vocabulary::Uuid& after, std::int64_t limit) { return plan_bodies({after}, limit); }};
}

}  // namespace

async::Task<PlanReplayFigures> verify_plans(database::Reader& reader,
                                            const std::function<void(const std::string&)>& report) {
  PlanReplayFigures figures;
  const auto differs = [&](const vocabulary::Uuid& id, std::string_view words) {
    ++figures.differences;
    report(fmt::format("plan {} {}", vocabulary::to_text(id), words));
  };
  database::StreamWalk streams(reader, "plan");
  auto rows = stored_plans(reader);
  auto stored = co_await rows.next();
  for (;;) {
    const auto events = co_await streams.next();
    const auto id = events.empty() ? vocabulary::Uuid{} : events.front().stream_id;
    while (stored && (events.empty() || stored->id < id)) {
      differs(stored->id, "is in the table and has no event");
      stored = co_await rows.next();
    }
    if (events.empty()) break;
    ++figures.plans;
    if (!stored || id < stored->id) {
      differs(id, "has an event and is not in the table");
      continue;
    }
    const auto folded = json::write(plan_from(events.back()));
    if (json::canonical(folded) != json::canonical(stored->body)) {
      differs(id, fmt::format("the event says {}, the table says {}", folded, stored->body));
    }
    stored = co_await rows.next();
  }
  co_return figures;
}

async::Task<PlanReplayFigures> rebuild_plans(database::Reader& reader, database::Writer& writer) {
  PlanReplayFigures figures;
  database::StreamWalk streams(reader, "plan");
  for (;;) {
    const auto events = co_await streams.next();
    if (events.empty()) break;
    ++figures.plans;
    std::vector<database::Query> writes;
    writes.push_back(upsert_plans({plan_from(events.back())}));
    co_await writer.begin({});
    if (co_await writer.commit(std::move(writes)) != database::Commit::committed) {
      throw database::Unavailable("the store went away while the plans were written; run it again");
    }
  }
  co_return figures;
}

}  // namespace mms::missions
