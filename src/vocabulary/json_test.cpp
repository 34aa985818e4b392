// The laws of JSON in and out.
#include "vocabulary/json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

namespace mms::vocabulary::json {
namespace {

// Parsed and written again; for a refused text the refusal, marked.
std::string through(std::string_view text) {
  Document document;
  const auto root = document.parse(text);
  if (!root) {
    EXPECT_EQ(root.error().kind, ProblemKind::malformed_json);
    EXPECT_NE(root.error().members.find("\"position\":"), std::string::npos);
    return "refused: " + root.error().detail;
  }
  return to_text(**root);
}

bool refuses(std::string_view text, std::string_view why = "") {
  const auto answer = through(text);
  return answer.starts_with("refused: ") && answer.find(why) != std::string::npos;
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(JsonIn, RefusesDuplicateKeysWhereverTheyStand) {
  EXPECT_TRUE(refuses(R"({"a":1,"a":2})", "\"a\" stands twice"));
  EXPECT_TRUE(refuses(R"({"a":1,"b":2,"c":3,"a":1})", "\"a\""));
  EXPECT_TRUE(refuses(R"({"x":{"y":[{"k":1,"k":1}]}})", "\"k\""));
  EXPECT_TRUE(refuses(R"({"":1,"":2})", "twice"));
  EXPECT_TRUE(refuses(R"({"a":1,"\u0061":2})", "\"a\""));
  EXPECT_TRUE(refuses(R"({"a":{"b":1},"b":2,"a":3})", "\"a\""));
}

TEST(JsonIn, TheSameKeyInTwoObjectsIsNoDuplicate) {
  EXPECT_EQ(through(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})"), R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})");
}

TEST(JsonIn, FindsDuplicatesAmongKeysThatComeInPieces) {
  // Keys with escapes, and longer than any buffer of the parser, reach us in parts.
  for (const std::size_t length : {std::size_t{10}, std::size_t{1000}, std::size_t{5000}, std::size_t{70000}}) {
    const std::string key = "\\u00e9" + std::string(length, 'x') + "\\n";
    EXPECT_TRUE(refuses("{\"" + key + "\":1,\"" + key + "\":2}", "twice")) << length;
    EXPECT_FALSE(refuses("{\"" + key + "\":1,\"" + key + "y\":2}")) << length;
    EXPECT_FALSE(refuses("{\"" + key + "\":1,\"y" + key + "\":2}")) << length;
  }
}

TEST(JsonIn, ALongDuplicateKeyMakesNoLongMessage) {
  const std::string key(100'000, 'k');
  EXPECT_LT(through("{\"" + key + "\":1,\"" + key + "\":2}").size(), 400U);
}

TEST(JsonIn, NestsThirtyTwoDeepAndNoDeeper) {
  EXPECT_EQ(through(nested(32)), nested(32));
  EXPECT_TRUE(refuses(nested(33), "deeper than 32"));
  EXPECT_TRUE(refuses(std::string(100'000, '['), "deeper than 32"));
  std::string objects = "1";
  for (int i = 0; i < 33; ++i) objects = "{\"a\":" + objects + "}";
  EXPECT_TRUE(refuses(objects, "deeper than 32"));
}

TEST(JsonIn, RefusesNulInValuesAndKeysAlsoWhenTheyComeInPieces) {
  EXPECT_TRUE(refuses(R"(["\u0000"])", "NUL"));
  EXPECT_TRUE(refuses(R"(["a\u0000b"])", "NUL"));
  EXPECT_TRUE(refuses(R"({"\u0000":1})", "NUL"));
  EXPECT_TRUE(refuses(R"({"a\u0000b":1})", "NUL"));
  EXPECT_TRUE(refuses(std::string_view("[\"a\0b\"]", 7)));
  for (const std::size_t length : {std::size_t{10}, std::size_t{5000}, std::size_t{70000}}) {
    const std::string rest = std::string(length, 'x') + "\\n" + std::string(length, 'x');
    EXPECT_TRUE(refuses("[\"\\u0000" + rest + "\"]", "NUL")) << length;
    EXPECT_TRUE(refuses("{\"\\u0000" + rest + "\":1}", "NUL")) << length;
  }
}

TEST(JsonIn, RefusesNumbersThatNoDoubleHolds) {
  for (const auto* text : {"1e400", "-1e400", "[1e309]", "1e99999999999999999999"}) EXPECT_TRUE(refuses(text)) << text;
  EXPECT_EQ(through("1e308"), "1e+308");
  // Too small is nearest to zero, not out of range.
  EXPECT_EQ(through("1e-400"), "0");
}

TEST(JsonIn, RefusesTextThatIsNotExactlyOneValue) {
  for (const auto* text : {"", " ", "{", "[1", "{\"a\":", "\"a", "tru", "-"}) {
    EXPECT_TRUE(refuses(text, "ends at byte")) << text;
  }
  EXPECT_TRUE(refuses("{} {}", "more text after the JSON at byte 3"));
  EXPECT_TRUE(refuses("1 2"));
  EXPECT_TRUE(refuses("{}x"));
  EXPECT_TRUE(refuses("nullnull"));
  EXPECT_EQ(through(" \t\r\n{} \t\r\n"), "{}");
}

TEST(JsonIn, RefusesWhatIsNearlyJson) {
  for (const auto* text :
       {"{'a':1}", "{a:1}",    "[1,]",      "{\"a\":1,}", "[,1]",      "// c\n1", "/* c */1",
        "NaN",     "Infinity", "-Infinity", "01",         "+1",        "1.",      ".5",
        "0x10",    "1e",       "\"\t\"",    "\"\\x\"",    "\"\\u12\"", "True",    "\xEF\xBB\xBF{}"}) {
    EXPECT_TRUE(refuses(text)) << text;
  }
}

TEST(JsonIn, RefusesInvalidUtf8) {
  for (const auto* text : {"\"\xff\"", "\"\xc3\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"",
                           "\"\x80\"", "{\"\xff\":1}", R"("\ud800")", R"("\udc00")", R"("\ud800x")"}) {
    EXPECT_TRUE(refuses(text)) << text;
  }
  EXPECT_EQ(through(R"("\ud83d\ude9a ü 車")"), "\"🚚 ü 車\"");
}

TEST(JsonIn, ADocumentCanBeUsedAgainAfterARefusal) {
  Document document;
  EXPECT_FALSE(document.parse("{"));
  ASSERT_TRUE(document.parse(R"({"a":[1,2,3]})"));
  EXPECT_EQ(to_text(document.root()), R"({"a":[1,2,3]})");
  ASSERT_TRUE(document.parse("[]"));
  EXPECT_EQ(to_text(document.root()), "[]");
}

TEST(JsonIn, ValuesLiveInTheDocumentsOwnMemory) {
  Document document;
  const auto root = document.parse(R"({"a":[1,2,{"b":"a text that is too long to stand in place"}]})");
  ASSERT_TRUE(root);
  EXPECT_FALSE((*root)->storage()->is_equal(*boost::json::storage_ptr()));
}

TEST(JsonOut, NumbersHaveTheirShortestFormThatReadsBack) {
  struct Row {
    double number;
    std::string text;
  };
  const std::vector<Row> table{{0, "0"},
                               {-0.0, "0"},
                               {1, "1"},
                               {-1.5, "-1.5"},
                               {24.5, "24.5"},
                               {0.1, "0.1"},
                               {1e-7, "1e-07"},
                               {1e20, "1e+20"},
                               {123456789012, "123456789012"},
                               {0.30000000000000004, "0.30000000000000004"}};
  for (const auto& row : table) {
    std::string out;
    append_number(out, row.number);
    EXPECT_EQ(out, row.text);
    EXPECT_EQ(through(out), row.text);
  }
}

TEST(JsonOut, EveryDoubleReadsBackTheSame) {
  std::uint64_t state = 42;
  for (int i = 0; i < 20'000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const double number =
        std::ldexp(static_cast<double>(static_cast<std::int64_t>(state)), static_cast<int>(state % 1900) - 1000);
    if (!std::isfinite(number)) continue;
    std::string out;
    append_number(out, number);
    Document document;
    const auto root = document.parse(out);
    ASSERT_TRUE(root) << out;
    ASSERT_EQ((*root)->to_number<double>(), number) << out;
  }
}

TEST(JsonIn, ReadsTheNearestDouble) {
  // Half-way cases and long digit strings, where a quick conversion goes wrong.
  for (const auto* text :
       {"9.5367431640625e-07", "1.5133743291933596e+252", "2.2250738585072011e-308", "5e-324", "0.1",
        "179769313486231570000000000000000000000.0", "47.141000000000005", "123456789012345678901234567890"}) {
    Document document;
    const auto root = document.parse(text);
    ASSERT_TRUE(root) << text;
    EXPECT_EQ((*root)->to_number<double>(), std::strtod(text, nullptr)) << text;
  }
}

TEST(JsonOut, WhatIsNoNumberIsNull) {
  for (const double number : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                              std::numeric_limits<double>::quiet_NaN()}) {
    std::string out;
    append_number(out, number);
    EXPECT_EQ(out, "null");
  }
}

TEST(JsonOut, IntegersKeepEveryDigit) {
  EXPECT_EQ(through("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(through("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(through("18446744073709551615"), "18446744073709551615");
}

TEST(JsonOut, StringsAreEscapedOnlyWhereTheyMustBe) {
  std::string out;
  append_string(out, "a\"b\\c/d\n\r\t\x01\x1f ü");
  EXPECT_EQ(out, "\"a\\\"b\\\\c/d\\n\\r\\t\\u0001\\u001f ü\"");
  EXPECT_EQ(through(out), out);
}

TEST(Canonical, EqualValuesGiveEqualTexts) {
  EXPECT_EQ(canonical(R"( {"b" : 1.0, "a" : [ 1e2, true ] } )"), R"({"a":[100,true],"b":1})");
  EXPECT_EQ(canonical(R"({"a":[100,true],"b":1})"), canonical(R"({"b":1,"a":[1.00e2,true]})"));
  EXPECT_EQ(canonical("1e16"), canonical("10000000000000000"));
  EXPECT_EQ(canonical("1e19"), canonical("10000000000000000000"));
  EXPECT_EQ(canonical("-1e18"), canonical("-1000000000000000000"));
  EXPECT_EQ(canonical("-0"), canonical("0"));
  EXPECT_EQ(canonical("-0.0"), canonical("0"));
  EXPECT_EQ(canonical(R"("\u0041")"), canonical(R"("A")"));
}

TEST(Canonical, UnequalValuesGiveUnequalTexts) {
  EXPECT_NE(canonical("[1,2]"), canonical("[2,1]"));
  EXPECT_NE(canonical(R"({"a":1})"), canonical(R"({"a":"1"})"));
  EXPECT_NE(canonical("9007199254740993"), canonical("9007199254740992"));
  EXPECT_NE(canonical(R"({"a":null})"), canonical("{}"));
}

TEST(Canonical, IsAFixedPoint) {
  for (const auto* text : {R"({"z":{"y":[1.5,{"x":null}],"a":"ü"},"b":1e300})", "[]", "1e16", "18446744073709551616"}) {
    EXPECT_EQ(canonical(canonical(text)), canonical(text));
  }
}

TEST(Canonical, LeavesWhatIsNoJson) {
  EXPECT_EQ(canonical("{not json"), "{not json");
}

TEST(Shortened, CutsBetweenCharacters) {
  EXPECT_EQ(shortened("abc", 5), "abc");
  EXPECT_EQ(shortened("abcdef", 3), "abc");
  EXPECT_EQ(shortened("aü", 2), "a");
  EXPECT_EQ(shortened("🚚🚚", 5), "🚚");
  EXPECT_EQ(shortened("ü", 0), "");
}

}  // namespace
}  // namespace mms::vocabulary::json
