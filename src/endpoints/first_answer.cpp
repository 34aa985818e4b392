// The table of given answers, for those who append.
#include "endpoints/first_answer.hpp"

#include "endpoints/ride.hpp"
#include "lanes/idempotency_table.hpp"

namespace mms::endpoints {

async::Task<vocabulary::Result<std::optional<http::Response>>> first_answer(
    database::Reader& reader,
    const std::optional<lanes::IdempotencyKey>& key,
    vocabulary::Time now,
    async::Deadline deadline) {
  if (!key) co_return std::nullopt;
  auto first = lanes::answer_from(co_await reader.run_one(lanes::find_answer(key->identity), deadline), now);
  if (!first) co_return std::nullopt;
  if (first->body_hash == key->body_hash) co_return response_of(std::move(first->answer));
  co_return vocabulary::refuse(vocabulary::ProblemKind::idempotency_key_reused,
                               "this Idempotency-Key was used with another body; use a new key for a new request");
}

database::Query keep_first_answer(const lanes::IdempotencyKey& key, const lanes::Answer& answer, vocabulary::Time now) {
  return lanes::keep_answer(key.identity, {.body_hash = key.body_hash, .answer = answer, .created_at = now});
}

}  // namespace mms::endpoints
