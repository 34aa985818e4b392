// Arguments to a wish, and the wish to the table.
#include "access/key_command.hpp"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "access/blocking.hpp"
#include "access/key_mint.hpp"
#include "access/rules/scope.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::access {
namespace {

namespace json = vocabulary::json;
using async::Task;
using vocabulary::ProblemKind;
using vocabulary::Result;

constexpr std::string_view kHelp = R"(Makes, lists and revokes API keys, straight on the database of DATABASE_URL.

  api-key create --name NAME --grant ROLE:FLEET [--grant ROLE:FLEET …]
                 [--kind person|service|vehicle] [--vehicle VEHICLE_ID] [--expires 2027-01-31T00:00:00Z]
      Prints the key, this once. ROLE is viewer, operator, planner, safety_officer, vehicle, auditor or admin;
      FLEET is a fleet's id or * for every fleet (put it in quotes: --grant 'admin:*').
  api-key list
  api-key revoke KEY_ID

A running service learns of it within 5 seconds; of a revocation at once where REDIS_ADDR is set here as there.
)";

std::unexpected<vocabulary::Problem> refuse(std::string detail) {
  return vocabulary::refuse(ProblemKind::bad_parameter, std::move(detail));
}

// The arguments as the body of POST /api-keys, so that both have the same limits.
class Wish {
 public:
  Result<void> take(std::string_view option, const std::string& value) {
    if (option == "--grant") return take_grant(value);
    const auto member = member_of(option);
    if (member.empty()) return refuse(fmt::format("api-key create does not know the option {}", option));
    body_.add(member, value);
    return {};
  }
  Result<CreateApiKey> read() {
    body_.add_raw("grants", '[' + grants_ + ']');
    json::Document document;
    TRY(root, document.parse(body_.text()));
    return json::from_client<CreateApiKey>(*root);
  }

 private:
  static std::string_view member_of(std::string_view option) {
    if (option == "--name") return "name";
    if (option == "--kind") return "kind";
    if (option == "--vehicle") return "vehicle_id";
    if (option == "--expires") return "expires_at";
    return {};
  }
  Result<void> take_grant(const std::string& text) {
    const auto colon = text.find(':');
    if (colon == std::string::npos)
      return refuse("--grant has the form ROLE:FLEET, such as operator:north or 'admin:*'");
    if (!grants_.empty()) grants_ += ',';
    grants_ += json::ObjectText().add("role", text.substr(0, colon)).add("fleet_id", text.substr(colon + 1)).text();
    return {};
  }

  json::ObjectText body_;
  std::string grants_;
};

Result<CreateApiKey> read_wish(std::span<const std::string> options) {
  Wish wish;
  for (std::size_t i = 0; i < options.size(); i += 2) {
    if (i + 1 == options.size()) return refuse(fmt::format("{} needs a value behind it", options[i]));
    if (auto taken = wish.take(options[i], options[i + 1]); !taken) return std::unexpected(std::move(taken).error());
  }
  return wish.read();
}

std::string state_of(const ApiKey& key, vocabulary::Time now) {
  if (key.revoked_at) return "revoked";
  if (key.expires_at && *key.expires_at <= now) return "expired";
  return key.expires_at ? "until " + vocabulary::to_text(*key.expires_at) : "good";
}

std::string line_of(const ApiKey& key, vocabulary::Time now) {
  std::string grants;
  for (const auto& grant : key.grants) grants += fmt::format(" {}:{}", to_text(grant.role), grant.fleet_id);
  const auto used = key.last_used_at ? vocabulary::to_text(*key.last_used_at) : std::string("never");
  return fmt::format("{}  {}  {}  used {}  {} {}{}\n", to_text(key.id), key.name, state_of(key, now), used,
                     to_text(key.kind), key.vehicle_id.value_or("-"), grants);
}

Task<Result<std::string>> create(KeyStore& keys, const KeyCommandTools& tools, CreateApiKey wish) {
  CO_TRY(fresh, mint_key(wish, "local", tools.ids, tools.now));
  co_await keys.add(std::move(fresh.stored));
  co_return fresh.text + "\n";
}

Task<Result<std::string>> list(KeyStore& keys, vocabulary::Time now, async::Deadline deadline) {
  constexpr std::int64_t kPage = 200;
  std::string text;
  vocabulary::Uuid after;
  for (;;) {
    const auto page = co_await keys.list(after, kPage, deadline);
    for (const auto& key : page) text += line_of(key, now);
    if (page.size() < kPage) co_return text;
    after = page.back().id;
  }
}

Task<Result<std::string>> revoke(KeyStore& keys, const KeyCommandTools& tools, vocabulary::Uuid id) {
  const auto stored = co_await keys.find(id, async::Clock::now() + std::chrono::seconds(30));
  if (!stored) co_return not_found("API key");
  co_await keys.revoke(id, tools.now);
  const auto why_not = tools.tell_revoked ? tools.tell_revoked() : std::string();
  if (why_not.empty()) co_return "revoked\n";
  co_return fmt::format("revoked; Redis could not be told ({}): replicas learn of it within 5 seconds\n", why_not);
}

// The store on a context of its own, as long as one subcommand needs it.
class OwnStore {
 public:
  explicit OwnStore(database::Database& database)
      : reader_(database.open_reader(context_)),
        appender_(database.open_appender(context_)),
        keys_(context_.get_executor(), *reader_, *appender_) {}
  KeyStore& keys() { return keys_; }
  Result<std::string> run(Task<Result<std::string>> task) { return run_to_end(context_, std::move(task)); }

 private:
  boost::asio::io_context context_{1};
  std::unique_ptr<database::Reader> reader_;
  std::unique_ptr<database::Appender> appender_;
  KeyStore keys_;
};

}  // namespace

std::string_view api_key_help() {
  return kHelp;
}

Result<std::string> api_key_command(const KeyCommandTools& tools, std::span<const std::string> args) {
  const std::string_view verb = args.empty() ? std::string_view() : std::string_view(args.front());
  if (verb == "--help" || verb == "help") return std::string(kHelp);
  OwnStore store(tools.database);
  if (verb == "create") {
    TRY(wish, read_wish(args.subspan(1)));
    return store.run(create(store.keys(), tools, std::move(wish)));
  }
  if (verb == "list" && args.size() == 1) {
    return store.run(list(store.keys(), tools.now, async::Clock::now() + std::chrono::minutes(1)));
  }
  if (verb == "revoke" && args.size() == 2) {
    const auto id = vocabulary::uuid_from_text(args[1]);
    if (!id) return refuse("api-key revoke needs the key's id, as api-key list shows it");
    return store.run(revoke(store.keys(), tools, *id));
  }
  return refuse("api-key needs one of: create, list, revoke ID; api-key --help tells more");
}

}  // namespace mms::access
