// Migrations over a blocking connection.
#include "database/postgres/schema.hpp"

#include <fmt/format.h>

#include <string>

#include "database/database.hpp"
#include "database/postgres/blocking_session.hpp"

namespace mms::postgres {
namespace {

int newest_step(BlockingSession& session) {
  if (session.ask("select to_regclass('mission_management.schema_migrations') is not null") != "t") return 0;
  return std::stoi(session.ask("select coalesce(max(number), 0) from mission_management.schema_migrations"));
}

void make_schema(BlockingSession& session) {
  // `create schema if not exists` would need the right to create schemas even when it exists.
  if (session.ask("select 1 from pg_catalog.pg_namespace where nspname = 'mission_management'").empty()) {
    session.run("create schema mission_management");
  }
  session.run(
      "create table if not exists mission_management.schema_migrations "
      "(number integer primary key, name text not null, applied_at timestamptz not null)");
}

void take(BlockingSession& session, const database::MigrationStep& step) {
  session.run("begin");
  try {
    session.run(database::expand(step.text, database::Dialect::postgres));
    session.ask(
        "insert into mission_management.schema_migrations (number, name, applied_at) values ($1, $2, "
        "clock_timestamp())",
        {std::to_string(step.number), std::string(step.name)});
    session.run("commit");
  } catch (const database::StatementFailed& failure) {
    session.run("rollback");
    throw database::StatementFailed(failure.sqlstate(), fmt::format("migration {}: {}", step.name, failure.what()));
  }
}

}  // namespace

int bring_up_to_date(const Address& address, const Settings& settings, std::span<const database::MigrationStep> steps) {
  BlockingSession session(address);
  session.run("set search_path = mission_management; set timezone = 'UTC'");
  // Of the session: it ends with the connection, whatever happens.
  session.run(fmt::format("select pg_catalog.pg_advisory_lock({})", settings.migration_lock));
  const int before = newest_step(session);
  const int known = steps.empty() ? 0 : steps.back().number;
  if (before > known) {
    throw database::StatementFailed(
        "newer_schema",
        fmt::format("the database is at step {}, this binary knows {}: run the newer binary", before, known));
  }
  make_schema(session);
  int taken = 0;
  for (const auto& step : steps) {
    if (step.number <= before) continue;
    take(session, step);
    ++taken;
  }
  return taken;
}

int applied_step(const Address& address) {
  BlockingSession session(address);
  return newest_step(session);
}

}  // namespace mms::postgres
