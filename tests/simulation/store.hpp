// The store of a world: real SQLite, its file in memory, behind the port, where chance decides when each call is
// carried out and what becomes of it.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "database/sqlite/connection.hpp"
#include "database/sqlite/sqlite_database.hpp"
#include "diary.hpp"
#include "weather.hpp"

namespace mms::simulation {

// The database below, made once for all worlds: opening one and preparing its statements takes longer than a world.
class Ground {
 public:
  Ground();
  ~Ground();
  Ground(const Ground&) = delete;
  Ground& operator=(const Ground&) = delete;
  // Empties every table.
  void reset();
  database::Rows read(database::Query query);
  template <class T>
  T run(async::Task<T> task);

  boost::asio::io_context context{1};
  std::unique_ptr<sqlite::SqliteDatabase> database;
  std::unique_ptr<database::Reader> reader;
  std::unique_ptr<database::Writer> writer;
  std::unique_ptr<database::Appender> appender;

 private:
  std::filesystem::path folder_;
  std::unique_ptr<sqlite::Connection> sweeper_;
  std::string sweeping_;
};

// How a call ends. `lost`: whether it happened is not known to the caller; done or undone.
enum class Fate { well, away, rolled_back, lost_done, lost_undone, refused };

// Threads: one. Lifetime: the ground outlives it; it outlives its doors.
class Store {
 public:
  enum class Call { read, begin, run, commit, append };
  struct Tools {
    Ground& ground;
    Chance& chance;
    Weather& weather;
    Diary& diary;
    Planted planted;
    std::function<void()> on_commit;  // right after a transaction of a lane is durable
  };
  explicit Store(Tools tools) : tools_(std::move(tools)) {}

  // The port as one replica has it.
  class Door;
  std::unique_ptr<database::Database> open_door(int replica);

  // Calls that wait for their turn; of those, which one may have it now.
  std::vector<std::size_t> ready(const std::function<bool(int)>& may) const;
  std::size_t waiting() const { return waiting_.size(); }
  void carry_out(std::size_t which);
  // Its process is gone: a commit under way may still arrive.
  void drop(int replica);
  // From now on a call may be answered at once again. What answers itself endlessly waits for the next step.
  void begin_step() { at_once_ = 40; }

 private:
  friend class SimulatedReader;
  friend class SimulatedWriter;
  friend class SimulatedAppender;
  struct Waiting {
    int replica;
    Call call;
    std::string what;
    std::vector<database::Query> writes;  // of a commit
    async::Resume<Fate> resume;
  };
  async::Task<Fate> turn(int replica, Call call, std::string what, std::vector<database::Query> writes = {});
  bool may_go(int replica, Call call) const;
  Fate go(int replica, Call call);
  Fate fate_of(Call call);
  database::Commit commit_now(std::vector<database::Query> writes);
  void roll_back_now();
  void spoil_writes(std::vector<database::Query>& writes);
  void spoil_loads(const std::vector<database::Query>& loads, std::vector<database::Rows>& rows);
  bool has(Planted planted, int once_in) { return tools_.planted == planted && tools_.chance.once_in(once_in); }

  Tools tools_;
  std::vector<Waiting> waiting_;
  // Whose transaction is open, from the moment it may be.
  struct Writing {
    int replica;
    bool is_lane;
    bool operator==(const Writing&) const = default;
  };
  std::optional<Writing> writing_;
  int at_once_ = 0;
};

template <class T>
T Ground::run(async::Task<T> task) {
  std::optional<T> out;
  std::exception_ptr failed;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr e, T value) {
    failed = e;
    if (!e) out = std::move(value);
  });
  context.restart();
  context.run();
  if (failed) std::rethrow_exception(failed);
  return std::move(*out);
}

}  // namespace mms::simulation
