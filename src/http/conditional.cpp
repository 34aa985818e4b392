// Lists of entity tags.
#include "http/conditional.hpp"

#include <algorithm>
#include <charconv>

#include "http/field_values.hpp"

namespace mms::http {
namespace {

struct Tag {
  std::string_view opaque;  // without quotes
  bool weak = false;
};

// Takes one tag off the front; nothing when there is none.
std::optional<Tag> take_tag(std::string_view& rest) {
  Tag tag;
  tag.weak = rest.starts_with("W/");
  if (tag.weak) rest.remove_prefix(2);
  if (!rest.starts_with('"')) return std::nullopt;
  const auto close = rest.find('"', 1);
  if (close == std::string_view::npos) return std::nullopt;
  tag.opaque = rest.substr(1, close - 1);
  rest.remove_prefix(close + 1);
  return tag;
}

std::optional<std::vector<Tag>> read_tags(std::string_view list) {
  std::vector<Tag> tags;
  for (list = trim(list); !list.empty(); list = trim(list)) {
    if (list.front() == ',') {
      list.remove_prefix(1);
      continue;
    }
    const auto tag = take_tag(list);
    list = trim(list);
    if (!tag || (!list.empty() && list.front() != ',')) return std::nullopt;
    tags.push_back(*tag);
  }
  if (tags.empty()) return std::nullopt;
  return tags;
}

std::optional<std::int64_t> version_of(const Tag& tag) {
  std::int64_t version = 0;
  const auto* end = tag.opaque.data() + tag.opaque.size();
  const auto [stop, ec] = std::from_chars(tag.opaque.data(), end, version);
  if (tag.weak || ec != std::errc() || stop != end) return std::nullopt;
  return version;
}

}  // namespace

std::string etag_of(std::int64_t version) {
  return '"' + std::to_string(version) + '"';
}

bool IfMatch::allows(std::int64_t version) const {
  return any || std::ranges::find(versions, version) != versions.end();
}

vocabulary::Result<std::optional<IfMatch>> if_match(const Request& request) {
  IfMatch condition;
  bool present = false;
  for (const auto& [name, value] : request.headers) {
    if (!same_name(name, "If-Match")) continue;
    present = true;
    if (trim(value) == "*") {
      condition.any = true;
      continue;
    }
    const auto tags = read_tags(value);
    if (!tags) {
      return vocabulary::refuse(vocabulary::ProblemKind::bad_parameter,
                                "If-Match must be * or a list of entity tags, such as \"7\"");
    }
    for (const auto& tag : *tags) {
      if (const auto version = version_of(tag)) condition.versions.push_back(*version);
    }
  }
  if (!present) return std::optional<IfMatch>();
  return std::optional<IfMatch>(std::move(condition));
}

bool is_unchanged(const Request& request, std::string_view etag) {
  const auto value = trim(request.header("If-None-Match"));
  if (value == "*") return true;
  const auto ours = take_tag(etag);
  const auto tags = read_tags(value);
  if (!ours || !tags) return false;
  return std::ranges::any_of(*tags, [&](const Tag& tag) { return tag.opaque == ours->opaque; });
}

}  // namespace mms::http
