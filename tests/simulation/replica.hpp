// One process of the service: the real lane, timers, auto start and relay on one context, put together as
// service/assemble does.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <functional>
#include <memory>
#include <string>

#include "broker.hpp"
#include "endpoints/cursor.hpp"
#include "lanes/lane.hpp"
#include "lanes/timer_runner.hpp"
#include "missions/auto_start.hpp"
#include "missions/mission_cache.hpp"
#include "missions/mission_routes.hpp"
#include "relay/relay.hpp"
#include "store.hpp"

namespace mms::simulation {

class Replica {
 public:
  struct Tools {
    Store& store;
    Diary& diary;
    Sink::Tools sink;
    bool cached = false;  // as the only writer of its store
    bool told = true;     // the lane brings the cache up to date
  };
  // `number`: of this process, as no other one of the world.
  Replica(Tools tools, int number);
  // kill -9: nothing is finished, nobody is answered.
  ~Replica();
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  // Runs what is ready.
  void run();
  // SIGTERM: no more commands, the relay waits for what is under way and gives its lease back.
  void stop();
  bool has_stopped() const { return stopped_; }

  using Told = std::function<void(std::vector<lanes::Outcome>)>;
  void submit(std::vector<lanes::Submission> submissions, Told told);
  // A read of one mission as GET does it: the version shown, nothing when it is not found.
  using Shown = std::function<void(std::optional<std::int64_t>)>;
  void show(vocabulary::MissionId id, Shown shown);

  int number() const { return number_; }
  bool is_cached() const { return tools_.cached; }
  Sink& sink() { return sink_; }

 private:
  class NoIds final : public vocabulary::IdSource {
   public:
    vocabulary::Uuid next(vocabulary::Time) override { return {}; }
  };
  lanes::LaneSettings lane_settings();
  std::vector<lanes::MakePart> parts();
  void begin();

  Tools tools_;
  int number_;
  bool stopping_ = false;
  bool stopped_ = false;
  std::unique_ptr<database::Database> door_;
  std::unique_ptr<boost::asio::io_context> context_;
  using Work = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;
  std::unique_ptr<Work> work_;
  relay::CommitBell bell_;
  missions::AutoStart auto_start_;
  missions::MissionCache cache_;
  Sink sink_;
  std::unique_ptr<database::Reader> reader_;
  std::unique_ptr<lanes::Lane> lane_;
  std::unique_ptr<relay::Relay> relay_;
  NoIds ids_;
  endpoints::CursorKey key_;
  std::unique_ptr<missions::MissionTools> mission_tools_;
};

}  // namespace mms::simulation
