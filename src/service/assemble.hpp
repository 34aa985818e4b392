// The house put together: the only place that names concrete drivers.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "database/database.hpp"
#include "service/settings.hpp"

namespace mms::service {

// The driver that DATABASE_URL asks for. Throws database::Unavailable, std::invalid_argument.
std::unique_ptr<database::Database> open_database(const Settings& settings);

// For a process that revoked a key and ends: tells the replicas through REDIS_ADDR. Answers why it could not; empty
// when it is told, or there is no Redis. Blocks.
std::string tell_of_revocation(const Settings& settings, database::Database& database);

// Serves until SIGTERM or SIGINT; answers the exit code.
int serve(const Settings& settings);

// The OpenAPI document of all routes.
std::string openapi();

vocabulary::Time now();
std::string_view version();

}  // namespace mms::service
