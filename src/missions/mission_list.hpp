// The list of missions: what it can be sorted and filtered by.
#pragma once

#include "endpoints/list_table.hpp"

namespace mms::missions {

const endpoints::ListTable& mission_list();

}  // namespace mms::missions
