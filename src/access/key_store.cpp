// SQL of the API keys, and the lazy note of their last use.
#include "access/key_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <deque>
#include <stdexcept>
#include <unordered_map>

#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::access {
namespace {

namespace json = vocabulary::json;
using async::Task;
using database::Query;
using database::Row;
using database::Rows;
using database::Statement;
using vocabulary::Time;
using vocabulary::Uuid;

constexpr auto kBetweenNotes = std::chrono::minutes(1);

#define KEY_COLUMNS \
  "id, name, kind, vehicle_id, grants, created_at, created_by, expires_at, last_used_at, revoked_at, secret_hash"

const Statement key_by_id("api_key_by_id", "select " KEY_COLUMNS " from api_keys where id = $1");
const Statement keys_after("api_keys_after",
                           "select " KEY_COLUMNS " from api_keys where id > $1 order by id limit cast($2 as bigint)");
const Statement insert_key("api_key_insert",
                           "insert into api_keys (" KEY_COLUMNS
                           ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do nothing");
const Statement revoke_key("api_key_revoke",
                           "update api_keys set revoked_at = $2 where id = $1 and revoked_at is null");
const Statement note_uses("api_key_note_uses",
                          Statement::Shape::many,
                          "update api_keys set last_used_at = $2 where id = $1 and (last_used_at is null or "
                          "last_used_at <= $3)",
                          "update api_keys k set last_used_at = cast(u.used as timestamptz) from unnest(cast($1 as "
                          "text[]), cast($2 as text[]), cast($3 as text[])) as u(id, used, before) where k.id = "
                          "cast(u.id as uuid) and (k.last_used_at is null or k.last_used_at <= cast(u.before as "
                          "timestamptz))");
#undef KEY_COLUMNS

std::optional<Time> time_or_none(const Row& row, std::size_t column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.time(column));
}

// Strict, unlike other stored JSON: a member that this binary does not know could narrow the grant.
std::vector<GrantClaim> stored_grants(std::string_view text) {
  json::Document document;
  const auto root = document.parse(text);
  auto grants = root ? json::from_client<std::vector<GrantClaim>>(**root) : std::unexpected(root.error());
  if (!grants) throw std::runtime_error("the grants of a stored API key cannot be read");
  return std::move(*grants);
}

ApiKey key_from(const Row& row) {
  const auto kind = vocabulary::from_name<vocabulary::CallerKind>(row.text(2));
  if (!kind) throw std::runtime_error("the kind of a stored API key is not known");
  ApiKey key;
  key.id = row.uuid(0);
  key.name = row.text(1);
  key.kind = *kind;
  if (!row.is_null(3)) key.vehicle_id = row.text(3);
  key.grants = stored_grants(row.text(4));
  key.created_at = row.time(5);
  key.created_by = row.text(6);
  key.expires_at = time_or_none(row, 7);
  key.last_used_at = time_or_none(row, 8);
  key.revoked_at = time_or_none(row, 9);
  return key;
}

}  // namespace

// What outlives a call: the turn at the appender, and the uses to be noted.
struct KeyStore::Writing {
  explicit Writing(database::Appender& to) : appender(to) {}
  database::Appender& appender;
  bool busy = false;
  std::deque<async::Resume<bool>> waiting;
  std::unordered_map<Uuid, Time> uses;
  bool noting = false;

  void pass_on() {
    busy = !waiting.empty();
    if (!busy) return;
    auto next = std::move(waiting.front());
    waiting.pop_front();
    next(true);
  }
};

KeyStore::KeyStore(async::Executor executor, database::Reader& reader, database::Appender& appender)
    : executor_(std::move(executor)), reader_(reader), writing_(std::make_shared<Writing>(appender)) {}

KeyStore::~KeyStore() = default;

Task<std::optional<StoredKey>> KeyStore::find(Uuid id, async::Deadline deadline) {
  const Rows rows = co_await reader_.run_one(database::query(key_by_id, id), deadline);
  if (rows.empty()) co_return std::nullopt;
  co_return StoredKey{.key = key_from(rows[0]), .secret_hash = std::string(rows[0].text(10))};
}

Task<std::vector<ApiKey>> KeyStore::list(Uuid after, std::int64_t limit, async::Deadline deadline) {
  const Rows rows = co_await reader_.run_one(database::query(keys_after, after, limit), deadline);
  std::vector<ApiKey> keys;
  keys.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) keys.push_back(key_from(rows[i]));
  co_return keys;
}

Task<bool> KeyStore::has_any(async::Deadline deadline) {
  const auto first = co_await list({}, 1, deadline);
  co_return !first.empty();
}

Task<void> KeyStore::add(StoredKey stored) {
  const auto& key = stored.key;
  std::vector<Query> queries;
  queries.push_back(database::query(insert_key, key.id, key.name, to_text(key.kind), key.vehicle_id,
                                    json::write(key.grants), key.created_at, key.created_by, key.expires_at,
                                    key.last_used_at, key.revoked_at, stored.secret_hash));
  co_await append(writing_, std::move(queries));
}

Task<void> KeyStore::revoke(Uuid id, Time now) {
  std::vector<Query> queries;
  queries.push_back(database::query(revoke_key, id, now));
  co_await append(writing_, std::move(queries));
}

void KeyStore::note_use(const ApiKey& key, Time now) {
  if (key.last_used_at && now - *key.last_used_at < kBetweenNotes) return;
  writing_->uses[key.id] = now;
  if (std::exchange(writing_->noting, true)) return;
  boost::asio::co_spawn(executor_, write_uses(writing_), boost::asio::detached);
}

Task<std::vector<Rows>> KeyStore::append(std::shared_ptr<Writing> writing, std::vector<Query> queries) {
  if (writing->busy) {
    co_await async::suspend<bool>(
        [writing](async::Resume<bool> resume) mutable { writing->waiting.push_back(std::move(resume)); });
  }
  writing->busy = true;
  std::vector<Rows> rows;
  std::exception_ptr failed;
  try {
    rows = co_await writing->appender.append(std::move(queries));
  } catch (...) {  // the turn is passed on either way
    failed = std::current_exception();
  }
  writing->pass_on();
  if (failed) std::rethrow_exception(failed);
  co_return rows;
}

Task<void> KeyStore::write_uses(std::shared_ptr<Writing> writing) {
  while (!writing->uses.empty()) {
    Query query{&note_uses, {}};
    for (const auto& [id, used] : std::exchange(writing->uses, {})) query.add(id, used, used - kBetweenNotes);
    std::vector<Query> queries;
    queries.push_back(std::move(query));
    try {
      co_await append(writing, std::move(queries));
    } catch (const std::exception&) {  // a note is worth no alarm; the next use writes it again
    }
  }
  writing->noting = false;
}

}  // namespace mms::access
