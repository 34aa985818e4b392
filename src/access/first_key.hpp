// The first admin key: how the owner gets in when the service is on the network and nothing was set up.
#pragma once

#include <filesystem>
#include <optional>

#include "access/realm.hpp"
#include "database/database.hpp"
#include "vocabulary/ids.hpp"

namespace mms::access {

struct FirstKeyTools {
  const Realm& realm;
  database::Database& database;  // migrated
  vocabulary::IdSource& ids;
  vocabulary::Time now;
};

// Off loopback, without a JWT setting and without any key in the table: makes an admin key on every fleet, writes it to
// `<data_directory>/first-admin-key` (mode 0600; an older file is replaced) and answers that path, which may be logged.
// Else nothing. The file is on disk before the key is in the table: a crash between leaves a file that opens nothing,
// and the next start makes another. Blocks. Throws std::system_error (names the path) when the file cannot be written,
// and what the database throws.
std::optional<std::filesystem::path> ensure_first_admin_key(const FirstKeyTools& tools,
                                                            const std::filesystem::path& data_directory);

}  // namespace mms::access
