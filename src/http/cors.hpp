// Which web pages of other origins may call (the Fetch standard's CORS), by configuration.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"
#include "http/response.hpp"

namespace mms::http {

// Threads: read-only after construction.
class Cors {
 public:
  // Origins as browsers send them ("https://ops.example"), or "*" for all. None: no page of another origin may call.
  explicit Cors(std::vector<std::string> origins = {}) : origins_(std::move(origins)) {}

  bool is_on() const { return !origins_.empty(); }
  // Adds the fields that let the page read the answer; nothing for other origins.
  void append_fields(std::string& head, const Request& request) const;
  // Adds the fields that a preflight asks for; `allow` is the list of the path's methods.
  void answer_preflight(Response& response, const Request& request, std::string_view allow) const;

 private:
  bool allows(std::string_view origin) const;
  std::vector<std::string> origins_;
};

}  // namespace mms::http
