// PBF files: made ones are read, hostile ones refused; real extracts give routes equal to Dijkstra's.
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdlib>
#include <fstream>
#include <protozero/pbf_writer.hpp>
#include <random>

#include "road_import/import_roads.hpp"
#include "road_import/osm_pbf.hpp"
#include "roads/dijkstra.hpp"
#include "roads/objectives.hpp"
#include "roads/route.hpp"
#include "roads/search.hpp"

namespace mms::road_import {
namespace {

using namespace roads;

std::filesystem::path scratch(std::string_view name) {
  const auto folder = std::filesystem::temp_directory_path() / ("road_import_test." + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  return folder / name;
}

void write(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string blob(std::string_view kind, const std::string& contents) {
  std::string packed(compressBound(static_cast<uLong>(contents.size())), '\0');
  auto size = static_cast<uLongf>(packed.size());
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(contents.data()),
           static_cast<uLong>(contents.size()));
  packed.resize(size);
  std::string body, header, out;
  protozero::pbf_writer body_writer(body);
  body_writer.add_int32(2, static_cast<std::int32_t>(contents.size()));
  body_writer.add_bytes(3, packed);
  protozero::pbf_writer header_writer(header);
  header_writer.add_bytes(1, kind.data(), kind.size());
  header_writer.add_int32(3, static_cast<std::int32_t>(body.size()));
  for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<char>(header.size() >> shift & 0xFF));
  return out + header + body;
}

std::string header_needing(const char* feature) {
  std::string header;
  protozero::pbf_writer(header).add_string(4, feature);
  return header;
}

// Three nodes in a row, a primary road over them.
std::string small_block() {
  std::string data, strings, group, dense, way;
  protozero::pbf_writer table(strings);
  for (const char* text : {"", "highway", "primary", "name", "Main Street"}) table.add_string(1, text);
  protozero::pbf_writer dense_writer(dense);
  const std::int64_t ids[] = {1, 1, 1}, lats[] = {470000000, 0, 0}, lons[] = {90000000, 100000, 100000};
  dense_writer.add_packed_sint64(1, std::begin(ids), std::end(ids));
  dense_writer.add_packed_sint64(8, std::begin(lats), std::end(lats));
  dense_writer.add_packed_sint64(9, std::begin(lons), std::end(lons));
  protozero::pbf_writer way_writer(way);
  const std::uint32_t keys[] = {1, 3}, values[] = {2, 4};
  way_writer.add_int64(1, 77);
  way_writer.add_packed_uint32(2, std::begin(keys), std::end(keys));
  way_writer.add_packed_uint32(3, std::begin(values), std::end(values));
  way_writer.add_packed_sint64(8, std::begin(ids), std::end(ids));
  protozero::pbf_writer group_writer(group);
  group_writer.add_message(2, dense);
  group_writer.add_message(3, way);
  protozero::pbf_writer data_writer(data);
  data_writer.add_message(1, strings);
  data_writer.add_message(2, group);
  return data;
}

std::string small_pbf() {
  return blob("OSMHeader", header_needing("OsmSchema-V0.6")) + blob("OSMData", small_block());
}

TEST(Import, a_small_file_becomes_roads_with_names) {
  write(scratch("small.osm.pbf"), small_pbf());
  const auto report = import_roads(scratch("small.osm.pbf"), scratch("small.roads"), {});
  ASSERT_TRUE(report.has_value()) << report.error().detail;
  EXPECT_EQ(report->ways, 1U);
  const auto graph = open_roads(scratch("small.roads"));
  ASSERT_TRUE(graph.has_value());
  EXPECT_EQ((*graph)->file().text((*graph)->segment(0).name), "Main Street");
  EXPECT_EQ((*graph)->segments_of_way(77).size(), 1U);
  EXPECT_NEAR((*graph)->segment(0).length_cm / 100.0, 1516.6, 2);
}

TEST(Import, missing_and_unwritable_files_are_named) {
  EXPECT_EQ(import_roads(scratch("nowhere.osm.pbf"), scratch("x.roads"), {}).error().kind,
            vocabulary::ProblemKind::not_found);
  write(scratch("small.osm.pbf"), small_pbf());
  EXPECT_EQ(import_roads(scratch("small.osm.pbf"), scratch("no/such/folder/x.roads"), {}).error().kind,
            vocabulary::ProblemKind::unavailable);
  EXPECT_EQ(open_roads(scratch("nowhere.roads")).error().kind, vocabulary::ProblemKind::not_found);
  write(scratch("empty.roads"), "");
  EXPECT_EQ(open_roads(scratch("empty.roads")).error().kind, vocabulary::ProblemKind::bad_parameter);
}

TEST(Import, cut_off_files_are_refused_and_damaged_ones_never_crash) {
  const std::string good = small_pbf();
  for (std::size_t length = 0; length < good.size(); ++length) {
    write(scratch("cut.osm.pbf"), std::string_view(good).substr(0, length));
    const auto report = import_roads(scratch("cut.osm.pbf"), scratch("cut.roads"), {});
    EXPECT_FALSE(report.has_value()) << length;
  }
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    std::string bad = good;
    for (int i = 0; i < 1 + round % 3; ++i) bad[random() % bad.size()] = static_cast<char>(random());
    write(scratch("bad.osm.pbf"), bad);
    OsmVisitor visitor;
    visitor.node = [](std::int64_t, Coordinate, const Tags&) {};
    visitor.way = [](std::int64_t, std::span<const std::int64_t>, const Tags&) {};
    visitor.relation = [](std::int64_t, std::span<const Member>, const Tags&) {};
    (void)read_osm_pbf(scratch("bad.osm.pbf"), visitor, {});
  }
}

// The same on contents that unpack: every byte of the block itself is exposed.
TEST(Import, damaged_blocks_never_crash) {
  std::mt19937 random(4);
  const auto header = header_needing("OsmSchema-V0.6");
  for (int round = 0; round < 500; ++round) {
    std::string block(10 + random() % 200, '\0');
    for (char& byte : block) byte = static_cast<char>(random() % 4 == 0 ? random() % 256 : random() % 40);
    write(scratch("made_up.osm.pbf"), blob("OSMHeader", header) + blob("OSMData", block));
    (void)import_roads(scratch("made_up.osm.pbf"), scratch("made_up.roads"), {});
  }
}

// Right but for one to three bytes of what is packed: ids, places, texts and numbers of nodes are anything.
TEST(Import, blocks_that_are_almost_right_become_good_roads_or_are_refused) {
  std::mt19937 random(5);
  const auto good = small_block();
  int imported = 0, refused = 0;
  for (int round = 0; round < 400; ++round) {
    auto block = good;
    for (unsigned i = 0, changes = 1 + random() % 3; i < changes; ++i) {
      auto& byte = block[random() % block.size()];
      byte = random() % 2 == 0 ? static_cast<char>(random()) : static_cast<char>(byte ^ (1U << random() % 8));
    }
    write(scratch("almost.osm.pbf"), blob("OSMHeader", header_needing("OsmSchema-V0.6")) + blob("OSMData", block));
    const auto report = import_roads(scratch("almost.osm.pbf"), scratch("almost.roads"), {});
    if (!report) {
      ++refused;
      EXPECT_FALSE(report.error().detail.empty());
      continue;
    }
    ++imported;
    EXPECT_TRUE(open_roads(scratch("almost.roads")).has_value());
  }
  EXPECT_GT(imported, 50);
  EXPECT_GT(refused, 50);
}

TEST(Import, foreign_newer_and_hostile_files_are_refused_by_name) {
  const auto good = blob("OSMHeader", header_needing("OsmSchema-V0.6"));
  const auto with_size = [](std::uint32_t size) {
    std::string out;
    for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<char>(size >> shift & 0xFF));
    return out;
  };
  // Says that it unpacks to something other than it does.
  const auto lying = [](std::int32_t raw_size) {
    std::string packed(200, '\0'), contents(100'000, 'x'), body, header;
    auto size = static_cast<uLongf>(compressBound(contents.size()));
    packed.resize(size);
    compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(contents.data()),
             contents.size());
    packed.resize(size);
    protozero::pbf_writer(body).add_int32(2, raw_size);
    protozero::pbf_writer(body).add_bytes(3, packed);
    protozero::pbf_writer(header).add_bytes(1, "OSMData");
    protozero::pbf_writer(header).add_int32(3, static_cast<std::int32_t>(body.size()));
    std::string out;
    for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<char>(header.size() >> shift & 0xFF));
    return out + header + body;
  };
  const std::pair<const char*, std::string> cases[] = {
      {"empty", ""},
      {"xml", "<?xml version='1.0'?><osm version='0.6'></osm>"},
      {"a history", blob("OSMHeader", header_needing("HistoricalInformation")) + blob("OSMData", small_block())},
      {"another schema", blob("OSMHeader", header_needing("OsmSchema-V0.7")) + blob("OSMData", small_block())},
      {"no header", blob("OSMData", small_block())},
      {"a huge header", with_size(0x7FFFFFFF) + "x"},
      {"a bomb", good + lying(0x7FFFFFFF)},
      {"a small bomb", good + lying(100)},
      {"too little", good + lying(200'000)},
      {"no roads", good},
  };
  for (const auto& [name, bytes] : cases) {
    write(scratch("hostile.osm.pbf"), bytes);
    const auto report = import_roads(scratch("hostile.osm.pbf"), scratch("hostile.roads"), {});
    ASSERT_FALSE(report.has_value()) << name;
    EXPECT_EQ(report.error().kind, vocabulary::ProblemKind::bad_parameter) << name;
    EXPECT_FALSE(std::filesystem::exists(scratch("hostile.roads"))) << name;
  }
}

class Extract : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const char* given = std::getenv("ROADS_DATA");
    const std::filesystem::path folder = given != nullptr ? given : ROADS_DATA_DIR;
    input_ = folder / (std::string(GetParam()) + ".osm.pbf");
    if (!std::filesystem::exists(input_)) GTEST_SKIP() << "no extract at " << input_ << ": real roads are not tested";
    const auto report = import_roads(input_, scratch(std::string(GetParam()) + ".roads"), {});
    ASSERT_TRUE(report.has_value()) << report.error().detail;
    graph_ = *open_roads(scratch(std::string(GetParam()) + ".roads"));
  }

  std::vector<RoadPosition> draw(std::size_t count, unsigned seed) const {
    std::mt19937 random(seed);
    std::vector<RoadPosition> positions;
    while (positions.size() < count) {
      positions.push_back(
          {static_cast<std::uint32_t>(random() % graph_->segments()), (random() % 101) / 100.0, {}, 0, true});
    }
    return positions;
  }

  // 100 × 100 places: the matrix against one Dijkstra a source; every fiftieth pair also as a route of its own.
  void expect_exact(const Metric& metric, unsigned seed) const {
    const auto from = draw(100, seed), to = draw(100, seed + 1);
    const auto matrix = find_matrix(*graph_, metric, from, to);
    SearchSpace space(*graph_);
    std::size_t reachable = 0;
    for (std::size_t i = 0; i < from.size(); ++i) {
      const auto truth =
          dijkstra(*graph_, *metric.turn_weight, metric.edge_weight, source_labels(*graph_, metric, from[i]));
      for (std::size_t j = 0; j < to.size(); ++j) {
        Weight expected = infinite;
        if (from[i].segment == to[j].segment) {
          expected = dijkstra_weight(*graph_, metric, from[i], to[j]);
        } else {
          for (const Label& label : target_labels(*graph_, metric, to[j])) {
            if (truth[label.state] < infinite) expected = std::min(expected, truth[label.state] - label.weight);
          }
        }
        ASSERT_EQ(matrix[i * to.size() + j], expected);
        reachable += expected < infinite ? 1 : 0;
        if ((i * to.size() + j) % 50 != 0) continue;
        const auto route = find_route(*graph_, metric, from[i], to[j], space);
        ASSERT_EQ(route ? route->weight : infinite, expected);
      }
    }
    EXPECT_GT(reachable, 5000U);
  }

  std::filesystem::path input_;
  std::shared_ptr<const RoadGraph> graph_;
};

TEST_P(Extract, ten_thousand_pairs_equal_dijkstra_for_every_objective_before_and_after_traffic) {
  std::mt19937 random(7);
  for (std::size_t o = 0; o < objective_count; ++o) {
    const CostModel model(*graph_, o % 2 == 0 ? usual_car() : usual_truck(), only(static_cast<Objective>(o)));
    const Metric metric = model.metric();
    ASSERT_NO_FATAL_FAILURE(expect_exact(metric, static_cast<unsigned>(o)));
    std::vector<EdgeTraffic> traffic;
    for (std::uint32_t i = 0; i < graph_->edges() / 10; ++i) {
      traffic.push_back(
          {static_cast<DirectedEdge>(random() % graph_->edges()), 3.0 + random() % 80, random() % 20 == 0});
    }
    ASSERT_NO_FATAL_FAILURE(
        expect_exact(with_changes(*graph_, metric, model.changes(traffic)), static_cast<unsigned>(o) + 100));
  }
}

INSTANTIATE_TEST_SUITE_P(Real, Extract, testing::Values("andorra", "liechtenstein"), [](const auto& info) {
  return std::string(info.param);
});

}  // namespace
}  // namespace mms::road_import
