// An answer, before it becomes bytes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/task.hpp"

namespace mms::http {

// Where a stream's events go. Threads: that of the session.
class EventStream {
 public:
  virtual ~EventStream() = default;
  // Sends one chunk (the caller formats it, e.g. "id: 7\ndata: {}\n\n"). False when the peer is gone, too slow for its
  // buffer, or the service stops: then return.
  // Does not wait for the peer: what the socket does not take at once is kept, up to a limit.
  virtual async::Task<bool> send(std::string chunk) = 0;
  // Waits until the peer took all that was sent, for one who sends more than a buffer can hold. False as for send().
  virtual async::Task<bool> drained() = 0;
  // What a reader gets last when it is cut for being too slow.
  virtual void last_words(std::string chunk) = 0;
  // Called once, when the peer leaves, is cut, or the service stops, so that one who waits for events can be woken.
  virtual void when_closed(std::function<void()> wake) = 0;
  virtual bool is_open() const = 0;
};

struct Response {
  int status = 200;
  std::string body;
  // A body shared with a cache; used instead of `body` when set.
  std::shared_ptr<const std::string> shared_body;
  std::string_view content_type = "application/json";
  std::vector<std::pair<std::string_view, std::string>> headers;  // names are literals
  // When set, the answer's head is sent with this content type and the function writes the body, chunked, until it
  // returns.
  std::function<async::Task<void>(EventStream&)> stream;
  // The problem's code for logs and metrics; empty for success.
  std::string_view code;
};

}  // namespace mms::http
