// A world: replicas over one store, clients, a broker, time, and chance that says what happens next.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "diary.hpp"
#include "oracle.hpp"
#include "replica.hpp"
#include "store.hpp"
#include "weather.hpp"
#include "wishes.hpp"

namespace mms::simulation {

struct Run {
  std::uint64_t seed = 1;
  int steps = 200;
  Planted planted = Planted::nothing;
  bool kept = false;  // the diary's lines
};

class World {
 public:
  World(Ground& ground, const Run& run);
  // Plays it to its end, or to the first law that is broken.
  const Diary& play();
  std::int64_t events() const { return oracle_.events(); }

 private:
  struct Place {
    std::unique_ptr<Replica> replica;
    std::int64_t frozen_until = 0;  // step
  };
  void step();
  void send();
  void retry();
  void submit(std::vector<std::size_t> wishes);
  void read();
  void call_store();
  void pass_time();
  void deliver();
  void harm();
  void start(std::size_t place);
  void kill(std::size_t place);
  void run_all();
  void come_to_rest();
  void rest_a_while();
  void check_that_nobody_waits();
  lanes::Outcome carry_out(std::unique_ptr<lanes::Command> command);
  bool is_moving(const Place& place) const { return place.replica && place.frozen_until <= step_; }
  Replica* any_moving();

  Run run_;
  Ground& ground_;
  Chance chance_;
  Weather weather_;
  Diary diary_;
  Oracle oracle_;
  Store store_;
  Wishes wishes_;
  std::vector<Wish> wanted_;
  std::vector<std::size_t> in_doubt_;  // wishes whose last try was not carried out, or may not have been
  std::optional<MissionId> told_of_;   // that somebody was told of last
  std::vector<Place> places_;
  std::int64_t step_ = 0;
  int processes_ = 0;
};

}  // namespace mms::simulation
