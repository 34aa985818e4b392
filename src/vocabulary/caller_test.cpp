// The table of roles, written out a second time as the API's page has it, and the questions asked of a caller.
#include "vocabulary/caller.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace mms::vocabulary {
namespace {

using Names = std::set<std::string>;

const Names kViewer{"templates:read", "missions:read", "metrics:read", "safety:read", "trips:read"};

Names with(Names names, const Names& more) {
  names.insert(more.begin(), more.end());
  return names;
}

std::vector<Permission> grantable() {
  std::vector<Permission> all;
  for (int i = static_cast<int>(Permission::templates_read); i <= static_cast<int>(Permission::keys_manage); ++i) {
    all.push_back(static_cast<Permission>(i));
  }
  return all;
}

Names every_name() {
  Names names;
  for (const auto permission : grantable()) names.insert(to_text(permission));
  return names;
}

Names granted_to(Role role) {
  Names names;
  for (const auto permission : grantable()) {
    if (grants(role, permission)) names.insert(to_text(permission));
  }
  return names;
}

TEST(Roles, MayWhatTheApiSays) {
  const std::map<Role, Names> table{
      {Role::viewer, kViewer},
      {Role::operator_, with(kViewer, {"missions:execute", "missions:report", "trips:execute", "trips:write",
                                       "safety:write", "tracking:write", "logs:write", "metrics:write", "routes:use"})},
      {Role::planner,
       with(kViewer, {"templates:write", "missions:write", "trips:write", "routes:use", "traffic:write"})},
      {Role::safety_officer, with(kViewer, {"safety:write", "safety:resolve", "missions:execute", "logs:write"})},
      {Role::vehicle, {"tracking:write", "missions:report", "logs:write", "metrics:write", "safety:write"}},
      {Role::auditor, with(kViewer, {"audit:read", "events:read"})},
      {Role::admin, every_name()},
  };
  for (const auto& [role, names] : table) EXPECT_EQ(granted_to(role), names) << to_text(role);
}

TEST(Roles, OnlyAdminsManageKeysHooksReplayAndPersonalFacts) {
  for (const auto permission : {Permission::keys_manage, Permission::events_replay, Permission::webhooks_manage,
                                Permission::trips_personal_data}) {
    for (int i = 0; i < static_cast<int>(Role::admin); ++i) {
      EXPECT_FALSE(grants(static_cast<Role>(i), permission)) << to_text(permission);
    }
    EXPECT_TRUE(grants(Role::admin, permission));
  }
}

TEST(Roles, TextRoundTrips) {
  for (int i = 0; i <= static_cast<int>(Role::admin); ++i) {
    const auto role = static_cast<Role>(i);
    EXPECT_EQ(role_from_text(to_text(role)), role);
  }
  EXPECT_EQ(to_text(Role::operator_), "operator");
  EXPECT_FALSE(role_from_text("root"));
  EXPECT_FALSE(role_from_text(""));
}

TEST(Permissions, EachIsSpelledAsItsEnumeratorWithAColon) {
  EXPECT_EQ(to_text(Permission::templates_read), "templates:read");
  EXPECT_EQ(to_text(Permission::missions_execute), "missions:execute");
  EXPECT_EQ(to_text(Permission::trips_personal_data), "trips:personal_data");
  EXPECT_EQ(to_text(Permission::tracking_write), "tracking:write");
  EXPECT_EQ(to_text(Permission::keys_manage), "keys:manage");
  EXPECT_EQ(every_name().size(), grantable().size());
}

Grant grant(Role role, std::optional<std::string> fleet = {}, std::optional<std::string> mission = {}) {
  return Grant{.role = role, .fleet_id = std::move(fleet), .mission_id = std::move(mission), .template_id = {}};
}

TEST(Callers, MayOnTheFleetsOfTheirGrantsOnly) {
  const Caller caller{
      .id = "ann", .kind = CallerKind::person, .grants = {grant(Role::viewer), grant(Role::operator_, "north")}};
  EXPECT_TRUE(caller.may(Permission::missions_read, "south"));
  EXPECT_TRUE(caller.may(Permission::missions_execute, "north"));
  EXPECT_FALSE(caller.may(Permission::missions_execute, "south"));
  EXPECT_TRUE(caller.may_somewhere(Permission::missions_execute));
  EXPECT_FALSE(caller.may_somewhere(Permission::keys_manage));
}

TEST(Callers, AGrantOnOneMissionIsNoGrantOnItsFleet) {
  const Caller caller{
      .id = "bob", .kind = CallerKind::service, .grants = {grant(Role::operator_, "north", "some-mission")}};
  EXPECT_TRUE(caller.may_somewhere(Permission::missions_execute));
  EXPECT_FALSE(caller.may(Permission::missions_execute, "north"));
  EXPECT_EQ(caller.fleets_with(Permission::missions_execute), std::vector<std::string>{});
}

TEST(Callers, KnowTheirFleetsEachOnce) {
  const Caller caller{
      .id = "eve",
      .kind = CallerKind::person,
      .grants = {grant(Role::operator_, "south"), grant(Role::planner, "north"), grant(Role::viewer, "south")}};
  EXPECT_EQ(caller.fleets_with(Permission::missions_read), (std::vector<std::string>{"north", "south"}));
  EXPECT_EQ(caller.fleets_with(Permission::missions_write), std::vector<std::string>{"north"});
  EXPECT_EQ(service_caller("timers").fleets_with(Permission::missions_write), std::nullopt);
}

TEST(Callers, WithoutGrantsMayOnlyWhatEveryoneMay) {
  const Caller nobody{.id = "new", .kind = CallerKind::person, .grants = {}};
  for (const auto permission : grantable()) EXPECT_FALSE(nobody.may_somewhere(permission)) << to_text(permission);
  EXPECT_TRUE(nobody.may_somewhere(Permission::any_caller));
  EXPECT_TRUE(nobody.may(Permission::any_caller, "north"));
  EXPECT_TRUE(nobody.may(Permission::none, "north"));
}

}  // namespace
}  // namespace mms::vocabulary
