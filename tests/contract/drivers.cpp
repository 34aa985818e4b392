// The drivers under contract.
#include "database/postgres/postgres_database.hpp"
#include "database/postgres/tests/fresh_database.hpp"
#include "database_contract.hpp"

namespace mms::contract {
namespace {

std::unique_ptr<database::Database> open_postgres() {
  static const postgres::FreshDatabase place;
  static const int steps = postgres::PostgresDatabase(place.url()).migrate();
  static_cast<void>(steps);
  return std::make_unique<postgres::PostgresDatabase>(place.url());
}

}  // namespace

std::vector<DatabaseFactory> all_drivers() {
  return {
      {"postgres", &open_postgres},
  };
}

}  // namespace mms::contract
