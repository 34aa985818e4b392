// The subcommand api-key: create, list, revoke, straight on the database.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "database/database.hpp"
#include "vocabulary/ids.hpp"
#include "vocabulary/problem.hpp"

namespace mms::access {

struct KeyCommandTools {
  database::Database& database;  // migrated
  vocabulary::IdSource& ids;
  vocabulary::Time now;
  // Tells the running replicas of a revocation; answers why it could not, empty when it did. May be absent.
  std::function<std::string()> tell_revoked;
};

// What `api-key --help` prints.
std::string_view api_key_help();

// `args` are those behind "api-key". Answers the text for standard output: for create the key itself, this once.
// A running service learns of it within 5 s, with Redis of a revocation at once. Blocks.
// Refuses, with the text for standard error in `detail` (and `errors`): bad_parameter, invalid_fields, not_found.
// Throws what the database throws.
vocabulary::Result<std::string> api_key_command(const KeyCommandTools& tools, std::span<const std::string> args);

}  // namespace mms::access
