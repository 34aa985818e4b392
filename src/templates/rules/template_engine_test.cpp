// Placeholders, definitions and plans.
#include "templates/rules/template_engine.hpp"

#include <gtest/gtest.h>

#include "vocabulary/json_read.hpp"

namespace mms::templates {
namespace {

namespace json = vocabulary::json;
using vocabulary::FieldError;

// A stand-in for the reader of missions: name is required and a string, count a whole number, mood one of two.
std::vector<FieldError> check_small_mission(std::string_view body) {
  json::Document document;
  const auto root = document.parse(body);
  if (!root) return {{"", "malformed", ""}};
  std::vector<FieldError> errors;
  const auto& object = (*root)->get_object();
  const auto* name = object.if_contains("name");
  if (name == nullptr) {
    errors.push_back({"/name", "required", ""});
  } else if (!name->is_string()) {
    errors.push_back({"/name", "wrong_type", ""});
  } else if (name->get_string().size() < 3) {
    errors.push_back({"/name", "wrong_length", ""});
  }
  const auto* count = object.if_contains("count");
  if (count != nullptr && !count->is_int64()) errors.push_back({"/count", "wrong_type", ""});
  const auto* mood = object.if_contains("mood");
  if (mood != nullptr && *mood != "good" && *mood != "bad") errors.push_back({"/mood", "not_one_of", ""});
  return errors;
}

std::string expanded(const std::string& mission, const std::string& parameters, const std::string& overrides = "") {
  const auto text = expand({mission}, {parameters}, {overrides});
  return text ? *text : "refused " + text.error().errors.front().code;
}

TEST(Placeholders, AWholeTextBecomesTheValueWithItsType) {
  EXPECT_EQ(expanded(R"({"a":"{{x}}"})", R"({"x":4.5})"), R"({"a":4.5})");
  EXPECT_EQ(expanded(R"({"a":"{{x}}"})", R"({"x":"t"})"), R"({"a":"t"})");
  EXPECT_EQ(expanded(R"({"a":["{{x}}"]})", R"({"x":{"lat":1,"list":[1,null]}})"),
            R"({"a":[{"lat":1,"list":[1,null]}]})");
  EXPECT_EQ(expanded(R"({"a":"{{x}}"})", R"({"x":null})"), R"({"a":null})");
}

TEST(Placeholders, InsideALongerTextTheValueIsText) {
  EXPECT_EQ(expanded(R"({"a":"go {{x}} of {{y}}!"})", R"({"x":4.5,"y":"\"q\""})"), R"({"a":"go 4.5 of \"q\"!"})");
  EXPECT_EQ(expanded(R"({"a":" {{x}}"})", R"({"x":true})"), R"({"a":" true"})");
  EXPECT_EQ(expanded(R"({"a":"{{x}}{{x}}"})", R"({"x":[1,"b"]})"), R"({"a":"[1,\"b\"][1,\"b\"]"})");
}

TEST(Placeholders, WhatIsPutInIsNotLookedAtAgain) {
  EXPECT_EQ(expanded(R"({"a":"{{x}}","b":"-{{x}}"})", R"({"x":"{{y}}","y":1})"), R"({"a":"{{y}}","b":"-{{y}}"})");
}

TEST(Placeholders, WithoutAValueTheMemberOrItemIsLeftOut) {
  EXPECT_EQ(expanded(R"({"a":"{{x}}","b":[1,"{{x}}",2],"c":"[{{x}}]"})", "{}"), R"({"b":[1,2],"c":"[]"})");
  EXPECT_EQ(expanded(R"({"a":"{{x}}"})", "{}"), "{}");
}

TEST(Placeholders, OverridesReplaceMembersOfTheBodyAndAreNotExpanded) {
  EXPECT_EQ(expanded(R"({"a":"{{x}}","b":{"c":1}})", R"({"x":1})", R"({"b":{"d":"{{x}}"},"e":2})"),
            R"({"a":1,"b":{"d":"{{x}}"},"e":2})");
}

TEST(Placeholders, WhatComesOutIsBounded) {
  const std::string big = R"({"x":")" + std::string(100000, 'a') + R"("})";
  EXPECT_EQ(expanded(R"({"a":"{{x}}{{x}}{{x}}"})", big), "refused too_large");
  EXPECT_EQ(expanded(R"({"a":["{{x}}","{{x}}","{{x}}"]})", big), "refused too_large");
  std::string deep = "1";
  for (int i = 0; i < 20; ++i) deep = '[' + deep + ']';
  EXPECT_EQ(expanded(R"({"a":[[[[[[[[[[[[["{{x}}"]]]]]]]]]]]]]})", R"({"x":)" + deep + '}'), "refused too_deep");
}

std::string faults(const Template& t) {
  std::string all;
  for (const auto& e : check_definition(t, check_small_mission)) all += e.pointer + ' ' + e.code + ';';
  return all;
}
std::string faults(const std::string& properties, const std::string& mission) {
  Template t;
  t.parameters = {R"({"type":"object","properties":{)" + properties + "}}"};
  t.mission = {mission};
  return faults(t);
}

TEST(Definition, PlaceholdersAreCheckedWhenItIsStored) {
  EXPECT_EQ(faults("", R"({"name":"haul"})"), "");
  EXPECT_EQ(faults("", R"({"name":"haul {{x}}","count":"{{y}}"})"),
            "/mission/name unknown_parameter;/mission/count unknown_parameter;");
  EXPECT_EQ(faults("", R"({"name":"haul {{x"})"), "/mission/name bad_placeholder;");
  EXPECT_EQ(faults("", R"({"name":"haul {{ x }}"})"), "/mission/name bad_placeholder;");
  EXPECT_EQ(faults("", R"({"name":"haul {{}}"})"), "/mission/name bad_placeholder;");
  EXPECT_EQ(faults("", R"({"name":"haul","l":[{"{{x}}":1}]})"), "/mission/l/0/{{x}} bad_placeholder;");
  EXPECT_EQ(faults("", R"({"name":"haul }} {"})"), "");
}

TEST(Definition, TheMissionIsTriedWithDefaultsAndTypes) {
  EXPECT_EQ(faults("", "{}"), "/mission/name required;");
  EXPECT_EQ(faults("", R"({"name":5,"mood":"so-so"})"), "/mission/name wrong_type;/mission/mood not_one_of;");
  // The type is wrong whatever comes.
  EXPECT_EQ(faults(R"("n":{"type":"integer"})", R"({"name":"{{n}}"})"), "/mission/name wrong_type;");
  EXPECT_EQ(faults(R"("n":{"type":"integer"})", R"({"name":"haul {{n}}","count":"{{n}}"})"), "");
  // It may be right, depending on what comes.
  EXPECT_EQ(faults(R"("m":{"type":"string"})", R"({"name":"haul","mood":"{{m}}"})"), "");
  EXPECT_EQ(faults(R"("n":{"type":["integer","string"]})", R"({"name":"{{n}}"})"), "");
  // The default is wrong, so it would be without that parameter.
  EXPECT_EQ(faults(R"("m":{"type":"string","default":"so-so"})", R"({"name":"haul","mood":"{{m}}"})"),
            "/mission/mood not_one_of;");
}

TEST(Definition, ABadSchemaIsNamedBelowParameters) {
  EXPECT_EQ(faults(R"("n":{"minimun":1})", R"({"name":"haul {{n}}"})"),
            "/parameters/properties/n/minimun unknown_keyword;");
}

TEST(Definition, ItHasAMissionThatIsAnObject) {
  EXPECT_EQ(faults("", "[]"), "/mission wrong_type;");
  Template t;
  t.parameters = {"{}"};
  EXPECT_EQ(faults(t), "/mission required;");
}

Template plan(std::vector<PlanStep> steps) {
  Template t;
  t.parameters = {R"({"properties":{"n":{"type":"integer"}}})"};
  t.missions = std::move(steps);
  return t;
}
PlanStep step(const std::string& key,
              const std::vector<std::string>& after,
              const std::string& mission = R"({"name":"haul"})") {
  PlanStep s{.key = key, .mission = {mission}, .depends_on = {}};
  for (const auto& k : after) s.depends_on.push_back({.key = k});
  return s;
}

TEST(Definition, AStepOfAPlanWaitsForStepsThatAreThereAndForNoCircle) {
  EXPECT_EQ(faults(plan({step("a", {}), step("b", {"a"}), step("c", {"a", "b"})})), "");
  EXPECT_EQ(faults(plan({})), "/missions too_few;");
  EXPECT_EQ(faults(plan({step("a", {}), step("a", {})})), "/missions/1/key not_unique;");
  EXPECT_EQ(faults(plan({step("a", {"x"})})), "/missions/0/depends_on/0/key unknown_key;");
  EXPECT_EQ(faults(plan({step("a", {}), step("b", {"a", "a"})})), "/missions/1/depends_on/1 not_unique;");
  EXPECT_EQ(faults(plan({step("a", {"a"})})), "/missions/0/depends_on dependency_cycle;");
  EXPECT_EQ(faults(plan({step("a", {"c"}), step("b", {"a"}), step("c", {"b"})})),
            "/missions/0/depends_on dependency_cycle;");
  EXPECT_EQ(faults(plan({step("a", {}), step("b", {}, R"({"name":"{{q}}"})")})),
            "/missions/1/mission/name unknown_parameter;");
}

TEST(Definition, TheCircleIsNamedWithAllItsKeys) {
  const auto errors = check_definition(
      plan({step("start", {}), step("a", {"c", "start"}), step("b", {"a"}), step("c", {"b"})}), check_small_mission);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].detail, "a waits for c waits for b waits for a");
}

TEST(TemplateEngine, AllMissionsOfAPlanAreMadeOrAllThatIsWrongIsNamed) {
  const auto t =
      plan({step("a", {}, R"({"name":"haul","count":"{{n}}"})"), step("b", {"a"}, R"({"name":"no {{n}}"})")});
  const auto made = make_all(t, {R"({"n":7})"}, check_small_mission);
  ASSERT_TRUE(made);
  ASSERT_EQ(made->size(), 2U);
  EXPECT_EQ((*made)[0].mission.text, R"({"name":"haul","count":7})");
  EXPECT_EQ((*made)[1].mission.text, R"({"name":"no 7"})");
  EXPECT_EQ((*made)[1].depends_on.front().key, "a");
  const auto refused = make_all(t, {R"({"n":"x"})"}, check_small_mission);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().errors.front().pointer, "/missions/0/mission/count");
}

}  // namespace
}  // namespace mms::templates
