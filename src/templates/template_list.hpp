// The list of templates: what it can be sorted and filtered by.
#pragma once

#include "endpoints/list_table.hpp"

namespace mms::templates {

const endpoints::ListTable& template_list();

}  // namespace mms::templates
