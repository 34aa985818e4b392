// The document says what the rows say.
#include "http/openapi.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "vocabulary/json.hpp"

namespace mms::http {
namespace {

using namespace vocabulary;

enum class Priority { low, high };
BOOST_DESCRIBE_ENUM(Priority, low, high)

struct Stop {
  double lat{};
  std::optional<Text<1, 80>> label;
};
BOOST_DESCRIBE_STRUCT(Stop, (), (lat, label))

struct CreateThing {
  Text<3, 10> name;
  Between<1, 5> level;
  Or<Between<1, 200>{50}> limit;
  std::optional<Priority> priority;
  Identifier fleet_id;
  List<Stop, 7> stops;
  std::map<std::string, std::string> labels;
  json::Raw parameters;
  Change<Time> deadline;
  Replace<bool> active;
};
BOOST_DESCRIBE_STRUCT(CreateThing,
                      (),
                      (name, level, limit, priority, fleet_id, stops, labels, parameters, deadline, active))

struct Thing {
  MissionId id;
  std::string name;
  std::vector<Stop> stops;
  std::optional<Time> done_at;
  std::vector<Thing> children;
};
BOOST_DESCRIBE_STRUCT(Thing, (), (id, name, stops, done_at, children))

template <class T>
struct Page {
  std::vector<T> items;
};

std::vector<Route> rows() {
  Route create;
  create.method = Method::post;
  create.pattern = "/things/{id}/copies";
  create.permission = Permission::missions_write;
  create.summary = "Makes a \"thing\".";
  create.accepts = schema_of<CreateThing>("CreateThing");
  create.answers = schema_of<Thing>("Thing");
  create.success = 201;
  create.problems = {ProblemKind::wrong_state};
  create.idempotent = true;
  create.example_request = R"({"name":"a \\ b"})";
  Route read;
  read.pattern = "/things";
  read.permission = Permission::missions_read;
  read.summary = "Lists things.";
  read.answers = schema_of<std::vector<Thing>>("Things");
  read.query = {{"limit", "how many", R"({"type":"integer"})"}};
  read.conditional = true;
  Route gone = read;
  gone.method = Method::delete_;
  gone.answers = {};
  gone.success = 204;
  Route health;
  health.pattern = "/health";
  health.permission = Permission::none;
  health.at_root = true;
  return {create, read, gone, health};
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(JsonSchema, prints_the_readers_limits) {
  json::Schemas schemas;
  schemas.direction = json::Direction::in;
  json::define_schema<CreateThing>(schemas, "CreateThing");
  ASSERT_EQ(schemas.all().size(), 2u);
  EXPECT_EQ(schemas.all()[0].first, "StopInput");
  EXPECT_EQ(
      schemas.all()[1].second,
      R"({"type":"object","properties":{"name":{"type":"string","minLength":1,"maxLength":10},)"
      R"("level":{"type":"integer","minimum":1,"maximum":5},)"
      R"("limit":{"type":"integer","minimum":1,"maximum":200,"default":50},)"
      R"("priority":{"type":"string","enum":["low","high"]},)"
      R"("fleet_id":{"type":"string","pattern":"^[A-Za-z0-9._:-]{1,64}$"},)"
      R"("stops":{"type":"array","items":{"$ref":"#/components/schemas/StopInput"},"maxItems":7},)"
      R"("labels":{"type":"object","maxProperties":64,"additionalProperties":{"type":"string","maxLength":256}},)"
      R"("parameters":{},)"
      R"("deadline":{"anyOf":[{"type":"string","format":"date-time"},{"type":"null"}],"description":"null clears it"},)"
      R"("active":{"type":"boolean"}},"required":["name","level","fleet_id"],"additionalProperties":false})");
}

TEST(JsonSchema, what_goes_out_is_always_there) {
  json::Schemas schemas;
  json::define_schema<Thing>(schemas, "Thing");
  EXPECT_EQ(schemas.all()[1].second,
            R"({"type":"object","properties":{"id":{"type":"string","format":"uuid"},"name":{"type":"string"},)"
            R"("stops":{"type":"array","items":{"$ref":"#/components/schemas/Stop"}},)"
            R"("done_at":{"type":"string","format":"date-time"},)"
            R"("children":{"type":"array","items":{"$ref":"#/components/schemas/Thing"}}},)"
            R"("required":["id","name","stops","children"]})");
  EXPECT_THROW(json::define_schema<Stop>(schemas, "Thing"), std::logic_error);
}

TEST(JsonSchema, type_names_are_plain) {
  EXPECT_EQ(json::type_name<Thing>(), "Thing");
  EXPECT_EQ(json::type_name<Page<Thing>>(), "PageOfThing");
}

TEST(OpenApi, is_json_and_has_what_the_rows_have) {
  const auto text = openapi_document(rows(), {.version = "1", .description = "d"});
  json::Document document;
  ASSERT_TRUE(document.parse(text)) << document.parse(text).error().detail << text;
  EXPECT_TRUE(has(text, "\"/api/v1/mission-management/things/{id}/copies\": {\n      \"post\": {"));
  EXPECT_TRUE(has(text, "\"/health\": {"));
  EXPECT_TRUE(has(text, "\"x-permission\": \"missions:write\""));
  EXPECT_TRUE(has(text, "\"409\""));
  EXPECT_TRUE(has(text, "\"description\": \"Conflict: wrong_state\""));
  EXPECT_TRUE(has(text, "#/components/parameters/IdempotencyKey"));
  EXPECT_TRUE(has(text, "\"304\""));
  EXPECT_TRUE(has(text, "\"operationId\": \"post_things_id_copies\""));
  // For the validator of the whole document (openapi-spec-validator), which is not ours.
  if (const char* path = std::getenv("OPENAPI_OUT")) std::ofstream(path) << text;
}

}  // namespace
}  // namespace mms::http
