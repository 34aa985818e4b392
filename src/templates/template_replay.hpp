// Replay: the templates' events folded anew, compared with the tables or written over them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "database/database.hpp"

namespace mms::templates {

struct ReplayFigures {
  std::int64_t events = 0;
  std::int64_t templates = 0;
  std::int64_t differences = 0;
};
// Told of each difference, in words.
using Report = std::function<void(const std::string&)>;

// Compares every template and every version of it, as canonical JSON. Verify a store at rest.
// Throws what the database throws.
async::Task<ReplayFigures> verify_templates(database::Reader& reader, const Report& report);
// Writes both tables anew from the log. The service must not run.
async::Task<ReplayFigures> rebuild_templates(database::Reader& reader, database::Writer& writer);

}  // namespace mms::templates
