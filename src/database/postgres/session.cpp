// The only place that calls libpq without blocking.
#include "database/postgres/session.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/ioctl.h>

#include <charconv>
#include <vector>

namespace mms::postgres {
namespace {

std::string trimmed(const char* text) {
  std::string out = text == nullptr ? "" : text;
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  return out;
}

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

fmt::memory_buffer statement_name(std::size_t slot) {
  fmt::memory_buffer name;
  fmt::format_to(std::back_inserter(name), "s{}", slot);
  name.push_back('\0');
  return name;
}

void stay_quiet(void*, const PGresult*) {}

}  // namespace

void Result::clear(PGresult* result) {
  PQclear(result);
}

Result::Kind Result::kind() const {
  if (result_ == nullptr) return Kind::nothing;
  switch (PQresultStatus(result_.get())) {
    case PGRES_PIPELINE_SYNC:
      return Kind::sync;
    case PGRES_PIPELINE_ABORTED:
      return Kind::skipped;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      return Kind::rows;
    default:
      return Kind::refused;
  }
}

database::Rows Result::rows() const {
  database::Rows rows;
  const auto* result = result_.get();
  const int columns = PQnfields(result);
  const int count = PQntuples(result);
  rows.set_columns(static_cast<std::size_t>(columns));
  for (int row = 0; row < count; ++row) {
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(result, row, column) != 0) {
        rows.add_null();
      } else {
        rows.add({PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column))});
      }
    }
  }
  const std::string_view changed = PQcmdTuples(const_cast<PGresult*>(result));
  std::from_chars(changed.data(), changed.data() + changed.size(), rows.affected);
  return rows;
}

std::string_view Result::tag() const {
  return PQcmdStatus(result_.get());
}

Failure Result::failure() const {
  Failure failure{Failure::Kind::refused, field(result_.get(), PG_DIAG_SQLSTATE), {}};
  if (failure.sqlstate.empty()) {  // libpq's own words: the connection is gone
    failure.kind = Failure::Kind::lost;
    failure.text = trimmed(PQresultErrorMessage(result_.get()));
    return failure;
  }
  // The detail is left out: it repeats values of rows.
  failure.text = fmt::format("{}: {}", failure.sqlstate, field(result_.get(), PG_DIAG_MESSAGE_PRIMARY));
  if (is_last()) failure.kind = Failure::Kind::lost;
  return failure;
}

bool Result::is_last() const {
  if (field(result_.get(), PG_DIAG_SQLSTATE).empty()) return true;
  const auto severity = field(result_.get(), PG_DIAG_SEVERITY_NONLOCALIZED);
  return severity == "FATAL" || severity == "PANIC";
}

void Session::finish(PGconn* connection) {
  PQfinish(connection);
}

Session::Session(const Address& address) : connection_(nullptr, &finish) {
  const auto keywords = address.keywords();
  connection_.reset(PQconnectStartParams(keywords.names.data(), keywords.values.data(), 0));
  if (connection_ != nullptr) PQsetNoticeReceiver(connection_.get(), &stay_quiet, nullptr);
}

Session::Wants Session::connect() {
  if (connection_ == nullptr || PQstatus(connection_.get()) == CONNECTION_BAD) return Wants::failed;
  switch (PQconnectPoll(connection_.get())) {
    case PGRES_POLLING_READING:
      return Wants::readable;
    case PGRES_POLLING_WRITING:
      return Wants::writable;
    case PGRES_POLLING_OK:
      break;
    default:
      return Wants::failed;
  }
  if (PQsetnonblocking(connection_.get(), 1) != 0) return Wants::failed;
  return PQenterPipelineMode(connection_.get()) == 1 ? Wants::nothing : Wants::failed;
}

int Session::socket() const {
  return connection_ == nullptr ? -1 : PQsocket(connection_.get());
}

std::string Session::error() const {
  return connection_ == nullptr ? "out of memory" : trimmed(PQerrorMessage(connection_.get()));
}

int Session::backend() const {
  return PQbackendPID(connection_.get());
}

bool Session::prepare(std::size_t slot, const std::string& text, std::size_t parameters, bool many) {
  const auto name = statement_name(slot);
  const std::vector<Oid> types(many ? parameters : 0, kTextArray);
  return PQsendPrepare(connection_.get(), name.data(), text.c_str(), static_cast<int>(types.size()), types.data()) == 1;
}

bool Session::execute(std::size_t slot, const Parameters& parameters) {
  const auto name = statement_name(slot);
  return PQsendQueryPrepared(connection_.get(), name.data(), parameters.count(), parameters.values(),
                             parameters.lengths(), parameters.formats(), 0) == 1;
}

bool Session::sync() {
  return PQpipelineSync(connection_.get()) == 1;
}

Session::Wants Session::flush() {
  switch (PQflush(connection_.get())) {
    case 0:
      return Wants::nothing;
    case 1:
      return Wants::writable;
    default:
      return Wants::failed;
  }
}

bool Session::receive() {
  if (PQconsumeInput(connection_.get()) != 1) return false;
  return PQsslInUse(connection_.get()) == 0 || receive_rest_of_tls();
}

// OpenSSL may hold the rest of a record (16 kB at most, while libpq takes 8 kB or more at a time), of which the socket
// does not tell: two calls that meet an empty socket are sure to have taken it.
bool Session::receive_rest_of_tls() {
  for (int quiet = 0; quiet < 2;) {
    int readable = 0;
    if (ioctl(socket(), FIONREAD, &readable) != 0) return false;
    quiet = readable == 0 ? quiet + 1 : 0;
    if (PQconsumeInput(connection_.get()) != 1) return false;
  }
  return true;
}

bool Session::has_result() const {
  return PQisBusy(connection_.get()) == 0;
}

Result Session::next() {
  return Result(PQgetResult(connection_.get()));
}

}  // namespace mms::postgres
