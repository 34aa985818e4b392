// Why a call has no answer.
#pragma once

#include <string>
#include <string_view>

namespace mms::postgres {

struct Failure {
  enum class Kind {
    refused,  // the server refused a statement; what it ran in is rolled back
    lost,     // the connection was lost after the call was sent: it may have happened
    unsent,   // nothing was sent
    late,     // the call's deadline passed; the connection goes on
  };
  Kind kind = Kind::refused;
  std::string sqlstate;  // when refused
  std::string text;      // for our log only
};

// Refusals that say nothing about the statement: the server is overloaded, full, stopping or waited too long for a
// lock.
bool is_passing(std::string_view sqlstate);
// Refusals after which prepared statements of the session cannot be trusted: it must be opened anew.
bool is_stale(std::string_view sqlstate);

// Throws database::StatementFailed or database::Unavailable.
[[noreturn]] void raise(const Failure& failure);

}  // namespace mms::postgres
