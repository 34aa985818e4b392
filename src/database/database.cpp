// The few lines that both drivers share.
#include "database/database.hpp"

namespace mms::database {

async::Task<Rows> Reader::run_one(Query query, async::Deadline deadline) {
  std::vector<Query> queries;
  queries.push_back(std::move(query));
  auto answers = co_await run(std::move(queries), deadline);
  co_return std::move(answers.front());
}

Dialect dialect_of(std::string_view url) {
  if (url.starts_with("sqlite:")) return Dialect::sqlite;
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return Dialect::postgres;
  throw std::invalid_argument("must be sqlite:<path> or postgresql://<user>:<password>@<host>:<port>/<database>");
}

}  // namespace mms::database
