// For the start and for subcommands: runs one task to its end on this thread.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <exception>
#include <optional>

#include "async/task.hpp"

namespace mms::access {

// Answers or throws what the task does. Nothing else may run the context.
template <class T>
T run_to_end(boost::asio::io_context& context, async::Task<T> task) {
  std::optional<T> answer;
  std::exception_ptr failed;
  const auto work = boost::asio::make_work_guard(context);
  boost::asio::co_spawn(context.get_executor(), std::move(task), [&](const std::exception_ptr& error, T value) {
    failed = error;
    if (!error) answer.emplace(std::move(value));
    context.stop();
  });
  context.restart();  // it may have run out of work before
  context.run();
  if (failed) std::rethrow_exception(failed);
  return std::move(*answer);
}

}  // namespace mms::access
