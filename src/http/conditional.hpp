// Conditional requests: entity tags of versions, If-Match and If-None-Match (RFC 9110, 13).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"
#include "vocabulary/problem.hpp"

namespace mms::http {

// The tag of a resource's version, with its quotes: "7".
std::string etag_of(std::int64_t version);

// What a change insists on. Weak tags and tags that are not versions never match (strong comparison).
struct IfMatch {
  bool any = false;  // `*`: whatever it is, as long as it exists
  std::vector<std::int64_t> versions;
  bool allows(std::int64_t version) const;
};

// Nothing when the field is absent. Refuses: bad_parameter for a field that is no list of tags.
vocabulary::Result<std::optional<IfMatch>> if_match(const Request& request);

// Whether If-None-Match names this tag (weak comparison) or is `*`: then the answer is 304. A broken field names
// nothing.
bool is_unchanged(const Request& request, std::string_view etag);

}  // namespace mms::http
