// The write-ahead log under a writer that never rests.
#include "database/sqlite/checkpointer.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "database/sqlite/connection.hpp"

namespace mms::sqlite {
namespace {

using database::Statement;

const Statement add_page("test_add_page", "insert into pages (id, text) values ($1, $2)");
const Statement count_pages("test_count_pages", "select count(*) from pages");

class Log : public testing::Test {
 protected:
  Log() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~Log() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return (folder_ / "file.db").string(); }
  std::uintmax_t log_size() const { return std::filesystem::file_size(path() + "-wal"); }

 private:
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("checkpointer-" + std::to_string(getpid()));
};

TEST_F(Log, StaysBoundedAndNothingOfItIsLost) {
  constexpr int kCommits = 1500;  // of 100 kB: more than twice the log's longest
  {
    Checkpointer checkpointer(path());
    Connection writer(path(), Connection::Access::read_write);
    writer.watch_log([&](int pages) { return checkpointer.grown(pages); });
    writer.script("create table pages (id integer primary key, text text not null)");
    std::uintmax_t longest = 0;
    for (int i = 0; i < kCommits; ++i) {
      writer.run(database::query(add_page, i, std::string(100'000, 'x')));
      longest = std::max(longest, log_size());
    }
    EXPECT_LT(longest, 80U << 20U);
    EXPECT_GT(longest, 16U << 20U) << "the writer copied when the thread should have";
  }
  Connection reader(path(), Connection::Access::read_write);
  EXPECT_EQ(reader.run(database::query(count_pages))[0].integer(0), kCommits);
}

TEST_F(Log, ThatNobodyFillsNeedsNoThread) {
  Checkpointer checkpointer(path());
  EXPECT_FALSE(checkpointer.grown(10));
  EXPECT_FALSE(std::filesystem::exists(path())) << "no connection was opened";
}

}  // namespace
}  // namespace mms::sqlite
