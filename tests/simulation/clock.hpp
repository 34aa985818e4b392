// The clocks of this binary: they stand still until somebody moves them.
#pragma once

#include <chrono>

#include "vocabulary/time.hpp"

namespace mms::simulation {

// std::chrono::steady_clock and system_clock are defined here for the whole process, so that the service's own code,
// and Asio's timers, live in virtual time without knowing it. Threads: one.
class Clocks {
 public:
  static void reset();
  // Time passes.
  static void advance(std::chrono::microseconds by);
  // Somebody sets the wall clock, forth or back.
  static void jump(std::chrono::microseconds by);
  static vocabulary::Time wall();
  static std::chrono::microseconds since_reset();
};

// Real time, for whoever waits before the screen.
std::chrono::microseconds real_time();

}  // namespace mms::simulation
