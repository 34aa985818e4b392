// One requirement against one report: whether it is broken, and when it is well enough again to be called over.
#pragma once

#include <optional>
#include <string>

#include "monitor/rules/report.hpp"
#include "safety/rules/gate.hpp"
#include "safety/rules/requirement.hpp"

namespace mms::monitor {

using safety::Requirement;

// What is beyond the limit is a breach; what is within it and not by a margin is only near: who stands at the rim does
// not come and go.
enum class Standing { unknown, breach, near, good };

struct Judgement {
  Standing standing = Standing::unknown;
  std::string words{};  // of a breach, for people
  std::optional<Coordinates> location{};
};

// The margins. Speed: 5 % below the limit. Battery: 2 points above it. Deviation: 20 % below it. Zones: 20 m.
inline constexpr double kSpeedMargin = 0.95;
inline constexpr double kBatteryMargin = 2;
inline constexpr double kDeviationMargin = 0.8;
inline constexpr double kRimMargin = 20;
// The straight way between two positions further apart in time says nothing of where the vehicle was.
inline constexpr Duration kWayHolds = std::chrono::minutes(5);

// A place and when it was there.
struct Seen {
  Coordinates position;
  Time at;
  bool operator==(const Seen&) const = default;
};
BOOST_DESCRIBE_STRUCT(Seen, (), (position, at))

// `report` with everything that is known at its moment; `before`: where the vehicle was last. Kinds that no report
// tells (heartbeat, environment) are unknown.
Judgement judge(const Requirement& requirement, const Report& report, const std::optional<Seen>& before);

// The environment as it is at `now` where the vehicle was last. Nobody knows: unknown, as when readings expired.
Judgement judge_environment(const Requirement& requirement,
                            const std::vector<const vehicles::EnvironmentReading*>& readings,
                            const std::optional<Seen>& last,
                            Time now);

}  // namespace mms::monitor
