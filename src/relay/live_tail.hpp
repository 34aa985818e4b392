// The end of the log in memory, read once for all the watchers of a thread.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/wait_traits.hpp>
#include <deque>
#include <functional>
#include <list>
#include <string>

#include "database/database.hpp"
#include "relay/commit_bell.hpp"
#include "vocabulary/event.hpp"

namespace mms::relay {

using Alarm = boost::asio::basic_waitable_timer<async::Clock, boost::asio::wait_traits<async::Clock>, async::Executor>;

// Reads only while somebody watches. Threads: that of its executor. Lifetime: reader and bell outlive it; it outlives
// its watchers and the last turn of its io_context.
class LiveTail {
 public:
  using OnFault = std::function<void(const std::string&)>;
  // Looks when the bell rings, and every `look_every` for what other replicas committed.
  LiveTail(const async::Executor& executor,
           database::Reader& reader,
           CommitBell& bell,
           std::chrono::milliseconds look_every,
           OnFault on_fault);
  LiveTail(const LiveTail&) = delete;
  LiveTail& operator=(const LiveTail&) = delete;

  struct Kept {
    vocabulary::Event event;
    std::string frame;  // made once for all
  };
  // A watcher's place; `wake` is called after each look that found something.
  class Seat {
   public:
    Seat(LiveTail& tail, std::function<void()> wake);
    ~Seat();
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

   private:
    LiveTail& tail_;
    std::list<std::function<void()>>::iterator at_;
  };

  // Up to where it has read; 0 before its first look.
  std::int64_t position() const { return position_; }
  // Whether every event above `after`, up to position(), is in kept().
  bool holds(std::int64_t after) const { return has_looked_ && after >= from_; }
  // Whether position() is that of the log.
  bool has_looked() const { return has_looked_; }
  const std::deque<Kept>& kept() const { return kept_; }

 private:
  async::Task<void> follow();
  async::Task<bool> look();
  void keep(vocabulary::Event event);
  void wake_all();
  void hear();

  async::Executor executor_;
  database::Reader& reader_;
  std::chrono::milliseconds look_every_;
  OnFault on_fault_;
  Alarm alarm_;
  CommitBell::Listener& bell_;
  std::list<std::function<void()>> seats_;
  std::deque<Kept> kept_;
  std::size_t kept_bytes_ = 0;
  std::int64_t from_ = 0;
  std::int64_t position_ = 0;
  bool has_looked_ = false;
  bool following_ = false;
  bool heard_ = false;
};

}  // namespace mms::relay
