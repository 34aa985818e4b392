// The rules of a template: pure decisions from a state, a command and facts to events.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "templates/rules/template_engine.hpp"
#include "templates/rules/template_events.hpp"
#include "templates/rules/template_input.hpp"
#include "vocabulary/problem.hpp"

namespace mms::templates {

using vocabulary::Result;
using Events = std::vector<TemplateEvent>;

// Who makes it, under which id, when.
struct Making {
  TemplateId id;
  std::string caller;
  Time now;
};
// Refuses: invalid_fields, with all that is wrong with its definition.
Result<Template> make_template(const CreateTemplate& input, const Making& making, MissionCheck check);

// The template as the update would leave it. Refuses: invalid_fields.
Result<Template> changed(const Template& t, const UpdateTemplate& command);
// Nothing happens when nothing changes. Refuses: wrong_state (archived), invalid_fields.
Result<Events> decide(const Template& t, const UpdateTemplate& command, MissionCheck check);
// Nothing happens when it is archived already.
Events decide(const Template& t, const ArchiveTemplate& command);

// Another active template of the fleet has the name. Refuses: already_exists, which names it.
Result<void> check_name(const Template& t, const std::optional<TemplateId>& holder);

}  // namespace mms::templates
