// What clients want: random commands on few missions and fewer vehicles, so that they get in each other's way.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "lanes/lane.hpp"
#include "oracle.hpp"
#include "weather.hpp"

namespace mms::simulation {

// One thing that a client wants, until it knows that it was done or refused.
struct Wish {
  Try next;
  std::string words;
  std::function<std::unique_ptr<lanes::Command>()> command;
};

class Wishes {
 public:
  Wishes(Chance& chance, std::uint64_t seed, const Oracle& oracle)
      : chance_(chance),
        seed_(seed),
        oracle_(oracle),
        first_missions_(3 + chance.pick(6)),
        vehicles_(1 + chance.pick(3)) {}

  Wish make();
  // As of a mission of this world, that may be there or not.
  MissionId any_mission() { return mission_id(chance_.pick(made_ + 1)); }

 private:
  Wish wish(std::string_view command,
            std::optional<MissionId> on,
            std::function<std::unique_ptr<lanes::Command>()> make);
  Wish create();
  std::optional<Wish> acknowledge();
  Wish add_dependency();
  Wish remove_dependency();
  Wish change();
  Wish about_safety();
  MissionId mission_id(int n) const;
  vocabulary::Uuid made_id(std::uint64_t kind);
  // More often than not one in this state, so that most commands can be carried out.
  MissionId mission_in(std::initializer_list<missions::MissionStatus> states);
  std::string vehicle() { return fmt::format("truck-{}", chance_.pick(vehicles_)); }
  vocabulary::Time in_seconds(int most);

  Chance& chance_;
  std::uint64_t seed_;
  const Oracle& oracle_;
  int first_missions_;
  int made_ = 0;
  int vehicles_;
  int wishes_ = 0;
  std::uint64_t ids_ = 0;
  std::vector<std::pair<MissionId, vocabulary::DependencyId>> edges_;
  std::vector<vocabulary::SafetyEventId> events_;
};

// The submission of a wish's next try.
lanes::Submission submission_of(Wish& wish, Chance& chance);

}  // namespace mms::simulation
