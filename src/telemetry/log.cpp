// Lines are collected and written in one go.
#include "telemetry/log.hpp"

#include <unistd.h>

#include <chrono>

namespace mms::telemetry {
namespace {

constexpr std::size_t kMostWaiting = 8 << 20;  // a reader that stands still must not take all the memory

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written <= 0) return;  // nobody reads the log any more: there is nowhere left to complain
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

Log::Log(int descriptor, Level least, std::chrono::milliseconds flush_every)
    : descriptor_(descriptor), least_(least), flush_every_(flush_every), thread_([this] { run(); }) {}

Log::~Log() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  flush();
}

void Log::write(Level level, std::string_view message, const vocabulary::json::ObjectText& fields) {
  if (!shows(level)) return;
  namespace json = vocabulary::json;
  thread_local std::string line;  // keeps its memory from line to line
  line = "{\"time\":";
  json::append(line, std::chrono::floor<vocabulary::Duration>(std::chrono::system_clock::now()));
  line += ",\"level\":";
  json::append(line, level);
  line += ",\"message\":";
  json::append(line, message);
  if (!fields.view().empty()) line.append(",").append(fields.view());
  line += "}\n";
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() > kMostWaiting) return;
    waiting_ += line;
  }
  if (level == Level::error) flush();
}

void Log::flush() {
  const std::lock_guard in_order(writing_);
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    text.swap(waiting_);
  }
  write_all(descriptor_, text);
}

void Log::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, flush_every_, [this] { return stopping_; });
    lock.unlock();
    flush();
    lock.lock();
  }
}

}  // namespace mms::telemetry
