// API keys: what may be asked for, for how long one is good, and that nobody hands out more than they have.
#include "access/rules/api_key.hpp"

#include <gtest/gtest.h>

namespace mms::access {
namespace {

using vocabulary::CallerKind;
using vocabulary::Role;
using vocabulary::Time;

constexpr Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24);
const vocabulary::Uuid kId = *vocabulary::uuid_from_text("019ab7c2-1d00-7000-8000-0123456789ab");

GrantClaim claim(Role role, std::string fleet) {
  return {.role = role, .fleet_id = std::move(fleet), .mission_id = {}, .template_id = {}};
}

CreateApiKey wish() {
  CreateApiKey out;
  out.name = "dispatch";
  out.grants = {claim(Role::operator_, "north")};
  return out;
}

vocabulary::Result<ApiKey> made(const CreateApiKey& what) {
  return make_api_key(what, {.id = kId, .created_by = "ada", .now = kNow});
}

std::vector<std::string> bad_fields(const CreateApiKey& what) {
  std::vector<std::string> pointers;
  const auto answer = made(what);
  if (answer) return pointers;
  for (const auto& error : answer.error().errors) pointers.push_back(error.pointer);
  return pointers;
}

TEST(ApiKey, stands_for_a_caller) {
  const auto key = made(wish());
  ASSERT_TRUE(key);
  const auto caller = caller_of(*key);
  EXPECT_EQ(caller.id, "key:019ab7c2-1d00-7000-8000-0123456789ab");
  EXPECT_EQ(caller.kind, CallerKind::service);
  EXPECT_TRUE(caller.may(vocabulary::Permission::missions_execute, "north"));
}

TEST(ApiKey, of_a_vehicle_speaks_for_that_vehicle) {
  auto vehicle = wish();
  vehicle.kind.value = CallerKind::vehicle;
  vehicle.vehicle_id = "truck-1";
  vehicle.grants = {claim(Role::vehicle, "north")};
  EXPECT_EQ(caller_of(*made(vehicle)).id, "truck-1");
  vehicle.vehicle_id.reset();
  EXPECT_EQ(bad_fields(vehicle), std::vector<std::string>{"/vehicle_id"});
  vehicle.vehicle_id = "service:timers";
  EXPECT_EQ(bad_fields(vehicle), std::vector<std::string>{"/vehicle_id"});
}

TEST(ApiKey, every_bad_field_is_named_at_once) {
  auto bad = wish();
  bad.name = "a\nb";
  bad.vehicle_id = "truck-1";
  bad.grants = {claim(Role::viewer, "*"), claim(Role::vehicle, "a b")};
  bad.expires_at = kNow;
  EXPECT_EQ(bad_fields(bad),
            (std::vector<std::string>{"/name", "/vehicle_id", "/grants/1/fleet_id", "/grants/1/role", "/expires_at"}));
  bad = wish();
  bad.grants.clear();
  EXPECT_EQ(bad_fields(bad), std::vector<std::string>{"/grants"});
}

TEST(ApiKey, is_good_until_it_expires_or_is_revoked) {
  auto key = *made(wish());
  EXPECT_TRUE(is_good(key, kNow));
  key.expires_at = kNow;
  EXPECT_TRUE(is_good(key, kNow - vocabulary::Duration(1)));
  EXPECT_FALSE(is_good(key, kNow));
  key.expires_at.reset();
  key.revoked_at = kNow;
  EXPECT_TRUE(is_good(key, kNow).error().detail.contains("revoked"));
}

TEST(ApiKey, nobody_manages_grants_beyond_their_own_fleets) {
  vocabulary::Caller caller{
      .id = "ada", .kind = CallerKind::person, .grants = grants_of({claim(Role::admin, "north")})};
  EXPECT_TRUE(manages(caller, {claim(Role::admin, "north")}));
  EXPECT_FALSE(manages(caller, {claim(Role::viewer, "*")}));
  EXPECT_FALSE(manages(caller, {claim(Role::viewer, "north"), claim(Role::viewer, "south")}));
  caller.grants[0].mission_id = to_text(kId);
  EXPECT_FALSE(manages(caller, {claim(Role::viewer, "north")})) << "an admin of one mission is no admin of its fleet";
  caller.grants = grants_of({claim(Role::operator_, "*")});
  EXPECT_FALSE(manages(caller, {claim(Role::viewer, "north")}));
  caller.grants = grants_of({claim(Role::admin, "*")});
  EXPECT_TRUE(manages(caller, {claim(Role::viewer, "*")}));
  caller.kind = CallerKind::vehicle;
  EXPECT_FALSE(manages(caller, {claim(Role::viewer, "*")}));
}

TEST(ApiKey, the_first_key_opens_every_door) {
  auto key = *made(wish());
  EXPECT_FALSE(opens_every_door(key));
  key.grants = {claim(Role::admin, "north")};
  EXPECT_FALSE(opens_every_door(key));
  key.grants = {claim(Role::admin, "*")};
  EXPECT_TRUE(opens_every_door(key));
}

TEST(Grants, come_back_from_claims) {
  GrantClaim narrow = claim(Role::operator_, "north");
  narrow.mission_id = kId;
  const std::vector<GrantClaim> claims{claim(Role::viewer, "*"), narrow};
  EXPECT_EQ(claims_of(grants_of(claims)), claims);
}

}  // namespace
}  // namespace mms::access
