// From SQLSTATE classes (PostgreSQL manual, appendix A) to what callers can do about them.
#include "database/postgres/failure.hpp"

#include <algorithm>
#include <array>

#include "database/database.hpp"

namespace mms::postgres {

bool is_passing(std::string_view sqlstate) {
  // lock_not_available, query_canceled (statement_timeout), idle_in_transaction_session_timeout
  constexpr std::array<std::string_view, 3> kPassing{"55P03", "57014", "25P03"};
  if (std::ranges::find(kPassing, sqlstate) != kPassing.end()) return true;
  if (sqlstate == "25006") return true;  // a standby: the server that we knew has become read-only
  // connection, shutdown, insufficient resources (disk, memory, connections), system error (input and output), rollback
  // because of others
  constexpr std::array<std::string_view, 5> kClasses{"08", "57P", "53", "58", "40"};
  return std::ranges::any_of(kClasses, [&](auto start) { return sqlstate.starts_with(start); });
}

bool is_stale(std::string_view sqlstate) {
  // invalid_sql_statement_name; "cached plan must not change result type" after another replica's migration
  return sqlstate == "26000" || sqlstate == "0A000";
}

void raise(const Failure& failure) {
  if (failure.kind == Failure::Kind::refused && !is_passing(failure.sqlstate)) {
    throw database::StatementFailed(failure.sqlstate, failure.text);
  }
  throw database::Unavailable(failure.text);
}

}  // namespace mms::postgres
