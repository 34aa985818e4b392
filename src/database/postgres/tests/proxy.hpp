// A TCP proxy that a test puts between the driver and the server, to cut, stall or refuse connections.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <memory>
#include <thread>

namespace mms::postgres {

class Proxy {
 public:
  enum class Mode {
    forward,
    cut_before_server,  // the next bytes of the client are lost with the connection
    cut_answer,         // they reach the server; the answer is lost with the connection
    cut_client,         // they reach the server; the client's side is cut at once, the server's side stays open
    stall,              // nothing passes, nothing is closed
    refuse,             // connections are closed as soon as they come
  };

  explicit Proxy(unsigned short server_port)
      : server_(boost::asio::ip::address_v4::loopback(), server_port),
        acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}),
        port_(acceptor_.local_endpoint().port()) {
    boost::asio::co_spawn(context_, accept(*this), boost::asio::detached);
    thread_ = std::thread([this] { context_.run(); });
  }
  ~Proxy() {
    context_.stop();
    thread_.join();
  }
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  unsigned short port() const { return port_; }
  // Cutting modes act once and then forward again.
  void set(Mode mode) { mode_ = mode; }
  Mode mode() const { return mode_; }
  // Cuts the client's side after this many more bytes from the client; the server's side stays open for a while.
  void cut_after(long bytes) { budget_ = bytes; }
  // Cuts everything that is open.
  void cut_all() { ++generation_; }

 private:
  using Tcp = boost::asio::ip::tcp;
  struct Pair {
    explicit Pair(boost::asio::io_context& context) : client(context), server(context) {}
    Tcp::socket client;
    Tcp::socket server;
    std::atomic<bool> answer_is_lost = false;
    unsigned generation = 0;
    void cut() {
      boost::system::error_code ignored;
      client.close(ignored);
      server.close(ignored);
    }
  };

  static boost::asio::awaitable<void> accept(Proxy& self) {
    for (;;) {
      auto pair = std::make_shared<Pair>(self.context_);
      boost::system::error_code error;
      co_await self.acceptor_.async_accept(pair->client,
                                           boost::asio::redirect_error(boost::asio::use_awaitable, error));
      if (error || self.mode_ == Mode::refuse) continue;
      pair->generation = self.generation_;
      boost::asio::co_spawn(self.context_, begin(self, pair), boost::asio::detached);
    }
  }

  static boost::asio::awaitable<void> begin(Proxy& self, std::shared_ptr<Pair> pair) {
    boost::system::error_code error;
    co_await pair->server.async_connect(self.server_, boost::asio::redirect_error(boost::asio::use_awaitable, error));
    if (error) co_return;
    pair->server.set_option(Tcp::no_delay(true));
    pair->client.set_option(Tcp::no_delay(true));
    boost::asio::co_spawn(self.context_, up(self, pair), boost::asio::detached);
    boost::asio::co_spawn(self.context_, down(self, pair), boost::asio::detached);
    boost::asio::co_spawn(self.context_, watch(self, pair), boost::asio::detached);
  }

  static boost::asio::awaitable<void> watch(Proxy& self, std::shared_ptr<Pair> pair) {
    boost::asio::steady_timer timer(self.context_);
    while (pair->client.is_open() || pair->server.is_open()) {
      timer.expires_after(std::chrono::milliseconds(5));
      co_await timer.async_wait(boost::asio::use_awaitable);
      if (pair->generation != self.generation_ || self.mode_ == Mode::refuse) pair->cut();
    }
  }

  static boost::asio::awaitable<void> up(Proxy& self, std::shared_ptr<Pair> pair) {
    std::array<char, 16384> buffer;
    boost::system::error_code error;
    for (;;) {
      const auto size = co_await pair->client.async_read_some(
          boost::asio::buffer(buffer), boost::asio::redirect_error(boost::asio::use_awaitable, error));
      if (error) break;
      co_await wait_out_stall(self, pair);
      auto pass = size;
      bool cut_client = false;
      if (self.budget_ >= 0) {
        pass = std::min<std::size_t>(size, static_cast<std::size_t>(self.budget_.load()));
        self.budget_ -= static_cast<long>(pass);
        cut_client = pass < size;
        if (cut_client) self.budget_ = -1;
      }
      auto expected = Mode::cut_before_server;
      if (self.mode_.compare_exchange_strong(expected, Mode::forward)) break;
      expected = Mode::cut_answer;
      if (self.mode_.compare_exchange_strong(expected, Mode::forward)) pair->answer_is_lost = true;
      expected = Mode::cut_client;
      if (self.mode_.compare_exchange_strong(expected, Mode::forward)) cut_client = true;
      co_await boost::asio::async_write(pair->server, boost::asio::buffer(buffer.data(), pass),
                                        boost::asio::redirect_error(boost::asio::use_awaitable, error));
      if (error) break;
      if (cut_client) {
        pair->client.close(error);
        boost::asio::steady_timer timer(self.context_, std::chrono::seconds(2));
        co_await timer.async_wait(boost::asio::use_awaitable);
        break;
      }
    }
    pair->cut();
  }

  static boost::asio::awaitable<void> down(Proxy& self, std::shared_ptr<Pair> pair) {
    std::array<char, 16384> buffer;
    boost::system::error_code error;
    for (;;) {
      const auto size = co_await pair->server.async_read_some(
          boost::asio::buffer(buffer), boost::asio::redirect_error(boost::asio::use_awaitable, error));
      if (error || pair->answer_is_lost) break;
      co_await wait_out_stall(self, pair);
      if (!pair->client.is_open()) continue;
      co_await boost::asio::async_write(pair->client, boost::asio::buffer(buffer.data(), size),
                                        boost::asio::redirect_error(boost::asio::use_awaitable, error));
    }
    pair->cut();
  }

  static boost::asio::awaitable<void> wait_out_stall(Proxy& self, std::shared_ptr<Pair> pair) {
    boost::asio::steady_timer timer(self.context_);
    while (self.mode_ == Mode::stall && pair->client.is_open()) {
      timer.expires_after(std::chrono::milliseconds(5));
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
  }

  boost::asio::io_context context_{1};
  Tcp::endpoint server_;
  Tcp::acceptor acceptor_;
  unsigned short port_;
  std::atomic<Mode> mode_ = Mode::forward;
  std::atomic<long> budget_ = -1;
  std::atomic<unsigned> generation_ = 0;
  std::thread thread_;
};

}  // namespace mms::postgres
