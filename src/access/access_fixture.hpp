// For tests of access: a clock to turn, a table in memory, and requests with headers.
#pragma once

#include <boost/asio/post.hpp>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "access/blocking.hpp"
#include "access/guard.hpp"
#include "access/key_mint.hpp"
#include "access/key_store.hpp"
#include "crypto/base64url.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "http/request.hpp"

namespace mms::access {

// api_keys as a map: answers the statements of key_store by their names.
class TableInMemory {
 public:
  using Cells = std::vector<database::Cell>;
  std::map<std::string, Cells> rows;  // by id, in the order of the columns
  int reads = 0;
  int appends = 0;
  int overlapping = 0;  // appends that began before another had ended
  bool down = false;
  bool slow = false;  // an append ends after other work

  database::Rows run(const database::Query& query) {
    if (down) throw database::Unavailable("down");
    database::Rows out;
    out.set_columns(11);
    const auto name = query.statement->name();
    if (name == "api_key_by_id" && rows.contains(text(query, 0))) add(out, rows.at(text(query, 0)));
    if (name == "api_keys_after") {
      for (const auto& [id, cells] : rows) {
        if (id > text(query, 0) && std::int64_t(out.size()) < std::get<std::int64_t>(query.cells[1])) add(out, cells);
      }
    }
    if (name == "api_key_insert") rows.emplace(text(query, 0), query.cells);
    if (name == "api_key_revoke") rows.at(text(query, 0))[9] = query.cells[1];
    if (name == "api_key_note_uses") note(query);
    return out;
  }

 private:
  static std::string text(const database::Query& query, std::size_t at) {
    return std::get<std::string>(query.cells.at(at));
  }
  static void add(database::Rows& out, const Cells& cells) {
    for (const auto& cell : cells) {
      if (const auto* value = std::get_if<std::string>(&cell)) {
        out.add(*value);
      } else {
        out.add_null();
      }
    }
  }
  void note(const database::Query& query) {
    for (std::size_t i = 0; i < query.cells.size(); i += 3) rows.at(text(query, i))[8] = query.cells[i + 1];
  }
};

class ReaderInMemory final : public database::Reader {
 public:
  explicit ReaderInMemory(TableInMemory& table) : table_(table) {}
  async::Task<std::vector<database::Rows>> run(std::vector<database::Query> queries, async::Deadline) override {
    ++table_.reads;
    std::vector<database::Rows> answers;
    for (const auto& query : queries) answers.push_back(table_.run(query));
    co_return answers;
  }

 private:
  TableInMemory& table_;
};

class AppenderInMemory final : public database::Appender {
 public:
  explicit AppenderInMemory(TableInMemory& table) : table_(table) {}
  async::Task<std::vector<database::Rows>> append(std::vector<database::Query> queries) override {
    ++table_.appends;
    if (busy_) ++table_.overlapping;
    busy_ = true;
    if (table_.slow) co_await boost::asio::post(async::use_task);
    busy_ = false;
    std::vector<database::Rows> answers;
    for (const auto& query : queries) answers.push_back(table_.run(query));
    co_return answers;
  }

 private:
  TableInMemory& table_;
  bool busy_ = false;
};

inline async::Task<bool> done(async::Task<void> task) {
  co_await std::move(task);
  co_return true;
}

// A service's access, on one thread and over a table in memory.
class House {
 public:
  explicit House(AccessSettings settings =
                     {.listen = "0.0.0.0", .jwt_secret = {}, .jwks = {}, .jwt_issuer = {}, .jwt_audience = {}})
      : realm(settings) {}

  vocabulary::Time now = std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000));
  TableInMemory table;
  Realm realm;
  boost::asio::io_context context{1};
  ReaderInMemory reader{table};
  AppenderInMemory appender{table};
  crypto::RandomIdSource ids;
  KeyStore keys{context.get_executor(), reader, appender};
  Guard guard{realm, keys, [this] { return now; }};

  template <class T>
  T run(async::Task<T> task) {
    return run_to_end(context, std::move(task));
  }
  void run_rest() {
    context.restart();
    context.run();
  }

  FreshKey add_key(CreateApiKey wish) {
    auto fresh = mint_key(wish, "test", ids, now);
    if (!fresh) throw std::runtime_error(fresh.error().detail);
    run(done(keys.add(fresh->stored)));
    return std::move(*fresh);
  }
  FreshKey add_key(vocabulary::Role role, const std::string& fleet = "*") {
    CreateApiKey wish;
    wish.name = "test";
    if (role == vocabulary::Role::vehicle) {
      wish.kind.value = vocabulary::CallerKind::vehicle;
      wish.vehicle_id = "truck-1";
    }
    wish.grants = {{.role = role, .fleet_id = fleet, .mission_id = {}, .template_id = {}}};
    return add_key(wish);
  }

  using Headers = std::vector<std::pair<std::string, std::string>>;
  vocabulary::Result<vocabulary::Caller> admit(const Headers& headers,
                                               vocabulary::Permission permission = vocabulary::Permission::any_caller) {
    http::Request request;
    request.deadline = async::Clock::now() + std::chrono::minutes(1);
    for (const auto& [name, value] : headers) request.headers.emplace_back(name, value);
    return run(guard.admit(request, permission));
  }
};

// An HS256 token.
inline std::string token_of(const std::string& payload, const std::string& secret) {
  const auto text = crypto::to_base64url(R"({"alg":"HS256"})") + "." + crypto::to_base64url(payload);
  return text + "." + crypto::to_base64url(crypto::bytes_of(crypto::hmac_sha256(secret, text)));
}

}  // namespace mms::access
