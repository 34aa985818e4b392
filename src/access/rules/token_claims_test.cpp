// Claims: who a token makes of its bearer, and each way in which one is wrong.
#include "access/rules/token_claims.hpp"

#include <gtest/gtest.h>

namespace mms::access {
namespace {

using vocabulary::CallerKind;
using vocabulary::Grant;
using vocabulary::Role;
using vocabulary::Time;

constexpr Time kNow = std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000));
const TokenRules kRules{.issuer = "https://id.example", .audience = "mms"};

std::string claims(const std::string& more) {
  return R"({"iss":"https://id.example","aud":"mms","sub":"ada","exp":1800000060)" + more + "}";
}

testing::AssertionResult refused(const std::string& payload, std::string_view because, TokenRules rules = kRules) {
  const auto answer = caller_of_token(payload, rules, kNow);
  if (answer) return testing::AssertionFailure() << "was taken";
  if (answer.error().kind != vocabulary::ProblemKind::unauthenticated) return testing::AssertionFailure() << "kind";
  if (answer.error().detail.contains(because)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "says: " << answer.error().detail;
}

TEST(TokenClaims, a_plain_token_is_a_person_without_grants) {
  const auto admitted = caller_of_token(claims(""), kRules, kNow);
  ASSERT_TRUE(admitted) << admitted.error().detail;
  EXPECT_EQ(admitted->caller.id, "ada");
  EXPECT_EQ(admitted->caller.kind, CallerKind::person);
  EXPECT_TRUE(admitted->caller.grants.empty());
  EXPECT_EQ(admitted->until, kNow + std::chrono::seconds(60));
}

TEST(TokenClaims, grants_are_read_with_their_fleets_missions_and_templates) {
  const auto admitted = caller_of_token(
      claims(R"(,"kind":"service","grants":[{"role":"operator","fleet_id":"north","mission_id":)"
             R"("019AB7C2-1d00-7000-8000-0123456789ab"},{"role":"viewer","fleet_id":"*"}],"unknown":{"x":1})"),
      kRules, kNow);
  ASSERT_TRUE(admitted) << admitted.error().detail;
  EXPECT_EQ(admitted->caller.kind, CallerKind::service);
  const std::vector<Grant> expected{{.role = Role::operator_,
                                     .fleet_id = "north",
                                     .mission_id = "019ab7c2-1d00-7000-8000-0123456789ab",
                                     .template_id = {}},
                                    {.role = Role::viewer, .fleet_id = {}, .mission_id = {}, .template_id = {}}};
  EXPECT_EQ(admitted->caller.grants, expected);
}

TEST(TokenClaims, roles_stand_on_each_of_the_fleets) {
  const auto admitted =
      caller_of_token(claims(R"(,"roles":["viewer","planner"],"fleet_ids":["north","south"])"), kRules, kNow);
  ASSERT_TRUE(admitted) << admitted.error().detail;
  EXPECT_EQ(admitted->caller.grants.size(), 4U);
  EXPECT_TRUE(admitted->caller.may(vocabulary::Permission::missions_write, "south"));
  EXPECT_FALSE(admitted->caller.may(vocabulary::Permission::missions_write, "west"));
  EXPECT_TRUE(refused(claims(R"(,"roles":["viewer"])"), "fleet_ids"));
  EXPECT_TRUE(refused(claims(R"(,"fleet_ids":["north"])"), "roles"));
}

TEST(TokenClaims, malformed_grants_are_named_and_never_widened) {
  EXPECT_TRUE(refused(claims(R"(,"grants":{})"), "/grants"));
  EXPECT_TRUE(refused(claims(R"(,"grants":[{"role":"boss","fleet_id":"*"}])"), "/grants/0/role"));
  EXPECT_TRUE(refused(claims(R"(,"grants":[{"role":"viewer"}])"), "/grants/0/fleet_id"));
  EXPECT_TRUE(refused(claims(R"(,"grants":[{"role":"viewer","fleet_id":""}])"), "/grants/0/fleet_id"));
  EXPECT_TRUE(refused(claims(R"(,"grants":[{"role":"viewer","fleet_id":"n*"}])"), "/grants/0/fleet_id"));
  EXPECT_TRUE(refused(claims(R"(,"grants":[{"role":"viewer","fleet_id":"a","trip_id":"x"}])"), "/grants/0/trip_id"));
  EXPECT_TRUE(refused(claims(R"(,"grants":[{"role":"viewer","fleet_id":"a","mission_id":"x"}])"), "mission_id"));
  EXPECT_TRUE(refused(claims(R"(,"grants":[{"role":"vehicle","fleet_id":"a"}])"), "kind vehicle"));
  EXPECT_TRUE(refused(claims(R"(,"roles":"admin","fleet_ids":["*"])"), "/roles"));
  EXPECT_TRUE(refused(claims(R"(,"roles":["root"],"fleet_ids":["*"])"), "/roles/0"));
  EXPECT_TRUE(refused(claims(R"(,"roles":["admin"],"fleet_ids":["a b"])"), "fleet_id"));
  std::string many = R"(,"grants":[)";
  for (int i = 0; i < 101; ++i) many += R"({"role":"viewer","fleet_id":"a"},)";
  many.back() = ']';
  EXPECT_TRUE(refused(claims(many), "100"));
}

TEST(TokenClaims, subject_and_kind_are_checked) {
  const auto with_sub = [](const std::string& sub, const std::string& more = "") {
    return R"({"iss":"https://id.example","aud":"mms","exp":1800000060,"sub":)" + sub + more + "}";
  };
  EXPECT_TRUE(refused(R"({"iss":"https://id.example","aud":"mms","exp":1800000060})", "/sub"));
  for (const auto* sub : {"\"\"", "7", "null"}) EXPECT_TRUE(refused(with_sub(sub), "/sub")) << sub;
  EXPECT_TRUE(refused(with_sub("\"" + std::string(129, 'a') + "\""), "/sub"));
  EXPECT_TRUE(refused(with_sub(R"("a\nb")"), "control"));
  for (const auto* sub : {R"("key:1")", R"("service:timers")", R"("local")"}) {
    EXPECT_TRUE(refused(with_sub(sub), "keeps for itself")) << sub;
  }
  EXPECT_TRUE(refused(with_sub(R"("x")", R"(,"kind":"robot")"), "/kind"));
  EXPECT_TRUE(refused(with_sub(R"("truck 1")", R"(,"kind":"vehicle")"), "vehicle_id"));
  EXPECT_TRUE(caller_of_token(with_sub(R"("truck-1")", R"(,"kind":"vehicle","roles":["vehicle"],"fleet_ids":["*"])"),
                              kRules, kNow));
}

TEST(TokenClaims, the_issuer_must_be_ours) {
  EXPECT_TRUE(refused(R"({"aud":"mms","sub":"ada","exp":1800000060})", "iss"));
  for (const auto* iss : {R"("https://id.example/")", R"("")", "7", R"(["https://id.example"])"}) {
    EXPECT_TRUE(refused(R"({"aud":"mms","sub":"ada","exp":1800000060,"iss":)" + std::string(iss) + "}", "iss")) << iss;
  }
}

TEST(TokenClaims, the_audience_is_one_text_or_one_of_many) {
  const auto with_aud = [](const std::string& aud) {
    return R"({"iss":"https://id.example","sub":"ada","exp":1800000060,"aud":)" + aud + "}";
  };
  EXPECT_TRUE(caller_of_token(with_aud(R"("mms")"), kRules, kNow));
  EXPECT_TRUE(caller_of_token(with_aud(R"(["other","mms"])"), kRules, kNow));
  for (const auto* aud :
       {R"("other")", R"([])", R"(["other"])", R"(["MMS"])", "7", "null", R"({"mms":1})", R"([["mms"]])"}) {
    EXPECT_TRUE(refused(with_aud(aud), "aud")) << aud;
  }
  EXPECT_TRUE(refused(R"({"iss":"https://id.example","sub":"ada","exp":1800000060})", "aud"));
}

TEST(TokenClaims, a_token_for_an_audience_is_refused_where_none_is_set) {
  EXPECT_TRUE(refused(R"({"sub":"ada","exp":1800000060,"aud":"mms"})", "aud", TokenRules{}));
  EXPECT_TRUE(refused(R"({"sub":"ada","exp":1800000060,"aud":""})", "aud", TokenRules{}));
  EXPECT_TRUE(caller_of_token(R"({"sub":"ada","exp":1800000060})", TokenRules{}, kNow));
}

TEST(TokenClaims, times_hold_with_thirty_seconds_of_leeway) {
  const auto with = [](const std::string& times) {
    return R"({"iss":"https://id.example","aud":"mms","sub":"ada")" + times + "}";
  };
  EXPECT_TRUE(caller_of_token(with(R"(,"exp":1799999971)"), kRules, kNow));
  EXPECT_TRUE(caller_of_token(with(R"(,"exp":1799999970.5)"), kRules, kNow));
  EXPECT_TRUE(refused(with(R"(,"exp":1799999970)"), "expired at 2027-01-15T07:59:30"));
  EXPECT_TRUE(caller_of_token(with(R"(,"exp":1800000060,"nbf":1800000030)"), kRules, kNow));
  EXPECT_TRUE(refused(with(R"(,"exp":1800000060,"nbf":1800000031)"), "not valid before"));
  EXPECT_TRUE(refused(with(""), "exp"));
  for (const auto* exp : {R"("1800000060")", "null", "-1", "1e300", "99999999999999", "18446744073709551615", "true"}) {
    EXPECT_TRUE(refused(with(R"(,"exp":)" + std::string(exp)), "exp")) << exp;
  }
  EXPECT_TRUE(refused(with(R"(,"exp":1800000060,"nbf":"0")"), "nbf"));
}

TEST(TokenClaims, a_payload_that_is_no_object_is_refused) {
  for (const auto* text : {"", "[]", "\"x\"", "{", "\xff", R"({"exp":1,"exp":2})"})
    EXPECT_TRUE(refused(text, "payload"));
}

}  // namespace
}  // namespace mms::access
