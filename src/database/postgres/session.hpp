// libpq behind a handful of words: one connection to a server in pipeline mode, never blocking.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "database/postgres/address.hpp"
#include "database/postgres/failure.hpp"
#include "database/postgres/parameters.hpp"
#include "database/rows.hpp"

typedef struct pg_conn PGconn;
typedef struct pg_result PGresult;

namespace mms::postgres {

// What libpq hands out for a step or a Sync.
class Result {
 public:
  enum class Kind { nothing, rows, refused, skipped, sync };
  explicit Result(PGresult* result) : result_(result, &clear) {}
  Kind kind() const;
  database::Rows rows() const;
  // The command's tag, "COMMIT" for one.
  std::string_view tag() const;
  // Why it was refused. `is_last`: the server ends the session with it.
  Failure failure() const;
  bool is_last() const;

 private:
  static void clear(PGresult* result);
  std::unique_ptr<PGresult, void (*)(PGresult*)> result_;
};

// Threads: one. Owns the socket: whoever watches it must let go before the Session is destroyed.
class Session {
 public:
  enum class Wants { readable, writable, nothing, failed };

  // Begins to connect; wait for `writable` first, then ask connect().
  explicit Session(const Address& address);
  // What must happen before the next connect(); `nothing` when connected and in pipeline mode.
  // The socket may be another one after each call.
  Wants connect();
  int socket() const;
  std::string error() const;
  int backend() const;

  // These put messages into libpq's buffer; false when the connection is broken.
  bool prepare(std::size_t slot, const std::string& text, std::size_t parameters, bool many);
  bool execute(std::size_t slot, const Parameters& parameters);
  // Ends a segment; sends what is buffered as far as the socket takes it.
  bool sync();
  // `writable` when a rest is waiting.
  Wants flush();

  // Takes what the socket has; false when the server has closed.
  bool receive();
  bool has_result() const;
  Result next();

 private:
  bool receive_rest_of_tls();
  static void finish(PGconn* connection);
  std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
};

}  // namespace mms::postgres
