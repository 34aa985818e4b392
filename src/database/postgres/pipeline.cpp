// Routes results to calls, in the order in which they were sent.
#include "database/postgres/pipeline.hpp"

namespace mms::postgres {

void Pipeline::sent_prepare(std::size_t slot) {
  segments_.emplace_back().prepare = slot;
}

void Pipeline::sent_calls(const std::vector<std::size_t>& steps) {
  auto& segment = segments_.emplace_back();
  segment.calls.reserve(steps.size());
  for (const auto count : steps) segment.calls.push_back({count});
  ++call_segments_;
}

Pipeline::Place Pipeline::place() const {
  if (segments_.empty()) return {};
  const auto& segment = segments_.front();
  if (segment.prepare && !segment.prepare_ended) return {.kind = Place::Kind::prepare, .slot = *segment.prepare};
  if (segment.call < segment.calls.size()) {
    return {.kind = Place::Kind::step, .call = segment.call, .step = segment.step};
  }
  return {.kind = Place::Kind::sync};
}

void Pipeline::answered() {
  if (!segments_.empty()) segments_.front().seen = true;
}

void Pipeline::refused() {
  if (segments_.empty()) return;
  auto& segment = segments_.front();
  segment.seen = true;
  segment.broken = true;
  if (segment.call < segment.calls.size()) {
    segment.calls[segment.call].verdict = Verdict::failed;
    return;
  }
  // Refused at the Sync itself (the implicit commit): nothing of the segment happened.
  for (auto& call : segment.calls) call.verdict = Verdict::failed;
}

void Pipeline::skipped() {
  if (segments_.empty()) return;
  auto& segment = segments_.front();
  segment.seen = true;
  if (segment.call >= segment.calls.size()) return;
  auto& call = segment.calls[segment.call];
  if (call.verdict == Verdict::answered) call.verdict = Verdict::again;
}

bool Pipeline::step_ended() {
  if (segments_.empty() || !segments_.front().seen) return false;
  auto& segment = segments_.front();
  segment.seen = false;
  if (segment.prepare && !segment.prepare_ended) {
    segment.prepare_ended = true;
  } else if (segment.call < segment.calls.size() && ++segment.step == segment.calls[segment.call].steps) {
    segment.step = 0;
    ++segment.call;
  }
  return true;
}

Pipeline::Ended Pipeline::synced() {
  Ended ended;
  if (segments_.empty()) return ended;
  const auto& segment = segments_.front();
  ended.prepared = segment.prepare;
  ended.broken = segment.broken;
  for (const auto& call : segment.calls) ended.calls.push_back(call.verdict);
  if (!segment.prepare) --call_segments_;
  segments_.pop_front();
  return ended;
}

void Pipeline::clear() {
  segments_.clear();
  call_segments_ = 0;
}

}  // namespace mms::postgres
