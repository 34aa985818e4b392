// Decides where a driver must be told something.
#include "roads/steps.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace mms::roads {
namespace {

bool is_link(RoadClass c) {
  return c == RoadClass::motorway_link || c == RoadClass::trunk_link || c == RoadClass::primary_link ||
         c == RoadClass::secondary_link || c == RoadClass::tertiary_link;
}
bool is_fast(RoadClass c) {
  return c == RoadClass::motorway || c == RoadClass::trunk;
}

std::string road_of(const Step& step) {
  if (step.name.empty()) return step.ref;
  return step.ref.empty() ? step.name : step.name + " (" + step.ref + ")";
}

std::string ordinal(std::uint32_t number) {
  const std::uint32_t last = number % 10, teens = number % 100;
  const char* ending = teens >= 11 && teens <= 13 ? "th"
                       : last == 1                ? "st"
                       : last == 2                ? "nd"
                       : last == 3                ? "rd"
                                                  : "th";
  return std::to_string(number) + ending;
}

std::string_view compass(double bearing) {
  constexpr std::array<std::string_view, 8> names = {"north", "northeast", "east", "southeast",
                                                     "south", "southwest", "west", "northwest"};
  return names[static_cast<std::size_t>(std::lround(bearing / 45)) % 8];
}

std::string instruction_of(const Step& step) {
  const std::string road = road_of(step), onto = road.empty() ? "" : " onto " + road;
  const std::string direction(to_text(step.direction));
  switch (step.maneuver) {
    case Maneuver::depart:
      return "Head " + std::string(compass(step.bearing_after_deg)) + (road.empty() ? "" : " on " + road) + ".";
    case Maneuver::turn:
      return "Turn " + direction + onto + ".";
    case Maneuver::new_name:
      return "Continue" + onto + ".";
    case Maneuver::fork:
      return "Keep " + direction + " at the fork" + onto + ".";
    case Maneuver::on_ramp:
      return "Take the ramp " + direction + onto + ".";
    case Maneuver::off_ramp:
      return "Take the exit " + direction + onto + ".";
    case Maneuver::merge:
      return "Merge" + onto + ".";
    case Maneuver::end_of_road:
      return "At the end of the road turn " + direction + onto + ".";
    case Maneuver::roundabout:
      return step.roundabout_exit == 0
                 ? "Enter the roundabout."
                 : "At the roundabout take the " + ordinal(step.roundabout_exit) + " exit" + onto + ".";
    case Maneuver::u_turn:
      return "Make a U-turn" + onto + ".";
    case Maneuver::ferry:
      return "Take the ferry" + (road.empty() ? std::string() : " " + road) + ".";
    case Maneuver::arrive:
      return "Arrive at the destination.";
  }
  return {};
}

class StepWriter {
 public:
  StepWriter(const RoadGraph& graph,
             const CostModel& model,
             const RoutePath& path,
             std::span<const EdgeTraffic> traffic)
      : graph_(graph), model_(model), path_(path), speeds_(path, traffic) {}

  std::vector<Step> run() {
    const auto shape = shape_of(graph_, path_);
    begin(Maneuver::depart, 0, path_.from.point);
    steps_.back().bearing_after_deg = shape.size() > 1 ? bearing_deg(shape[0], shape[1]) : 0;
    for (std::size_t i = 0; i < path_.edges.size(); ++i) {
      if (i > 0) pass_junction(i);
      drive(i);
    }
    begin(Maneuver::arrive, path_.edges.size() - 1, path_.to.point);
    steps_.back().bearing_before_deg = shape.size() > 1 ? bearing_deg(shape[shape.size() - 2], shape.back()) : 0;
    for (Step& step : steps_) step.instruction = instruction_of(step);
    return std::move(steps_);
  }

 private:
  const Segment& segment(std::size_t i) const { return graph_.segment(segment_of(path_.edges[i])); }

  void begin(Maneuver maneuver, std::size_t i, Coordinate place) {
    Step step;
    step.maneuver = maneuver;
    step.place = place;
    name(step, i);
    steps_.push_back(std::move(step));
  }
  void name(Step& step, std::size_t i) const {
    step.name = graph_.file().text(segment(i).name);
    step.ref = graph_.file().text(segment(i).ref);
  }

  void drive(std::size_t i) {
    const DirectedEdge edge = path_.edges[i];
    const double from = i == 0 ? share_before(edge, path_.from) : 0;
    const double to = i + 1 == path_.edges.size() ? share_before(edge, path_.to) : 1;
    const auto values = model_.edge_values(edge, speeds_(i));
    steps_.back().distance_m += values[static_cast<std::size_t>(Objective::distance)] * std::max(0.0, to - from);
    steps_.back().duration_s += values[static_cast<std::size_t>(Objective::time)] * std::max(0.0, to - from);
  }

  // Other roads that could be taken instead of edge i.
  struct Choice {
    std::uint32_t others = 0;
    bool other_ahead = false;
  };
  Choice choices(std::size_t i, double bearing_before) const {
    Choice choice;
    const RoadFile& f = graph_.file();
    const std::uint32_t from = graph_.turn_from(path_.turns[i - 1]);
    for (std::uint32_t t = f.turn_first[from]; t < f.turn_first[from + 1]; ++t) {
      const DirectedEdge other = graph_.edge_of(f.turns[t].to);
      if (t == path_.turns[i - 1] || (f.turns[t].flags & turn_u) != 0 || !model_.may_use(other)) continue;
      ++choice.others;
      choice.other_ahead |= std::abs(turn_angle_deg(bearing_before, bearing_at_start(other))) < 45;
    }
    return choice;
  }
  double bearing_at_start(DirectedEdge edge) const {
    const auto shape = graph_.file().shape_of(segment_of(edge));
    return is_backward(edge) ? bearing_deg(shape.back(), shape[shape.size() - 2]) : bearing_deg(shape[0], shape[1]);
  }
  double bearing_at_end(DirectedEdge edge) const {
    const double back = bearing_at_start(reversed(edge)) + 180;
    return back >= 360 ? back - 360 : back;
  }
  Coordinate start_of(DirectedEdge edge) const {
    const auto shape = graph_.file().shape_of(segment_of(edge));
    return is_backward(edge) ? shape.back() : shape.front();
  }

  void pass_junction(std::size_t i) {
    const DirectedEdge before = path_.edges[i - 1], after = path_.edges[i];
    const double bearing_before = bearing_at_end(before), bearing_after = bearing_at_start(after);
    const double angle = turn_angle_deg(bearing_before, bearing_after);
    const Choice choice = choices(i, bearing_before);
    if (!goes_round(i, choice)) {
      const auto maneuver = maneuver_at(i, angle, choice);
      if (maneuver == Maneuver::depart) {  // nothing to say
        turn_time(i);
        return;
      }
      begin(maneuver, i, start_of(after));
      steps_.back().direction = direction_of(angle);
      steps_.back().bearing_before_deg = bearing_before;
      steps_.back().bearing_after_deg = bearing_after;
    }
    turn_time(i);
  }
  void turn_time(std::size_t i) {
    steps_.back().duration_s += model_.turn_values(path_.turns[i - 1])[static_cast<std::size_t>(Objective::time)];
  }

  // Roundabouts are one step from entering to the next manoeuvre; true when this junction belongs to one.
  bool goes_round(std::size_t i, const Choice& choice) {
    const bool was = (segment(i - 1).flags & roundabout) != 0, is = (segment(i).flags & roundabout) != 0;
    if (!was && !is) return false;
    if (!was || steps_.back().maneuver != Maneuver::roundabout) {
      if (is) begin(Maneuver::roundabout, i, start_of(path_.edges[i]));
      if (!was) return true;
      if (!is) return false;
    }
    Step& step = steps_.back();
    if (is) {
      exits_passed_ += choice.others > 0 ? 1 : 0;
    } else {
      step.roundabout_exit = std::exchange(exits_passed_, 0) + 1;
      name(step, i);
    }
    return true;
  }

  // depart stands for: nothing to say.
  Maneuver maneuver_at(std::size_t i, double angle, const Choice& choice) const {
    const Segment &before = segment(i - 1), &after = segment(i);
    if (path_.edges[i] == reversed(path_.edges[i - 1])) return Maneuver::u_turn;
    if (after.road_class == RoadClass::ferry && before.road_class != RoadClass::ferry) return Maneuver::ferry;
    const bool same_road = before.name == after.name && before.ref == after.ref;
    const bool bends = std::abs(angle) > 45;
    if (choice.others > 0) {
      if (!is_link(before.road_class) && is_link(after.road_class))
        return is_fast(before.road_class) ? Maneuver::off_ramp : Maneuver::on_ramp;
      if (bends)
        return choice.other_ahead || choice.others > 1 ? Maneuver::turn
               : same_road                             ? Maneuver::turn
                                                       : Maneuver::end_of_road;
      if (choice.other_ahead && std::abs(angle) > 10 && !same_road) return Maneuver::fork;
    }
    if (is_link(before.road_class) && is_fast(after.road_class)) return Maneuver::merge;
    const bool named = after.name != 0 || after.ref != 0;
    return !same_road && named ? Maneuver::new_name : Maneuver::depart;
  }

  const RoadGraph& graph_;
  const CostModel& model_;
  const RoutePath& path_;
  SpeedsAlong speeds_;
  std::vector<Step> steps_;
  std::uint32_t exits_passed_ = 0;
};

}  // namespace

std::string_view to_text(Maneuver maneuver) {
  constexpr std::array<std::string_view, 12> names = {"depart",     "turn",     "new_name", "fork",
                                                      "on_ramp",    "off_ramp", "merge",    "end_of_road",
                                                      "roundabout", "u_turn",   "ferry",    "arrive"};
  return names[static_cast<std::size_t>(maneuver)];
}

std::string_view to_text(Direction direction) {
  constexpr std::array<std::string_view, 8> names = {"straight", "slight right", "right", "sharp right",
                                                     "round",    "sharp left",   "left",  "slight left"};
  return names[static_cast<std::size_t>(direction)];
}

Direction direction_of(double angle) {
  const double size = std::abs(angle);
  if (size <= 20) return Direction::straight;
  if (size > 170) return Direction::u_turn;
  if (size <= 55) return angle > 0 ? Direction::slight_right : Direction::slight_left;
  if (size <= 125) return angle > 0 ? Direction::right : Direction::left;
  return angle > 0 ? Direction::sharp_right : Direction::sharp_left;
}

std::vector<Step> steps_of(const RoadGraph& graph,
                           const CostModel& model,
                           const RoutePath& path,
                           std::span<const EdgeTraffic> traffic_by_edge) {
  return StepWriter(graph, model, path, traffic_by_edge).run();
}

}  // namespace mms::roads
