// The command line of the simulation: many seeds, one seed with its diary, planted faults.
#include <fmt/core.h>

#include <charconv>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "clock.hpp"
#include "world.hpp"

namespace mms::simulation {
namespace {

constexpr const char* kHelp =
    "simulate [--seeds FROM..TO] [--steps N]       plays these seeds (1..1000), says which break a law\n"
    "simulate --seed N [--trace] [--steps N]       plays one seed; --trace writes its diary\n"
    "simulate --planted NAME|all [--seeds …]       demands that each planted fault is found\n"
    "simulate --twice [--seeds …]                  demands that a seed played twice is played the same\n"
    "simulate --list                               names of planted faults\n";

struct Asked {
  std::uint64_t from = 1;
  std::uint64_t to = 1000;
  int steps = Run{}.steps;
  bool trace = false;
  bool twice = false;
  bool list = false;
  std::string planted;
};

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool read_range(std::string_view text, Asked& asked) {
  const auto dots = text.find("..");
  if (dots == std::string_view::npos) return false;
  return read_number(text.substr(0, dots), asked.from) && read_number(text.substr(dots + 2), asked.to);
}

std::optional<Asked> read(std::span<char*> words) {
  Asked asked;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const std::string_view value = i + 1 < words.size() ? words[i + 1] : "";
    bool good = true;
    if (word == "--trace") {
      asked.trace = true;
    } else if (word == "--twice") {
      asked.twice = true;
    } else if (word == "--list") {
      asked.list = true;
    } else {
      ++i;
      if (word == "--seeds") {
        good = read_range(value, asked);
      } else if (word == "--seed") {
        good = read_number(value, asked.from);
        asked.to = asked.from;
      } else if (word == "--steps") {
        good = read_number(value, asked.steps);
      } else if (word == "--planted") {
        asked.planted = value;
      } else {
        good = false;
      }
    }
    if (!good) return std::nullopt;
  }
  return asked;
}

// The last lines of a seed that broke a law, played again to have them.
void tell(Ground& ground, Run run, bool whole) {
  run.kept = true;
  World world(ground, run);
  const auto& diary = world.play();
  constexpr std::size_t kShown = 60;
  const auto& lines = diary.lines();
  for (std::size_t i = whole || lines.size() < kShown ? 0 : lines.size() - kShown; i < lines.size(); ++i) {
    fmt::print("{}\n", lines[i]);
  }
  if (diary.is_broken()) fmt::print("seed {}: {}\n", run.seed, diary.law());
}

struct Counts {
  std::uint64_t seeds = 0;
  std::uint64_t broken = 0;
  std::int64_t events = 0;
};

int play_all(Ground& ground, const Asked& asked) {
  Counts counts;
  const auto begin = real_time();
  for (auto seed = asked.from; seed <= asked.to; ++seed) {
    const Run run{.seed = seed, .steps = asked.steps};
    World world(ground, run);
    const auto& diary = world.play();
    ++counts.seeds;
    counts.events += world.events();
    if (!diary.is_broken()) continue;
    if (++counts.broken <= 3) {
      tell(ground, run, false);
      fmt::print("again, whole: simulate --seed {} --steps {} --trace\n\n", seed, asked.steps);
    } else {
      fmt::print("seed {}: {}\n", seed, diary.law());
    }
  }
  const auto took = static_cast<double>((real_time() - begin).count()) / 1e6;
  fmt::print("{} seeds, {} events, {} laws broken, {:.1f} s\n", counts.seeds, counts.events, counts.broken, took);
  return counts.broken == 0 ? 0 : 1;
}

bool find(Ground& ground, const Asked& asked, const PlantedName& planted) {
  for (auto seed = asked.from; seed <= asked.to; ++seed) {
    const Run run{.seed = seed, .steps = asked.steps, .planted = planted.planted};
    World world(ground, run);
    const auto& diary = world.play();
    if (!diary.is_broken()) continue;
    fmt::print("{}: found by seed {}: {}\n", planted.name, seed, diary.law());
    if (asked.trace) tell(ground, run, true);
    return true;
  }
  fmt::print("{}: NOT FOUND by seeds {} to {}\n", planted.name, asked.from, asked.to);
  return false;
}

int find_planted(Ground& ground, const Asked& asked) {
  bool known = false;
  bool all = true;
  for (const auto& planted : kPlanted) {
    if (asked.planted != "all" && asked.planted != planted.name) continue;
    known = true;
    all = find(ground, asked, planted) && all;
  }
  if (!known) fmt::print(stderr, "no planted fault is called {}\n", asked.planted);
  return known && all ? 0 : 1;
}

int play_twice(Ground& ground, const Asked& asked) {
  int differ = 0;
  for (auto seed = asked.from; seed <= asked.to; ++seed) {
    const Run run{.seed = seed, .steps = asked.steps};
    const auto first = World(ground, run).play().hash();
    if (World(ground, run).play().hash() == first) continue;
    fmt::print("seed {} is not played the same twice\n", seed);
    ++differ;
  }
  return differ == 0 ? 0 : 1;
}

int work(const Asked& asked) {
  if (asked.list) {
    for (const auto& planted : kPlanted) fmt::print("{}\n", planted.name);
    return 0;
  }
  Ground ground;
  if (!asked.planted.empty()) return find_planted(ground, asked);
  if (asked.twice) return play_twice(ground, asked);
  if (asked.trace) {
    tell(ground, {.seed = asked.from, .steps = asked.steps}, true);
    return 0;
  }
  return play_all(ground, asked);
}

}  // namespace
}  // namespace mms::simulation

int main(int count, char** words) {
  const auto asked = mms::simulation::read(std::span(words, static_cast<std::size_t>(count)).subspan(1));
  if (!asked) {
    fmt::print(stderr, "{}", mms::simulation::kHelp);
    return 2;
  }
  return mms::simulation::work(*asked);
}
