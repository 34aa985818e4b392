// Positions that no vehicle can have: told apart from the sound ones, so that one bad fix moves nothing.
#pragma once

#include <optional>
#include <vector>

#include "trips/rules/tracking.hpp"

namespace mms::trips {

// Takes positions in the order of their time. One that lies farther away than the fastest vehicle of the sector drives
// in the time is a suspect; a second one that agrees with it shows that the vehicle is there. Threads: one.
class JumpFilter {
 public:
  JumpFilter(double most_mps, std::optional<Position> last, std::optional<Position> suspect)
      : most_mps_(most_mps), last_(std::move(last)), suspect_(std::move(suspect)) {}

  struct Verdict {
    bool is_sound = false;
    std::optional<Position> before;   // where it came from; nothing: the first one, or a suspect
    std::optional<Position> cleared;  // the suspect that it confirms
  };
  Verdict take(const Position& position);

 private:
  double most_mps_;
  std::optional<Position> last_;
  std::optional<Position> suspect_;
};

// From one position straight to the other, in metres.
double way_m(const Position& from, const Position& to);

// What a trip's whole history comes to. `positions` in the order of their time; the last is sound, whatever it says.
struct Travelled {
  double way_m = 0;
  std::vector<Time> suspects;
};
Travelled travelled(const std::vector<Position>& positions, double most_mps);

}  // namespace mms::trips
