// Road files: what was written is read back; whatever is damaged, cut off or made up is refused and never crashes.
#include "roads/road_file.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "made_network.hpp"
#include "roads/build_road_file.hpp"
#include "roads/crc32c.hpp"
#include "roads/road_graph.hpp"
#include "roads/route.hpp"
#include "roads/snap.hpp"
#include "roads/steps.hpp"

namespace mms::roads::tests {
namespace {

std::vector<std::byte> town_file() {
  const RoadNetwork network = made_town(8, 6, 21);
  return *build_road_file(network, order_by_coordinates(network));
}

TEST(RoadFile, checksum_is_crc32c) {
  const std::string_view digits = "123456789";
  EXPECT_EQ(crc32c(std::as_bytes(std::span(digits))), 0xE3069283U);
}

TEST(RoadFile, is_the_same_for_the_same_roads) {
  EXPECT_EQ(town_file(), town_file());
}

TEST(RoadFile, cut_off_anywhere_is_refused) {
  const auto bytes = town_file();
  for (std::size_t length = 0; length < bytes.size(); length += 1 + bytes.size() / 500) {
    const auto file = read_road_file(std::span(bytes).first(length));
    ASSERT_FALSE(file.has_value());
    EXPECT_NE(file.error().detail.find("road file"), std::string::npos);
  }
}

TEST(RoadFile, one_changed_byte_is_refused) {
  auto bytes = town_file();
  Draw draw(22);
  int padding = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::size_t at = draw.below(static_cast<std::uint32_t>(bytes.size()));
    bytes[at] ^= std::byte{0x10};
    padding += read_road_file(bytes).has_value() ? 1 : 0;
    bytes[at] ^= std::byte{0x10};
  }
  EXPECT_LT(padding, 20);  // the few bytes between sections carry nothing
}

TEST(RoadFile, another_version_is_named) {
  auto bytes = town_file();
  bytes[8] = std::byte{99};
  const auto file = read_road_file(bytes);
  ASSERT_FALSE(file.has_value());
  EXPECT_NE(file.error().detail.find("version 99"), std::string::npos);
}

TEST(RoadFile, empty_and_foreign_files_are_named) {
  EXPECT_NE(read_road_file({}).error().detail.find("empty"), std::string::npos);
  const std::vector<std::byte> zeros(4096);
  EXPECT_NE(read_road_file(zeros).error().detail.find("not a road file"), std::string::npos);
}

// A hostile file has right checksums: every number in it is replaced by chance and the checksums are made anew.
TEST(RoadFile, made_up_contents_never_lead_outside) {
  const auto good = town_file();
  Draw draw(23);
  int accepted = 0;
  for (int round = 0; round < 3000; ++round) {
    auto bytes = good;
    const std::size_t begin = 40 + 21 * 24;
    for (std::uint32_t i = 0, changes = 1 + draw.below(3); i < changes; ++i) {
      const std::size_t at = (begin + draw.below(static_cast<std::uint32_t>(bytes.size() - begin - 8))) / 4 * 4;
      const std::uint32_t value = draw.chance(0.5) ? draw.below(300) : static_cast<std::uint32_t>(draw.next());
      std::memcpy(bytes.data() + at, &value, 4);
    }
    // New checksums: of sections, of the table, of the header.
    for (std::size_t s = 0; s < 21; ++s) {
      std::uint64_t place[2];
      std::memcpy(place, bytes.data() + 40 + s * 24, 16);
      const std::uint32_t crc = crc32c(std::span(bytes).subspan(place[0], place[1]));
      std::memcpy(bytes.data() + 40 + s * 24 + 16, &crc, 4);
    }
    const std::uint32_t table = crc32c(std::span(bytes).subspan(40, 21 * 24));
    std::memcpy(bytes.data() + 32, &table, 4);
    const std::uint32_t header = crc32c(std::span(bytes).first(36));
    std::memcpy(bytes.data() + 36, &header, 4);

    const auto graph = RoadGraph::open(bytes);
    if (!graph) continue;
    ++accepted;
    const CostModel model(**graph, usual_car(), only(Objective::time));
    const Metric metric = model.metric();
    SearchSpace space(**graph);
    for (int pair = 0; pair < 5; ++pair) {
      const RoadPosition from{draw.below((*graph)->segments()), 0.5, {}, 0, false},
          to{draw.below((*graph)->segments()), 0.5, {}, 0, false};
      const auto route = find_route(**graph, metric, from, to, space);
      if (route) (void)steps_of(**graph, model, *route);
    }
    (void)snap(**graph, model, coordinate(47.005, 9.51), 10'000);
  }
  EXPECT_GT(accepted, 100);  // lengths, names and speeds may be anything
}

}  // namespace
}  // namespace mms::roads::tests
