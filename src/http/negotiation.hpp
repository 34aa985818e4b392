// What the client can read and what it sent: Accept and Content-Type.
#pragma once

#include <string_view>

namespace mms::http {

// Whether an Accept field (empty: anything) takes this media type. Parameters but q are not compared.
bool accepts_type(std::string_view accept, std::string_view type);

// Whether a Content-Type is JSON: application/json, in UTF-8 if it names a charset.
bool is_json_type(std::string_view content_type);

}  // namespace mms::http
