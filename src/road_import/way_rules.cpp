// Access, direction, speed and limits of ways and nodes from their tags.
#include "road_import/way_rules.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>

namespace mms::road_import {
namespace {

using namespace roads;

struct ClassRow {
  std::string_view highway;
  RoadClass road_class;
  double speed_kmh;  // expected where no limit is given; the values of OSRM's car profile
};
constexpr std::array<ClassRow, 16> classes = {{
    {"motorway", RoadClass::motorway, 90},
    {"motorway_link", RoadClass::motorway_link, 45},
    {"trunk", RoadClass::trunk, 85},
    {"trunk_link", RoadClass::trunk_link, 40},
    {"primary", RoadClass::primary, 65},
    {"primary_link", RoadClass::primary_link, 30},
    {"secondary", RoadClass::secondary, 55},
    {"secondary_link", RoadClass::secondary_link, 25},
    {"tertiary", RoadClass::tertiary, 40},
    {"tertiary_link", RoadClass::tertiary_link, 20},
    {"unclassified", RoadClass::unclassified, 25},
    {"road", RoadClass::unclassified, 25},
    {"residential", RoadClass::residential, 25},
    {"living_street", RoadClass::living_street, 10},
    {"service", RoadClass::service, 15},
    {"track", RoadClass::track, 10},
}};
constexpr double share_of_limit = 0.8;  // what is driven of what is allowed

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> values) {
  return std::ranges::find(values, text) != values.end();
}

enum class Access : std::uint8_t { unsaid, no, private_only, destination, yes };

Access access_of(std::string_view value) {
  if (value.empty()) return Access::unsaid;
  if (value == "private") return Access::private_only;
  if (is_one_of(value, {"destination", "delivery", "customers"})) return Access::destination;
  if (is_one_of(value, {"no", "agricultural", "forestry", "emergency", "psv", "bus", "military", "use_sidepath"}))
    return Access::no;
  return Access::yes;
}

// The most specific key that is set decides.
Access find_access(const Tags& tags, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (const Access access = access_of(tags[key]); access != Access::unsaid) return access;
  }
  return Access::unsaid;
}
Access car_access(const Tags& tags) {
  return find_access(tags, {"motorcar", "motor_vehicle", "vehicle", "access"});
}
Access truck_access(const Tags& tags) {
  return find_access(tags, {"hgv", "goods", "motor_vehicle", "vehicle", "access"});
}

struct SurfaceRow {
  std::string_view value;
  Surface surface;
  double at_most_kmh;
};
constexpr std::array<SurfaceRow, 34> surfaces = {{
    {"cement", Surface::paved, 80},        {"compacted", Surface::gravel, 80},    {"fine_gravel", Surface::gravel, 80},
    {"paving_stones", Surface::rough, 60}, {"metal", Surface::rough, 60},         {"bricks", Surface::rough, 60},
    {"grass", Surface::ground, 40},        {"wood", Surface::rough, 40},          {"sett", Surface::rough, 40},
    {"grass_paver", Surface::rough, 40},   {"gravel", Surface::gravel, 40},       {"unpaved", Surface::gravel, 40},
    {"ground", Surface::ground, 40},       {"dirt", Surface::ground, 40},         {"pebblestone", Surface::gravel, 40},
    {"cobblestone", Surface::rough, 30},   {"clay", Surface::ground, 30},         {"earth", Surface::ground, 20},
    {"stone", Surface::rough, 20},         {"rocky", Surface::ground, 20},        {"sand", Surface::ground, 20},
    {"mud", Surface::ground, 10},          {"grade1", Surface::paved, 60},        {"grade2", Surface::gravel, 40},
    {"grade3", Surface::gravel, 30},       {"grade4", Surface::ground, 25},       {"grade5", Surface::ground, 20},
    {"intermediate", Surface::rough, 80},  {"bad", Surface::rough, 40},           {"very_bad", Surface::gravel, 20},
    {"horrible", Surface::ground, 10},     {"very_horrible", Surface::ground, 5}, {"impassable", Surface::ground, 1},
    {"chipseal", Surface::paved, 200},
}};

struct Ground {
  Surface surface = Surface::paved;
  double at_most_kmh = 250;
};
Ground ground_of(const Tags& tags) {
  Ground ground;
  for (const std::string_view key : {"surface", "tracktype", "smoothness"}) {
    const auto row = std::ranges::find(surfaces, tags[key], &SurfaceRow::value);
    if (row == surfaces.end()) continue;
    ground.surface = std::max(ground.surface, row->surface);
    ground.at_most_kmh = std::min(ground.at_most_kmh, row->at_most_kmh);
  }
  return ground;
}

// What directions the way is open in: bit 0 forward, bit 1 backward; 0 when it changes with the hour.
int directions(const Tags& tags) {
  const std::string_view oneway = tags["oneway"], junction = tags["junction"];
  if (is_one_of(oneway, {"reversible", "alternating"})) return 0;
  if (is_one_of(oneway, {"yes", "1", "true"})) return 1;
  if (is_one_of(oneway, {"-1", "reverse"})) return 2;
  if (oneway == "no") return 3;
  return tags["highway"] == "motorway" || is_one_of(junction, {"roundabout", "circular"}) ? 1 : 3;
}

std::optional<ClassRow> class_of(const Tags& tags) {
  const std::string_view highway = tags["highway"];
  if (is_one_of(tags["route"], {"ferry", "shuttle_train"})) {
    return ClassRow{"ferry", RoadClass::ferry, tags["route"] == "ferry" ? 5.0 : 10.0};
  }
  if (highway.empty() || tags["area"] == "yes" || tags["impassable"] == "yes" || tags["status"] == "impassable")
    return {};
  if (!tags["construction"].empty() && !is_one_of(tags["construction"], {"no", "minor", "widening"})) return {};
  const auto row = std::ranges::find(classes, highway, &ClassRow::highway);
  const Access said = car_access(tags);
  const bool invited = said == Access::yes || said == Access::destination;
  if (row == classes.end()) {
    return highway == "pedestrian" && invited ? std::optional(ClassRow{"pedestrian", RoadClass::living_street, 10})
                                              : std::nullopt;
  }
  if (row->road_class == RoadClass::track && !invited) return {};
  return *row;
}

void set_access(const Tags& tags, WayRules& rules) {
  const int open = directions(tags);
  const auto set = [&](Access access, std::string_view forward_key, std::string_view backward_key,
                       std::uint32_t forward, std::uint32_t backward, std::uint32_t destination) {
    if (access == Access::no) return;
    if ((open & 1) != 0 && access_of(tags[forward_key]) != Access::no) rules.flags |= forward;
    if ((open & 2) != 0 && access_of(tags[backward_key]) != Access::no) rules.flags |= backward;
    if (access == Access::destination) rules.flags |= destination;
    if (access == Access::private_only) rules.flags |= destination | private_access;
  };
  set(car_access(tags), "motor_vehicle:forward", "motor_vehicle:backward", car_forward, car_backward,
      destination_only_car);
  set(truck_access(tags), "hgv:forward", "hgv:backward", truck_forward, truck_backward, destination_only_truck);
}

double slow_service(const Tags& tags) {
  return is_one_of(tags["service"], {"alley", "parking", "parking_aisle", "driveway", "drive-through", "drive-thru"})
             ? 0.5
             : 1.0;
}

void set_speeds(
    const Tags& tags, const ClassRow& row, std::string_view country, const Ground& ground, WayRules& rules) {
  constexpr std::string_view sides[2] = {"maxspeed:forward", "maxspeed:backward"};
  const bool fast = row.road_class <= RoadClass::trunk_link;
  for (int side = 0; side < 2; ++side) {
    double speed = row.speed_kmh;
    for (const std::string_view key : {sides[side], std::string_view("maxspeed"), std::string_view("source:maxspeed"),
                                       std::string_view("maxspeed:type"), std::string_view("zone:maxspeed")}) {
      if (const auto limit = parse_speed_kmh(tags[key], country)) {
        speed = *limit * share_of_limit;
        break;
      }
    }
    speed = std::min(speed, ground.at_most_kmh) * slow_service(tags);
    rules.car_speed_kmh[side] = std::max(speed, 1.0);
    const auto truck_limit = parse_speed_kmh(tags["maxspeed:hgv"], country);
    const double truck = std::min({speed, fast ? 80.0 : 70.0, truck_limit ? *truck_limit : 250.0});
    rules.truck_speed_kmh[side] = std::max(truck, 1.0);
  }
}

std::uint8_t tenths(std::optional<double> meters) {
  return meters && *meters > 0 ? static_cast<std::uint8_t>(std::clamp(std::floor(*meters * 10 + 1e-6), 1.0, 255.0)) : 0;
}

void set_limits(const Tags& tags, WayRules& rules) {
  rules.height_limit_dm =
      tenths(parse_length_m(tags["maxheight"].empty() ? tags["maxheight:physical"] : tags["maxheight"]));
  rules.width_limit_dm =
      tenths(parse_length_m(tags["maxwidth"].empty() ? tags["maxwidth:physical"] : tags["maxwidth"]));
  for (const std::string_view key : {"maxweight", "maxweightrating", "maxweight:hgv", "maxweightrating:hgv"}) {
    const auto tons = parse_weight_t(tags[key]);
    if (!tons || *tons <= 0) continue;
    const auto limit = static_cast<std::uint16_t>(std::clamp(std::floor(*tons * 10 + 1e-6), 1.0, 65535.0));
    rules.weight_limit_100kg = rules.weight_limit_100kg == 0 ? limit : std::min(rules.weight_limit_100kg, limit);
  }
}

}  // namespace

std::optional<WayRules> rules_of_way(const Tags& tags, std::string_view country) {
  const auto row = class_of(tags);
  if (!row) return {};
  WayRules rules;
  rules.road_class = row->road_class;
  const Ground ground = ground_of(tags);
  rules.surface = ground.surface;
  set_access(tags, rules);
  if ((rules.flags & (car_forward | car_backward | truck_forward | truck_backward)) == 0) return {};
  if (tags["toll"] == "yes") rules.flags |= toll_car | toll_truck;
  if (is_one_of(tags["toll:hgv"], {"yes", "designated"})) rules.flags |= toll_truck;
  if (is_one_of(tags["junction"], {"roundabout", "circular"})) rules.flags |= roundabout;
  if (!tags["tunnel"].empty() && tags["tunnel"] != "no") rules.flags |= tunnel;
  if (!tags["bridge"].empty() && tags["bridge"] != "no") rules.flags |= bridge;
  if (tags["lit"] == "yes") rules.flags |= lit;
  set_speeds(tags, *row, country, ground, rules);
  set_limits(tags, rules);
  if (rules.road_class == RoadClass::ferry) rules.duration_s = parse_duration_s(tags["duration"]);
  rules.name = tags["name"];
  rules.ref = tags["ref"];
  return rules;
}

NodeRules rules_of_node(const Tags& tags) {
  NodeRules rules;
  rules.signal = tags["highway"] == "traffic_signals";
  const std::string_view barrier = tags["barrier"];
  const Access access = car_access(tags);
  if (access != Access::unsaid) {
    rules.blocks = access == Access::no;
  } else if (!barrier.empty()) {
    const bool rising = barrier == "bollard" && tags["bollard"] == "rising";
    rules.blocks = !rising && !is_one_of(barrier, {"cattle_grid", "border_control", "toll_booth", "sally_port", "gate",
                                                   "lift_gate", "no", "entrance", "height_restrictor", "arch", "kerb"});
  }
  rules.height_limit_dm = tenths(parse_length_m(tags["maxheight"]));
  return rules;
}

std::string_view country_named_by(const Tags& tags) {
  for (const std::string_view key : {"maxspeed", "source:maxspeed", "maxspeed:type", "zone:traffic", "zone:maxspeed"}) {
    const std::string_view value = tags[key];
    if (value.size() > 3 && value[2] == ':' && value[0] >= 'A' && value[0] <= 'Z' && value[1] >= 'A' &&
        value[1] <= 'Z') {
      return value.substr(0, 2);
    }
  }
  return {};
}

bool drives_on_the_left(std::string_view country) {
  return is_one_of(
      country, {"AU", "BD", "BW", "CY", "GB", "GG", "HK", "ID", "IE", "IM", "IN", "JE", "JM", "JP", "KE", "LK", "MO",
                "MT", "MU", "MY", "MZ", "NA", "NP", "NZ", "PK", "SG", "TH", "TT", "TZ", "UG", "ZA", "ZM", "ZW"});
}

}  // namespace mms::road_import
