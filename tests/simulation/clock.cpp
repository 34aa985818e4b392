// Virtual time for the whole process.
#include "clock.hpp"

#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>

namespace mms::simulation {
namespace {

constexpr std::chrono::microseconds kStart = std::chrono::seconds(1'000'000);
constexpr std::chrono::microseconds kWallStart = std::chrono::seconds(1'790'000'000);
std::chrono::microseconds steady = kStart;
std::chrono::microseconds wall_ahead = kWallStart - kStart;

}  // namespace

void Clocks::reset() {
  steady = kStart;
  wall_ahead = kWallStart - kStart;
}
void Clocks::advance(std::chrono::microseconds by) {
  steady += by;
}
void Clocks::jump(std::chrono::microseconds by) {
  wall_ahead += by;
}
vocabulary::Time Clocks::wall() {
  return vocabulary::Time(steady + wall_ahead);
}
std::chrono::microseconds Clocks::since_reset() {
  return steady - kStart;
}

std::chrono::microseconds real_time() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::microseconds(now.tv_nsec / 1000);
}

}  // namespace mms::simulation

// libstdc++ declares them; whoever defines them first, the program or its library, is asked by all.
namespace std::chrono {
inline namespace _V2 {

steady_clock::time_point steady_clock::now() noexcept {
  return time_point(mms::simulation::steady);
}
system_clock::time_point system_clock::now() noexcept {
  return time_point(mms::simulation::steady + mms::simulation::wall_ahead);
}

}  // namespace _V2
}  // namespace std::chrono

// Nor are there timers of the kernel, which know real time alone: without them Asio compares its timers with the clock
// each time it looks for work.
extern "C" int timerfd_create(clockid_t, int) noexcept {
  errno = ENOSYS;
  return -1;
}
