// Asks another server over plain HTTP, without holding up a thread.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "async/task.hpp"

namespace mms::http {

// GET when the body is empty, else POST of JSON.
struct Question {
  std::string host;
  std::string port;
  std::string target;
  std::string body;
};

// The body of the answer, whatever its status; or what went wrong, in words that follow "the server". One connection.
async::Task<std::expected<std::string, std::string>> ask(Question question,
                                                         async::Deadline deadline,
                                                         std::uint64_t most_bytes);

}  // namespace mms::http
