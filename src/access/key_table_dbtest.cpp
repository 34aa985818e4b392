// The table of keys on PostgreSQL: the same statements, the same answers.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "access/access_fixture.hpp"
#include "access/key_command.hpp"
#include "database/postgres/address.hpp"
#include "database/postgres/blocking_session.hpp"
#include "database/postgres/postgres_database.hpp"

namespace mms::access {
namespace {

using vocabulary::Role;
using vocabulary::Time;

constexpr Time kNow = std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000));

std::string server_url() {
  const char* url = std::getenv("TEST_DATABASE_URL");
  if (url == nullptr) throw std::runtime_error("these tests need TEST_DATABASE_URL; `make test` provides it");
  return url;
}

class KeyTableOnPostgres : public testing::Test {
 protected:
  KeyTableOnPostgres() {
    administer(fmt::format("drop database if exists {} with (force)", name));
    administer(fmt::format("create database {}", name));
    database.emplace(server.substr(0, server.rfind('/')) + "/" + name);
    database->migrate();
    reader = database->open_reader(context);
    appender = database->open_appender(context);
    keys = std::make_unique<KeyStore>(context.get_executor(), *reader, *appender);
  }
  ~KeyTableOnPostgres() override {
    keys.reset();
    appender.reset();
    reader.reset();
    database.reset();
    administer(fmt::format("drop database if exists {} with (force)", name));
  }
  void administer(const std::string& text) const {
    postgres::BlockingSession(postgres::Address(server, postgres::Settings{})).run(text);
  }
  template <class T>
  T run(async::Task<T> task) {
    return run_to_end(context, std::move(task));
  }
  static async::Deadline soon() { return async::Clock::now() + std::chrono::seconds(10); }
  ApiKey found(const vocabulary::Uuid& id) { return run(keys->find(id, soon())).value().key; }
  FreshKey add() {
    CreateApiKey wish;
    wish.name = "truck's own";
    wish.kind.value = vocabulary::CallerKind::vehicle;
    wish.vehicle_id = "truck-1";
    wish.grants = {{.role = Role::viewer, .fleet_id = "*", .mission_id = ids.next(kNow), .template_id = {}}};
    wish.expires_at = kNow + std::chrono::microseconds(1);
    auto fresh = *mint_key(wish, "ada", ids, kNow);
    run(done(keys->add(fresh.stored)));
    return fresh;
  }

  std::string server = server_url();
  std::string name = fmt::format("mms_keys_{}", ::getpid());
  std::optional<postgres::PostgresDatabase> database;
  boost::asio::io_context context{1};
  std::unique_ptr<database::Reader> reader;
  std::unique_ptr<database::Appender> appender;
  std::unique_ptr<KeyStore> keys;
  crypto::RandomIdSource ids;
};

TEST_F(KeyTableOnPostgres, gives_back_what_was_put_in) {
  EXPECT_FALSE(run(keys->has_any(soon())));
  const auto key = add();
  run(done(keys->add(key.stored)));
  EXPECT_TRUE(run(keys->has_any(soon())));
  const auto back = run(keys->find(key.stored.key.id, soon()));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->secret_hash, key.stored.secret_hash);
  EXPECT_EQ(back->key.name, "truck's own");
  EXPECT_EQ(back->key.vehicle_id, "truck-1");
  EXPECT_EQ(back->key.grants, key.stored.key.grants);
  EXPECT_EQ(back->key.created_at, kNow);
  EXPECT_EQ(back->key.expires_at, kNow + std::chrono::microseconds(1));
  EXPECT_FALSE(back->key.revoked_at);
  EXPECT_FALSE(run(keys->find(ids.next(kNow), soon())));
}

TEST_F(KeyTableOnPostgres, pages_and_revocations) {
  const auto first = add();
  const auto second = add();
  EXPECT_EQ(run(keys->list({}, 1, soon())).at(0).id, first.stored.key.id);
  EXPECT_EQ(run(keys->list(first.stored.key.id, 10, soon())).at(0).id, second.stored.key.id);
  run(done(keys->revoke(first.stored.key.id, kNow)));
  run(done(keys->revoke(first.stored.key.id, kNow + std::chrono::hours(1))));
  EXPECT_EQ(found(first.stored.key.id).revoked_at, kNow);
  EXPECT_FALSE(found(second.stored.key.id).revoked_at);
}

TEST_F(KeyTableOnPostgres, uses_noted_within_a_minute_count_once) {
  const auto first = add();
  const auto second = add();
  const auto use_at = [&](Time when) {
    keys->note_use(first.stored.key, when);
    keys->note_use(second.stored.key, when);
    run(done(
        keys->revoke(ids.next(kNow), kNow)));  // both notes, in one statement or two, stand in front of it or behind
    run(done(keys->revoke(ids.next(kNow), kNow)));
    EXPECT_EQ(found(first.stored.key.id).last_used_at, found(second.stored.key.id).last_used_at);
    return found(first.stored.key.id).last_used_at;
  };
  EXPECT_EQ(use_at(kNow), kNow);
  EXPECT_EQ(use_at(kNow + std::chrono::seconds(59)), kNow);
  EXPECT_EQ(use_at(kNow + std::chrono::seconds(60)), kNow + std::chrono::seconds(60));
}

TEST_F(KeyTableOnPostgres, the_subcommand_ends_on_its_own) {
  const std::vector<std::string> args{"create", "--name", "ci", "--grant", "admin:*"};
  const auto made = api_key_command({.database = *database, .ids = ids, .now = kNow}, args);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_TRUE(run(keys->find(key_id_of(made->substr(0, made->size() - 1)).value(), soon())));
}

}  // namespace
}  // namespace mms::access
