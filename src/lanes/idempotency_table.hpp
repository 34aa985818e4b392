// The table of given answers: kept in the transaction of the change, for a day.
#pragma once

#include <memory>

#include "lanes/part.hpp"
#include "vocabulary/time.hpp"

namespace mms::lanes {

std::unique_ptr<Part> idempotency_part(WorkingSet& set);

// Deletes up to `limit` answers made before `before`.
database::Query forget_answers(vocabulary::Time before, std::int64_t limit);

}  // namespace mms::lanes
