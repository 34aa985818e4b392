// Who gets the next answer: the bookkeeping of libpq's pipeline mode, without libpq.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

namespace mms::postgres {

// A segment is what stands between two Syncs: one Prepare, or one or more calls of one or more steps each. After an
// error the server skips the rest of the segment. libpq then tells, for each step: one result and a NULL, and one
// result for the Sync.
class Pipeline {
 public:
  enum class Verdict {
    answered,
    failed,  // one of its own steps was refused
    again,   // skipped because another call of the segment was refused: nothing of it happened, run it alone
  };
  // Where a result belongs.
  struct Place {
    enum class Kind { nothing, prepare, step, sync };
    Kind kind = Kind::nothing;
    std::size_t slot = 0;  // of the statement being prepared
    std::size_t call = 0;  // position in its segment
    std::size_t step = 0;
  };
  // A segment that has ended.
  struct Ended {
    std::optional<std::size_t> prepared;  // its slot
    bool broken = false;
    std::vector<Verdict> calls;
  };

  void sent_prepare(std::size_t slot);
  // `steps` of each call, all above zero.
  void sent_calls(const std::vector<std::size_t>& steps);

  bool is_empty() const { return segments_.empty(); }
  std::size_t call_segments() const { return call_segments_; }
  Place place() const;

  void answered();
  void refused();
  void skipped();
  // libpq's NULL behind a step. False when no result came before it: nothing more to read now.
  bool step_ended();
  // The Sync's own result.
  Ended synced();
  void clear();

 private:
  struct Call {
    std::size_t steps;
    Verdict verdict = Verdict::answered;
  };
  struct Segment {
    std::optional<std::size_t> prepare;
    std::vector<Call> calls;
    std::size_t call = 0;
    std::size_t step = 0;
    bool seen = false;
    bool broken = false;
    bool prepare_ended = false;
  };
  std::deque<Segment> segments_;
  std::size_t call_segments_ = 0;
};

}  // namespace mms::postgres
