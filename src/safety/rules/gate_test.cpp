// The gate as a table: every kind of requirement when it is met, when it is not, and when nobody knows.
#include "safety/rules/gate.hpp"

#include <gtest/gtest.h>

#include <set>

#include "vocabulary/json_read.hpp"

namespace mms::safety {
namespace {

const Time kNow = Time(std::chrono::seconds(1'790'000'000));

template <class T>
T stored(std::string_view text) {
  return vocabulary::json::from_stored<T>(text);
}

std::vector<Requirement> requirements(std::string_view text) {
  vocabulary::json::Document document;
  const auto inputs = vocabulary::json::from_client<SafetyRequirements>(**document.parse(text));
  if (!inputs) {
    ADD_FAILURE() << text << ": " << inputs.error().errors.front().pointer << ' '
                  << inputs.error().errors.front().detail;
    return {};
  }
  std::vector<vocabulary::FieldError> errors;
  auto all = requirements_from(*inputs, "/safety_requirements", errors);
  EXPECT_TRUE(errors.empty()) << text;
  return all;
}

// A report of `fields`, received `age` ago.
vehicles::VehicleState state(const std::string& fields, vocabulary::Duration age = {}) {
  vehicles::VehicleState vehicle;
  const auto text = R"({"vehicle_id":"v","fleet_id":"f","recorded_at":"2026-01-01T00:00:00Z","received_at":)"
                    R"("2026-01-01T00:00:00Z","created_at":"2026-01-01T00:00:00Z")" +
                    (fields.empty() ? "" : ',' + fields) + '}';
  vehicle = stored<vehicles::VehicleState>(text);
  vehicle.received_at = kNow - age;
  return vehicle;
}

vehicles::EnvironmentReading reading(const std::string& fields, vocabulary::Duration holds = std::chrono::hours(1)) {
  auto r = stored<vehicles::EnvironmentReading>(
      R"({"fleet_id":"f","name":"n","recorded_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-01T00:00:00Z",)"
      R"("created_at":"2026-01-01T00:00:00Z","reported_by":"x",)" +
      fields + '}');
  r.expires_at = kNow + holds;
  return r;
}

#define PIT R"({"polygon":[{"latitude":0,"longitude":0},{"latitude":0,"longitude":2},{"latitude":2,"longitude":2}]})"
#define PLACE(latitude, longitude) R"("position":{"latitude":)" #latitude R"(,"longitude":)" #longitude "}"

struct Row {
  const char* requirement;
  const char* met;    // fields of a report that meets it
  const char* unmet;  // fields of one that does not
};
const Row kRows[]{
    {R"("max_speed_mps":5)", R"("speed_mps":5)", R"("speed_mps":5.1)"},
    {R"("stay_inside":)" PIT, PLACE(0.5, 1), PLACE(1, 0.5)},
    {R"("keep_out":)" PIT, PLACE(1, 0.5), PLACE(0.5, 1)},
    {R"("stay_inside":{"circle":{"center":{"latitude":10,"longitude":180},"radius_m":1000}})", PLACE(10, -179.995),
     PLACE(10, 179.98)},
    {R"("min_battery_percent":30)", R"("battery_percent":30)", R"("battery_percent":29.9)"},
    {R"("required_capabilities":["tipping","dusk"])", R"("capabilities":["dusk","tipping","fork"])",
     R"("capabilities":["tipping"])"},
    {R"("required_onboard_stage":"loaded")", R"("onboard_stage":"loaded")", R"("onboard_stage":"empty")"},
};

Checked checked(const std::vector<Requirement>& all,
                const vehicles::VehicleState* vehicle,
                std::vector<const vehicles::EnvironmentReading*> environment = {}) {
  return check(all, {.vehicle = vehicle, .environment = std::move(environment), .now = kNow}).front();
}

TEST(Gate, EveryKindIsMetUnmetOrUnknown) {
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.requirement);
    const auto all = requirements(std::string("[{") + row.requirement + "}]");
    ASSERT_EQ(all.size(), 1U);
    const auto good = state(row.met);
    const auto bad = state(row.unmet);
    const auto silent = state("");
    EXPECT_EQ(checked(all, &good).verdict, Verdict::met);
    EXPECT_EQ(checked(all, &bad).verdict, Verdict::unmet);
    EXPECT_EQ(checked(all, &silent).verdict, Verdict::unknown);
    EXPECT_EQ(checked(all, nullptr).verdict, Verdict::unknown);
    EXPECT_TRUE(checked(all, &silent).actual.empty());
    EXPECT_FALSE(checked(all, &bad).actual.empty());
  }
}

TEST(Gate, UnknownRefusesUnlessTheRequirementAllowsIt) {
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.requirement);
    const auto strict = requirements(std::string("[{") + row.requirement + "}]");
    const auto lenient = requirements(std::string("[{") + row.requirement + R"(,"unknown":"allow"}])");
    const auto bad = state(row.unmet);
    EXPECT_TRUE(holds_back(strict[0], checked(strict, nullptr)));
    EXPECT_FALSE(holds_back(lenient[0], checked(lenient, nullptr)));
    EXPECT_TRUE(holds_back(lenient[0], checked(lenient, &bad)));
  }
}

TEST(Gate, HeartbeatIsTheAgeOfTheLastArrival) {
  const auto all = requirements(R"([{"heartbeat_timeout_s":10}])");
  const auto young = state("", std::chrono::seconds(10));
  const auto old = state("", std::chrono::milliseconds(10'001));
  EXPECT_EQ(checked(all, &young).verdict, Verdict::met);
  EXPECT_EQ(checked(all, &old).verdict, Verdict::unmet);
  EXPECT_EQ(checked(all, &old).actual.text, "10.001");
  EXPECT_EQ(checked(all, nullptr).verdict, Verdict::unknown);
}

TEST(Gate, DeviationIsForTheMonitor) {
  const auto all = requirements(R"([{"max_deviation_m":10}])");
  EXPECT_EQ(checked(all, nullptr).verdict, Verdict::monitored);
  EXPECT_FALSE(holds_back(all[0], checked(all, nullptr)));
}

TEST(Gate, EnvironmentLimits) {
  const struct {
    const char* limit;
    const char* met;
    const char* unmet;
  } rows[]{{R"("max_wind_speed_mps":10)", R"("wind_speed_mps":10)", R"("wind_speed_mps":11)"},
           {R"("min_visibility_m":100)", R"("visibility_m":100)", R"("visibility_m":99)"},
           {R"("max_temperature_c":40)", R"("temperature_c":-5)", R"("temperature_c":41)"},
           {R"("max_precipitation_mmph":2)", R"("precipitation_mmph":0)", R"("precipitation_mmph":3)"}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.limit);
    const auto all = requirements(std::string(R"([{"environment":{)") + row.limit + "}}]");
    const auto good = reading(row.met);
    const auto bad = reading(row.unmet);
    const auto stale = reading(row.unmet, {});
    EXPECT_EQ(checked(all, nullptr, {&good}).verdict, Verdict::met);
    EXPECT_EQ(checked(all, nullptr, {&bad}).verdict, Verdict::unmet);
    EXPECT_EQ(checked(all, nullptr, {&good, &bad}).verdict, Verdict::unmet);
    EXPECT_EQ(checked(all, nullptr, {&stale}).verdict, Verdict::unknown);
    EXPECT_EQ(checked(all, nullptr, {}).verdict, Verdict::unknown);
  }
}

TEST(Gate, AnAreasReadingHoldsWhereTheVehicleIs) {
  const auto all = requirements(R"([{"environment":{"min_visibility_m":100}}])");
  const auto fog = reading(R"("visibility_m":20,"area":)" PIT);
  const auto clear = reading(R"("visibility_m":5000)");
  const auto inside = state(PLACE(0.5, 1));
  const auto outside = state(PLACE(1, 0.5));
  EXPECT_EQ(checked(all, &inside, {&fog, &clear}).verdict, Verdict::unmet);
  EXPECT_EQ(checked(all, &outside, {&fog, &clear}).verdict, Verdict::met);
  EXPECT_EQ(checked(all, nullptr, {&fog}).verdict, Verdict::unknown);
}

TEST(Gate, OneLimitUnmetCountsMoreThanAnotherUnknown) {
  const auto all = requirements(R"([{"environment":{"min_visibility_m":100,"max_wind_speed_mps":5}}])");
  const auto windy = reading(R"("wind_speed_mps":9)");
  EXPECT_EQ(checked(all, nullptr, {&windy}).verdict, Verdict::unmet);
  EXPECT_EQ(checked(all, nullptr, {&windy}).actual.text, R"({"wind_speed_mps":9})");
}

TEST(Gate, TheRefusalNamesEachWithRequiredAndActual) {
  const auto all =
      requirements(R"([{"min_battery_percent":30},{"max_speed_mps":5},{"required_onboard_stage":"loaded"}])");
  const auto vehicle = state(R"("battery_percent":12,"speed_mps":0)");
  const auto list = unmet_list(all, check(all, {.vehicle = &vehicle, .environment = {}, .now = kNow}));
  EXPECT_EQ(
      list,
      R"([{"key":"min_battery_percent","requirement":"min_battery_percent","verdict":"unmet","required":30,"actual":12},)"
      R"({"key":"required_onboard_stage","requirement":"required_onboard_stage","verdict":"unknown",)"
      R"("required":"loaded","actual":null}])");
  EXPECT_EQ(unmet_list({}, {}), "");
}

TEST(Gate, EveryKindHasItsTypeOfEvent) {
  EXPECT_EQ(event_type_of(RequirementKind::max_speed_mps), SafetyEventType::speed);
  EXPECT_EQ(event_type_of(RequirementKind::keep_out), SafetyEventType::zone);
  EXPECT_EQ(event_type_of(RequirementKind::heartbeat_timeout_s), SafetyEventType::heartbeat);
  EXPECT_EQ(event_type_of(RequirementKind::environment), SafetyEventType::environment);
}

// Parsing ---------------------------------------------------------------------------------------------------------

std::string faults(std::string_view text) {
  vocabulary::json::Document document;
  const auto inputs = vocabulary::json::from_client<SafetyRequirements>(**document.parse(text));
  std::vector<vocabulary::FieldError> errors;
  if (inputs) {
    requirements_from(*inputs, "/r", errors);
  } else {
    errors = inputs.error().errors;
  }
  std::string words;
  for (const auto& error : errors) words += (words.empty() ? "" : ", ") + error.pointer + ' ' + error.code;
  return words;
}

TEST(Requirements, WhatIsWrongIsNamedByPointer) {
  EXPECT_EQ(faults(R"([{}])"), "/r/0 not_exactly_one");
  EXPECT_EQ(faults(R"([{"severity":"critical"}])"), "/r/0 not_exactly_one");
  EXPECT_EQ(faults(R"([{"max_speed_mps":1,"min_battery_percent":2}])"), "/r/0 not_exactly_one");
  EXPECT_EQ(faults(R"([{"max_speed":1}])"), "/0/max_speed unknown_field");
  EXPECT_EQ(faults(R"([{"max_speed_mps":-1}])"), "/0/max_speed_mps out_of_range");
  EXPECT_EQ(faults(R"([{"max_speed_mps":"5"}])"), "/0/max_speed_mps wrong_type");
  EXPECT_EQ(faults(R"([{"min_battery_percent":101}])"), "/0/min_battery_percent out_of_range");
  EXPECT_EQ(faults(R"([{"heartbeat_timeout_s":0}])"), "/0/heartbeat_timeout_s out_of_range");
  EXPECT_EQ(faults(R"([{"max_deviation_m":0}])"), "/0/max_deviation_m out_of_range");
  EXPECT_EQ(faults(R"([{"required_capabilities":[]}])"), "/r/0/required_capabilities empty");
  EXPECT_EQ(faults(R"([{"required_capabilities":["a b"]}])"), "/0/required_capabilities/0 bad_identifier");
  EXPECT_EQ(faults(R"([{"environment":{}}])"), "/r/0/environment empty");
  EXPECT_EQ(faults(R"([{"environment":{"max_wind":3}}])"), "/0/environment/max_wind unknown_field");
  EXPECT_EQ(faults(R"([{"keep_out":{}}])"), "/r/0/keep_out not_exactly_one");
  EXPECT_EQ(faults(R"([{"stay_inside":{"polygon":[{"latitude":1,"longitude":1}]}}])"),
            "/r/0/stay_inside/polygon too_few_points");
  EXPECT_EQ(faults(R"([{"stay_inside":{"polygon":[{"latitude":91,"longitude":1}]}}])"),
            "/0/stay_inside/polygon/0/latitude out_of_range");
  EXPECT_EQ(faults(R"([{"max_speed_mps":1,"action":"explode"}])"), "/0/action not_one_of");
  EXPECT_EQ(faults(R"([{"max_speed_mps":1,"key":"a"},{"max_speed_mps":2,"key":"a"}])"), "/r/1/key not_unique");
}

TEST(Requirements, OnesWithoutAKeyAreNamedByTheirKind) {
  const auto all = requirements(R"([{"max_speed_mps":1},{"max_speed_mps":2},{"max_speed_mps":3,"key":"max_speed_mps-2"},
                                    {"min_battery_percent":5,"severity":"critical","action":"fail","unknown":"allow"}])");
  std::set<std::string> keys;
  for (const auto& r : all) keys.insert(r.key);
  EXPECT_EQ(keys,
            (std::set<std::string>{"max_speed_mps", "max_speed_mps-3", "max_speed_mps-2", "min_battery_percent"}));
  EXPECT_EQ(all[0].severity, Severity::error);
  EXPECT_EQ(all[0].action, Action::pause);
  EXPECT_EQ(all[0].unknown, WhenUnknown::refuse);
  EXPECT_EQ(all[3].action, Action::fail);
}

TEST(Requirements, TooManyPointsTogetherAreRefused) {
  std::string ring;
  for (int i = 0; i < 700; ++i) {
    ring += (ring.empty() ? "" : ",") + std::string(R"({"latitude":)") + std::to_string(i * 0.001) +
            R"(,"longitude":)" + std::to_string(i * i * 0.000001) + '}';
  }
  const std::string one = R"({"keep_out":{"polygon":[)" + ring + "]}}";
  EXPECT_EQ(faults('[' + one + ',' + one + ']'), "");
  EXPECT_EQ(faults('[' + one + ',' + one + ',' + one + ']'), "/r too_many");
}

}  // namespace
}  // namespace mms::safety
