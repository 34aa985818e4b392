// One connection: moves bytes between socket and RequestReader, and answers requests in their order.
#pragma once

#include <atomic>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "http/request_identity.hpp"
#include "http/request_reader.hpp"
#include "http/response_writer.hpp"
#include "http/walk.hpp"

namespace mms::http {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, async::Executor>;

// One finished request, for logs and metrics. Lifetime: the views hold during the call only.
struct Finished {
  Method method{};
  std::string_view route;  // the pattern; empty when nothing was found
  std::string_view code;   // the problem's; empty for success
  int status = 0;
  async::Clock::duration took{};
  std::string_view caller;
  std::string_view client;
  std::string_view request_id;
  std::string_view traceparent;
  std::size_t bytes_in = 0;
  std::size_t bytes_out = 0;
};
// Threads: called by every thread of the server at once. Must not throw.
using Observer = std::function<void(const Finished&)>;

struct SessionSettings {
  ReadLimits limits;
  std::chrono::milliseconds head_time{10'000};     // for a request's head to arrive
  std::chrono::milliseconds idle_time{60'000};     // between requests
  std::chrono::milliseconds stall_time{10'000};    // for a body or an answer to make progress
  std::size_t slowest = 4 * 1024;                  // bytes per second that a body must come with on average
  std::chrono::milliseconds request_time{30'000};  // the deadline that handlers see
  std::chrono::milliseconds linger_time{2'000};    // to read on after the last answer, so that it arrives
  std::size_t discarded_body = 64 * 1024;          // read and dropped to keep a connection whose request was refused
  std::size_t stream_buffer = 256 * 1024;          // a stream's reader that lags more is cut
};

// Threads: written by each server thread, read by all.
struct Gauges {
  std::atomic<std::int64_t> connections{0};
  std::atomic<std::int64_t> requests_in_flight{0};
  std::atomic<std::int64_t> streams{0};
  std::atomic<std::int64_t> connections_refused{0};
};

class Session;

// The open sessions of one thread: what the sweeper walks and what a stop waits for.
class OpenSessions {
 public:
  void add(Session& session);
  void remove(Session& session);
  void cut_late(async::Clock::time_point now);
  void cut_all();
  // From now on answers say Connection: close, idle connections go at once, streams end.
  void drain();
  bool is_draining() const { return draining_; }
  std::size_t size() const { return sessions_.size(); }
  std::function<void()> on_empty;  // called when a drain has nothing left

 private:
  std::vector<Session*> sessions_;
  bool draining_ = false;
};

// What the sessions of one thread share. Lifetime: outlives them.
struct SessionTools {
  const Walk& walk;
  const SessionSettings& settings;
  RequestIdentity& identity;
  DateText& date;
  OpenSessions& open;
  Gauges& gauges;
  const Observer& observe;
};

class ChunkedStream;

// Threads: that of its socket.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Socket socket, SessionTools& tools);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Serves until the peer leaves, is cut, or must go.
  static async::Task<void> serve(std::shared_ptr<Session> session);

  void cut();
  void cut_if_late(async::Clock::time_point now);
  void drain();

 private:
  friend class OpenSessions;

  async::Task<void> run();
  async::Task<bool> receive();
  async::Task<bool> greet();
  async::Task<bool> answer();
  async::Task<bool> refuse();
  async::Task<bool> send(Response response, bool keep_alive);
  async::Task<void> send_stream(Response& response);
  async::Task<bool> flush(std::string_view tail);
  async::Task<void> linger();
  void expect_bytes();
  void report(const Response& response, std::size_t bytes_out, async::Clock::duration took) const;

  Socket socket_;
  SessionTools& tools_;
  RequestReader reader_;
  std::string out_;
  std::string client_;
  std::optional<Response> early_;  // known before the body came
  const Route* route_ = nullptr;
  Slot slot_;
  std::shared_ptr<ChunkedStream> stream_;
  async::Clock::time_point deadline_ = async::Clock::time_point::max();
  async::Clock::time_point started_;  // of what is awaited now: the connection's first head, a head, a body, a request
  std::size_t index_ = 0;             // in OpenSessions
  bool is_idle_ = true;
  bool is_first_ = true;
  bool in_flight_ = false;
};

}  // namespace mms::http
