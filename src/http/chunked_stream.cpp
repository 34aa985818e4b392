// Writes at once what the socket takes; the rest goes when it can.
#include "http/chunked_stream.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>

namespace mms::http {

namespace asio = boost::asio;
using boost::system::error_code;

ChunkedStream::ChunkedStream(Socket& socket,
                             std::shared_ptr<void> owner,
                             async::Clock::time_point& deadline,
                             Setting setting)
    : socket_(socket), owner_(std::move(owner)), deadline_(deadline), setting_(setting) {}

void ChunkedStream::open(std::string head) {
  pending_ = std::move(head);
  bytes_ += pending_.size();
  push();
  watch();
}

async::Task<bool> ChunkedStream::send(std::string chunk) {
  if (closed_ || chunk.empty()) co_return !closed_;
  // What lags is what was not taken before: one chunk may be larger than the buffer.
  if (pending_.size() > setting_.most_pending) {
    if (!last_words_.empty()) append(last_words_);
    close();
    co_return false;
  }
  append(chunk);
  push();
  co_return !closed_;
}

async::Task<bool> ChunkedStream::drained() {
  if (!closed_ && !pending_.empty()) {
    co_await async::suspend<bool>([this](async::Resume<bool> resume) { drained_ = std::move(resume); });
  }
  co_return !closed_;
}

void ChunkedStream::wake_drained() {
  if (drained_) std::exchange(drained_, {})(true);
}

void ChunkedStream::append(std::string_view chunk) {
  const auto before = pending_.size();
  if (setting_.chunked) fmt::format_to(std::back_inserter(pending_), "{:x}\r\n", chunk.size());
  pending_ += chunk;
  if (setting_.chunked) pending_ += "\r\n";
  bytes_ += pending_.size() - before;
}

void ChunkedStream::when_closed(std::function<void()> wake) {
  wake_ = std::move(wake);
  if (closed_ && wake_) std::exchange(wake_, nullptr)();
}

void ChunkedStream::close() {
  closed_ = true;
  wake_drained();
  if (wake_) std::exchange(wake_, nullptr)();
}

void ChunkedStream::lose() {
  lost_ = true;
  pending_.clear();
  close();
}

void ChunkedStream::push() {
  while (!pending_.empty()) {
    error_code ec;
    const auto sent = socket_.write_some(asio::buffer(pending_), ec);
    pending_.erase(0, sent);
    if (sent > 0) set_deadline();
    if (ec == asio::error::would_block) return wait_to_push();
    if (ec) return lose();
  }
  deadline_ = async::Clock::time_point::max();
  wake_drained();
}

void ChunkedStream::set_deadline() {
  deadline_ = async::Clock::now() + setting_.stall_time;
}

void ChunkedStream::wait_to_push() {
  if (waits_) return;
  waits_ = true;
  if (deadline_ == async::Clock::time_point::max()) set_deadline();
  socket_.async_wait(Socket::wait_write, [self = shared_from_this(), owner = owner_](error_code ec) {
    self->waits_ = false;
    if (ec) return self->lose();
    self->push();
  });
}

// Readable means: the peer left, or talks into the stream, which is ignored up to a limit.
void ChunkedStream::watch() {
  socket_.async_wait(Socket::wait_read, [self = shared_from_this(), owner = owner_](error_code ec) {
    if (self->lost_ || ec) return self->lose();
    std::array<char, 1024> ignored;
    const auto got = self->socket_.read_some(asio::buffer(ignored), ec);
    self->most_ignored_ -= std::min(self->most_ignored_, got);
    if ((ec && ec != asio::error::would_block) || self->most_ignored_ == 0) return self->lose();
    self->watch();
  });
}

async::Task<void> ChunkedStream::finish() {
  closed_ = true;
  wake_ = nullptr;
  if (!lost_ && setting_.chunked) {
    pending_ += "0\r\n\r\n";
    bytes_ += 5;
  }
  if (!lost_) push();
  while (!lost_ && !pending_.empty()) {
    const auto [ec] = co_await socket_.async_wait(Socket::wait_write, asio::as_tuple(async::use_task));
    if (ec) co_return lose();
    push();
  }
  owner_.reset();
}

}  // namespace mms::http
