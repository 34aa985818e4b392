// A database for laws that need an empty store again and again.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "database/postgres/postgres_database.hpp"
#include "database/postgres/tests/fresh_database.hpp"

namespace mms::postgres {

// Emptied rather than made anew: a database costs more than the law.
class EmptiedDatabase {
 public:
  std::function<std::unique_ptr<database::Database>()> make() {
    return [this] {
      place_.administer_own("drop schema if exists mission_management cascade");
      return std::make_unique<PostgresDatabase>(place_.url());
    };
  }

 private:
  struct Own : FreshDatabase {
    void administer_own(const std::string& text) const {
      BlockingSession session(Address(url(), Settings{}));
      session.run(text);
    }
  };
  Own place_;
};

}  // namespace mms::postgres
