// The laws of lists, of the past, of timers and of replay, on PostgreSQL.
#include "database/postgres/postgres_database.hpp"
#include "database/postgres/tests/fresh_database.hpp"
#include "missions/tests/store_laws.hpp"

namespace mms::missions::law {
namespace {

// The database of the driver goes with the test that asked for it; the next one gets another, and the last one goes
// before the program's statics do.
std::unique_ptr<postgres::FreshDatabase> place;
class Ending : public testing::Environment {
  void TearDown() override { place.reset(); }
};
const auto* const ending = testing::AddGlobalTestEnvironment(new Ending);

std::unique_ptr<database::Database> fresh_database() {
  place.reset();
  place = std::make_unique<postgres::FreshDatabase>();
  auto database = std::make_unique<postgres::PostgresDatabase>(place->url());
  database->migrate();
  return database;
}

INSTANTIATE_TEST_SUITE_P(Postgres, StoreLaws, testing::Values(StoreFactory{"postgres", fresh_database}));

}  // namespace
}  // namespace mms::missions::law
