// The watch over one mission: a pure fold of the reports under way into what the monitor finds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "monitor/rules/judgement.hpp"
#include "monitor/rules/report.hpp"

namespace mms::monitor {

// A report counts when it is recorded at most so long before the newest that arrived, and is put in order among those.
inline constexpr Duration kWindow = std::chrono::seconds(2);
// For one that is received and not yet stored.
inline constexpr Duration kGrace = std::chrono::milliseconds(300);
// A report waits at most so long for those recorded before it.
inline constexpr Duration kHold = kWindow + kGrace;
// At most so many findings at one look; what is left waits for the next.
inline constexpr std::size_t kMostFindings = 64;
// A breach that goes on is told again so often, not at each report.
inline constexpr Duration kTellEvery = std::chrono::seconds(5);
// Near the limit and within it for so long is over, too.
inline constexpr Duration kCalm = std::chrono::seconds(10);
// An environment that was broken is looked at so often until it is over.
inline constexpr Duration kLookAgain = std::chrono::seconds(1);

// How a requirement stands. Kept while it is broken alone.
struct Phase {
  std::string key;
  Time last_seen_at;
  Time told_at;
  std::int64_t unseen = 0;  // sightings since it was told
  std::optional<Time> good_since;
  bool operator==(const Phase&) const = default;
};
BOOST_DESCRIBE_STRUCT(Phase, (), (key, last_seen_at, told_at, unseen, good_since))

// Where a report stands among the others. The moment is its recorded_at, but never further ahead of our clock than the
// window: a clock that is ahead must not make all the others late.
struct Place {
  Time moment;
  Time recorded_at;
  auto operator<=>(const Place&) const = default;
};
BOOST_DESCRIBE_STRUCT(Place, (), (moment, recorded_at))

// What is kept between two looks.
struct Watch {
  std::string vehicle_id;
  std::optional<Time> newest;         // moment that arrived
  std::optional<Place> folded_until;  // nothing up to here is taken any more
  std::vector<Report> waiting;        // arrived, and not yet in order for sure
  std::optional<Seen> last;
  std::optional<std::string> onboard_stage;
  std::optional<std::vector<std::string>> capabilities;
  std::optional<Time> heard_at;  // by our clock
  std::vector<Phase> broken;
  bool operator==(const Watch&) const = default;
};
BOOST_DESCRIBE_STRUCT(Watch,
                      (),
                      (vehicle_id, newest, folded_until, waiting, last, onboard_stage, capabilities, heard_at, broken))

BOOST_DEFINE_ENUM_CLASS(What, begins, goes_on, over)

struct Finding {
  What what{};
  std::string key;  // of the requirement
  Time moment;
  std::int64_t times = 1;  // of goes_on: how often since it was told last
  std::string words{};
  std::optional<Coordinates> location{};
  std::optional<TripId> trip_id{};
  std::optional<MissionId> trip_mission_id{};
  bool operator==(const Finding&) const = default;
};

// Lifetime: the pointers hold for the call.
struct WatchFacts {
  const std::vector<Requirement>& requirements;
  Time since;                 // the mission runs since then
  std::optional<Time> until;  // it ran until then: what is recorded later begins no breach
  Time now;
  Time listening_since{};   // who was not there does not know who was silent
  bool all_arrived = true;  // `arrived` are all that there are
  bool ended = false;       // what is recorded after `until` ends no breach either
  std::vector<const vehicles::EnvironmentReading*> environment{};
  Duration window = kWindow;
};

struct Observed {
  Watch watch;
  std::vector<Finding> findings{};
  std::int64_t late = 0;  // reports beyond the window, and those that came once more after they were taken
  Time due_at{};          // when to look again, if nothing arrives
};

// Law: reports in any order, any of them twice, each at most the window late, give the findings of the ordered stream,
// whenever it is looked at; but for heartbeat and environment, which go by our clock.
Observed observe(Watch watch, std::vector<Report> arrived, const WatchFacts& facts);

// What was seen and not told, for a mission that is over.
std::vector<Finding> last_words(const Watch& watch);

}  // namespace mms::monitor
