// A call under way: the steps it sends and what came back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "async/task.hpp"
#include "database/postgres/failure.hpp"
#include "database/postgres/settings.hpp"
#include "database/rows.hpp"
#include "database/statement.hpp"

namespace mms::postgres {

// The driver's own statements. They are prepared like those of the program but stand in no register, as other engines
// do not know them.
enum class Fixed : std::size_t { greet, begin, lock, clock, commit, rollback, status, end_backend };
inline constexpr std::size_t kFixedCount = 8;

// Who talks over a connection.
enum class Role { reader, writer, appender };

// The texts of the driver's own statements.
class FixedTexts {
 public:
  FixedTexts(const Settings& settings, Role role);
  const std::string& text(Fixed fixed) const { return texts_[static_cast<std::size_t>(fixed)]; }

 private:
  std::vector<std::string> texts_;
};

struct Step {
  std::size_t slot;  // of the prepared statement on its connection: Fixed first, then Statement::index()
  std::string_view text;
  bool many;
  std::size_t width;  // parameters
  std::vector<database::Cell> cells;
  std::size_t answer;  // position in Work::answers
};

// Threads: that of its connection.
struct Work {
  std::vector<Step> steps;
  async::Deadline deadline;
  bool alone = true;          // shares its Sync with no other call
  std::uint64_t session = 0;  // the only session it may be sent on; 0: any
  bool loses_session = true;  // a passed deadline ends the session, not only the call

  // Filled when resumed.
  std::vector<database::Rows> answers;
  std::string tag;  // of the last step
  std::optional<Failure> failure;

  async::Resume<bool> resume;

  void add(const FixedTexts& texts, Fixed fixed, std::vector<database::Cell> cells = {});
  // A call of shape `many` without rows is answered without being sent.
  // Throws std::logic_error when the cells do not fit the statement's parameters.
  void add(database::Query query);
};

}  // namespace mms::postgres
