// Every keyword, good and bad: as a schema, and as a question to a value.
#include "templates/rules/parameter_schema.hpp"

#include <gtest/gtest.h>

#include <random>

#include "templates/rules/template_engine.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::templates {
namespace {

std::string schema_faults(const std::string& text) {
  json::Document document;
  const auto root = document.parse(text);
  EXPECT_TRUE(root) << text;
  json::Reading in(json::UnknownMembers::refuse);
  check_schema(in, **root);
  std::string all;
  for (const auto& e : in.errors()) all += e.pointer + ' ' + e.code + ';';
  return all;
}

struct SchemaCase {
  const char* property;  // the schema of the property p
  const char* faults;    // pointers below /properties/p
};

TEST(ParameterSchema, EveryKeywordIsCheckedWhenItIsStored) {
  const SchemaCase cases[] = {
      {"{}", ""},
      {R"({"type":"string"})", ""},
      {R"({"type":["string","null"]})", ""},
      {R"({"type":"text"})", "/type not_one_of;"},
      {R"({"type":[]})", "/type too_few;"},
      {R"({"type":["string","string"]})", "/type/1 not_unique;"},
      {R"({"type":7})", "/type wrong_type;"},
      {R"({"properties":{"a":{"type":"string"}}})", ""},
      {R"({"properties":{"a":5}})", "/properties/a wrong_type;"},
      {R"({"properties":[]})", "/properties wrong_type;"},
      {R"({"properties":{"a":{}},"required":["a"]})", ""},
      {R"({"properties":{"a":{}},"required":["b"]})", "/required/0 unknown_name;"},
      {R"({"required":["b"]})", "/required/0 unknown_name;"},
      {R"({"required":"a"})", "/required wrong_type;"},
      {R"({"properties":{"a":{}},"required":["a","a"]})", "/required/1 not_unique;"},
      {R"({"properties":{"a":{}},"required":[1]})", "/required/0 wrong_type;"},
      {R"({"additionalProperties":false})", ""},
      {R"({"additionalProperties":{"type":"integer"}})", ""},
      {R"({"additionalProperties":{"typo":1}})", "/additionalProperties/typo unknown_keyword;"},
      {R"({"additionalProperties":1})", "/additionalProperties wrong_type;"},
      {R"({"default":1})", ""},
      {R"({"type":"string","default":1})", "/default wrong_type;"},
      {R"({"minimum":3,"default":1})", "/default out_of_range;"},
      {R"({"properties":{"a":{"type":"string"}},"default":{"a":1}})", "/default/a wrong_type;"},
      {R"({"enum":["a",1,null]})", ""},
      {R"({"enum":[]})", "/enum wrong_type;"},
      {R"({"enum":[1,1.0]})", "/enum not_unique;"},
      {R"({"enum":"a"})", "/enum wrong_type;"},
      {R"({"const":{"a":1}})", ""},
      {R"({"minimum":-1.5,"maximum":2})", ""},
      {R"({"minimum":"1"})", "/minimum wrong_type;"},
      {R"({"minimum":3,"maximum":2})", "/maximum out_of_range;"},
      {R"({"multipleOf":0.5})", ""},
      {R"({"multipleOf":0})", "/multipleOf out_of_range;"},
      {R"({"multipleOf":"1"})", "/multipleOf wrong_type;"},
      {R"({"minLength":0,"maxLength":5})", ""},
      {R"({"minLength":-1})", "/minLength out_of_range;"},
      {R"({"minLength":1.5})", "/minLength wrong_type;"},
      {R"({"minLength":6,"maxLength":5})", "/maxLength out_of_range;"},
      {R"({"pattern":"^[a-z]+$"})", ""},
      {R"({"pattern":"(a"})", "/pattern bad_pattern;"},
      {R"s({"pattern":"(?=a)"})s", "/pattern bad_pattern;"},
      {R"({"pattern":1})", "/pattern wrong_type;"},
      {R"({"items":{"type":"string"}})", ""},
      {R"({"items":{"type":"strin"}})", "/items/type not_one_of;"},
      {R"({"items":[{}]})", "/items wrong_type;"},
      {R"({"minItems":1,"maxItems":2,"uniqueItems":true})", ""},
      {R"({"minItems":3,"maxItems":2})", "/maxItems out_of_range;"},
      {R"({"uniqueItems":1})", "/uniqueItems wrong_type;"},
      {R"({"format":"date-time"})", ""},
      {R"({"format":"phone"})", "/format not_one_of;"},
      {R"({"title":"T","description":"D","x-unit":"m/s"})", ""},
      {R"({"description":1})", "/description wrong_type;"},
      {R"({"$ref":"#/x"})", "/$ref unknown_keyword;"},
      {R"({"exclusiveMinimum":1,"oneOf":[]})", "/exclusiveMinimum unknown_keyword;/oneOf unknown_keyword;"},
  };
  for (const auto& c : cases) {
    std::string expected;
    for (std::string rest = c.faults; !rest.empty(); rest = rest.substr(rest.find(';') + 1)) {
      expected += "/properties/p" + rest.substr(0, rest.find(';') + 1);
    }
    EXPECT_EQ(schema_faults(std::string(R"({"type":"object","properties":{"p":)") + c.property + "}}"), expected)
        << c.property;
  }
}

TEST(ParameterSchema, TheRootIsAnObjectWhosePropertiesCanBeNamed) {
  EXPECT_EQ(schema_faults("{}"), "");
  EXPECT_EQ(schema_faults(R"({"type":"array"})"), "/type not_one_of;");
  EXPECT_EQ(schema_faults(R"({"type":["object","null"]})"), "/type not_one_of;");
  EXPECT_EQ(schema_faults("[]"), " wrong_type;");
  EXPECT_EQ(schema_faults(R"({"properties":{"a b":{}}})"), "/properties/a b bad_identifier;");
}

Template with_schema(const std::string& schema) {
  Template t;
  t.name = "T";
  t.parameters = {schema};
  t.mission = {R"({"name":"n"})"};
  return t;
}

// The filled parameters, or the faults.
std::string used(const std::string& schema, const std::string& given) {
  const auto filled = fill_parameters(with_schema(schema), {given});
  if (filled) return filled->text;
  EXPECT_EQ(filled.error().kind, vocabulary::ProblemKind::invalid_parameters);
  std::string all;
  for (const auto& e : filled.error().errors) all += e.pointer + ' ' + e.code + ';';
  return all;
}

struct ValueCase {
  const char* property;
  const char* good;
  const char* bad;
  const char* fault;
};

TEST(ParameterSchema, EveryKeywordIsAskedWhenATemplateIsUsed) {
  const ValueCase cases[] = {
      {R"({"type":"null"})", "null", "1", " wrong_type;"},
      {R"({"type":"boolean"})", "true", "1", " wrong_type;"},
      {R"({"type":"integer"})", "3", "3.5", " wrong_type;"},
      {R"({"type":"integer"})", "3.0", "\"3\"", " wrong_type;"},
      {R"({"type":"number"})", "3.5", "\"3\"", " wrong_type;"},
      {R"({"type":"string"})", "\"a\"", "1", " wrong_type;"},
      {R"({"type":"array"})", "[]", "{}", " wrong_type;"},
      {R"({"type":"object"})", "{}", "[]", " wrong_type;"},
      {R"({"type":["string","null"]})", "null", "1", " wrong_type;"},
      {R"({"enum":[1,"a"]})", "1.0", "2", " not_one_of;"},
      {R"({"const":{"a":1,"b":2}})", R"({"b":2,"a":1})", R"({"a":1})", " not_one_of;"},
      {R"({"minimum":2})", "2", "1.99", " out_of_range;"},
      {R"({"maximum":9007199254740993})", "9007199254740993", "9007199254740994", " out_of_range;"},
      {R"({"multipleOf":0.1})", "0.3", "0.35", " not_a_multiple;"},
      {R"({"multipleOf":3})", "9", "10", " not_a_multiple;"},
      {R"({"minLength":2})", "\"öö\"", "\"ö\"", " wrong_length;"},
      {R"({"maxLength":2})", "\"öö\"", "\"ööö\"", " wrong_length;"},
      {R"({"pattern":"b+"})", "\"abbc\"", "\"ac\"", " pattern_not_found;"},
      {R"({"items":{"type":"integer"}})", "[1,2]", "[1,\"2\",3,null]", "/1 wrong_type;/parameters/p/3 wrong_type;"},
      {R"({"minItems":1})", "[1]", "[]", " too_few;"},
      {R"({"maxItems":1})", "[1]", "[1,2]", " too_many;"},
      {R"({"uniqueItems":true})", "[1,\"1\"]", "[1,1.0]", " not_unique;"},
      {R"({"properties":{"a":{}},"required":["a"]})", R"({"a":1,"b":2})", "{}", "/a required;"},
      {R"({"properties":{"a":{}},"additionalProperties":false})", R"({"a":1})", R"({"b":1})", "/b unknown_field;"},
      {R"({"additionalProperties":{"type":"integer"}})", R"({"x":1})", R"({"x":"1"})", "/x wrong_type;"},
      {R"({"properties":{"a/b":{"type":"integer"}}})", R"({"a/b":1})", R"({"a/b":"1"})", "/a~1b wrong_type;"},
      {R"({"format":"date-time"})", "\"2026-05-04T12:00:00Z\"", "\"2026-05-04\"", " bad_format;"},
      {R"({"format":"date"})", "\"2024-02-29\"", "\"2026-02-29\"", " bad_format;"},
      {R"({"format":"time"})", "\"12:00:00Z\"", "\"25:00:00Z\"", " bad_format;"},
      {R"({"format":"uuid"})", "\"019a0000-0000-7000-8000-000000000000\"", "\"019a\"", " bad_format;"},
      {R"({"format":"email"})", "\"a.b@c.org\"", "\"a b@c\"", " bad_format;"},
      {R"({"format":"uri"})", "\"https://a.org/x?y=1\"", "\"no uri\"", " bad_format;"},
      {R"({"format":"hostname"})", "\"a-1.org\"", "\"-a.org\"", " bad_format;"},
      {R"({"format":"ipv4"})", "\"10.0.0.255\"", "\"10.0.0.256\"", " bad_format;"},
      // Keywords of other types ask nothing.
      {R"({"minimum":5,"maxLength":1,"enum":["ab","c"],"maxItems":0})", "\"c\"", "\"ab\"", " wrong_length;"},
  };
  for (const auto& c : cases) {
    const auto schema = std::string(R"({"type":"object","properties":{"p":)") + c.property + "}}";
    EXPECT_EQ(schema_faults(schema), "") << c.property;
    EXPECT_TRUE(used(schema, std::string(R"({"p":)") + c.good + '}').starts_with('{')) << c.property << ' ' << c.good;
    EXPECT_EQ(used(schema, std::string(R"({"p":)") + c.bad + '}'), std::string("/parameters/p") + c.fault)
        << c.property << ' ' << c.bad;
  }
}

TEST(ParameterSchema, DefaultsFillWhatIsAbsentAtEveryDepth) {
  const auto schema = R"({"properties":{
    "speed":{"type":"number","default":4.5},
    "stop":{"type":"object","properties":{"dwell_s":{"default":30}},"default":{}},
    "stops":{"type":"array","items":{"properties":{"dwell_s":{"default":60}}}}}})";
  EXPECT_EQ(used(schema, "{}"), R"({"speed":4.5,"stop":{"dwell_s":30}})");
  EXPECT_EQ(used(schema, R"({"speed":1,"stops":[{},{"dwell_s":5},7]})"),
            R"({"speed":1,"stops":[{"dwell_s":60},{"dwell_s":5},7],"stop":{"dwell_s":30}})");
}

TEST(ParameterSchema, EveryBadParameterIsNamedAtOnce) {
  const auto schema = R"({"properties":{"a":{"type":"integer"},"b":{"type":"string"},"c":{}},"required":["c"]})";
  EXPECT_EQ(used(schema, R"({"a":"x","b":1,"d":true})"),
            "/parameters/c required;/parameters/a wrong_type;/parameters/b wrong_type;/parameters/d unknown_field;");
  EXPECT_EQ(used(schema, "[]"), "/parameters wrong_type;");
}

TEST(ParameterSchema, ParametersThatNobodyNamesAreWelcomeOnlyWhereItIsWritten) {
  EXPECT_EQ(used("{}", R"({"a":1})"), "/parameters/a unknown_field;");
  EXPECT_EQ(used(R"({"additionalProperties":true})", R"({"a":1})"), R"({"a":1})");
}

TEST(ParameterSchema, DefaultsDoNotMakeAGiantOfASmallBody) {
  const std::string schema =
      R"({"properties":{"l":{"items":{"properties":{"t":{"default":")" + std::string(10000, 'x') + R"("}}}}}})";
  std::string given = R"({"l":[{})";
  for (int i = 0; i < 100; ++i) given += ",{}";
  EXPECT_EQ(used(schema, given + "]}"), "/parameters too_large;");
}

// Random JSON as schema and as parameters: refused or accepted, never thrown at.
class RandomJson {
 public:
  explicit RandomJson(unsigned seed) : random_(seed) {}
  std::string value(int depth) {
    switch (pick(depth > 3 ? 5 : 8)) {
      case 0:
        return "null";
      case 1:
        return pick(2) == 0 ? "true" : "false";
      case 2:
        return std::to_string(pick(7) - 3);
      case 3:
        return "0.5";
      case 4:
        return '"' + word() + '"';
      case 5: {
        std::string out = "[";
        for (int i = pick(4); i > 0; --i) out += value(depth + 1) + (i > 1 ? "," : "");
        return out + ']';
      }
      default:
        return object(depth);
    }
  }
  std::string object(int depth) {
    std::string out = "{";
    std::vector<std::string> keys;
    for (int i = pick(5); i > 0; --i) {
      const auto key = word();
      if (std::ranges::find(keys, key) != keys.end()) continue;
      keys.push_back(key);
      if (out.size() > 1) out += ',';
      out += '"' + key + "\":" + value(depth + 1);
    }
    return out + '}';
  }
  int pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

 private:
  std::string word() {
    static const char* const kWords[] = {"type",     "properties", "required",  "additionalProperties",
                                         "default",  "enum",       "const",     "minimum",
                                         "maximum",  "multipleOf", "pattern",   "items",
                                         "minItems", "object",     "string",    "integer",
                                         "a",        "b",          "array",     "{{a}}",
                                         "x{{b}}",   "{{",         "format",    "date",
                                         "name",     "tasks",      "maxLength", "uniqueItems"};
    return kWords[pick(std::size(kWords))];
  }
  std::mt19937 random_;
};

TEST(TemplateEngine, WhateverTheJsonNothingIsThrown) {
  const MissionCheck accepts_all = [](std::string_view) { return std::vector<vocabulary::FieldError>{}; };
  int stored = 0;
  for (unsigned seed = 0; seed < 30000; ++seed) {
    RandomJson random(seed);
    Template t;
    t.name = "T";
    t.parameters = {seed % 3 == 0 ? R"({"properties":{"a":)" + random.object(1) + R"(,"b":{"type":"integer"}}})"
                                  : random.value(0)};
    t.mission = {random.value(0)};
    if (!check_definition(t, accepts_all).empty()) continue;
    ++stored;
    const auto filled = fill_parameters(t, {random.value(1)});
    if (filled) (void)expand(t.mission, *filled, {random.object(1)});
    if (const auto none = fill_parameters(t, {})) EXPECT_TRUE(expand(t.mission, *none, {}));
  }
  EXPECT_GT(stored, 100);
}

}  // namespace
}  // namespace mms::templates
