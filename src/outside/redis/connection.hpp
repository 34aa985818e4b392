// One connection to Redis: pipelined, opened again by itself.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.hpp"
#include "outside/redis/place.hpp"

namespace mms::redis {

// No answer that could be trusted: no connection, it broke, or Redis took too long. What was asked may have been done.
class Away : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Reply {
  enum class Kind { nothing, text, integer, list, error };
  Kind kind = Kind::nothing;
  std::string text;  // also of an error and of a status
  std::int64_t integer = 0;
  std::vector<Reply> list;
};

using Words = std::vector<std::string>;

// Threads: that of its io_context, but for up(). Lifetime: destroyed before its io_context.
class Connection {
 public:
  struct Hooks {
    // Sent first on each new connection; an error in answer closes it again.
    std::function<std::vector<Words>()> greeting;
    // What comes without being asked for: messages of a channel.
    std::function<void(Reply)> message;
    // It is there, or it is not there any more, with the reason in words for the log.
    std::function<void(bool up, const std::string& why)> changed;
  };
  Connection(boost::asio::io_context& context, Place place, Hooks hooks);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The answer, errors of Redis included. Throws Away; also when the answer takes longer than kPatience, and then the
  // connection is given up, because its answers come in order.
  async::Task<Reply> ask(const Words& words);
  // Nobody waits for the answer; lost when Redis is away.
  void tell(const Words& words);
  // Threads: any.
  bool up() const;

  static constexpr std::chrono::milliseconds kPatience{500};

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace mms::redis
