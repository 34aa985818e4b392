// What every driver of the store must do: who is tested, and how a test waits.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "database/database.hpp"

namespace mms::contract {

struct DatabaseFactory {
  std::string name;
  // Opens the same database each time it is called within one process; empty at the first call.
  std::function<std::unique_ptr<database::Database>()> open;
};

// One line for each driver, in drivers.cpp.
std::vector<DatabaseFactory> all_drivers();

inline void run_until(boost::asio::io_context& context, const bool& done) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  context.restart();
  while (!done) {
    context.run_one_for(std::chrono::milliseconds(100));
    if (context.stopped()) context.restart();
    if (!done && std::chrono::steady_clock::now() > until) throw std::runtime_error("the call did not end in a minute");
  }
}

// Runs the io_context until the task has ended; answers or throws what it did.
template <class T>
T complete(boost::asio::io_context& context, async::Task<T> task) {
  auto ended = std::make_shared<std::pair<std::optional<T>, std::exception_ptr>>();
  bool done = false;
  boost::asio::co_spawn(context.get_executor(), std::move(task), [ended, &done](std::exception_ptr error, T value) {
    ended->first = std::move(value);
    ended->second = std::move(error);
    done = true;
  });
  run_until(context, done);
  if (ended->second) std::rethrow_exception(ended->second);
  return std::move(*ended->first);
}

inline void complete(boost::asio::io_context& context, async::Task<void> task) {
  std::exception_ptr failed;
  bool done = false;
  boost::asio::co_spawn(context.get_executor(), std::move(task), [&](std::exception_ptr error) {
    failed = std::move(error);
    done = true;
  });
  run_until(context, done);
  if (failed) std::rethrow_exception(failed);
}

template <class... Queries>
std::vector<database::Query> list(Queries&&... queries) {
  std::vector<database::Query> all;
  (all.push_back(std::forward<Queries>(queries)), ...);
  return all;
}

inline async::Deadline soon() {
  return async::Clock::now() + std::chrono::seconds(20);
}

}  // namespace mms::contract
