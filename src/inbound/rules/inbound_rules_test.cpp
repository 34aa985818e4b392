// What is made of a message's bytes, and how one that is not understood is laid aside.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "inbound/rules/acknowledgments.hpp"
#include "inbound/rules/dead_letter.hpp"
#include "inbound/rules/retry.hpp"
#include "inbound/rules/telemetry.hpp"

namespace mms::inbound {
namespace {

Understood understand_telemetry(std::string_view payload, Time sent_at) {
  return telemetry_reader(nullptr)(payload, sent_at);
}

const Time kSent = *vocabulary::time_from_text("2026-11-25T08:00:00Z");

std::vector<std::string> pointers_of(const Understood& understood) {
  std::vector<std::string> all;
  if (understood.problem) {
    for (const auto& error : understood.problem->errors) all.push_back(error.pointer);
  }
  return all;
}

TEST(Telemetry, stands_alone_in_an_array_and_in_envelopes_and_says_when) {
  const std::string where = R"("position":{"latitude":1,"longitude":2})";
  const std::string head = R"({"specversion":"1.0","id":"1","source":"/v","type":"t","extension":true,)";
  const auto text = fmt::format(
      R"([{{"vehicle_id":"a",{0}}},{1}"time":"2026-11-25T07:00:00Z","data":{{"vehicle_id":"b",{0}}}}},)"
      R"({1}"data":[{{"vehicle_id":"c",{0},"recorded_at":"2026-11-25T06:00:00Z"}},{{"vehicle_id":"d"}}]}}])",
      where, head);
  const auto understood = understand_telemetry(text, kSent);
  ASSERT_FALSE(understood.problem) << understood.problem->detail;
  ASSERT_EQ(understood.reports.size(), 4u);
  EXPECT_EQ(understood.reports[0].position->position.recorded_at, kSent);
  EXPECT_EQ(understood.reports[1].position->position.recorded_at, kSent - std::chrono::hours(1));
  EXPECT_EQ(understood.reports[2].position->position.recorded_at, kSent - std::chrono::hours(2));
  EXPECT_FALSE(understood.reports[3].position);
  EXPECT_EQ(understood.reports[3].pointer, "/2/data/1");
  EXPECT_EQ(understood.reports[3].caller.id, "d");
  EXPECT_EQ(understood.reports[3].caller.kind, vocabulary::CallerKind::vehicle);
}

TEST(Telemetry, one_bad_report_costs_itself_alone_and_is_named) {
  const auto understood = understand_telemetry(
      R"([{"vehicle_id":"a"},{"vehicle_id":"b","speed_mps":-1,"x":1},7,[{"vehicle_id":"c"}],)"
      R"({"specversion":"1.0","id":"1","source":"s","data":{"vehicle_id":"d"}},{"specversion":"2.0"},)"
      R"({"specversion":"1.0","id":"1","source":"s","type":"t","time":"soon","data":{}},)"
      R"({"specversion":"1.0","id":"1","source":"s","type":"t","data":{"specversion":"1.0"}}])",
      kSent);
  EXPECT_EQ(understood.reports.size(), 1u);
  EXPECT_EQ(understood.problem->kind, vocabulary::ProblemKind::invalid_fields);
  // Envelopes first, then what stands in them.
  EXPECT_EQ(pointers_of(understood),
            (std::vector<std::string>{"/4/type", "/5/specversion", "/6/time", "/1/speed_mps", "/1/x", "/2", "/3",
                                      "/7/data/vehicle_id", "/7/data/specversion"}));
}

TEST(Telemetry, what_is_no_json_or_too_many_is_refused) {
  EXPECT_EQ(understand_telemetry("{", kSent).problem->kind, vocabulary::ProblemKind::malformed_json);
  std::string many = "[";
  for (int i = 0; i < 1002; ++i) many += R"({"vehicle_id":"a"},)";
  many.back() = ']';
  const auto understood = understand_telemetry(many, kSent);
  EXPECT_EQ(understood.reports.size(), 1000u);
  EXPECT_EQ(pointers_of(understood), (std::vector<std::string>{"/1000"}));
}

TEST(Acknowledgments, are_told_from_task_reports_and_name_their_vehicle) {
  constexpr std::string_view kText =
      R"([{"mission_id":"01a20fa6-fc9d-720e-97a5-81a85198cfc0","command_id":"01a20fb4-1d3e-7c55-9b0e-5b7f0a6f2c11",)"
      R"("vehicle_id":"truck-7","status":"completed"},)"
      R"({"mission_id":"01a20fa6-fc9d-720e-97a5-81a85198cfc0","vehicle_id":"truck-7","task":"load","status":"running"},)"
      R"({"mission_id":"01a20fa6-fc9d-720e-97a5-81a85198cfc0","command_id":"01a20fb4-1d3e-7c55-9b0e-5b7f0a6f2c11",)"
      R"("status":"completed"},{"status":"done"}])";
  const auto understood = understand_acknowledgments(kText, kSent);
  ASSERT_EQ(understood.reports.size(), 2u);
  EXPECT_EQ(understood.reports[0].command({})->name(), "acknowledge_command");
  EXPECT_FALSE(understood.reports[0].once);
  EXPECT_EQ(understood.reports[1].command({})->name(), "report_task");
  EXPECT_EQ(understood.reports[1].caller.id, "truck-7");
  // The same words are the same report; the moment is one of them.
  EXPECT_EQ(understood.reports[1].once, understand_acknowledgments(kText, kSent).reports[1].once);
  EXPECT_NE(understood.reports[1].once,
            understand_acknowledgments(kText, kSent + vocabulary::Duration(1)).reports[1].once);
  EXPECT_EQ(pointers_of(understood),
            (std::vector<std::string>{"/2/vehicle_id", "/3/mission_id", "/3/command_id", "/3/status"}));
}

TEST(DeadLetter, is_the_message_to_the_byte_and_beside_it_what_was_wrong) {
  Message message{.place = {.topic = "t", .partition = 2, .offset = 77},
                  .sent_at = kSent,
                  .key = "k",
                  .payload = std::string("\0\xff", 2),
                  .headers = {{"trace", "abc"}}};
  const auto understood = understand_telemetry(R"({"vehicle_id":"a","x":1})", kSent);
  const auto letter = dead_letter_of(message, *understood.problem, kSent + std::chrono::seconds(1));
  EXPECT_EQ(letter.payload, *message.payload);
  EXPECT_EQ(letter.headers,
            (std::vector<relay::MessageHeader>{
                {"trace", "abc"},
                {"dlq.reason", "invalid_fields"},
                {"dlq.detail", "some fields are missing, unknown or out of range"},
                {"dlq.errors", R"([{"pointer":"/x","code":"unknown_field","detail":"this field is not known here"}])"},
                {"dlq.topic", "t"},
                {"dlq.partition", "2"},
                {"dlq.offset", "77"},
                {"dlq.sent_at", "2026-11-25T08:00:00.000000Z"},
                {"dlq.at", "2026-11-25T08:00:01.000000Z"}}));
  // Larger than a letter may be: the beginning, and how much there was.
  message.payload = std::string(1'200'000, 'x');
  const auto large = dead_letter_of(message, *understood.problem, kSent);
  EXPECT_EQ(large.headers.back(), (relay::MessageHeader{"dlq.payload_bytes", "1200000"}));
  EXPECT_LT(large.payload.size(), kMostLetterBytes);
  EXPECT_GT(large.payload.size(), kMostLetterBytes - 1000);
}

TEST(Retry, doubles_within_bounds_and_never_comes_at_once) {
  using std::chrono::milliseconds;
  vocabulary::Uuid low;
  vocabulary::Uuid high;
  high.bytes[15] = 255;
  EXPECT_EQ(retry_after(milliseconds(100), milliseconds(5000), 0, low), milliseconds(50));
  EXPECT_EQ(retry_after(milliseconds(100), milliseconds(5000), 2, high), milliseconds(400));
  EXPECT_EQ(retry_after(milliseconds(100), milliseconds(5000), 60, high), milliseconds(5000));
}

}  // namespace
}  // namespace mms::inbound
