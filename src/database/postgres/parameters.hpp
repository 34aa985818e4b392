// The parameters of one statement in the form that libpq takes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "database/postgres/failure.hpp"
#include "database/statement.hpp"

namespace mms::postgres {

inline constexpr unsigned kTextArray = 1009;  // OID of text[]

// Text that PostgreSQL cannot store, told before anything is sent (libpq would cut it off silently).
std::optional<Failure> find_unstorable(std::span<const database::Cell> cells);

// Made once for a connection and filled again for each statement, so that its buffers are reused.
class Parameters {
 public:
  // Shape once: each cell as text. Lifetime: views into `cells`.
  void fill_once(std::span<const database::Cell> cells);
  // Shape many: each of `width` columns as one binary text[] of all rows; no escaping of anything.
  void fill_many(std::span<const database::Cell> cells, std::size_t width);

  int count() const { return static_cast<int>(values_.size()); }
  const char* const* values() const { return values_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  void reset(std::size_t count, int format);

  std::string arena_;
  std::vector<std::size_t> offsets_;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

}  // namespace mms::postgres
