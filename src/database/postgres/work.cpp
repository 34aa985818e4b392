// The SQL of the driver itself, and how queries become steps.
#include "database/postgres/work.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace mms::postgres {
namespace {

std::string setting(std::string_view name, std::string_view value) {
  return fmt::format("set_config('{}', '{}', false)", name, value);
}

std::string milliseconds(std::chrono::milliseconds time) {
  return fmt::format("{}ms", time.count());
}

// Sets the session up and answers the server's incarnation: statistics are reset by crash recovery, and kept over a
// clean restart, so this time tells whether transaction ids may have been given out twice (see inquiry.hpp).
std::string greeting(const Settings& settings, Role role) {
  std::vector<std::string> parts{
      "select cast((select stats_reset from pg_catalog.pg_stat_bgwriter) as text)",
      setting("search_path", "mission_management"),
      setting("TimeZone", "UTC"),
      setting("DateStyle", "ISO, YMD"),
      setting("default_transaction_isolation", "read committed"),
      setting("default_transaction_read_only", role == Role::reader ? "on" : "off"),
      setting("idle_in_transaction_session_timeout", milliseconds(settings.idle_in_transaction)),
      setting("statement_timeout", milliseconds(settings.statement_timeout)),
      setting("lock_timeout", milliseconds(settings.lock_timeout)),
      // A backend that waits for the lock notices that its client is gone.
      "(select " + setting("client_connection_check_interval", "1000ms") +
          " from pg_catalog.pg_settings where name = 'client_connection_check_interval')",
      // Acknowledged means on disk, whatever the server's default is.
      "set_config('synchronous_commit', case current_setting('synchronous_commit') when 'off' then 'on' else "
      "current_setting('synchronous_commit') end, false)",
      setting("jit", "off"),
  };
  if (role != Role::reader) {
    // Everything that is written is found by key, whatever the tables' statistics say or do not say yet: a plan made
    // while a table was empty reads it whole at each batch until the next autoanalyze.
    for (const auto* name : {"enable_seqscan", "enable_hashjoin", "enable_mergejoin"})
      parts.push_back(setting(name, "off"));
    parts.push_back(setting("plan_cache_mode", "force_generic_plan"));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

FixedTexts::FixedTexts(const Settings& settings, Role role)
    : texts_{
          greeting(settings, role),
          "begin isolation level read committed read write",
          fmt::format("select pg_catalog.pg_advisory_xact_lock({})", settings.command_lock),
          "select cast(pg_catalog.pg_current_xact_id() as text), pg_catalog.clock_timestamp()",
          "commit",
          "rollback",
          "select pg_catalog.pg_xact_status(cast(cast($1 as text) as xid8))",
          // The transaction's id makes sure that the process is still the one that we knew.
          "select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity where pid = cast($1 as "
          "integer) "
          "and backend_xid = cast(cast(cast($2 as text) as xid8) as xid)",
      } {}

void Work::add(const FixedTexts& texts, Fixed fixed, std::vector<database::Cell> cells) {
  const auto width = cells.size();
  steps.push_back({static_cast<std::size_t>(fixed), texts.text(fixed), false, width, std::move(cells), answers.size()});
  answers.emplace_back();
}

void Work::add(database::Query query) {
  const auto& statement = *query.statement;
  const bool many = statement.shape() == database::Statement::Shape::many;
  const auto width = statement.parameters();
  const auto answer = answers.size();
  answers.emplace_back();
  const bool fits = width == 0 ? query.cells.empty() : query.cells.size() % width == 0;
  if (!fits || (!many && query.cells.size() != width)) {
    throw std::logic_error(fmt::format("{} takes {} parameters", statement.name(), width));
  }
  if (many && width > 0 && query.cells.empty()) return;
  steps.push_back({kFixedCount + statement.index(), statement.text(database::Dialect::postgres), many, width,
                   std::move(query.cells), answer});
}

}  // namespace mms::postgres
