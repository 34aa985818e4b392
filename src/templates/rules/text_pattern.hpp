// Patterns and formats of texts: RE2 alone, whose time grows with the text and never explodes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mms::templates {

// What is wrong with a pattern; nothing for a good one.
std::optional<std::string> fault_of_pattern(std::string_view pattern);
// Found anywhere in the text, as JSON Schema means it. A broken pattern matches nothing. Threads: any.
bool matches(std::string_view pattern, std::string_view text);

// date-time, date, time, uuid, email, uri, hostname, ipv4.
const std::vector<std::string_view>& known_formats();
bool has_format(std::string_view format, std::string_view text);
// A text that has the format.
std::string_view example_of_format(std::string_view format);

}  // namespace mms::templates
