// Asks another server over HTTP or HTTPS, without holding up a thread.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "async/task.hpp"

namespace mms::http {

// GET when the body is empty, else POST of JSON. Over TLS the server must be who it says, by the system's authorities
// or those of SSL_CERT_FILE.
struct Question {
  std::string host;
  std::string port;
  std::string target;
  std::string body;
  bool tls = false;
};

// "http://<host>[:<port>][/<target>]", or https. Throws std::invalid_argument with what it must be.
Question question_of(std::string_view url);

// The body of the answer, whatever its status; or what went wrong, in words that follow "the server". One connection.
async::Task<std::expected<std::string, std::string>> ask(Question question,
                                                         async::Deadline deadline,
                                                         std::uint64_t most_bytes);

}  // namespace mms::http
