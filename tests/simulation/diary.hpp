// What happened, step by step: always as a hash, as lines when somebody wants to read them.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mms::simulation {

class Diary {
 public:
  explicit Diary(bool kept) : kept_(kept) {}

  template <class... Values>
  void write(fmt::format_string<Values...> form, Values&&... values) {
    line_.clear();
    fmt::format_to(std::back_inserter(line_), form, std::forward<Values>(values)...);
    for (const char c : line_) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    if (kept_) lines_.push_back(line_);
  }
  // The law that was broken; the first one counts.
  void broken(std::string law) {
    if (law_.empty()) law_ = std::move(law);
  }
  bool is_broken() const { return !law_.empty(); }
  const std::string& law() const { return law_; }
  std::uint64_t hash() const { return hash_; }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  bool kept_;
  std::string line_;
  std::uint64_t hash_ = 0xCBF29CE484222325ULL;
  std::vector<std::string> lines_;
  std::string law_;
};

}  // namespace mms::simulation
