// Measures roads on one road file: open, customise, query, path, matrix, match, hours, traffic, memory. Prints one JSON
// line a measurement.
//   bench_roads FILE.osm.pbf|FILE.roads [STATES]
//   bench_roads --made JUNCTIONS [STATES]      on a made network of that size
//   bench_roads FILE.osm.pbf|FILE.roads --box  the map's box alone
// STATES: writes the turn-expanded graph, its weights and pairs with their distances there, for another library.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <vector>

#include "made_country.hpp"
#include "road_import/dissection.hpp"
#include "road_import/import_roads.hpp"
#include "roads/build_road_file.hpp"
#include "roads/dijkstra.hpp"
#include "roads/match.hpp"
#include "roads/objectives.hpp"
#include "roads/pareto.hpp"
#include "roads/search.hpp"
#include "roads/timed_route.hpp"

namespace {

using namespace mms;
using namespace mms::roads;
using Clock = std::chrono::steady_clock;

// Median of `rounds` runs, in microseconds for one of `per` pieces of work.
double median_us(int rounds, std::size_t per, const std::function<void()>& work) {
  std::vector<double> taken;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = Clock::now();
    work();
    taken.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count() / static_cast<double>(per));
  }
  std::ranges::nth_element(taken, taken.begin() + static_cast<std::ptrdiff_t>(taken.size() / 2));
  return taken[taken.size() / 2];
}

void print(std::string_view what, double us) {
  fmt::print("{{\"what\": \"{}\", \"us\": {:.3f}}}\n", what, us);
}

struct Places {
  std::vector<Labels> from, to;
};

Places draw_places(const RoadGraph& graph, const Metric& metric, std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  Places places;
  while (places.from.size() < count) {
    const auto segment = static_cast<std::uint32_t>(random() % graph.segments());
    Labels from, to;
    for (std::uint32_t v = graph.file().state_first[segment]; v < graph.file().state_first[segment + 1]; ++v) {
      const DirectedEdge edge = graph.edge_of(v);
      const std::uint32_t main = is_backward(edge) ? main_car_backward : main_car_forward;
      if ((graph.segment(segment).flags & main) == 0 || metric.edge_weight[edge] >= infinite) continue;
      if (graph.file().edge_state[edge] == v) from.push_back({v, metric.edge_weight[edge] / 2});
      to.push_back({v, metric.edge_weight[edge] / 2});
    }
    if (from.empty()) continue;
    places.from.push_back(from);
    places.to.push_back(to);
  }
  return places;
}

void measure_searches(const RoadGraph& graph, const Metric& metric) {
  const Places places = draw_places(graph, metric, 10'000, 1);
  SearchSpace space(graph);
  std::uint64_t sum = 0;
  const auto pairs = places.from.size();
  print("query", median_us(7, pairs, [&] {
          for (std::size_t i = 0; i < pairs; ++i)
            sum += shortest_weight(graph, metric, places.from[i], places.to[pairs - 1 - i], space);
        }));
  print("path", median_us(3, pairs / 10, [&] {
          for (std::size_t i = 0; i < pairs / 10; ++i)
            sum += shortest_path(graph, metric, places.from[i], places.to[pairs - 1 - i], space).states.size();
        }));
  for (const std::size_t side : {std::size_t{100}, std::size_t{1000}}) {
    const auto from = std::span(places.from).first(side), to = std::span(places.to).last(side);
    print(fmt::format("matrix {0}x{0}", side),
          median_us(side == 100 ? 21 : 3, 1, [&] { sum += weight_matrix(graph, metric, from, to)[0]; }));
  }
  if (sum == 0) fmt::print("no routes\n");
}

void measure_traffic(const RoadGraph& graph, const CostModel& model, const Metric& metric) {
  std::mt19937 random(2);
  for (const double share : {0.0001, 0.001, 0.01, 0.1}) {
    std::vector<EdgeTraffic> traffic;
    for (std::uint32_t i = 0; i < graph.edges() * share; ++i) {
      traffic.push_back({static_cast<DirectedEdge>(random() % graph.edges()), 5.0 + random() % 60, false});
    }
    print(fmt::format("traffic on {}% of edges ({})", share * 100, traffic.size()),
          median_us(11, 1, [&] { (void)with_changes(graph, metric, model.changes(traffic)); }));
  }
}

RoadPosition draw_position(const RoadGraph& graph, std::mt19937& random) {
  const auto segment = static_cast<std::uint32_t>(random() % graph.segments());
  const auto shape = graph.file().shape_of(segment);
  return {segment, 0.5, between(shape.front(), shape.back(), 0.5), 0, true};
}

// Traces along routes, a point every 20 m with some metres of noise.
void measure_match(const RoadGraph& graph) {
  const CostModel model(graph, usual_car(), only(Objective::distance));
  const Metric distances = model.metric();
  std::mt19937 random(4);
  std::normal_distribution<double> noise(0, 5e-5 / 1.5);
  SearchSpace space(graph);
  std::vector<std::vector<TracePoint>> traces;
  std::size_t points = 0;
  for (int tries = 0; traces.size() < 20 && tries < 1000; ++tries) {
    const auto route = find_route(graph, distances, draw_position(graph, random), draw_position(graph, random), space);
    if (!route || route->weight < 200'000) continue;
    std::vector<TracePoint> trace;
    const auto shape = shape_of(graph, *route);
    for (std::size_t i = 0; i + 1 < shape.size() && trace.size() < 200; ++i) {
      const int steps = std::max(1, static_cast<int>(meters_between(shape[i], shape[i + 1]) / 20));
      for (int k = 0; k < steps; ++k) {
        const auto at = between(shape[i], shape[i + 1], static_cast<double>(k) / steps);
        trace.push_back({coordinate(at.latitude() + noise(random), at.longitude() + noise(random)), {}, {}});
      }
    }
    points += trace.size();
    traces.push_back(std::move(trace));
  }
  if (points == 0) return;
  print("match, a point", median_us(3, points, [&] {
          for (const auto& trace : traces) (void)match_trace(graph, model, distances, trace);
        }));
}

// Half of the edges slow from seven to nine and free at night; departures from 06:30 on.
void measure_hours(const RoadGraph& graph, const CostModel& model) {
  std::mt19937 random(5);
  SpeedProfiles profiles(graph.edges());
  for (DirectedEdge edge = 0; edge < graph.edges(); edge += 1 + random() % 3) {
    WeekOfSpeeds week;
    const double usual = model.speed_kmh(edge);
    for (std::size_t hour = 0; hour < hours_of_week; ++hour) {
      const double share = hour % 24 == 7 || hour % 24 == 8 ? 0.4 : hour % 24 < 6 ? 1.1 : 0.9;
      week.speed_dkmh[hour] = static_cast<std::uint16_t>(usual * share * 10);
    }
    profiles.set(edge, week);
  }
  const Metric fastest = model.metric(fastest_speeds(model, profiles));
  constexpr std::size_t routes = 100;
  const Metric hourly = model.metric(speeds_at(profiles, begin_of(6)));
  SearchSpace space(graph);
  print("route by hours, within one", median_us(3, routes, [&] {
          for (std::size_t i = 0; i < routes; ++i) {
            const auto from = draw_position(graph, random), to = draw_position(graph, random);
            (void)find_route_within_hour(graph, hourly, profiles, from, to, begin_of(6), space);
          }
        }));
  print("route by hours, over several", median_us(3, routes, [&] {
          for (std::size_t i = 0; i < routes; ++i) {
            const auto from = draw_position(graph, random), to = draw_position(graph, random);
            const WeekClock at = begin_of(6) + 1'800'000 + static_cast<WeekClock>(i) * 60'000;
            (void)find_timed_route(graph, model, fastest, {profiles, {}}, from, to, at);
          }
        }));
}

// Little endian: counts of states, turns and pairs; tails, heads and weights of turns (with the edge turned into);
// latitudes and longitudes of states; sources, targets and distances of pairs.
void write_states(const RoadGraph& graph, const Metric& metric, const std::filesystem::path& path) {
  std::vector<std::uint32_t> tail, head, weight, from, to, distance;
  std::vector<float> latitude, longitude;
  const RoadFile& f = graph.file();
  for (std::uint32_t state = 0; state < graph.states(); ++state) {
    const auto shape = f.shape_of(segment_of(graph.edge_of(state)));
    latitude.push_back(static_cast<float>(shape.front().latitude()));
    longitude.push_back(static_cast<float>(shape.front().longitude()));
    for (auto turn = f.turn_first[state]; turn < f.turn_first[state + 1]; ++turn) {
      const Weight whole = (*metric.turn_weight)[turn] + metric.edge_weight[graph.edge_of(f.turns[turn].to)];
      if (whole >= infinite || f.turns[turn].to == state) continue;
      tail.push_back(state);
      head.push_back(f.turns[turn].to);
      weight.push_back(whole);
    }
  }
  std::mt19937 random(6);
  SearchSpace space(graph);
  for (int i = 0; i < 1000; ++i) {
    const Label source{static_cast<std::uint32_t>(random() % graph.states()), 0};
    const Label target{static_cast<std::uint32_t>(random() % graph.states()), 0};
    from.push_back(source.state);
    to.push_back(target.state);
    distance.push_back(shortest_weight(graph, metric, {&source, 1}, {&target, 1}, space));
  }
  print("query, one state to one", median_us(7, from.size(), [&] {
          for (std::size_t i = 0; i < from.size(); ++i) {
            const Label source{from[i], 0}, target{to[i], 0};
            (void)shortest_weight(graph, metric, {&source, 1}, {&target, 1}, space);
          }
        }));
  std::vector<Labels> sources, targets;
  for (std::size_t i = 0; i < 1000; ++i) {
    sources.push_back({{from[i], 0}});
    targets.push_back({{to[i], 0}});
  }
  print("matrix of states 1000x1000", median_us(3, 1, [&] { (void)weight_matrix(graph, metric, sources, targets); }));
  std::ofstream out(path, std::ios::binary);
  const auto put = [&out](const auto& all) {
    out.write(reinterpret_cast<const char*>(all.data()), static_cast<std::streamsize>(all.size() * 4));
  };
  put(std::array{graph.states(), static_cast<std::uint32_t>(tail.size()), static_cast<std::uint32_t>(from.size())});
  for (const auto* all : {&tail, &head, &weight}) put(*all);
  put(latitude);
  put(longitude);
  for (const auto* all : {&from, &to, &distance}) put(*all);
}

// Kilobytes: now, and at the most.
void print_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) fmt::print("{{\"memory kB\": {}}}\n", std::stoul(line.substr(6)));
    if (line.starts_with("VmHWM:")) fmt::print("{{\"memory at the most kB\": {}}}\n", std::stoul(line.substr(6)));
  }
}

// Pareto fronts of time, energy and cost between random places, and one Dijkstra to compare a query with.
void measure_fronts(const RoadGraph& graph, const Metric& time) {
  const Metric energy = CostModel(graph, usual_car(), only(Objective::energy)).metric();
  const Metric cost = CostModel(graph, usual_car(), only(Objective::cost)).metric();
  std::mt19937 random(3);
  SearchSpace space(graph);
  ParetoRequest request;
  request.objectives = {{Objective::time, &time}, {Objective::energy, &energy}, {Objective::cost, &cost}};
  std::size_t routes = 0, complete = 0;
  constexpr std::size_t fronts = 20;
  print("pareto front (time, energy, cost)", median_us(1, fronts, [&] {
          for (std::size_t i = 0; i < fronts; ++i) {
            request.from = {static_cast<std::uint32_t>(random() % graph.segments()), 0.5, {}, 0, true};
            request.to = {static_cast<std::uint32_t>(random() % graph.segments()), 0.5, {}, 0, true};
            const ParetoFront front = find_pareto_front(graph, request, space);
            routes += front.routes.size();
            complete += front.complete ? 1 : 0;
          }
        }));
  fmt::print("{{\"routes a front\": {:.1f}, \"complete\": {}}}\n", static_cast<double>(routes) / fronts, complete);
  const Places places = draw_places(graph, time, 1, 9);
  print("dijkstra, one to all",
        median_us(3, 1, [&] { (void)dijkstra(graph, *time.turn_weight, time.edge_weight, places.from[0]); }));
}

// The road file of an extract, made when it is not one already; empty when that fails.
std::filesystem::path road_file(const std::filesystem::path& path) {
  if (path.extension() != ".pbf") return path;
  const std::filesystem::path made = std::filesystem::temp_directory_path() / (path.stem().stem().string() + ".roads");
  vocabulary::Result<road_import::ImportReport> report;
  print("import", median_us(1, 1, [&] { report = road_import::import_roads(path, made, {}); }));
  if (!report) {
    fmt::print(stderr, "{}\n", report.error().detail);
    return {};
  }
  fmt::print(
      "{{\"ways\": {}, \"segments\": {}, \"states\": {}, \"turns\": {}, \"arcs\": {}, \"restrictions\": {}, "
      "\"left_out\": {}, \"bytes\": {}}}\n",
      report->ways, report->segments, report->states, report->turns, report->arcs, report->restrictions,
      report->restrictions_left_out, report->file_bytes);
  return made;
}

vocabulary::Result<std::shared_ptr<const RoadGraph>> made_graph(std::uint32_t junctions) {
  const RoadNetwork network = bench::made_country(junctions, 1);
  std::vector<std::uint32_t> order;
  print("order", median_us(1, 1, [&] { order = road_import::order_by_dissection(segment_graph(network), {}); }));
  vocabulary::Result<std::vector<std::byte>> bytes;
  print("build", median_us(1, 1, [&] { bytes = build_road_file(network, order); }));
  if (!bytes) return std::unexpected(bytes.error());
  return RoadGraph::open(std::move(*bytes));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr,
               "usage: bench_roads FILE.osm.pbf|FILE.roads [STATES], or bench_roads --made JUNCTIONS [STATES]\n");
    return 2;
  }
  vocabulary::Result<std::shared_ptr<const RoadGraph>> graph;
  const bool made = std::string_view(argv[1]) == "--made" && argc > 2;
  if (made) {
    graph = made_graph(static_cast<std::uint32_t>(std::stoul(argv[2])));
  } else {
    const auto path = road_file(argv[1]);
    if (path.empty()) return 1;
    print("open", median_us(5, 1, [&] { graph = road_import::open_roads(path); }));
  }
  if (!graph) {
    fmt::print(stderr, "{}\n", graph.error().detail);
    return 1;
  }
  const Box& whole = (*graph)->file().boxes.back();
  fmt::print("{{\"south\": {}, \"west\": {}, \"north\": {}, \"east\": {}}}\n", whole.low.latitude(),
             whole.low.longitude(), whole.high.latitude(), whole.high.longitude());
  if (argc > 2 && std::string_view(argv[2]) == "--box") return 0;
  const CostModel model(**graph, usual_car(), only(Objective::time));
  Metric metric;
  print("price and customise", median_us(5, 1, [&] { metric = model.metric(); }));
  print("customise", median_us(11, 1, [&] { (void)customize(**graph, metric.turn_weight, metric.edge_weight); }));
  const auto arcs = (*graph)->file().out_head.size() + (*graph)->file().in_tail.size();
  fmt::print("{{\"levels\": {}, \"states\": {}, \"arcs\": {}, \"metric bytes\": {}}}\n", (*graph)->levels(),
             (*graph)->states(), arcs,
             arcs * 8 + std::size_t{(*graph)->edges()} * 4 + std::size_t{(*graph)->turns()} * 4);
  measure_searches(**graph, metric);
  measure_traffic(**graph, model, metric);
  measure_fronts(**graph, metric);
  measure_match(**graph);
  measure_hours(**graph, model);
  if (const int states = made ? 3 : 2; argc > states) write_states(**graph, metric, argv[states]);
  print_memory();
  return 0;
}
