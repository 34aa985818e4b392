// The schema in PostgreSQL: which step it is at, and how it gets to this binary's.
#pragma once

#include <span>

#include "database/migrations.hpp"
#include "database/postgres/address.hpp"
#include "database/postgres/settings.hpp"

namespace mms::postgres {

// Takes the steps above the newest applied one, each in a transaction of its own, under an advisory lock, so that
// several processes may start at once. Answers how many were taken; blocks. Throws database::StatementFailed
// ("newer_schema" when the database is ahead of `steps`), database::Unavailable.
int bring_up_to_date(const Address& address, const Settings& settings, std::span<const database::MigrationStep> steps);

// The newest step applied, 0 for an empty database; blocks. Throws as above.
int applied_step(const Address& address);

}  // namespace mms::postgres
