// The routes of keys: shown once, handed out within one's own reach, revoked at once.
#include "access/key_routes.hpp"

#include <gtest/gtest.h>

#include "access/access_fixture.hpp"
#include "vocabulary/json_read.hpp"

namespace mms::access {
namespace {

using http::Response;
using vocabulary::Caller;
using vocabulary::CallerKind;
using vocabulary::ProblemKind;
using vocabulary::Result;
using vocabulary::Role;

const AccessSettings kNetwork{.listen = "0.0.0.0", .jwt_secret = {}, .jwks = {}, .jwt_issuer = {}, .jwt_audience = {}};
const AccessSettings kLoopback{
    .listen = "127.0.0.1", .jwt_secret = {}, .jwks = {}, .jwt_issuer = {}, .jwt_audience = {}};

using RouteHandler = async::Task<Result<Response>> (*)(const KeyTools&, const http::Request&);

struct Service : House {
  explicit Service(const AccessSettings& settings = kNetwork) : House(settings) {}
  KeyTools tools{realm, keys, ids, [this] { return now; }};
  Caller caller = admin_on({});

  static Caller admin_on(std::optional<std::string> fleet) {
    return {.id = "ada",
            .kind = CallerKind::person,
            .grants = {{.role = Role::admin, .fleet_id = std::move(fleet), .mission_id = {}, .template_id = {}}}};
  }
  Result<Response> call(RouteHandler handler,
                        std::string_view body,
                        std::string_view query = {},
                        std::string value = {}) {
    http::Request request;
    request.body = body;
    request.query = query;
    request.values.push_back(std::move(value));
    request.caller = caller;
    request.deadline = async::Clock::now() + std::chrono::minutes(1);
    return run(handler(tools, request));
  }
  ApiKey made(std::string_view body) {
    const auto answer = call(create_api_key, body);
    if (!answer) throw std::runtime_error(answer.error().detail);
    auto key = vocabulary::json::from_stored<ApiKey>(answer->body);
    if (!key.key) throw std::runtime_error("the answer does not show the key");
    return key;
  }
};

constexpr auto kDispatch = R"({"name":"dispatch","grants":[{"role":"operator","fleet_id":"north"}]})";

TEST(KeyRoutes, a_new_key_is_shown_once_and_kept_as_a_hash) {
  Service service;
  const auto answer = service.call(create_api_key, kDispatch);
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->headers[0].second, "no-store");
  const auto key = vocabulary::json::from_stored<ApiKey>(answer->body);
  ASSERT_TRUE(key.key);
  EXPECT_EQ(key.created_by, "ada");
  EXPECT_EQ(service.admit({{"X-API-Key", *key.key}})->id, "key:" + to_text(key.id));
  const auto listed = service.call(list_api_keys, {});
  EXPECT_TRUE(listed->body.contains(to_text(key.id)));
  const auto secret = key.key->substr(37);
  EXPECT_FALSE(listed->body.contains(secret));
  EXPECT_FALSE(listed->body.contains("\"key\""));
  for (const auto& cell : service.table.rows.begin()->second) {
    if (const auto* text = std::get_if<std::string>(&cell)) EXPECT_FALSE(text->contains(secret));
  }
}

TEST(KeyRoutes, bad_wishes_are_refused_by_field) {
  Service service;
  EXPECT_EQ(service.call(create_api_key, "{").error().kind, ProblemKind::malformed_json);
  const auto pointer = [&](std::string_view body) {
    const auto answer = service.call(create_api_key, body);
    if (answer || answer.error().kind != ProblemKind::invalid_fields) return std::string("taken");
    return answer.error().errors.at(0).pointer;
  };
  EXPECT_EQ(pointer("{}"), "/name");
  EXPECT_EQ(pointer(R"({"name":"x"})"), "/grants");
  EXPECT_EQ(pointer(R"({"name":"x","grants":[{"role":"boss","fleet_id":"*"}]})"), "/grants/0/role");
  EXPECT_EQ(pointer(R"({"name":"x","grants":[{"role":"viewer","fleet_id":"*","more":1}]})"), "/grants/0/more");
  EXPECT_EQ(pointer(R"({"name":"x","kind":"vehicle","grants":[{"role":"vehicle","fleet_id":"*"}]})"), "/vehicle_id");
  EXPECT_EQ(pointer(R"({"name":"x","expires_at":"2020-01-01T00:00:00Z","grants":[{"role":"viewer","fleet_id":"*"}]})"),
            "/expires_at");
  EXPECT_TRUE(service.table.rows.empty());
}

TEST(KeyRoutes, nobody_hands_out_or_sees_more_than_they_manage) {
  Service service;
  const auto north = service.made(kDispatch);
  const auto all = service.made(R"({"name":"all","grants":[{"role":"viewer","fleet_id":"*"}]})");
  service.caller = Service::admin_on("north");
  EXPECT_TRUE(service.call(create_api_key, kDispatch));
  const auto refused = service.call(create_api_key, R"({"name":"x","grants":[{"role":"viewer","fleet_id":"*"}]})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ProblemKind::forbidden);
  EXPECT_TRUE(refused.error().members.contains("keys:manage"));
  const auto listed = service.call(list_api_keys, {})->body;
  EXPECT_TRUE(listed.contains(to_text(north.id)));
  EXPECT_FALSE(listed.contains(to_text(all.id)));
  EXPECT_EQ(service.call(revoke_api_key, {}, {}, to_text(all.id)).error().kind, ProblemKind::not_found);
  EXPECT_EQ(service.call(revoke_api_key, {}, {}, to_text(north.id))->status, 204);
}

TEST(KeyRoutes, a_revoked_key_is_refused_from_the_answer_on) {
  Service service;
  const auto key = service.made(kDispatch);
  ASSERT_TRUE(service.admit({{"X-API-Key", *key.key}}));
  ASSERT_TRUE(service.call(revoke_api_key, {}, {}, to_text(key.id)));
  EXPECT_FALSE(service.admit({{"X-API-Key", *key.key}}));
  EXPECT_TRUE(service.call(revoke_api_key, {}, {}, to_text(key.id))) << "twice is as good as once";
  EXPECT_TRUE(service.call(list_api_keys, {})->body.contains("revoked_at"));
}

TEST(KeyRoutes, unknown_keys_are_not_found) {
  Service service;
  for (const auto* id : {"x", "", "019ab7c2-1d00-7000-8000-0123456789ab"}) {
    EXPECT_EQ(service.call(revoke_api_key, {}, {}, id).error().kind, ProblemKind::not_found) << id;
  }
}

TEST(KeyRoutes, pages_come_one_after_another) {
  Service service;
  for (int i = 0; i < 5; ++i) service.made(kDispatch);
  const auto page = [&](const std::string& query) {
    const auto answer = service.call(list_api_keys, {}, query);
    vocabulary::json::Document document;
    const auto& body = (*document.parse(answer->body))->get_object();
    const auto& next = body.at("next_cursor");
    return std::pair(body.at("items").get_array().size(), next.is_null() ? "" : std::string(next.get_string().c_str()));
  };
  const auto first = page("limit=3");
  EXPECT_EQ(first.first, 3U);
  const auto second = page("limit=3&cursor=" + first.second);
  EXPECT_EQ(second.first, 2U);
  EXPECT_EQ(second.second, "");
  for (const auto* bad : {"limit=0", "limit=201", "limit=x", "limit=", "colour=red"}) {
    EXPECT_EQ(service.call(list_api_keys, {}, bad).error().kind, ProblemKind::bad_parameter) << bad;
  }
  EXPECT_EQ(service.call(list_api_keys, {}, "cursor=x").error().kind, ProblemKind::bad_cursor);
}

TEST(KeyRoutes, the_first_key_of_an_open_house_must_open_every_door_and_closes_it) {
  Service service(kLoopback);
  ASSERT_TRUE(service.admit({}));
  const auto refused = service.call(create_api_key, kDispatch);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().errors.at(0).code, "first_key");
  const auto key = service.made(R"({"name":"owner","grants":[{"role":"admin","fleet_id":"*"}]})");
  EXPECT_FALSE(service.admit({})) << "closed at once";
  EXPECT_TRUE(service.admit({{"X-API-Key", *key.key}}));
  EXPECT_TRUE(service.call(create_api_key, kDispatch));
}

TEST(KeyRoutes, me_tells_who_and_what) {
  Service service;
  service.caller = {.id = "truck-1",
                    .kind = CallerKind::vehicle,
                    .grants = {{.role = Role::vehicle, .fleet_id = "north", .mission_id = {}, .template_id = {}}}};
  EXPECT_EQ(service.call(show_me, {})->body,
            R"({"id":"truck-1","kind":"vehicle","grants":[{"role":"vehicle","fleet_id":"north"}],"permissions":)"
            R"(["missions:report","logs:write","metrics:write","safety:write","tracking:write"]})");
}

TEST(KeyRoutes, every_row_needs_a_caller) {
  Service service;
  for (const auto& route : access_routes(service.tools)) {
    EXPECT_NE(route.permission, vocabulary::Permission::none) << route.pattern;
    EXPECT_FALSE(route.idempotent) << "an answer with a secret is never stored";
  }
}

}  // namespace
}  // namespace mms::access
