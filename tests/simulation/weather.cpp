// The weather of a seed.
#include "weather.hpp"

namespace mms::simulation {

Weather weather_of(Chance& chance) {
  Weather w;
  const auto maybe = [&](int value) { return chance.percent(40) ? value : 0; };
  w.replicas = 1 + chance.pick(2);
  w.calm = 20 + chance.pick(75);
  w.read_fails = maybe(10 + chance.pick(40));
  w.begin_fails = maybe(8 + chance.pick(40));
  w.run_fails = maybe(5 + chance.pick(20));
  w.commit_rolls_back = maybe(5 + chance.pick(20));
  w.commit_is_lost = maybe(5 + chance.pick(20));
  w.statement_fails = chance.percent(15) ? 10 + chance.pick(20) : 0;
  w.append_fails = maybe(8 + chance.pick(40));
  w.crash = chance.percent(60) ? 1 + chance.pick(4) : 0;
  w.clock_jump = chance.percent(30) ? 1 + chance.pick(3) : 0;
  w.freeze = chance.percent(30) ? 1 + chance.pick(4) : 0;
  w.sink_fails = maybe(3 + chance.pick(20));
  w.sink_loses_report = maybe(3 + chance.pick(20));
  w.sink_room = 1 + chance.pick(60);
  return w;
}

}  // namespace mms::simulation
