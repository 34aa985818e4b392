// Orders and filters of GET /templates.
#include "templates/template_list.hpp"

#include "templates/rules/template.hpp"

namespace mms::templates {
namespace {

using endpoints::ColumnKind;

std::optional<std::string> status_value(std::string_view text) {
  const auto status = vocabulary::from_name<TemplateStatus>(text);
  return status ? std::optional(std::string(text)) : std::nullopt;
}

// Composed before main, so that the drivers see every statement.
const endpoints::ListTable table({
    .table = "mission_templates",
    .sorts = {{"created_at", ColumnKind::time}, {"updated_at", ColumnKind::time}, {"name", ColumnKind::text}},
    .filters = {{.name = "fleet_id", .leads = true},
                {.name = "status", .translate = status_value, .expects = "must be one of active, archived"},
                {.name = "name"}},
});

}  // namespace

const endpoints::ListTable& template_list() {
  return table;
}

}  // namespace mms::templates
