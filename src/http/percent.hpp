// Percent-encoding in URLs (RFC 3986), and the check that text is UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mms::http {

enum class Plus { is_plus, is_space };

// The text with %XX undone; nothing for a broken escape, invalid UTF-8 or NUL.
std::optional<std::string> percent_decode(std::string_view text, Plus plus = Plus::is_plus);

// Valid UTF-8 without overlong forms, surrogates or NUL.
bool is_utf8_text(std::string_view text);

}  // namespace mms::http
