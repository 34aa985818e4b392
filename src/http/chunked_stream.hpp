// A stream on a connection: frames chunks, keeps what the socket does not take at once, and cuts readers that lag.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "http/response.hpp"
#include "http/session.hpp"

namespace mms::http {

// Threads: that of the socket. Lifetime: waits of its own keep it and its owner alive.
class ChunkedStream final : public EventStream, public std::enable_shared_from_this<ChunkedStream> {
 public:
  struct Setting {
    std::size_t most_pending;
    std::chrono::milliseconds stall_time;
    bool chunked;  // HTTP/1.0 knows no chunks: bytes until the end
  };
  ChunkedStream(Socket& socket, std::shared_ptr<void> owner, async::Clock::time_point& deadline, Setting setting);

  async::Task<bool> send(std::string chunk) override;
  async::Task<bool> drained() override;
  void last_words(std::string chunk) override { last_words_ = std::move(chunk); }
  void when_closed(std::function<void()> wake) override;
  bool is_open() const override { return !closed_; }

  // Sends the head's bytes as they are, and starts to watch for the peer's leaving.
  void open(std::string head);
  // No more chunks: `send` answers false from now on and the waiting one is woken.
  void close();
  // Writes the rest, with the end mark, as far as the peer takes it.
  async::Task<void> finish();
  std::size_t bytes() const { return bytes_; }

 private:
  void append(std::string_view chunk);
  void push();
  void wait_to_push();
  void watch();
  void lose();
  void set_deadline();
  void wake_drained();

  Socket& socket_;
  std::shared_ptr<void> owner_;
  async::Clock::time_point& deadline_;
  Setting setting_;
  std::string pending_;
  std::string last_words_;
  std::function<void()> wake_;
  async::Resume<bool> drained_;  // who waits in drained()
  std::size_t bytes_ = 0;
  std::size_t most_ignored_ = 64 * 1024;  // bytes that a peer may send into a stream
  bool closed_ = false;
  bool lost_ = false;
  bool waits_ = false;
};

}  // namespace mms::http
