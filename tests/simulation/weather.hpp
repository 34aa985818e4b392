// What may go wrong in a world, and what this binary breaks on purpose.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string_view>

namespace mms::simulation {

// All chance of a run comes from here: the same seed gives the same run.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed * 0x9E3779B97F4A7C15ULL + 1) {}
  // 0 to n - 1.
  int pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool once_in(int n) { return n > 0 && pick(n) == 0; }
  bool percent(int p) { return pick(100) < p; }
  std::uint64_t bits() { return (std::uint64_t{random_()} << 32) | random_(); }

 private:
  std::mt19937 random_;
};

// Each seed has weather of its own, so that rare faults also come alone and often: "once in" so many, 0 for never.
struct Weather {
  int replicas = 1;
  int calm = 50;  // of a hundred calls of the store, so many are answered at once
  int read_fails = 0;
  int begin_fails = 0;
  int run_fails = 0;
  int commit_rolls_back = 0;
  int commit_is_lost = 0;   // nobody knows: it is durable or it is not
  int statement_fails = 0;  // the engine refuses the batch
  int append_fails = 0;
  int crash = 0;  // of a hundred steps, each
  int clock_jump = 0;
  int freeze = 0;  // a replica stands still for a while
  int sink_fails = 0;
  int sink_loses_report = 0;  // it arrived, and it is said that it did not
  int sink_room = 50;         // messages under way
};
Weather weather_of(Chance& chance);

// Faults of the service itself, planted in this binary's own layers, that the invariants must find.
enum class Planted {
  nothing,
  answer_before_commit,      // a command is acknowledged and never written
  lost_commit_is_run_again,  // a commit of unknown end is taken for rolled back
  event_comes_late,          // a reader sees an event after later ones: sequence order is breached
  sink_forgets,              // a message is said to have arrived and has not
  sink_overtakes,            // messages of one key change places
  timer_is_not_deleted,
  timer_is_not_set,
  event_is_not_written,
  row_is_not_written,
  vehicle_is_not_seen,  // the batch does not learn who is in the vehicle
  dependencies_are_not_seen,
  successors_are_not_seen,
  no_lock,                // two lanes write without taking turns
  cursor_runs_ahead,      // of what was delivered
  answers_are_forgotten,  // the table of idempotency keys stays empty
  cache_is_not_told,      // of what the lane wrote
};
struct PlantedName {
  Planted planted;
  std::string_view name;
};
inline constexpr std::array<PlantedName, 16> kPlanted{{
    {Planted::answer_before_commit, "answer_before_commit"},
    {Planted::lost_commit_is_run_again, "lost_commit_is_run_again"},
    {Planted::event_comes_late, "event_comes_late"},
    {Planted::sink_forgets, "sink_forgets"},
    {Planted::sink_overtakes, "sink_overtakes"},
    {Planted::timer_is_not_deleted, "timer_is_not_deleted"},
    {Planted::timer_is_not_set, "timer_is_not_set"},
    {Planted::event_is_not_written, "event_is_not_written"},
    {Planted::row_is_not_written, "row_is_not_written"},
    {Planted::vehicle_is_not_seen, "vehicle_is_not_seen"},
    {Planted::dependencies_are_not_seen, "dependencies_are_not_seen"},
    {Planted::successors_are_not_seen, "successors_are_not_seen"},
    {Planted::no_lock, "no_lock"},
    {Planted::cursor_runs_ahead, "cursor_runs_ahead"},
    {Planted::answers_are_forgotten, "answers_are_forgotten"},
    {Planted::cache_is_not_told, "cache_is_not_told"},
}};

}  // namespace mms::simulation
