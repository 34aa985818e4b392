// Laws of reports: the latest one counts, and a vehicle stays in its fleet.
#include "vehicles/rules/vehicle_rules.hpp"

#include <gtest/gtest.h>

#include "vocabulary/json_read.hpp"

namespace mms::vehicles {
namespace {

const Time kNow = Time(std::chrono::seconds(1'790'000'000));

template <class T>
T read(std::string_view text) {
  vocabulary::json::Document document;
  return *vocabulary::json::from_client<T>(**document.parse(text));
}

template <class R>
std::string refusal(const R& result) {
  if (result) return "";
  std::string words;
  for (const auto& error : result.error().errors) words += error.pointer + ' ' + error.code + ' ';
  return words;
}

VehicleState first() {
  auto report = read<ReportVehicleState>(
      R"({"fleet_id":"north","speed_mps":3,"battery_percent":80,"mode":"automatic","capabilities":["tipping"]})");
  report.recorded_at = kNow;
  return **state_after(nullptr, "truck-7", report, kNow);
}

TEST(VehicleState, TheFirstReportSaysTheFleet) {
  EXPECT_EQ(refusal(state_after(nullptr, "truck-7", {}, kNow)), "/fleet_id required ");
  const auto state = first();
  EXPECT_EQ(state.fleet_id, "north");
  EXPECT_EQ(state.recorded_at, kNow);
  auto other = read<ReportVehicleState>(R"({"fleet_id":"south"})");
  EXPECT_EQ(refusal(state_after(&state, "truck-7", other, kNow + std::chrono::seconds(1))), "/fleet_id other_fleet ");
}

TEST(VehicleState, WhatIsNotNewerChangesNothing) {
  const auto state = first();
  for (const auto age : {0, 1, 3600}) {
    ReportVehicleState report;
    report.recorded_at = kNow - std::chrono::seconds(age);
    EXPECT_EQ(*state_after(&state, "truck-7", report, kNow + std::chrono::seconds(5)), std::nullopt);
  }
}

TEST(VehicleState, TheFutureIsRefusedBeyondASmallSkew) {
  const auto state = first();
  ReportVehicleState report;
  report.recorded_at = kNow + kSkew;
  EXPECT_TRUE(state_after(&state, "truck-7", report, kNow));
  *report.recorded_at += vocabulary::Duration(1);
  EXPECT_EQ(refusal(state_after(&state, "truck-7", report, kNow)), "/recorded_at in_the_future ");
}

TEST(VehicleState, MeasurementsAreTheLastReportsAndTheRestStays) {
  const auto state = first();
  const auto later = kNow + std::chrono::seconds(1);
  const auto next = **state_after(&state, "truck-7", read<ReportVehicleState>(R"({"speed_mps":4})"), later);
  EXPECT_EQ(next.speed_mps, 4);
  EXPECT_EQ(next.battery_percent, std::nullopt);
  EXPECT_EQ(next.mode, "automatic");
  EXPECT_EQ(next.capabilities, std::vector<std::string>{"tipping"});
  EXPECT_EQ(next.created_at, kNow);
  EXPECT_EQ(next.received_at, later);
  const auto cleared = **state_after(&next, "truck-7", read<ReportVehicleState>(R"({"mode":null,"capabilities":[]})"),
                                     later + std::chrono::seconds(1));
  EXPECT_EQ(cleared.mode, std::nullopt);
  EXPECT_EQ(cleared.capabilities, std::vector<std::string>{});
}

TEST(Environment, AReadingIsKeptUnderItsNameUntilItExpires) {
  const auto report = read<ReportEnvironment>(R"({"fleet_id":"north","wind_speed_mps":9})");
  const auto reading = **reading_after(nullptr, report, "station", kNow);
  EXPECT_EQ(reading.name, "fleet");
  EXPECT_EQ(reading.expires_at, kNow + kReadingHolds);
  EXPECT_EQ(reading.reported_by, "station");
  EXPECT_EQ(*reading_after(&reading, report, "station", kNow), std::nullopt);
  EXPECT_TRUE(reading_after(&reading, report, "station", kNow + std::chrono::seconds(1))->has_value());
}

TEST(Environment, WhatDoesNotFitTogetherIsNamed) {
  const auto bad = [](std::string_view text) {
    return refusal(reading_after(nullptr, read<ReportEnvironment>(text), "x", kNow));
  };
  EXPECT_EQ(bad(R"({"fleet_id":"north"})"), " nothing_read ");
  EXPECT_EQ(
      bad(R"({"fleet_id":"north","visibility_m":5,"area":{"circle":{"center":{"latitude":1,"longitude":2},"radius_m":9}}})"),
      "/name required ");
  EXPECT_EQ(bad(R"({"fleet_id":"north","name":"pit","visibility_m":5,"area":{"polygon":[]}})"),
            "/area/polygon too_few_points ");
  EXPECT_EQ(bad(R"({"fleet_id":"north","visibility_m":5,"expires_at":"2020-01-01T00:00:00Z"})"),
            "/expires_at before_start ");
}

}  // namespace
}  // namespace mms::vehicles
