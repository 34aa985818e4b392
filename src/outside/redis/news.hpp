// News between replicas, by a channel of Redis: that something was committed, that something was revoked.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <thread>

#include "outside/redis/connection.hpp"
#include "outside/redis/place.hpp"

namespace mms::redis {

// News says when to look, never what is there: what is lost is found at the next look, and on each new connection there
// is news, because some may have been missed. Threads: the tell functions from any, after start(); hooks are called on
// its own. Lifetime: what the hooks use outlives it.
class News {
 public:
  static Words publication(const std::string& channel, const std::string& me, const char* what) {
    return {"PUBLISH", channel, me + ' ' + what};
  }
  struct Hooks {
    std::function<void()> committed;  // by another process
    std::function<void()> revoked;    // likewise
    std::function<void()> heard;      // a message of another process
    // Empty: it is there again.
    std::function<void(const std::string& why_not)> changed;
  };
  // `me`: what no other process is called.
  News(Place place, std::string channel, std::string me, Hooks hooks);
  ~News() { stop(); }
  News(const News&) = delete;
  News& operator=(const News&) = delete;

  void start();
  void stop();

  // Never wait; many that come together are told once.
  void tell_committed() { tell(commit_waits_, "commit"); }
  void tell_revoked() { tell(revocation_waits_, "revoked"); }
  bool up() const { return speaker_.up() && listener_.up(); }
  // For others who have something to ask Redis, on its thread.
  boost::asio::io_context& context() { return context_; }
  Connection& speaker() { return speaker_; }

 private:
  void tell(std::atomic<bool>& waits, const char* what);
  Words publish(const char* what) const { return publication(channel_, me_, what); }
  void hear(const Reply& message);
  void changed(bool up, const std::string& why);

  boost::asio::io_context context_{1};
  std::string channel_;
  std::string me_;
  Hooks hooks_;
  std::atomic<bool> commit_waits_{false};
  std::atomic<bool> revocation_waits_{false};
  Connection speaker_;
  Connection listener_;
  std::thread thread_;
};

// By a process that ends: tells of a revocation on `channel`, and waits for that two seconds at most. Answers why it
// could not; empty when it is told.
std::string tell_revoked_once(Place place, const std::string& channel, const std::string& me);

}  // namespace mms::redis
