// Pictures of roads: a map drawn in letters and lines, restrictions, and the way that must be driven.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>

#include "road_import/dissection.hpp"
#include "road_import/osm_roads.hpp"
#include "roads/build_road_file.hpp"
#include "roads/objectives.hpp"
#include "roads/search.hpp"

namespace mms::road_import {
namespace {

using namespace roads;

// Letters are junctions; - and | are roads, > < v ^ one-way roads, = a road with no trucks, : a slow detour, # a road
// for which one must be a resident (destination only). Letters that touch the same line are joined. A road's name is
// its two letters, the left or upper one first.
class Picture {
 public:
  explicit Picture(const std::string& drawing) {
    std::istringstream in(drawing);
    for (std::string line; std::getline(in, line);) {
      if (!line.empty()) rows_.push_back(line);
    }
    for (std::size_t y = 0; y < rows_.size(); ++y) {
      for (std::size_t x = 0; x < rows_[y].size(); ++x) {
        if (is_letter(y, x)) add_junction(y, x);
      }
    }
    for (std::size_t y = 0; y < rows_.size(); ++y) {
      for (std::size_t x = 0; x < rows_[y].size(); ++x) {
        if (!is_letter(y, x)) continue;
        follow(y, x, 0, 1);
        follow(y, x, 1, 0);
      }
    }
  }

  // "no AB B BC", "only AB B BC", "no AB BC CD" (over a way); `vehicles` as roads::VehicleMask.
  Picture& rule(const std::string& text, std::uint8_t vehicles = mask_all) {
    std::istringstream in(text);
    std::string kind, from, via, to;
    in >> kind >> from >> via >> to;
    OsmRestriction restriction;
    restriction.only = kind == "only";
    restriction.from = {way(from)};
    restriction.to = {way(to)};
    if (via.size() == 1) {
      restriction.via_node = via[0];
    } else {
      restriction.via_ways = {way(via)};
    }
    restriction.vehicles = vehicles;
    osm_.restrictions.push_back(restriction);
    return *this;
  }
  Picture& barrier(char junction) {
    for (OsmNode& node : osm_.nodes) node.rules.blocks |= node.id == junction;
    return *this;
  }

  // The junctions passed when leaving along the road from the first letter to the second and arriving along the last
  // two.
  std::string drive(const std::string& from, const std::string& to, const Vehicle& vehicle = usual_car()) const {
    const BuiltNetwork built = build_network(osm_);
    EXPECT_EQ(built.restrictions_left_out, 0U);
    const auto order = order_by_dissection(segment_graph(built.network), {});
    const auto graph = *RoadGraph::open(*build_road_file(built.network, order));
    const Metric metric = CostModel(*graph, vehicle, only(Objective::time)).metric();
    Labels sources, targets;
    for (std::uint32_t v = 0; v < graph->states(); ++v) {
      if (name(*graph, v) == from && graph->file().edge_state[graph->edge_of(v)] == v) sources.push_back({v, 0});
      if (name(*graph, v) == to && metric.edge_weight[graph->edge_of(v)] < infinite) targets.push_back({v, 0});
    }
    if (sources.empty() || targets.empty()) return "closed";
    SearchSpace space(*graph);
    const StatePath path = shortest_path(*graph, metric, sources, targets, space);
    if (path.states.empty()) return "no way";
    std::string letters(1, name(*graph, path.states.front())[0]);
    for (const std::uint32_t state : path.states) letters += name(*graph, state)[1];
    return letters;
  }

 private:
  bool is_letter(std::size_t y, std::size_t x) const { return at(y, x) >= 'A' && at(y, x) <= 'Z'; }
  char at(std::size_t y, std::size_t x) const { return y < rows_.size() && x < rows_[y].size() ? rows_[y][x] : ' '; }

  void add_junction(std::size_t y, std::size_t x) {
    osm_.nodes.push_back(
        {at(y, x), coordinate(47 - static_cast<double>(y) * 0.001, 9 + static_cast<double>(x) * 0.001), {}});
    std::ranges::sort(osm_.nodes, {}, &OsmNode::id);
  }
  void follow(std::size_t y, std::size_t x, std::size_t down, std::size_t right) {
    const char start = at(y, x);
    const char line = at(y + down, x + right);
    const std::string lines = down != 0 ? "|v^=:#" : "-<>=:#";
    if (lines.find(line) == std::string::npos) return;
    std::size_t cy = y + down, cx = x + right;
    while (at(cy, cx) == line) cy += down, cx += right;
    ASSERT_TRUE(is_letter(cy, cx)) << "a line ends nowhere";
    Tags tags{{{"highway", line == ':' ? "service" : "primary"}}};
    if (line == '>' || line == 'v') tags.pairs.emplace_back("oneway", "yes");
    if (line == '<' || line == '^') tags.pairs.emplace_back("oneway", "-1");
    if (line == '=') tags.pairs.emplace_back("hgv", "no");
    if (line == '#') tags.pairs.emplace_back("access", "destination");
    OsmWay added{static_cast<std::int64_t>(osm_.ways.size() + 1), {start, at(cy, cx)}, *rules_of_way(tags, "")};
    names_[{start, at(cy, cx)}] = added.id;
    osm_.ways.push_back(std::move(added));
  }
  std::int64_t way(const std::string& letters) const {
    auto found = names_.find({letters[0], letters[1]});
    if (found == names_.end()) found = names_.find({letters[1], letters[0]});
    EXPECT_NE(found, names_.end()) << letters;
    return found->second;
  }
  std::string name(const RoadGraph& graph, std::uint32_t state) const {
    const DirectedEdge edge = graph.edge_of(state);
    const OsmWay& found = osm_.ways[graph.segment(segment_of(edge)).way_id - 1];
    std::string letters{static_cast<char>(found.nodes[0]), static_cast<char>(found.nodes[1])};
    if (is_backward(edge)) std::swap(letters[0], letters[1]);
    return letters;
  }

  std::vector<std::string> rows_;
  OsmRoads osm_;
  std::map<std::pair<char, char>, std::int64_t> names_;
};

const char* const block = R"(
A--B--C
|  |  |
D--E--F
|  |  |
G--H--I
)";

TEST(Restrictions, without_any_the_short_way_is_driven) {
  EXPECT_EQ(Picture(block).drive("AB", "EF"), "ABEF");
}

TEST(Restrictions, a_forbidden_turn_is_driven_around) {
  EXPECT_EQ(Picture(block).rule("no AB B BE").drive("AB", "EH"), "ABCFEH");
}

TEST(Restrictions, only_one_turn_leaves_no_other) {
  EXPECT_EQ(Picture(block).rule("only AB B BC").drive("AB", "EH"), "ABCFEH");
  EXPECT_EQ(Picture(block).rule("only AB B BE").drive("AB", "BC"), "ABEHGDEBC");
}

TEST(Restrictions, a_rule_binds_only_those_who_come_from_its_road) {
  EXPECT_EQ(Picture(block).rule("no AB B BE").drive("CB", "BE"), "CBE");
}

const char* const street = R"(
A--B--C--D
   |  |
   E--F
)";

TEST(Restrictions, over_a_way_the_whole_manoeuvre_is_forbidden_and_its_parts_are_not) {
  EXPECT_EQ(Picture(street).drive("AB", "CF"), "ABCF");
  EXPECT_EQ(Picture(street).rule("no AB BC CF").drive("AB", "CD"), "ABCD");
  EXPECT_EQ(Picture(street).rule("no AB BC CF").drive("EB", "CF"), "EBCF");
  EXPECT_EQ(Picture(street).rule("no AB BC CD").drive("AB", "CD"), "ABEFCD");
}

TEST(Restrictions, only_over_a_way_binds_from_the_first_road_on) {
  EXPECT_EQ(Picture(street).rule("only AB BC CD").drive("AB", "BE"), "ABCDCBE");
  EXPECT_EQ(Picture(street).rule("only AB BC CD").drive("EB", "CF"), "EBCF");
}

TEST(Restrictions, those_for_trucks_bind_trucks) {
  Vehicle truck = usual_truck();
  EXPECT_EQ(Picture(street).rule("no AB BC CD", mask_truck).drive("AB", "CD"), "ABCD");
  EXPECT_EQ(Picture(street).rule("no AB BC CD", mask_truck).drive("AB", "CD", truck), "ABEFCD");
  EXPECT_EQ(Picture(street).rule("no AB BC CD", mask_car).drive("AB", "CD", truck), "ABCD");
}

TEST(Restrictions, overlapping_ones_are_all_remembered) {
  // no A B C D and no B C F at once: the second's start lies within the first.
  EXPECT_EQ(Picture(street).rule("no AB BC CD").rule("no BC C CF").drive("AB", "CD"), "ABEFCD");
  EXPECT_EQ(Picture(street).rule("no AB BC CD").rule("no BC C CF").drive("EB", "CD"), "EBCD");
}

TEST(OneWay, is_driven_one_way) {
  const char* const map = R"(
A>>B--C
   |  |
   D--E
)";
  EXPECT_EQ(Picture(map).drive("AB", "BC"), "ABC");
  EXPECT_EQ(Picture(map).drive("CB", "BA"), "closed");
}

TEST(DeadEnd, is_where_one_may_turn_round_and_nowhere_else) {
  EXPECT_EQ(Picture("A--B--C").drive("AB", "BA"), "ABCBA");
  EXPECT_EQ(Picture("A--B--C\n   |\n   D").drive("CB", "BC"), "CBABC");
}

TEST(Trucks, stay_out_of_roads_without_trucks) {
  const char* const map = R"(
A--B==C--D
   |  |
   E--F
)";
  EXPECT_EQ(Picture(map).drive("AB", "CD"), "ABCD");
  EXPECT_EQ(Picture(map).drive("AB", "CD", usual_truck()), "ABEFCD");
}

TEST(DestinationOnly, is_entered_to_arrive_but_not_to_pass) {
  const char* const map = R"(
A--B##C--D
   |  |
   E--F
)";
  EXPECT_EQ(Picture(map).drive("AB", "CD"), "ABEFCD");
  EXPECT_EQ(Picture(map).drive("AB", "BC"), "ABC");
}

TEST(Barriers, block_the_road) {
  const char* const map = R"(
A--B--C--D
|        |
E--------F
)";
  EXPECT_EQ(Picture(map).drive("AB", "CD"), "ABCD");
  EXPECT_EQ(Picture(map).barrier('C').drive("AB", "FD"), "ABCBAEFD");
}

}  // namespace
}  // namespace mms::road_import
