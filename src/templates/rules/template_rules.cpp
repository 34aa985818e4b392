// Decisions on templates.
#include "templates/rules/template_rules.hpp"

#include <fmt/format.h>

#include "vocabulary/json_write.hpp"

namespace mms::templates {
namespace {

using vocabulary::FieldError;
using vocabulary::Problem;
using vocabulary::ProblemKind;
using vocabulary::refuse;
namespace json = vocabulary::json;

constexpr std::string_view kNoParameters = R"({"type":"object","properties":{}})";

std::unexpected<Problem> invalid(std::string detail, std::vector<FieldError> errors) {
  auto refusal = refuse(ProblemKind::invalid_fields, std::move(detail));
  refusal.error().errors = std::move(errors);
  return refusal;
}

std::unexpected<Problem> both_given() {
  return invalid("a template is of one mission or of many",
                 {{"/missions", "not_together", "give mission, or missions for a plan; not both"}});
}

// Conditions ask how the predecessor ended; start_to_start does not wait for that.
Result<std::vector<PlanStep>> steps_from(const std::vector<PlanStepWish>& wishes) {
  std::vector<PlanStep> steps;
  std::vector<FieldError> errors;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    PlanStep step{.key = wishes[i].key, .mission = wishes[i].mission, .depends_on = {}};
    for (std::size_t j = 0; j < wishes[i].depends_on.size(); ++j) {
      const auto& wish = wishes[i].depends_on[j];
      if (wish.type.value == EdgeType::start_to_start && wish.condition) {
        errors.push_back({fmt::format("/missions/{}/depends_on/{}/condition", i, j), "not_together",
                          "start_to_start asks for the start alone, not for how the mission ends"});
      }
      step.depends_on.push_back({.key = wish.key,
                                 .type = wish.type.value,
                                 .condition = wish.condition.value_or(EdgeCondition::success),
                                 .lag_s = wish.lag_s.value.value});
    }
    steps.push_back(std::move(step));
  }
  if (errors.empty()) return steps;
  return invalid("some dependencies do not fit together", std::move(errors));
}

// null is no value here: the reader of free-form members keeps it as it was sent.
Raw without_null(const Raw& raw) {
  return raw.text == "null" ? Raw{} : raw;
}

Raw schema_from(const Raw& given) {
  const auto schema = without_null(given);
  return schema.empty() ? Raw{std::string(kNoParameters)} : schema;
}

Result<void> check_whole(const Template& t, MissionCheck check) {
  auto errors = check_definition(t, check);
  if (errors.empty()) return {};
  return invalid("this template could not be used", std::move(errors));
}

}  // namespace

Result<Template> make_template(const CreateTemplate& input, const Making& making, MissionCheck check) {
  Template t;
  t.id = making.id;
  if (input.fleet_id) t.fleet_id = *input.fleet_id;
  t.name = input.name;
  if (input.description) t.description = *input.description;
  t.parameters = schema_from(input.parameters);
  t.mission = without_null(input.mission);
  if (input.missions && !t.mission.empty()) return both_given();
  if (input.missions) {
    TRY(steps, steps_from(*input.missions));
    t.missions = std::move(steps);
  }
  t.created_at = t.updated_at = making.now;
  t.created_by = making.caller;
  t.version = 1;
  if (const auto good = check_whole(t, check); !good) return std::unexpected(good.error());
  return t;
}

Result<Template> changed(const Template& t, const UpdateTemplate& c) {
  Template after = t;
  if (c.mission.value && c.missions.value) return both_given();
  if (c.name.value) after.name = *c.name.value;
  if (c.description.present) {
    after.description.reset();
    if (c.description.value) after.description = *c.description.value;
  }
  if (c.parameters.present) after.parameters = schema_from(c.parameters.value.value_or(Raw{}));
  if (c.mission.value) {
    after.mission = *c.mission.value;
    after.missions.reset();
  }
  if (c.missions.value) {
    TRY(steps, steps_from(*c.missions.value));
    after.missions = std::move(steps);
    after.mission = {};
  }
  return after;
}

Result<Events> decide(const Template& t, const UpdateTemplate& command, MissionCheck check) {
  if (t.status == TemplateStatus::archived) {
    return refuse(ProblemKind::wrong_state, fmt::format("template \"{}\" is archived; it cannot be changed", t.name),
                  json::ObjectText().add("state", t.status).add("allowed", std::vector<std::string>{}).members());
  }
  TRY(after, changed(t, command));
  if (after == t) return Events{};
  if (const auto good = check_whole(after, check); !good) return std::unexpected(good.error());
  return Events{TemplateUpdated{.name = after.name,
                                .description = after.description,
                                .parameters = after.parameters,
                                .mission = after.mission,
                                .missions = after.missions}};
}

Events decide(const Template& t, const ArchiveTemplate&) {
  if (t.status == TemplateStatus::archived) return {};
  return {TemplateArchived{}};
}

Result<void> check_name(const Template& t, const std::optional<TemplateId>& holder) {
  if (!holder || *holder == t.id) return {};
  return refuse(ProblemKind::already_exists,
                fmt::format("{} has an active template \"{}\" already",
                            t.fleet_id ? fmt::format("fleet {}", *t.fleet_id) : std::string("every fleet"), t.name),
                json::ObjectText().add("name", t.name).add("template_id", *holder).members());
}

}  // namespace mms::templates
