// The server: N threads, each with its own io_context, acceptor (SO_REUSEPORT), routes and sessions.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/session.hpp"

namespace mms::http {

struct ServerSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one, see Server::port()
  std::size_t threads = 1;
  std::string prefix = "/api/v1/mission-management";
  std::vector<std::string> cors_origins;
  std::size_t most_connections = 20'000;  // per thread; more are answered 503 and closed
  SessionSettings session;
};

struct ServerHooks {
  // Called once per thread before it runs, on the caller's thread: that thread's routes and guard.
  std::function<std::vector<Route>(boost::asio::io_context&)> routes;
  std::function<Admit(boost::asio::io_context&)> admit;
  Limit limit;  // called by every thread
  Explain explain;
  LogFault log_fault;
  Observer observe;
};

// Threads: start, drain and stop from one thread; the rest from any.
// Lifetime: what the routes and guards refer to lives until stop() has returned, and dies before the Server does:
// stop() destroys the coroutines that never ended, the Server's destructor the io_contexts.
class Server {
 public:
  Server(ServerSettings settings, ServerHooks hooks);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds, makes the threads' parts, and serves. Throws boost::system::system_error when the address is taken or wrong.
  void start();
  std::uint16_t port() const { return port_; }

  // Stops accepting, closes idle connections, lets requests finish with Connection: close and ends streams; waits for
  // that at most `grace`, then cuts. True when all had ended by then. The threads run on, so that others can stop in
  // order.
  bool drain(std::chrono::milliseconds grace);
  // Ends the threads and destroys what is left waiting on their io_contexts.
  void stop();

  // One per thread, alive from construction to destruction, for what else runs there.
  std::vector<boost::asio::io_context*> contexts();
  const Gauges& gauges() const { return gauges_; }

 private:
  class Thread;

  ServerSettings settings_;
  ServerHooks hooks_;
  Gauges gauges_;
  std::uint16_t port_ = 0;
  bool draining_ = false;
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace mms::http
