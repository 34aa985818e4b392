// Cursors: where a list goes on, opaque to the client and signed by us.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "database/database.hpp"
#include "vocabulary/problem.hpp"

namespace mms::endpoints {

// Threads: any, read-only.
class CursorKey {
 public:
  explicit CursorKey(std::string secret = {}) : secret_(std::move(secret)) {}

  // `scope` says which list, order and filters it belongs to: a cursor of another one is refused.
  std::string seal(std::string_view scope, const std::vector<std::string>& place) const;
  // Refuses: bad_cursor.
  vocabulary::Result<std::vector<std::string>> open(std::string_view scope, std::string_view cursor) const;

 private:
  std::string tag(std::string_view scope, std::string_view place) const;
  std::string secret_;
};

// The key of this installation, from `settings`; made at the first start. Throws what the database throws.
async::Task<CursorKey> cursor_key(database::Reader& reader, database::Appender& appender);

}  // namespace mms::endpoints
