// What can have happened to a template, and how each fact changes its stored fields.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "templates/rules/template.hpp"
#include "vocabulary/event.hpp"

namespace mms::templates {

// Created as it is from then on.
struct TemplateCreated {
  static constexpr std::string_view kType = "template.created";
  Template made;
};
BOOST_DESCRIBE_STRUCT(TemplateCreated, (), (made))

// Its definition from then on, whole: a version stands for itself.
struct TemplateUpdated {
  static constexpr std::string_view kType = "template.updated";
  std::string name;
  std::optional<std::string> description;
  Raw parameters;
  Raw mission;
  std::optional<std::vector<PlanStep>> missions;
};
BOOST_DESCRIBE_STRUCT(TemplateUpdated, (), (name, description, parameters, mission, missions))

struct TemplateArchived {
  static constexpr std::string_view kType = "template.archived";
};
BOOST_DESCRIBE_STRUCT(TemplateArchived, (), ())

using TemplateEvent = std::variant<TemplateCreated, TemplateUpdated, TemplateArchived>;

std::string_view type_of(const TemplateEvent& event);
std::string data_of(const TemplateEvent& event);
// Throws std::runtime_error for a type or data that this binary does not know: the log is not to be guessed at.
TemplateEvent template_event_from(const vocabulary::Event& event);

// The state after the event. `version` and `at` are the event's own; a fold never asks for anything else.
Template evolve(Template t, const TemplateEvent& event, std::int64_t version, Time at);

}  // namespace mms::templates
