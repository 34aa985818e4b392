// The only place that calls libpq and waits.
#include "database/postgres/blocking_session.hpp"

#include <libpq-fe.h>

#include "database/database.hpp"
#include "database/postgres/session.hpp"

namespace mms::postgres {
namespace {

void stay_quiet(void*, const PGresult*) {}

Result checked(PGresult* raw) {
  Result result(raw);
  if (result.kind() == Result::Kind::nothing) throw database::Unavailable("the connection to PostgreSQL is lost");
  if (result.kind() != Result::Kind::refused) return result;
  const auto failure = result.failure();
  if (result.is_last()) throw database::Unavailable(failure.text);
  throw database::StatementFailed(failure.sqlstate, failure.text);
}

}  // namespace

void BlockingSession::finish(PGconn* connection) {
  PQfinish(connection);
}

BlockingSession::BlockingSession(const Address& address) : connection_(nullptr, &finish) {
  const auto keywords = address.keywords();
  connection_.reset(PQconnectdbParams(keywords.names.data(), keywords.values.data(), 0));
  if (PQstatus(connection_.get()) != CONNECTION_OK) throw database::Unavailable(PQerrorMessage(connection_.get()));
  PQsetNoticeReceiver(connection_.get(), &stay_quiet, nullptr);
}

void BlockingSession::run(const std::string& text) {
  checked(PQexec(connection_.get(), text.c_str()));
}

std::string BlockingSession::ask(const std::string& text, const std::vector<std::string>& parameters) {
  std::vector<const char*> values;
  for (const auto& parameter : parameters) values.push_back(parameter.c_str());
  const auto result = checked(PQexecParams(connection_.get(), text.c_str(), static_cast<int>(values.size()), nullptr,
                                           values.data(), nullptr, nullptr, 0));
  const auto rows = result.rows();
  return rows.empty() ? std::string() : std::string(rows[0].text(0));
}

}  // namespace mms::postgres
