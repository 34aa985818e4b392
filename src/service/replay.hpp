// replay: the event log folded anew, of every feature that has one.
#pragma once

#include <functional>
#include <string>

#include "database/database.hpp"

namespace mms::service {

struct Verdict {
  bool equal = true;
  std::string words;  // one line, with the figures
};

// Compares every stored thing with its events; `differs` is told of each difference, in words. The store must be at
// rest. Blocks. Throws what the database throws.
Verdict verify(database::Database& database, const std::function<void(const std::string&)>& differs);
// Writes every table of event-sourced things anew; answers one line with the figures. The service must not run.
std::string rebuild(database::Database& database);

}  // namespace mms::service
