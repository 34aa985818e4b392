// Idempotency-Key for what does not ride the lane: the first answer is looked up before, and kept with the change.
#pragma once

#include <optional>

#include "database/database.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "lanes/lane.hpp"
#include "vocabulary/problem.hpp"

namespace mms::endpoints {

// The answer that a request with this key was given, or nothing. Refuses: idempotency_key_reused.
async::Task<vocabulary::Result<std::optional<http::Response>>> first_answer(
    database::Reader& reader,
    const std::optional<lanes::IdempotencyKey>& key,
    vocabulary::Time now,
    async::Deadline deadline);

// Keeps the answer: to be appended with the change that it is the answer to.
database::Query keep_first_answer(const lanes::IdempotencyKey& key, const lanes::Answer& answer, vocabulary::Time now);

}  // namespace mms::endpoints
