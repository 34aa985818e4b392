// A connection that waits for its answers: for migrations and other work before the service runs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "database/postgres/address.hpp"

typedef struct pg_conn PGconn;

namespace mms::postgres {

// Threads: one.
class BlockingSession {
 public:
  // Throws database::Unavailable.
  explicit BlockingSession(const Address& address);
  // Any number of statements without parameters. Throws database::StatementFailed, database::Unavailable.
  void run(const std::string& text);
  // One statement with parameters; answers the first cell of the first row, empty when there is none.
  std::string ask(const std::string& text, const std::vector<std::string>& parameters = {});

 private:
  static void finish(PGconn* connection);
  std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
};

}  // namespace mms::postgres
