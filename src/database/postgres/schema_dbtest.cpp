// Migrations on a real server.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "database/database.hpp"
#include "database/postgres/postgres_database.hpp"
#include "database/postgres/schema.hpp"
#include "database/postgres/tests/fresh_database.hpp"

namespace mms::postgres {
namespace {

using database::MigrationStep;
using database::StatementFailed;

TEST(Schema, ProcessesThatStartAtOnceTakeEachStepOnce) {
  const FreshDatabase fresh;
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { taken += PostgresDatabase(fresh.url()).migrate(); });
  }
  for (auto& thread : threads) thread.join();
  PostgresDatabase database(fresh.url());
  EXPECT_EQ(taken, static_cast<int>(database::migration_steps().size()));
  EXPECT_EQ(database.schema_version(), database::migration_steps().back().number);
  EXPECT_EQ(database.migrate(), 0);
}

TEST(Schema, AnEmptyDatabaseIsAtStepZero) {
  const FreshDatabase fresh;
  EXPECT_EQ(PostgresDatabase(fresh.url()).schema_version(), 0);
}

TEST(Schema, ANewerDatabaseIsRefusedWithASentence) {
  const FreshDatabase fresh;
  const Address address(fresh.url(), Settings{});
  const std::array<MigrationStep, 2> newer{
      {{1, "0001_a", "create table a (id {bigint});"}, {2, "0002_b", "select 1;"}}};
  EXPECT_EQ(bring_up_to_date(address, Settings{}, newer), 2);
  const std::array<MigrationStep, 1> older{{{1, "0001_a", ""}}};
  try {
    bring_up_to_date(address, Settings{}, older);
    FAIL();
  } catch (const StatementFailed& refusal) {
    EXPECT_EQ(refusal.sqlstate(), "newer_schema");
    EXPECT_EQ(std::string(refusal.what()), "the database is at step 2, this binary knows 1: run the newer binary");
  }
}

TEST(Schema, AFailedStepLeavesNothingBehindAndCanBeTakenLater) {
  const FreshDatabase fresh;
  const Address address(fresh.url(), Settings{});
  const std::array<MigrationStep, 2> broken{
      {{1, "0001_a", "create table a (id {bigint});"}, {2, "0002_b", "create table b (id {bigint}); nonsense;"}}};
  EXPECT_THROW(bring_up_to_date(address, Settings{}, broken), StatementFailed);
  EXPECT_EQ(applied_step(address), 1);
  EXPECT_EQ(fresh.ask("select to_regclass('mission_management.b') is null"), "t");
  const std::array<MigrationStep, 2> mended{{{1, "0001_a", ""}, {2, "0002_b", "create table b (id {bigint});"}}};
  EXPECT_EQ(bring_up_to_date(address, Settings{}, mended), 1);
}

TEST(Schema, AServerThatIsAwayIsUnavailable) {
  EXPECT_THROW(PostgresDatabase("postgresql://u:p@127.0.0.1:1/x").migrate(), database::Unavailable);
}

}  // namespace
}  // namespace mms::postgres
