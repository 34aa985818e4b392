// Any batch of trip commands ≡ the same commands one at a time, on SQLite.
#include "trips/tests/trip_batch_law.hpp"

#include <unistd.h>

#include <filesystem>

#include "database/sqlite/sqlite_database.hpp"

namespace mms::trips {
namespace {

law::MakeDatabase file(const std::string& name) {
  return [name] {
    const auto folder = std::filesystem::exists("/dev/shm") ? std::filesystem::path("/dev/shm")
                                                            : std::filesystem::temp_directory_path();
    const auto path = folder / ("mms-trips-" + std::to_string(::getpid()) + name);
    for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
    return std::make_unique<sqlite::SqliteDatabase>(path.string(), [] { return vocabulary::Time(); });
  };
}

TEST(TripBatchLaw, AnyBatchHasTheOutcomeOfItsCommandsOneAtATime) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    law::check(seed, file("a"), file("b"));
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace mms::trips
