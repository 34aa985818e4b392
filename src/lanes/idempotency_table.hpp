// The table of given answers: kept in the transaction of the change, for a day.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "lanes/part.hpp"
#include "lanes/rules/idempotency_set.hpp"
#include "vocabulary/time.hpp"

namespace mms::lanes {

std::unique_ptr<Part> idempotency_part(WorkingSet& set);

// For those who append without the lane: the answer given to this identity, and keeping one.
database::Query find_answer(const std::string& identity);
std::optional<StoredAnswer> answer_from(const database::Rows& rows, vocabulary::Time now);
database::Query keep_answer(const std::string& identity, const StoredAnswer& stored);

// Deletes up to `limit` answers made before `before`.
database::Query forget_answers(vocabulary::Time before, std::int64_t limit);

}  // namespace mms::lanes
