// Header lookup, query parameters, percent-encoding, negotiation, identity, conditions: the small words of a request.
#include "http/request.hpp"

#include <gtest/gtest.h>

#include "http/conditional.hpp"
#include "http/negotiation.hpp"
#include "http/percent.hpp"
#include "http/request_identity.hpp"

namespace mms::http {
namespace {

Request with_header(std::string_view name, std::string_view value) {
  Request request;
  request.headers.emplace_back(name, value);
  return request;
}

TEST(Percent, decodes_strictly) {
  EXPECT_EQ(percent_decode("a%20b+c%2F"), "a b+c/");
  EXPECT_EQ(percent_decode("a+b", Plus::is_space), "a b");
  EXPECT_EQ(percent_decode("%C3%A4%F0%9F%9A%97"), "\xC3\xA4\xF0\x9F\x9A\x97");
  for (const auto bad : {"%", "%2", "%zz", "%00", "%C3", "%C0%80", "%ED%A0%80", "%F5%80%80%80", "%E0%80%80", "%FF",
                         "%F4%90%80%80", "%F0%80%80%80"}) {
    EXPECT_FALSE(percent_decode(bad)) << bad;
  }
}

TEST(QueryParameters, keep_order_and_repeats) {
  const auto query = QueryParameters::parse("state=a&state=b&&x=%26+1&flag");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->first("state"), "a");
  EXPECT_EQ(query->all("state"), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(query->first("x"), "& 1");
  EXPECT_EQ(query->first("flag"), "");
  EXPECT_FALSE(query->first("none"));
  EXPECT_TRUE(query->only({"state", "x", "flag"}));
  const auto refused = query->only({"state"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().errors.size(), 2u);
  EXPECT_EQ(refused.error().errors[0].pointer, "x");
  EXPECT_FALSE(QueryParameters::parse("a=%00"));
  EXPECT_FALSE(QueryParameters::parse("%=1"));
}

TEST(Negotiation, accept_takes_the_most_exact_range) {
  const auto json = [](std::string_view accept) { return accepts_type(accept, "application/json"); };
  for (const auto yes : {"", "*/*", "application/json", "text/html, application/json;q=0.1", "application/*",
                         "APPLICATION/JSON", "text/html,*/*;q=0.8", "application/json;q=0.5;x=y"}) {
    EXPECT_TRUE(json(yes)) << yes;
  }
  for (const auto no : {"text/html", "application/json;q=0", "application/json;q=0.000, */*", "*/*;q=0",
                        "application/jsonx", "application", "text/*"}) {
    EXPECT_FALSE(json(no)) << no;
  }
  EXPECT_TRUE(accepts_type("text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "text/plain; version=0.0.4; charset=utf-8"));
  EXPECT_TRUE(accepts_type("text/event-stream", "text/event-stream"));
}

TEST(Negotiation, only_json_in_utf8_is_a_json_body) {
  for (const auto yes :
       {"application/json", "Application/JSON ; charset=UTF-8", "application/json;charset=\"utf-8\""}) {
    EXPECT_TRUE(is_json_type(yes)) << yes;
  }
  for (const auto no : {"", "text/plain", "application/json;charset=latin-1", "application/jsonx",
                        "application/x-www-form-urlencoded"}) {
    EXPECT_FALSE(is_json_type(no)) << no;
  }
}

TEST(Conditional, if_match_reads_lists_stars_and_weak_tags) {
  EXPECT_FALSE(if_match(Request{}).value());
  EXPECT_TRUE(if_match(with_header("if-match", "*")).value()->allows(99));
  const auto list = if_match(with_header("If-Match", "\"1\" , W/\"2\",\"abc\", \"3\"")).value();
  EXPECT_TRUE(list->allows(1));
  EXPECT_FALSE(list->allows(2)) << "weak tags never match strongly";
  EXPECT_TRUE(list->allows(3));
  for (const auto bad : {"", "7", "\"7", "\"7\" \"8\"", "*,\"7\"", "W\"7\""}) {
    EXPECT_FALSE(if_match(with_header("If-Match", bad))) << bad;
  }
}

TEST(Conditional, if_none_match_compares_weakly) {
  EXPECT_EQ(etag_of(7), "\"7\"");
  EXPECT_TRUE(is_unchanged(with_header("If-None-Match", "W/\"7\""), etag_of(7)));
  EXPECT_TRUE(is_unchanged(with_header("If-None-Match", "\"6\", \"7\""), etag_of(7)));
  EXPECT_TRUE(is_unchanged(with_header("If-None-Match", "*"), etag_of(7)));
  EXPECT_FALSE(is_unchanged(with_header("If-None-Match", "\"70\""), etag_of(7)));
  EXPECT_FALSE(is_unchanged(Request{}, etag_of(7)));
}

TEST(RequestIdentity, keeps_what_is_well_formed_and_makes_the_rest) {
  RequestIdentity identity(1);
  auto given = with_header("X-Correlation-ID", "abc-1");
  identity.give(given);
  EXPECT_EQ(given.request_id, "abc-1");
  EXPECT_TRUE(is_traceparent(given.traceparent));

  auto bad = with_header("X-Request-Id", "a b\"");
  identity.give(bad);
  EXPECT_EQ(bad.request_id.size(), 32u);
  EXPECT_EQ(bad.traceparent.substr(3, 32), bad.request_id);

  constexpr std::string_view kTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  auto traced = with_header("traceparent", kTrace);
  identity.give(traced);
  EXPECT_EQ(traced.traceparent, kTrace);
  EXPECT_EQ(traced.request_id, kTrace.substr(3, 32));
}

TEST(RequestIdentity, traceparents_are_checked) {
  EXPECT_TRUE(is_traceparent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"));
  for (const auto bad : {"", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                         "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                         "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                         "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                         "00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}) {
    EXPECT_FALSE(is_traceparent(bad)) << bad;
  }
}

}  // namespace
}  // namespace mms::http
