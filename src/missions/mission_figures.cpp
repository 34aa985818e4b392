// Both figures by a partial index: of occupied vehicles, and of ended missions by time.
#include "missions/mission_figures.hpp"

namespace mms::missions {
namespace {

using database::Statement;

// A mission that runs or is paused holds its vehicle, so the index of occupied vehicles lists the active ones.
#define FIGURES(is_active)                                                                                       \
  "select status, count(*) from missions where " is_active                                                       \
  " and status in ('running', 'paused') group by status union all select 'ended ' || status, count(*) from "     \
  "(select status from missions where status in ('completed', 'failed') order by updated_at desc limit cast($1 " \
  "as bigint)) latest group by status"
const Statement figures("store_figures",
                        Statement::Shape::once,
                        FIGURES("occupies_vehicle = 1"),
                        FIGURES("occupies_vehicle"));
#undef FIGURES

}  // namespace

database::Query store_figures() {
  return database::query(figures, kEndedCounted);
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
    if (what == "ended completed") completed = static_cast<double>(count);
    if (what == "ended failed") failed = static_cast<double>(count);
  }
  if (completed + failed > 0) found.success_percent = 100 * completed / (completed + failed);
  return found;
}

}  // namespace mms::missions
