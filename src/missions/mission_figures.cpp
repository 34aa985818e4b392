// Both figures by an index: of occupied vehicles, and of events by sequence.
#include "missions/mission_figures.hpp"

namespace mms::missions {
namespace {

using database::Statement;

// A mission that runs or is paused holds its vehicle, so the index of occupied vehicles lists the active ones. The rate
// comes from the log's end: an index of missions by the time they ended would have to move at each of their commands.
#define FIGURES(is_active)                                                                                       \
  "select status, count(*) from missions where " is_active                                                       \
  " and status in ('running', 'paused') group by status union all select type, count(*) from (select type from " \
  "events order by sequence desc limit cast($1 as bigint)) latest where type in ('mission.completed', "          \
  "'mission.failed') group by type"
const Statement figures("store_figures",
                        Statement::Shape::once,
                        FIGURES("occupies_vehicle = 1"),
                        FIGURES("occupies_vehicle"));
#undef FIGURES

}  // namespace

database::Query store_figures() {
  return database::query(figures, kLatestEvents);
}

StoreFigures store_figures_from(const database::Rows& rows) {
  StoreFigures found;
  double completed = 0;
  double failed = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto what = rows[i].text(0);
    const auto count = rows[i].integer(1);
    if (what == "running") found.running = count;
    if (what == "paused") found.paused = count;
    if (what == "mission.completed") completed = static_cast<double>(count);
    if (what == "mission.failed") failed = static_cast<double>(count);
  }
  if (completed + failed > 0) found.success_percent = 100 * completed / (completed + failed);
  return found;
}

}  // namespace mms::missions
