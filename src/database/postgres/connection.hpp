// One connection that keeps itself alive: calls go in, answers come out in order, a lost server is tried again.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "database/postgres/address.hpp"
#include "database/postgres/link.hpp"
#include "database/postgres/pipeline.hpp"
#include "database/postgres/session.hpp"
#include "database/postgres/work.hpp"

namespace mms::postgres {

// What all connections of a role share. Threads: read only.
struct Plan {
  Plan(Address where, Settings chosen, Role who)
      : address(std::move(where)), settings(std::move(chosen)), role(who), texts(settings, who) {}
  Address address;
  Settings settings;
  Role role;
  FixedTexts texts;
};

// Threads: one, that of the io_context. Lifetime: keeps itself alive until close() has been carried out by the
// io_context, or until the io_context is destroyed.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::io_context& context, std::shared_ptr<const Plan> plan);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Begins to connect, in the background.
  void start();
  // Sends the work when its turn comes and returns when it has ended; its `failure` says how. Never throws. While the
  // first attempt to reach the server is under way calls wait; while the server is known to be away they fail at once.
  async::Task<void> call(std::shared_ptr<Work> work);
  // Ends the session and every call.
  void close();

  const Plan& plan() const { return *plan_; }
  // The session that calls go to: another number, another session. 0: none.
  std::uint64_t session() const { return link_.is_ready() ? link_.session() : 0; }
  const std::string& incarnation() const { return incarnation_; }
  int backend() const { return session_ ? session_->backend() : 0; }

 private:
  using Works = std::vector<std::shared_ptr<Work>>;
  enum class Prepared : char { no, sent };

  // connection_life.cpp: from attempt to attempt
  static async::Task<void> live(std::shared_ptr<Connection> self);
  async::Task<bool> connect();
  async::Task<Address> looked_up();
  async::Task<void> wait_for(Session::Wants wants);
  async::Task<void> receive();
  async::Task<void> pause(std::chrono::milliseconds time);
  void greet();
  void greeted(const Work& work);
  void lose(std::string why);
  std::chrono::milliseconds drop();
  void let_go_of_socket();
  static async::Task<void> sweep(std::shared_ptr<Connection> self);
  void watch();
  bool check_deadlines(async::Clock::time_point now);
  void check_flying(async::Clock::time_point now, Works& late);

  // connection.cpp: sending and answers
  void send_soon();
  void send_waiting();
  Works next_group();
  void send(Works group);
  bool send_prepare(const Step& step);
  bool send_step(const Step& step);
  void flush();
  static async::Task<void> flush_rest(std::shared_ptr<Connection> self, std::uint64_t attempt);
  bool take_results();
  void take(const Result& result);
  void take_rows(const Result& result);
  void take_refusal(const Result& result);
  void segment_ended();
  void call_ended(std::shared_ptr<Work> work, Pipeline::Verdict verdict);
  void blame_prepare(Work& work) const;
  static void resume(Works works);
  static void fail(Work& work, Failure::Kind kind, const std::string& why);

  async::Executor executor_;
  std::shared_ptr<const Plan> plan_;
  Link link_;
  Pipeline pipeline_;
  std::unique_ptr<Session> session_;
  boost::asio::posix::basic_stream_descriptor<async::Executor> socket_;
  boost::asio::basic_waitable_timer<async::Clock, boost::asio::wait_traits<async::Clock>, async::Executor> pause_timer_;
  boost::asio::basic_waitable_timer<async::Clock, boost::asio::wait_traits<async::Clock>, async::Executor> sweep_timer_;
  std::minstd_rand random_;

  std::deque<std::shared_ptr<Work>> waiting_;
  std::deque<std::shared_ptr<Work>> flying_;  // sent, in the order of their answers
  Works done_;                                // to be resumed once the results at hand are taken
  std::shared_ptr<Work> greeting_;
  std::vector<Prepared> prepared_;                         // by slot
  std::unordered_map<std::size_t, Failure> bad_prepares_;  // by slot
  Parameters parameters_;
  std::string incarnation_;
  std::string lost_because_;
  std::uint64_t attempt_ = 0;
  async::Clock::time_point heard_{};  // when the server last said something
  bool lost_ = false;                 // found out; drop() follows
  bool renew_ = false;                // the session's prepared statements are stale
  bool send_is_due_ = false;
  bool flushing_ = false;
  bool watching_ = false;
};

}  // namespace mms::postgres
