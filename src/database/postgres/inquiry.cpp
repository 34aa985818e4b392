// Reads the answers of pg_xact_status.
#include "database/postgres/inquiry.hpp"

namespace mms::postgres {

using database::Commit;

std::optional<Commit> Inquiry::heard(std::string_view status, std::string_view incarnation) {
  ++asked_;
  const bool same_server = incarnation == transaction_.incarnation;
  if (status == "aborted") return Commit::rolled_back;
  if (status == "committed") return same_server ? Commit::committed : Commit::unknown;
  if (status == "in progress") return std::nullopt;
  return Commit::unknown;
}

std::optional<Commit> Inquiry::refused(std::string_view sqlstate) const {
  if (sqlstate == "22023") return Commit::rolled_back;
  return std::nullopt;
}

}  // namespace mms::postgres
