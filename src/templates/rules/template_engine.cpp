// Using a template: filling in parameters and writing bodies.
#include "templates/rules/template_engine.hpp"

#include <fmt/format.h>

#include "templates/rules/parameter_schema.hpp"
#include "templates/rules/placeholder.hpp"

namespace mms::templates {
namespace {

using vocabulary::FieldError;
using vocabulary::Problem;
using vocabulary::ProblemKind;
using vocabulary::Result;

constexpr std::size_t kLongestBody = 256 << 10;
constexpr std::size_t kMostDefaults = 256 << 10;

std::unexpected<Problem> invalid_parameters(std::string detail, std::vector<FieldError> errors) {
  auto refusal = vocabulary::refuse(ProblemKind::invalid_parameters, std::move(detail));
  refusal.error().errors = std::move(errors);
  return refusal;
}

std::string_view or_empty(const Raw& raw) {
  return raw.empty() || raw.text == "null" ? std::string_view("{}") : std::string_view(raw.text);
}

// What this service stored, or what was read from a body that parsed. Throws std::runtime_error for anything else.
const json::Object& object_of(json::Document& document, const Raw& raw) {
  const auto root = document.parse(or_empty(raw));
  if (!root) json::throw_unreadable(root.error());
  if (!(*root)->is_object()) throw std::runtime_error("stored JSON is damaged: no object");
  return (*root)->get_object();
}

}  // namespace

Result<Raw> fill_parameters(const Template& t, const Raw& given) {
  json::Document schema_text;
  const auto& schema = object_of(schema_text, t.parameters);
  json::Document document;
  const auto root = document.parse(or_empty(given));
  if (!root)
    return invalid_parameters("the parameters cannot be read", {{"/parameters", "malformed", root.error().detail}});
  json::Value value = **root;
  std::size_t budget = kMostDefaults;
  json::Reading in(json::UnknownMembers::refuse);
  const json::Reading::Step step(in, "parameters");
  if (!fill_defaults(schema, value, budget)) {
    in.error("too_large", "with their defaults the parameters are larger than 256 KiB");
  } else {
    check_parameters(in, schema, value);
  }
  if (in.errors().empty()) return Raw{json::to_text(value)};
  return invalid_parameters(fmt::format("some parameters are not what template \"{}\" asks for", t.name),
                            in.take_errors());
}

Result<std::string> expand(const Raw& mission, const Raw& parameters, const Raw& overrides) {
  json::Document body;
  json::Document values;
  json::Document instead;
  auto text =
      put_in(object_of(body, mission), object_of(values, parameters), object_of(instead, overrides), kLongestBody);
  if (!text) {
    return invalid_parameters("with these parameters the mission would be too large",
                              {{"/parameters", "too_large", "the mission that comes out is larger than 256 KiB"}});
  }
  json::Document whole;
  if (const auto read = whole.parse(*text); !read) {
    return invalid_parameters("with these parameters the mission cannot be read",
                              {{"/parameters", "too_deep", read.error().detail}});
  }
  return std::move(*text);
}

Result<std::vector<MadeMission>> make_all(const Template& t, const Raw& filled, MissionCheck check) {
  std::vector<PlanStep> steps;
  if (t.missions) {
    steps = *t.missions;
  } else {
    steps.push_back({.key = "mission", .mission = t.mission, .depends_on = {}});
  }
  std::vector<MadeMission> made;
  std::vector<FieldError> errors;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    TRY(text, expand(steps[i].mission, filled, {}));
    for (auto& error : check(text)) {
      error.pointer = fmt::format("/missions/{}/mission{}", i, error.pointer);
      errors.push_back(std::move(error));
    }
    made.push_back({.key = steps[i].key, .mission = {std::move(text)}, .depends_on = steps[i].depends_on});
  }
  if (errors.empty()) return made;
  return invalid_parameters("with these parameters the template makes missions that cannot be", std::move(errors));
}

}  // namespace mms::templates
