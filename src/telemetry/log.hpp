// The log: one JSON line for each thing worth knowing.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "vocabulary/json_write.hpp"

namespace mms::telemetry {

BOOST_DEFINE_ENUM_CLASS(Level, debug, info, warning, error)

// Threads: any. Lines of one thread keep their order.
class Log {
 public:
  // Writes to the file descriptor; `flush_every` bounds how late a line that is no error may be.
  explicit Log(int descriptor, Level least, std::chrono::milliseconds flush_every = std::chrono::milliseconds(100));
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  bool shows(Level level) const { return level >= least_; }
  // `fields` are members of the line; never personal data, never secrets.
  void write(Level level, std::string_view message, const vocabulary::json::ObjectText& fields = {});
  void flush();

 private:
  void run();

  const int descriptor_;
  const Level least_;
  const std::chrono::milliseconds flush_every_;
  std::mutex mutex_;    // of the waiting lines
  std::mutex writing_;  // of the descriptor
  std::condition_variable wake_;
  std::string waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace mms::telemetry
