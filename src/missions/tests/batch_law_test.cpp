// Any batch ≡ the same commands one at a time, on SQLite.
#include "missions/tests/batch_law.hpp"

#include <filesystem>

#include "database/sqlite/sqlite_database.hpp"

namespace mms::missions {
namespace {

law::MakeDatabase fresh_file(const std::string& name) {
  return [name] {
    // The law is not about durability: a disk that flushes slowly would only make it slow.
    const auto folder = std::filesystem::exists("/dev/shm") ? std::filesystem::path("/dev/shm")
                                                            : std::filesystem::temp_directory_path();
    const auto path = folder / ("mms-law-" + std::to_string(::getpid()) + name);
    for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
    return std::make_unique<sqlite::SqliteDatabase>(path.string(), [] { return vocabulary::Time(); });
  };
}

TEST(BatchLaw, AnyBatchHasTheOutcomeOfItsCommandsOneAtATime) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    law::check(seed, fresh_file("a"), fresh_file("b"));
    if (HasFatalFailure()) return;
  }
  for (const auto* type : {"mission.command_requested", "mission.command_accepted", "mission.command_rejected",
                           "mission.command_timed_out", "mission.command_withdrawn", "mission.recall_requested",
                           "mission.recall_answered", "mission.paused", "mission.resumed"}) {
    EXPECT_TRUE(law::happened.contains(type)) << type;
  }
}

}  // namespace
}  // namespace mms::missions
