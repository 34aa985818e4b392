// The laws of reading: every bad field is named, by pointer; defaults, changes and unknown fields.
#include "vocabulary/json_read.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace mms::vocabulary::json {
namespace {

enum class Colour { red, green, operator_ };
BOOST_DESCRIBE_ENUM(Colour, red, green, operator_)

struct Point {
  Between<-90.0, 90.0> lat;
  Between<-180.0, 180.0> lon;
};
BOOST_DESCRIBE_STRUCT(Point, (), (lat, lon))

struct Order {
  Text<1, 10> name;
  Identifier fleet_id;
  std::optional<Colour> colour;
  Or<3> tries;
  Or<true> careful;
  Between<1, 5> rank;
  std::optional<Time> due;
  List<Point, 3> stops;
  std::map<std::string, std::string> labels;
  Raw parameters;
  std::optional<MissionId> after;
};
BOOST_DESCRIBE_STRUCT(Order, (), (name, fleet_id, colour, tries, careful, rank, due, stops, labels, parameters, after))

struct Update {
  Change<std::string> note;
  Replace<std::string> name;
};
BOOST_DESCRIBE_STRUCT(Update, (), (note, name))

struct Numbers {
  std::optional<std::int64_t> big;
  std::optional<int> small;
  std::optional<double> real;
  std::optional<bool> flag;
};
BOOST_DESCRIBE_STRUCT(Numbers, (), (big, small, real, flag))

template <class T>
Result<T> read_text_as(std::string_view text) {
  Document document;
  TRY(root, document.parse(text));
  return from_client<T>(*root);
}

// "pointer code" of every error, sorted.
template <class T>
std::vector<std::string> faults(std::string_view text) {
  const auto result = read_text_as<T>(text);
  std::vector<std::string> out;
  if (result) return out;
  EXPECT_EQ(result.error().kind, ProblemKind::invalid_fields) << result.error().detail;
  for (const auto& error : result.error().errors) {
    EXPECT_FALSE(error.detail.empty());
    out.push_back(error.pointer + " " + error.code);
  }
  std::ranges::sort(out);
  return out;
}

using Faults = std::vector<std::string>;

TEST(Read, TakesEveryFieldThatIsGiven) {
  const auto order = read_text_as<Order>(
      R"({"name":"tour","fleet_id":"north.1_a:b-c","colour":"operator","tries":7,"careful":false,"rank":5,
          "due":"2026-05-04T12:00:00+02:00","stops":[{"lat":47.1,"lon":9.5},{"lat":-90,"lon":180}],
          "labels":{"k":"v"},"parameters":{"b":1.0,"a":[]},"after":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f"})");
  ASSERT_TRUE(order);
  EXPECT_EQ(order->name, "tour");
  EXPECT_EQ(order->colour, Colour::operator_);
  EXPECT_EQ(order->tries.value, 7);
  EXPECT_FALSE(order->careful.value);
  EXPECT_EQ(vocabulary::to_text(*order->due), "2026-05-04T10:00:00.000000Z");
  ASSERT_EQ(order->stops.size(), 2U);
  EXPECT_EQ(order->stops[1].lat.value, -90);
  EXPECT_EQ(order->labels.at("k"), "v");
  EXPECT_EQ(order->parameters.text, R"({"b":1,"a":[]})");
  EXPECT_TRUE(order->after);
}

TEST(Read, DefaultsHoldForFieldsThatAreAbsent) {
  const auto order = read_text_as<Order>(R"({"name":"a","fleet_id":"f","rank":1,"colour":null})");
  ASSERT_TRUE(order);
  EXPECT_EQ(order->tries.value, 3);
  EXPECT_TRUE(order->careful.value);
  EXPECT_FALSE(order->colour);
  EXPECT_TRUE(order->stops.empty());
  EXPECT_TRUE(order->parameters.empty());
}

TEST(Read, NamesEveryBadFieldAtOnce) {
  EXPECT_EQ(faults<Order>(R"({"name":"","fleet_id":"a b","colour":"blue","tries":"x","rank":6,"due":"noon",
                              "stops":[{"lat":91,"lon":0},{"lat":0},7],"labels":{"k":1},"after":"x","extra":1})"),
            (Faults{"/after bad_uuid", "/colour not_one_of", "/due bad_time", "/extra unknown_field",
                    "/fleet_id bad_identifier", "/labels/k wrong_type", "/name wrong_length", "/rank out_of_range",
                    "/stops/0/lat out_of_range", "/stops/1/lon required", "/stops/2 wrong_type", "/tries wrong_type"}));
}

TEST(Read, NamesWhatIsMissing) {
  EXPECT_EQ(faults<Order>("{}"), (Faults{"/fleet_id required", "/name required", "/rank required"}));
}

TEST(Read, ABodyThatIsNoObjectIsOneFault) {
  for (const auto* text : {"[]", "1", "null", "\"x\""}) EXPECT_EQ(faults<Order>(text), Faults{" wrong_type"}) << text;
}

TEST(Read, NullIsNoValueForAFieldWithADefault) {
  EXPECT_EQ(faults<Order>(R"({"name":"a","fleet_id":"f","rank":1,"tries":null})"), Faults{"/tries wrong_type"});
}

TEST(Read, UnknownFieldsAreNamedAlsoDeepInside) {
  EXPECT_EQ(faults<Order>(R"({"name":"a","fleet_id":"f","rank":1,"stops":[{"lat":0,"lon":0,"alt":5}],"Name":"b"})"),
            (Faults{"/Name unknown_field", "/stops/0/alt unknown_field"}));
}

TEST(Read, PointersAreEscaped) {
  EXPECT_EQ(faults<Update>(R"({"a/b":1,"c~d":2})"), (Faults{"/a~1b unknown_field", "/c~0d unknown_field"}));
}

TEST(Read, ListsAndLabelsHaveLimits) {
  EXPECT_EQ(faults<Order>(R"({"name":"a","fleet_id":"f","rank":1,"stops":[{},{},{},{}]})"), Faults{"/stops too_many"});
  std::string labels;
  for (int i = 0; i < 65; ++i) labels += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":\"v\"";
  EXPECT_EQ(faults<Order>(R"({"name":"a","fleet_id":"f","rank":1,"labels":{)" + labels + "}}"),
            Faults{"/labels too_many"});
  EXPECT_EQ(faults<Order>(R"({"name":"a","fleet_id":"f","rank":1,"labels":{"":"v"}})"),
            Faults{"/labels/ wrong_length"});
}

TEST(Read, IdentifiersAreOneToSixtyFourOfTheirCharacters) {
  const auto with = [](const std::string& id) {
    return faults<Order>(R"({"name":"a","rank":1,"fleet_id":")" + id + "\"}");
  };
  EXPECT_EQ(with(std::string(64, 'a')), Faults{});
  for (const auto& bad :
       {std::string(), std::string(65, 'a'), std::string("a/b"), std::string("ü"), std::string("a b")}) {
    EXPECT_EQ(with(bad), Faults{"/fleet_id bad_identifier"}) << bad;
  }
}

TEST(Read, WholeNumbersMayBeWrittenWithAPointButNotWithAFraction) {
  EXPECT_EQ(read_text_as<Numbers>(R"({"big":5.0})")->big, 5);
  EXPECT_EQ(read_text_as<Numbers>(R"({"big":1e3})")->big, 1000);
  EXPECT_EQ(faults<Numbers>(R"({"big":5.5})"), Faults{"/big wrong_type"});
  EXPECT_EQ(faults<Numbers>(R"({"big":"5"})"), Faults{"/big wrong_type"});
  EXPECT_EQ(read_text_as<Numbers>(R"({"big":9223372036854775807})")->big, 9223372036854775807);
}

TEST(Read, NumbersThatDoNotFitAreOutOfRange) {
  EXPECT_EQ(faults<Numbers>(R"({"big":9223372036854775808})"), Faults{"/big out_of_range"});
  EXPECT_EQ(faults<Numbers>(R"({"big":1e300})"), Faults{"/big out_of_range"});
  EXPECT_EQ(faults<Numbers>(R"({"small":2147483648})"), Faults{"/small out_of_range"});
  EXPECT_EQ(faults<Numbers>(R"({"small":-2147483649})"), Faults{"/small out_of_range"});
  EXPECT_EQ(read_text_as<Numbers>(R"({"small":-2147483648})")->small, -2147483648);
}

TEST(Read, NothingIsConverted) {
  EXPECT_EQ(faults<Numbers>(R"({"flag":1,"real":"1","small":true})"),
            (Faults{"/flag wrong_type", "/real wrong_type", "/small wrong_type"}));
  EXPECT_EQ(read_text_as<Numbers>(R"({"real":3})")->real, 3.0);
}

TEST(Read, TimesStayWhereBothStoresHoldThem) {
  const auto with = [](const std::string& due) {
    return faults<Order>(R"({"name":"a","fleet_id":"f","rank":1,"due":")" + due + "\"}");
  };
  EXPECT_EQ(with("1970-01-01T00:00:00Z"), Faults{});
  EXPECT_EQ(with("1969-12-31T23:59:59Z"), Faults{"/due out_of_range"});
  EXPECT_EQ(with("9999-01-01T00:00:00Z"), Faults{"/due out_of_range"});
}

TEST(Change, TellsAbsentNullAndValueApart) {
  const auto absent = read_text_as<Update>("{}");
  EXPECT_FALSE(absent->note.present);
  const auto cleared = read_text_as<Update>(R"({"note":null})");
  EXPECT_TRUE(cleared->note.present);
  EXPECT_FALSE(cleared->note.value);
  const auto replaced = read_text_as<Update>(R"({"note":"n"})");
  EXPECT_TRUE(replaced->note.present);
  EXPECT_EQ(replaced->note.value, "n");
  EXPECT_EQ(faults<Update>(R"({"note":1})"), Faults{"/note wrong_type"});
}

TEST(Replace, CannotBeCleared) {
  EXPECT_EQ(faults<Update>(R"({"name":null})"), Faults{"/name cannot_be_null"});
  EXPECT_EQ(read_text_as<Update>(R"({"name":"n"})")->name.value, "n");
  EXPECT_FALSE(read_text_as<Update>("{}")->name.value);
}

TEST(Read, AHostileBodyMakesNoLargeAnswer) {
  std::string body = "{\"" + std::string(100'000, 'k') + "\":1";
  for (int i = 0; i < 1000; ++i) body += ",\"u" + std::to_string(i) + "\":1";
  const auto result = read_text_as<Update>(body + "}");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().errors.size(), 100U);
  for (const auto& error : result.error().errors) EXPECT_LE(error.pointer.size(), 1000U);
}

TEST(Read, AQuotedValueIsCutBetweenCharacters) {
  std::string value;
  for (int i = 0; i < 30; ++i) value += "ü";
  const auto result = read_text_as<Order>(R"({"name":"a","fleet_id":"f","rank":1,"colour":"x)" + value + "\"}");
  ASSERT_FALSE(result);
  // The refusal is itself written as JSON, so it must be valid UTF-8.
  std::string quoted;
  append_string(quoted, result.error().errors.at(0).detail);
  EXPECT_TRUE(Document().parse(quoted));
}

TEST(Stored, IgnoresWhatANewerVersionAddedAndThrowsOnDamage) {
  EXPECT_EQ(from_stored<Update>(R"({"name":"n","added_later":1})").name.value, "n");
  EXPECT_THROW(from_stored<Update>(R"({"name":1})"), std::runtime_error);
  EXPECT_THROW(from_stored<Update>("{"), std::runtime_error);
}

}  // namespace
}  // namespace mms::vocabulary::json
