// Scope: 404 where the caller may not know, 403 where it may only look, and narrow grants stay narrow.
#include "access/rules/scope.hpp"

#include <gtest/gtest.h>

namespace mms::access {
namespace {

using vocabulary::Caller;
using vocabulary::CallerKind;
using vocabulary::Grant;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Role;

const vocabulary::Uuid kMission = *vocabulary::uuid_from_text("019ab7c2-1d00-7000-8000-0123456789ab");
const vocabulary::Uuid kOther = *vocabulary::uuid_from_text("019ab7c2-1d00-7000-8000-0123456789ac");

Caller with(Role role, std::optional<std::string> fleet, CallerKind kind = CallerKind::person) {
  return {.id = "ada",
          .kind = kind,
          .grants = {Grant{.role = role, .fleet_id = std::move(fleet), .mission_id = {}, .template_id = {}}}};
}

Target mission_of(std::string_view fleet) {
  return {.noun = "mission", .fleet_id = fleet, .vehicle_id = "truck-1", .mission_id = kMission};
}

TEST(Scope, another_fleet_is_not_found_whatever_is_asked) {
  const auto caller = with(Role::admin, "north");
  EXPECT_TRUE(may_read(caller, Permission::missions_read, mission_of("north")));
  EXPECT_EQ(may_read(caller, Permission::missions_read, mission_of("south")).error().kind, ProblemKind::not_found);
  EXPECT_EQ(may_act(caller, Permission::missions_execute, Permission::missions_read, mission_of("south")).error().kind,
            ProblemKind::not_found);
}

TEST(Scope, who_may_only_read_is_forbidden_by_name) {
  const auto refused = may_act(with(Role::viewer, "north"), Permission::missions_execute, Permission::missions_read,
                               mission_of("north"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ProblemKind::forbidden);
  EXPECT_EQ(refused.error().members, "\"permission\":\"missions:execute\"");
  EXPECT_NE(refused.error().detail.find("missions:execute"), std::string::npos);
}

TEST(Scope, hidden_and_absent_have_the_same_words) {
  const auto hidden = may_read(with(Role::viewer, "north"), Permission::missions_read, mission_of("south"));
  EXPECT_EQ(hidden.error().detail, not_found("mission").error().detail);
}

TEST(Scope, a_grant_without_fleet_reaches_every_fleet) {
  EXPECT_TRUE(may_read(with(Role::viewer, std::nullopt), Permission::missions_read, mission_of("any")));
}

TEST(Scope, a_role_on_one_fleet_and_another_on_the_second_do_not_mix) {
  auto caller = with(Role::viewer, "north");
  caller.grants.push_back({.role = Role::operator_, .fleet_id = "south", .mission_id = {}, .template_id = {}});
  const auto act = [&](std::string_view fleet) {
    return may_act(caller, Permission::missions_execute, Permission::missions_read, mission_of(fleet));
  };
  EXPECT_EQ(act("north").error().kind, ProblemKind::forbidden);
  EXPECT_TRUE(act("south"));
  EXPECT_EQ(act("west").error().kind, ProblemKind::not_found);
}

TEST(Scope, a_grant_for_one_mission_reaches_that_one) {
  auto caller = with(Role::operator_, std::nullopt);
  caller.grants[0].mission_id = to_text(kMission);
  auto target = mission_of("north");
  EXPECT_TRUE(holds(caller, Permission::missions_execute, target));
  target.mission_id = kOther;
  EXPECT_FALSE(holds(caller, Permission::missions_execute, target));
  target.mission_id.reset();
  EXPECT_FALSE(holds(caller, Permission::missions_execute, target));
  EXPECT_EQ(visible_to(caller, Permission::missions_read), (Visible{.fleets = {{}}, .vehicle_id = {}}));
}

TEST(Scope, a_grant_for_one_template_reaches_its_missions) {
  auto caller = with(Role::operator_, "north");
  caller.grants[0].template_id = to_text(kOther);
  auto target = mission_of("north");
  EXPECT_FALSE(holds(caller, Permission::missions_execute, target));
  target.template_id = kOther;
  EXPECT_TRUE(holds(caller, Permission::missions_execute, target));
}

TEST(Scope, a_vehicle_reaches_only_what_is_assigned_to_it) {
  for (const auto role : {Role::vehicle, Role::operator_, Role::admin}) {
    auto caller = with(role, std::nullopt, CallerKind::vehicle);
    caller.id = "truck-1";
    auto target = mission_of("north");
    EXPECT_TRUE(holds(caller, Permission::missions_report, target));
    target.vehicle_id = "truck-2";
    EXPECT_FALSE(holds(caller, Permission::missions_report, target));
    target.vehicle_id = {};
    EXPECT_FALSE(holds(caller, Permission::missions_report, target));
  }
}

TEST(Scope, the_role_vehicle_without_a_vehicle_reaches_nothing) {
  auto caller = with(Role::vehicle, std::nullopt, CallerKind::service);
  caller.id = "truck-1";
  EXPECT_FALSE(holds(caller, Permission::missions_report, mission_of("north")));
}

TEST(Scope, a_vehicle_acts_on_its_own_mission_without_reading) {
  auto caller = with(Role::vehicle, "north", CallerKind::vehicle);
  caller.id = "truck-1";
  EXPECT_TRUE(may_act(caller, Permission::missions_report, Permission::missions_read, mission_of("north")));
  auto other = mission_of("north");
  other.vehicle_id = "truck-2";
  EXPECT_EQ(may_act(caller, Permission::missions_report, Permission::missions_read, other).error().kind,
            ProblemKind::not_found);
}

TEST(Scope, lists_show_the_fleets_that_may_be_read) {
  auto caller = with(Role::viewer, "north");
  caller.grants.push_back({.role = Role::vehicle, .fleet_id = "south", .mission_id = {}, .template_id = {}});
  EXPECT_EQ(visible_to(caller, Permission::missions_read),
            (Visible{.fleets = std::vector<std::string>{"north"}, .vehicle_id = {}}));
  EXPECT_EQ(visible_to(with(Role::viewer, {}), Permission::missions_read), Visible{});
  EXPECT_EQ(visible_to(with(Role::viewer, {}, CallerKind::vehicle), Permission::missions_read),
            (Visible{.fleets = {}, .vehicle_id = "ada"}));
}

TEST(Scope, creating_in_a_fleet_of_others_is_forbidden) {
  const Target target{.noun = "mission", .fleet_id = "south"};
  EXPECT_TRUE(may_create(with(Role::planner, "south"), Permission::missions_write, target));
  EXPECT_EQ(may_create(with(Role::planner, "north"), Permission::missions_write, target).error().kind,
            ProblemKind::forbidden);
}

TEST(Scope, somewhere_is_enough_for_the_guard) {
  EXPECT_TRUE(may_somewhere(with(Role::operator_, "north"), Permission::missions_execute));
  EXPECT_TRUE(may_somewhere({}, Permission::any_caller));
  const auto refused = may_somewhere(with(Role::viewer, {}), Permission::keys_manage);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().members, "\"permission\":\"keys:manage\"");
}

}  // namespace
}  // namespace mms::access
