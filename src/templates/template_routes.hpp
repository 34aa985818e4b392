// The endpoints below /templates.
#pragma once

#include <functional>
#include <vector>

#include "database/database.hpp"
#include "endpoints/cursor.hpp"
#include "http/route.hpp"
#include "lanes/lane.hpp"
#include "templates/rules/template_engine.hpp"
#include "vocabulary/ids.hpp"

namespace mms::templates {

// One for each thread. Lifetime: outlives the routes; what it names outlives it.
struct TemplateTools {
  database::Reader& reader;
  lanes::Lane& lane;
  vocabulary::IdSource& ids;
  const endpoints::CursorKey& cursor_key;
  MissionCheck check;
  std::function<vocabulary::Time()> now;
};

std::vector<http::Route> template_routes(const TemplateTools& tools);

}  // namespace mms::templates
