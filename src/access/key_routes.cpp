// The handlers of /api-keys and /me.
#include "access/key_routes.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstring>

#include "access/key_mint.hpp"
#include "access/rules/scope.hpp"
#include "crypto/base64url.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::access {
namespace {

namespace json = vocabulary::json;
using async::Task;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;
using vocabulary::Uuid;

constexpr int kDefaultLimit = 50;
constexpr int kMaxLimit = 200;
constexpr std::string_view kNoun = "API key";

#define EXAMPLE_KEY                                                                                                 \
  R"("id":"019ab7c2-1d00-7000-8000-0123456789ab","name":"dispatch","kind":"service","grants":[{"role":"operator",)" \
  R"("fleet_id":"north-pit"}],"created_at":"2026-11-24T20:59:26.000000Z","created_by":"ada")"
constexpr std::string_view kExampleFresh =
    "{" EXAMPLE_KEY R"(,"key":"mms_019ab7c21d00700080000123456789ab_shown-this-once-then-only-its-hash-is-kept-"})";
constexpr std::string_view kExampleList = R"({"items":[{)" EXAMPLE_KEY R"(}],"next_cursor":null})";
#undef EXAMPLE_KEY
constexpr std::string_view kExampleMe =
    R"({"id":"ada","kind":"person","grants":[{"role":"auditor","fleet_id":"*"}],"permissions":["templates:read",)"
    R"("missions:read","metrics:read","safety:read","trips:read","events:read","audit:read"]})";

struct Me {
  std::string id;
  vocabulary::CallerKind kind{};
  std::vector<GrantClaim> grants;
  std::vector<std::string> permissions;  // held on at least one fleet
};
BOOST_DESCRIBE_STRUCT(Me, (), (id, kind, grants, permissions))

struct ApiKeyList {
  std::vector<ApiKey> items;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(ApiKeyList, (), (items, next_cursor))

struct Paging {
  Uuid after;
  int limit = kDefaultLimit;
};

Response answer(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Result<CreateApiKey> read_wish(std::string_view body) {
  json::Document document;
  TRY(root, document.parse(body));
  return json::from_client<CreateApiKey>(*root);
}

std::unexpected<vocabulary::Problem> beyond_own_grants() {
  const auto name = to_text(Permission::keys_manage);
  return vocabulary::refuse(
      ProblemKind::forbidden,
      fmt::format("a key may reach only fleets on which you hold the permission {} yourself", name),
      fmt::format("\"permission\":\"{}\"", name));
}

std::unexpected<vocabulary::Problem> would_lock_out() {
  return std::unexpected(vocabulary::Problem{
      .kind = ProblemKind::invalid_fields,
      .detail = "the first key closes this house: it must be an admin's on every fleet, or nobody could make another",
      .errors = {{.pointer = "/grants", .code = "first_key", .detail = R"(must hold {"role":"admin","fleet_id":"*"})"}},
      .members = {},
      .internal = {}});
}

std::string cursor_of(const Uuid& id) {
  return crypto::to_base64url({reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
}

Result<Uuid> read_cursor(std::string_view text) {
  const auto bytes = crypto::from_base64url(text);
  Uuid id;
  if (!bytes || bytes->size() != id.bytes.size()) {
    return vocabulary::refuse(ProblemKind::bad_cursor, "this cursor is not one that this service gave out");
  }
  std::memcpy(id.bytes.data(), bytes->data(), bytes->size());
  return id;
}

Result<int> read_limit(std::string_view text) {
  int limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error == std::errc() && end == text.data() + text.size() && limit >= 1 && limit <= kMaxLimit) return limit;
  return vocabulary::refuse(ProblemKind::bad_parameter, "limit must be a whole number from 1 to 200");
}

Result<Paging> read_paging(std::string_view query) {
  TRY(parameters, http::QueryParameters::parse(query));
  if (auto known = parameters.only({"limit", "cursor"}); !known) return std::unexpected(std::move(known).error());
  Paging paging;
  if (const auto limit = parameters.first("limit")) {
    TRY(number, read_limit(*limit));
    paging.limit = number;
  }
  if (const auto cursor = parameters.first("cursor")) {
    TRY(id, read_cursor(*cursor));
    paging.after = id;
  }
  return paging;
}

// What stays of a page for this caller; the cursor goes by what was read, so that nothing is passed over.
Response page_of(std::vector<ApiKey> keys, const vocabulary::Caller& caller, int limit) {
  const auto next = static_cast<int>(keys.size()) == limit ? std::optional(keys.back().id) : std::nullopt;
  std::erase_if(keys, [&](const ApiKey& key) { return !manages(caller, key.grants); });
  std::string body = "{\"items\":";
  json::append(body, keys);
  body += ",\"next_cursor\":";
  if (next) {
    json::append(body, cursor_of(*next));
  } else {
    body += "null";
  }
  body += '}';
  return answer(200, std::move(body));
}

std::vector<std::string> permissions_of(const vocabulary::Caller& caller) {
  std::vector<std::string> names;
  for (auto p = static_cast<int>(Permission::templates_read); p <= static_cast<int>(Permission::keys_manage); ++p) {
    if (caller.may_somewhere(static_cast<Permission>(p))) names.push_back(to_text(static_cast<Permission>(p)));
  }
  return names;
}

}  // namespace

Task<Result<Response>> create_api_key(const KeyTools& tools, const Request& request) {
  CO_TRY(wish, read_wish(request.body));
  CO_TRY(fresh, mint_key(wish, request.caller.id, tools.ids, tools.now()));
  if (!manages(request.caller, fresh.stored.key.grants)) co_return beyond_own_grants();
  if (tools.realm.may_be_open() && !opens_every_door(fresh.stored.key)) co_return would_lock_out();
  co_await tools.keys.add(fresh.stored);
  tools.realm.close();
  auto shown = std::move(fresh.stored.key);
  shown.key = std::move(fresh.text);
  auto response = answer(201, json::write(shown));
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

Task<Result<Response>> list_api_keys(const KeyTools& tools, const Request& request) {
  CO_TRY(paging, read_paging(request.query));
  auto keys = co_await tools.keys.list(paging.after, paging.limit, request.deadline);
  co_return page_of(std::move(keys), request.caller, paging.limit);
}

Task<Result<Response>> revoke_api_key(const KeyTools& tools, const Request& request) {
  const auto id = vocabulary::uuid_from_text(request.values.at(0));
  if (!id) co_return not_found(kNoun);
  const auto stored = co_await tools.keys.find(*id, request.deadline);
  if (!stored || !manages(request.caller, stored->key.grants)) co_return not_found(kNoun);
  co_await tools.keys.revoke(*id, tools.now());
  tools.realm.revoked_here();
  co_return answer(204, {});
}

Task<Result<Response>> show_me(const KeyTools&, const Request& request) {
  const auto& caller = request.caller;
  co_return answer(200, json::write(Me{.id = caller.id,
                                       .kind = caller.kind,
                                       .grants = claims_of(caller.grants),
                                       .permissions = permissions_of(caller)}));
}

std::vector<http::Route> access_routes(const KeyTools& tools) {
  using enum http::Method;
  return {
      {.method = post,
       .pattern = "/api-keys",
       .permission = Permission::keys_manage,
       .handler = with(tools, create_api_key),
       .summary = "Makes an API key; its text is shown in this answer and never again.",
       .accepts = http::schema_of<CreateApiKey>("CreateApiKey"),
       .answers = http::schema_of<ApiKey>("ApiKey"),
       .success = 201,
       .problems = {ProblemKind::invalid_fields},
       .query = {},
       .example_request = R"({"name":"dispatch","grants":[{"role":"operator","fleet_id":"north-pit"}]})",
       .example_answer = kExampleFresh},
      {.method = get,
       .pattern = "/api-keys",
       .permission = Permission::keys_manage,
       .handler = with(tools, list_api_keys),
       .summary = "Lists the API keys that the caller manages, without their texts.",
       .accepts = {},
       .answers = http::schema_of<ApiKeyList>("ApiKeyList"),
       .problems = {ProblemKind::bad_parameter, ProblemKind::bad_cursor},
       .query = {{"limit", "How many, from 1 to 200.", R"({"type":"integer","minimum":1,"maximum":200})"},
                 {"cursor", "next_cursor of the page before."}},
       .example_request = {},
       .example_answer = kExampleList},
      {.method = delete_,
       .pattern = "/api-keys/{id}",
       .permission = Permission::keys_manage,
       .handler = with(tools, revoke_api_key),
       .summary = "Revokes an API key at once.",
       .accepts = {},
       .answers = {},
       .success = 204,
       .problems = {ProblemKind::not_found},
       .query = {},
       .example_request = {},
       .example_answer = {}},
      {.method = get,
       .pattern = "/me",
       .permission = Permission::any_caller,
       .handler = with(tools, show_me),
       .summary = "Tells the caller who they are here and what they may do.",
       .accepts = {},
       .answers = http::schema_of<Me>("Me"),
       .problems = {},
       .query = {},
       .example_request = {},
       .example_answer = kExampleMe},
  };
}

}  // namespace mms::access
