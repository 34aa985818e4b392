// The template commands as the lane sees them.
#pragma once

#include <memory>
#include <string>

#include "lanes/rules/command.hpp"
#include "templates/rules/template_engine.hpp"
#include "templates/rules/template_input.hpp"

namespace mms::templates {

using CommandPtr = std::unique_ptr<lanes::Command>;

// Of a new template: its id, and the body's hash when the client chose it.
struct NewTemplate {
  TemplateId id;
  bool chosen = false;
  std::string body_hash;
};
CommandPtr create_template(CreateTemplate input, NewTemplate id, MissionCheck check);
CommandPtr update_template(TemplateId id, UpdateTemplate input, MissionCheck check);
CommandPtr archive_template(TemplateId id);

}  // namespace mms::templates
