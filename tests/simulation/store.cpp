// Turns, fates, and the faults that are planted between the service and its store.
#include "store.hpp"

#include <unistd.h>

#include <algorithm>

#include "clock.hpp"

namespace mms::simulation {

using async::Task;
using database::Commit;
using database::Query;
using database::Rows;

namespace {

const database::Statement tables("simulation_tables",
                                 "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and "
                                 "name <> 'schema_migrations'");

std::string_view name_of(Store::Call call) {
  switch (call) {
    case Store::Call::read:
      return "read";
    case Store::Call::begin:
      return "begin";
    case Store::Call::run:
      return "run";
    case Store::Call::commit:
      return "commit";
    case Store::Call::append:
      return "append";
  }
  return {};
}

std::string_view name_of(Fate fate) {
  switch (fate) {
    case Fate::well:
      return "done";
    case Fate::away:
      return "the store is away";
    case Fate::rolled_back:
      return "rolled back";
    case Fate::lost_done:
      return "done, and the answer lost";
    case Fate::lost_undone:
      return "not done, and the answer lost";
    case Fate::refused:
      return "refused by the engine";
  }
  return {};
}

std::string what_of(const std::vector<Query>& queries) {
  std::string names;
  for (const auto& q : queries) {
    if (!names.empty()) names += ' ';
    names += q.statement->name();
  }
  return names;
}

// A task that answers nothing has nothing to wait for with.
Task<bool> begun(database::Writer& writer) {
  co_await writer.begin({});
  co_return true;
}
Task<bool> rolled_back(database::Writer& writer) {
  co_await writer.rollback();
  co_return true;
}

// All rows but one, chosen by chance.
Rows without_one(const Rows& rows, std::size_t columns, Chance& chance) {
  Rows rest;
  rest.set_columns(columns);
  const auto hidden = static_cast<std::size_t>(chance.pick(static_cast<int>(rows.size())));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == hidden) continue;
    for (std::size_t c = 0; c < columns; ++c) {
      if (rows[i].is_null(c)) {
        rest.add_null();
      } else {
        rest.add(rows[i].text(c));
      }
    }
  }
  return rest;
}

}  // namespace

Ground::Ground() {
  // Where files are memory: a flush costs nothing there.
  const std::filesystem::path memory("/dev/shm");
  const auto parent = std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
  folder_ = parent / fmt::format("mission-simulation-{}", getpid());
  std::filesystem::create_directories(folder_);
  const auto path = (folder_ / "world.db").string();
  database = std::make_unique<sqlite::SqliteDatabase>(path, Clocks::wall);
  database->migrate();
  reader = database->open_reader(context);
  writer = database->open_writer(context);
  appender = database->open_appender(context);
  sweeper_ = std::make_unique<sqlite::Connection>(path, sqlite::Connection::Access::read_write);
  const auto rows = sweeper_->run(database::query(tables));
  sweeping_ = "begin; delete from sqlite_sequence;";
  for (std::size_t i = 0; i < rows.size(); ++i) sweeping_ += fmt::format("delete from {};", rows[i].text(0));
  sweeping_ += "commit; pragma wal_checkpoint(truncate);";
}

Ground::~Ground() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Rows Ground::read(Query query) {
  return run(reader->run_one(std::move(query), async::Clock::now() + std::chrono::seconds(1)));
}

void Ground::reset() {
  Clocks::reset();
  sweeper_->script(sweeping_);
}

// The port of one replica.
class Store::Door final : public database::Database {
 public:
  Door(Store& store, int replica) : store_(store), replica_(replica) {}
  database::Dialect dialect() const override { return database::Dialect::sqlite; }
  std::unique_ptr<database::Reader> open_reader(boost::asio::io_context& context) override;
  std::unique_ptr<database::Writer> open_writer(boost::asio::io_context& context) override;
  std::unique_ptr<database::Appender> open_appender(boost::asio::io_context& context) override;
  int migrate() override { return 0; }
  int schema_version() override { return 0; }

 private:
  Store& store_;
  int replica_;
};

class SimulatedReader final : public database::Reader {
 public:
  SimulatedReader(Store& store, int replica) : store_(store), replica_(replica) {}
  Task<std::vector<Rows>> run(std::vector<Query> queries, async::Deadline deadline) override {
    if (co_await store_.turn(replica_, Store::Call::read, what_of(queries)) != Fate::well) {
      throw database::Unavailable("read: the store is away");
    }
    const auto log = std::ranges::find(queries, "log_events", [](const Query& q) { return q.statement->name(); });
    const auto at = static_cast<std::size_t>(log - queries.begin());
    auto answers = co_await store_.tools_.ground.reader->run(std::move(queries), deadline);
    if (at < answers.size() && answers[at].size() > 1 && store_.has(Planted::event_comes_late, 5)) {
      constexpr std::size_t kEventColumns = 11;
      answers[at] = without_one(answers[at], kEventColumns, store_.tools_.chance);
    }
    co_return answers;
  }

 private:
  Store& store_;
  int replica_;
};

class SimulatedWriter final : public database::Writer {
 public:
  SimulatedWriter(Store& store, int replica) : store_(store), replica_(replica) {}

  Task<Opening> begin(std::vector<Query> loads) override {
    if (co_await store_.turn(replica_, Store::Call::begin, what_of(loads)) != Fate::well) {
      throw database::Unavailable("begin: the store is away");
    }
    if (lock_free()) co_return Opening{.now = Clocks::wall(), .rows = co_await read(std::move(loads))};
    const auto asked = loads;
    auto opening = co_await store_.tools_.ground.writer->begin(std::move(loads));
    store_.spoil_loads(asked, opening.rows);
    co_return opening;
  }
  Task<std::vector<Rows>> run(std::vector<Query> queries) override {
    if (co_await store_.turn(replica_, Store::Call::run, what_of(queries)) != Fate::well) {
      store_.roll_back_now();
      throw database::Unavailable("run: the store is away");
    }
    if (lock_free()) co_return co_await read(std::move(queries));
    const auto asked = queries;
    auto rows = co_await store_.tools_.ground.writer->run(std::move(queries));
    store_.spoil_loads(asked, rows);
    co_return rows;
  }
  Task<Commit> commit(std::vector<Query> writes) override {
    store_.spoil_writes(writes);
    auto what = what_of(writes);
    const auto fate = co_await store_.turn(replica_, Store::Call::commit, std::move(what), writes);
    if (store_.has(Planted::answer_before_commit, 10)) {
      store_.roll_back_now();
      co_return Commit::committed;
    }
    if (fate == Fate::well || fate == Fate::lost_done) {
      const auto end = store_.commit_now(std::move(writes));
      if (fate == Fate::well || end != Commit::committed) co_return end;
      co_return store_.tools_.planted == Planted::lost_commit_is_run_again ? Commit::rolled_back : Commit::unknown;
    }
    store_.roll_back_now();
    if (fate == Fate::refused) throw database::StatementFailed("SIMULATED", "the engine refused a statement");
    co_return fate == Fate::rolled_back ? Commit::rolled_back : Commit::unknown;
  }
  Task<void> rollback() override {
    if (store_.writing_ == Store::Writing{replica_, true}) store_.roll_back_now();
    co_return;
  }

 private:
  bool lock_free() const { return store_.tools_.planted == Planted::no_lock; }
  Task<std::vector<Rows>> read(std::vector<Query> queries) {
    return store_.tools_.ground.reader->run(std::move(queries), async::Deadline::max());
  }
  Store& store_;
  int replica_;
};

class SimulatedAppender final : public database::Appender {
 public:
  SimulatedAppender(Store& store, int replica) : store_(store), replica_(replica) {}
  Task<std::vector<Rows>> append(std::vector<Query> queries) override {
    const auto fate = co_await store_.turn(replica_, Store::Call::append, what_of(queries));
    if (fate == Fate::away) throw database::Unavailable("append: the store is away");
    for (auto& q : queries) {
      if (q.statement->name() != "advance_relay_cursor" || store_.tools_.planted != Planted::cursor_runs_ahead)
        continue;
      q.cells.back() = std::get<std::int64_t>(q.cells.back()) + 1;
    }
    auto rows = co_await store_.tools_.ground.appender->append(std::move(queries));
    store_.writing_.reset();
    if (fate == Fate::lost_done) throw database::Unavailable("append: the answer was lost");
    co_return rows;
  }

 private:
  Store& store_;
  int replica_;
};

std::unique_ptr<database::Reader> Store::Door::open_reader(boost::asio::io_context&) {
  return std::make_unique<SimulatedReader>(store_, replica_);
}
std::unique_ptr<database::Writer> Store::Door::open_writer(boost::asio::io_context&) {
  return std::make_unique<SimulatedWriter>(store_, replica_);
}
std::unique_ptr<database::Appender> Store::Door::open_appender(boost::asio::io_context&) {
  return std::make_unique<SimulatedAppender>(store_, replica_);
}
std::unique_ptr<database::Database> Store::open_door(int replica) {
  return std::make_unique<Door>(*this, replica);
}

bool Store::may_go(int replica, Call call) const {
  switch (call) {
    case Call::begin:
    case Call::append:
      return !writing_;
    case Call::run:
    case Call::commit:
      return writing_ == Writing{replica, true} || (!writing_ && tools_.planted == Planted::no_lock);
    case Call::read:
      return true;
  }
  return true;
}

Fate Store::fate_of(Call call) {
  auto& chance = tools_.chance;
  const auto& w = tools_.weather;
  switch (call) {
    case Call::read:
      return chance.once_in(w.read_fails) ? Fate::away : Fate::well;
    case Call::begin:
      return chance.once_in(w.begin_fails) ? Fate::away : Fate::well;
    case Call::run:
      return chance.once_in(w.run_fails) ? Fate::away : Fate::well;
    case Call::append:
      if (!chance.once_in(w.append_fails)) return Fate::well;
      return chance.percent(50) ? Fate::away : Fate::lost_done;
    case Call::commit:
      if (chance.once_in(w.statement_fails)) return Fate::refused;
      if (chance.once_in(w.commit_rolls_back)) return Fate::rolled_back;
      if (!chance.once_in(w.commit_is_lost)) return Fate::well;
      return chance.percent(50) ? Fate::lost_done : Fate::lost_undone;
  }
  return Fate::well;
}

Fate Store::go(int replica, Call call) {
  const auto fate = fate_of(call);
  const bool opens = call == Call::append || (call == Call::begin && tools_.planted != Planted::no_lock);
  if (opens && fate != Fate::away) writing_ = Writing{replica, call == Call::begin};
  return fate;
}

Task<Fate> Store::turn(int replica, Call call, std::string what, std::vector<Query> writes) {
  if (at_once_ > 0 && may_go(replica, call) && tools_.chance.percent(tools_.weather.calm)) {
    --at_once_;
    const auto fate = go(replica, call);
    tools_.diary.write("  {} {} [{}]: {}", replica, name_of(call), what, name_of(fate));
    co_return fate;
  }
  co_return co_await async::suspend<Fate>([&](async::Resume<Fate> resume) {
    waiting_.push_back({replica, call, std::move(what), std::move(writes), std::move(resume)});
  });
}

std::vector<std::size_t> Store::ready(const std::function<bool(int)>& may) const {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (may(waiting_[i].replica) && may_go(waiting_[i].replica, waiting_[i].call)) all.push_back(i);
  }
  return all;
}

void Store::carry_out(std::size_t which) {
  auto call = std::move(waiting_[which]);
  waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(which));
  const auto fate = go(call.replica, call.call);
  tools_.diary.write("{} {} [{}]: {}", call.replica, name_of(call.call), call.what, name_of(fate));
  call.resume(fate);
}

void Store::drop(int replica) {
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (at->replica != replica) {
      ++at;
      continue;
    }
    if (at->call == Call::commit && writing_ == Writing{replica, true} && tools_.chance.percent(50)) {
      tools_.diary.write("  its commit arrives all the same [{}]", at->what);
      try {
        commit_now(std::move(at->writes));
      } catch (const database::StatementFailed&) {  // with nobody left to be told
        tools_.diary.write("  and is refused");
      }
    }
    at = waiting_.erase(at);
  }
  if (writing_ && writing_->replica == replica) roll_back_now();
}

Commit Store::commit_now(std::vector<Query> writes) {
  auto& writer = *tools_.ground.writer;
  auto end = Commit::rolled_back;
  try {
    if (tools_.planted == Planted::no_lock) tools_.ground.run(begun(writer));
    end = tools_.ground.run(writer.commit(std::move(writes)));
  } catch (...) {
    writing_.reset();
    throw;
  }
  writing_.reset();
  if (end == Commit::committed) tools_.on_commit();
  return end;
}

void Store::roll_back_now() {
  tools_.ground.run(rolled_back(*tools_.ground.writer));
  writing_.reset();
}

// Faults of a service that writes less than it should.
void Store::spoil_writes(std::vector<Query>& writes) {
  const auto drop = [&](std::string_view name) {
    std::erase_if(writes, [&](const Query& q) { return q.statement->name() == name; });
  };
  if (has(Planted::timer_is_not_deleted, 1)) drop("delete_timers");
  if (has(Planted::timer_is_not_set, 3)) drop("set_timers");
  if (has(Planted::row_is_not_written, 20)) drop("update_missions");
  if (has(Planted::answers_are_forgotten, 1)) drop("keep_answers");
  if (has(Planted::event_is_not_written, 20)) {
    for (auto& q : writes) {
      if (q.statement->name() == "append_events") q.cells.resize(q.cells.size() - q.statement->parameters());
    }
    std::erase_if(writes, [](const Query& q) { return q.cells.empty(); });
  }
}

// Faults of a service that is not told all that it asks for.
void Store::spoil_loads(const std::vector<Query>& loads, std::vector<Rows>& rows) {
  for (std::size_t i = 0; i < loads.size(); ++i) {
    const auto name = loads[i].statement->name();
    const bool vehicle = name == "load_vehicles_of" || name == "load_vehicles";
    if ((vehicle && has(Planted::vehicle_is_not_seen, 2)) ||
        (name == "load_edges" && has(Planted::dependencies_are_not_seen, 4)) ||
        (name == "load_successors" && has(Planted::successors_are_not_seen, 4))) {
      rows[i] = {};
    }
  }
}

}  // namespace mms::simulation
