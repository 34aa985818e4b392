// The table of keys on SQLite: what is written comes back, by the store, the subcommand and the first start.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "access/access_fixture.hpp"
#include "access/first_key.hpp"
#include "access/key_command.hpp"
#include "database/sqlite/sqlite_database.hpp"

namespace mms::access {
namespace {

namespace fs = std::filesystem;
using vocabulary::Role;
using vocabulary::Time;

constexpr Time kNow = std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000));
constexpr async::Deadline kNoHurry = async::Deadline::max();

AccessSettings listening_on(std::string address) {
  return {.listen = std::move(address), .jwt_secret = {}, .jwks = {}, .jwt_issuer = {}, .jwt_audience = {}};
}

class KeyTable : public testing::Test {
 protected:
  KeyTable() { database.migrate(); }
  ~KeyTable() override {
    keys.reset();
    appender.reset();
    reader.reset();
    fs::remove_all(directory);
  }
  static fs::path make_directory() {
    auto name = (fs::temp_directory_path() / "mms-keys-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    return name;
  }
  KeyStore& store() {
    if (!keys) {
      reader = database.open_reader(context);
      appender = database.open_appender(context);
      keys = std::make_unique<KeyStore>(context.get_executor(), *reader, *appender);
    }
    return *keys;
  }
  template <class T>
  T run(async::Task<T> task) {
    return run_to_end(context, std::move(task));
  }
  vocabulary::Result<std::string> command(std::vector<std::string> args) {
    return api_key_command({.database = database, .ids = ids, .now = kNow}, args);
  }
  std::string refusal_of(std::vector<std::string> args) {
    const auto answer = command(std::move(args));
    if (answer) return "was done";
    return answer.error().detail + (answer.error().errors.empty() ? "" : answer.error().errors[0].pointer);
  }
  std::optional<fs::path> first_key(const std::string& listen) {
    const Realm realm(listening_on(listen));
    return ensure_first_admin_key({.realm = realm, .database = database, .ids = ids, .now = kNow}, directory / "var");
  }

  fs::path directory = make_directory();
  sqlite::SqliteDatabase database{(directory / "test.db").string(), [] { return kNow; }};
  boost::asio::io_context context{1};
  std::unique_ptr<database::Reader> reader;
  std::unique_ptr<database::Appender> appender;
  std::unique_ptr<KeyStore> keys;
  crypto::RandomIdSource ids;
};

FreshKey fresh(vocabulary::IdSource& ids) {
  CreateApiKey wish;
  wish.name = "truck's own";
  wish.kind.value = vocabulary::CallerKind::vehicle;
  wish.vehicle_id = "truck-1";
  wish.grants = {{.role = Role::vehicle, .fleet_id = "north", .mission_id = {}, .template_id = {}},
                 {.role = Role::viewer, .fleet_id = "*", .mission_id = ids.next(kNow), .template_id = {}}};
  wish.expires_at = kNow + std::chrono::hours(1);
  return *mint_key(wish, "ada", ids, kNow);
}

TEST_F(KeyTable, gives_back_what_was_put_in) {
  const auto key = fresh(ids);
  EXPECT_FALSE(run(store().has_any(kNoHurry)));
  run(done(store().add(key.stored)));
  run(done(store().add(key.stored)));  // again, after an unknown outcome
  EXPECT_TRUE(run(store().has_any(kNoHurry)));
  const auto found = run(store().find(key.stored.key.id, kNoHurry));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->secret_hash, key.stored.secret_hash);
  EXPECT_EQ(found->key.name, "truck's own");
  EXPECT_EQ(found->key.kind, vocabulary::CallerKind::vehicle);
  EXPECT_EQ(found->key.vehicle_id, "truck-1");
  EXPECT_EQ(found->key.grants, key.stored.key.grants);
  EXPECT_EQ(found->key.created_at, kNow);
  EXPECT_EQ(found->key.created_by, "ada");
  EXPECT_EQ(found->key.expires_at, kNow + std::chrono::hours(1));
  EXPECT_FALSE(found->key.last_used_at);
  EXPECT_FALSE(found->key.revoked_at);
  EXPECT_EQ(run(store().list({}, 10, kNoHurry)).size(), 1U);
  EXPECT_TRUE(run(store().list(key.stored.key.id, 10, kNoHurry)).empty());
}

TEST_F(KeyTable, the_first_revocation_stands) {
  const auto key = fresh(ids);
  run(done(store().add(key.stored)));
  run(done(store().revoke(key.stored.key.id, kNow)));
  run(done(store().revoke(key.stored.key.id, kNow + std::chrono::hours(1))));
  EXPECT_EQ(run(store().find(key.stored.key.id, kNoHurry))->key.revoked_at, kNow);
}

TEST_F(KeyTable, uses_noted_by_two_threads_within_a_minute_count_once) {
  const auto key = fresh(ids);
  run(done(store().add(key.stored)));
  const auto use_at = [&](Time when) {
    store().note_use(key.stored.key, when);  // as one that has not seen the other's note
    context.restart();
    context.run();
    return run(store().find(key.stored.key.id, kNoHurry))->key.last_used_at;
  };
  EXPECT_EQ(use_at(kNow), kNow);
  EXPECT_EQ(use_at(kNow + std::chrono::seconds(59)), kNow);
  EXPECT_EQ(use_at(kNow + std::chrono::seconds(60)), kNow + std::chrono::seconds(60));
}

TEST_F(KeyTable, the_subcommand_makes_lists_and_revokes) {
  const auto made = command({"create", "--name", "ci", "--grant", "operator:north:1", "--grant", "viewer:*",
                             "--expires", "2030-01-01T00:00:00Z"});
  ASSERT_TRUE(made) << made.error().detail;
  const auto text = made->substr(0, made->size() - 1);
  const auto id = key_id_of(text);
  ASSERT_TRUE(id);
  const auto listed = *command({"list"});
  EXPECT_TRUE(listed.contains(to_text(*id)));
  EXPECT_TRUE(listed.contains("operator:north:1 viewer:*"));
  EXPECT_FALSE(listed.contains(text.substr(37)));
  EXPECT_EQ(*command({"revoke", to_text(*id)}), "revoked\n");
  EXPECT_TRUE(command({"list"})->contains("revoked"));
}

TEST_F(KeyTable, the_subcommand_says_what_is_wrong) {
  EXPECT_TRUE(refusal_of({}).contains("create, list, revoke"));
  EXPECT_TRUE(refusal_of({"make"}).contains("create, list, revoke"));
  EXPECT_TRUE(refusal_of({"create"}).contains("/name"));
  EXPECT_TRUE(refusal_of({"create", "--name", "x"}).contains("/grants"));
  EXPECT_TRUE(refusal_of({"create", "--name"}).contains("needs a value"));
  EXPECT_TRUE(refusal_of({"create", "--colour", "red"}).contains("--colour"));
  EXPECT_TRUE(refusal_of({"create", "--name", "x", "--grant", "admin"}).contains("ROLE:FLEET"));
  EXPECT_TRUE(refusal_of({"create", "--name", "x", "--grant", "boss:*"}).contains("/grants/0/role"));
  EXPECT_TRUE(refusal_of({"create", "--name", "x", "--name", "y", "--grant", "viewer:*"}).contains("twice"));
  EXPECT_TRUE(refusal_of({"revoke", "x"}).contains("id"));
  EXPECT_TRUE(refusal_of({"revoke", "019ab7c2-1d00-7000-8000-0123456789ab"}).contains("no API key"));
  EXPECT_TRUE(command({"--help"})->contains("api-key create"));
}

TEST_F(KeyTable, off_loopback_the_first_start_leaves_an_admin_key_for_the_owner_alone) {
  EXPECT_FALSE(first_key("127.0.0.1"));
  const auto path = first_key("0.0.0.0");
  ASSERT_TRUE(path);
  struct stat status{};
  ASSERT_EQ(::stat(path->c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  std::ifstream file(*path);
  std::string text;
  std::getline(file, text);
  const auto stored = run(store().find(key_id_of(text).value(), kNoHurry));
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->secret_hash, crypto::to_hex(crypto::sha256(text)));
  EXPECT_TRUE(opens_every_door(stored->key));
  EXPECT_FALSE(first_key("0.0.0.0")) << "once is enough";
  EXPECT_EQ(std::distance(fs::directory_iterator(path->parent_path()), {}), 1);
}

TEST_F(KeyTable, a_file_left_by_a_crash_is_replaced) {
  fs::create_directories(directory / "var");
  std::ofstream(directory / "var" / "first-admin-key") << "old\n";
  std::ofstream(directory / "var" / "first-admin-key.new") << "half";
  const auto path = first_key("0.0.0.0");
  ASSERT_TRUE(path);
  std::ifstream file(*path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_TRUE(text.starts_with("mms_"));
  EXPECT_EQ(text.size(), 81U);
  EXPECT_EQ(fs::status(*path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(KeyTable, a_directory_that_cannot_be_written_stops_the_start_before_a_key_is_made) {
  std::ofstream(directory / "var") << "a file";
  EXPECT_THROW(first_key("0.0.0.0"), fs::filesystem_error);
  EXPECT_FALSE(run(store().has_any(kNoHurry)));
}

}  // namespace
}  // namespace mms::access
