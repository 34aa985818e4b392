// The tables of templates and their versions.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "lanes/part.hpp"
#include "templates/rules/template.hpp"

namespace mms::templates {

// Told how many missions a committed batch made from templates. Threads: the lane's.
using CountUses = std::function<void(std::size_t uses)>;

// The templates' share of the working set.
std::unique_ptr<lanes::Part> template_part(lanes::WorkingSet& set, const CountUses& count_uses);

// One template as it is stored: fleet_id ('*' for every fleet), version, body.
database::Query find_template(const TemplateId& id);
database::Query find_version(const TemplateId& id, std::int64_t version);
// Versions below `before`, newest first: version, body.
database::Query versions_before(const TemplateId& id, std::int64_t before, std::int64_t limit);

// For replay: stored bodies in the order of their ids, and writing rows anew.
database::Query template_bodies(const TemplateId& after, std::int64_t limit);
database::Query all_versions(const TemplateId& id);
std::vector<database::Query> delete_templates();
database::Query upsert_templates(const std::vector<Template>& templates);
database::Query upsert_versions(const std::vector<Template>& versions);

}  // namespace mms::templates
