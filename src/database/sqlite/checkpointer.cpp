// The thread beside the writers.
#include "database/sqlite/checkpointer.hpp"

#include <exception>

#include "database/sqlite/connection.hpp"

namespace mms::sqlite {
namespace {

constexpr int kAtOnce = 2000;    // pages, 8 MB
constexpr int kLongest = 16000;  // pages, 64 MB: reads become slower with the log's length

}  // namespace

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  more_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Checkpointer::grown(int pages) noexcept {
  if (pages < kAtOnce) return false;
  try {
    const std::lock_guard lock(mutex_);
    if (pages < copied_) copied_ = 0;  // it has begun anew
    if (!asked_ && pages - copied_ >= kAtOnce) {
      asked_ = true;
      copied_ = pages;
      if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
      more_.notify_one();
    }
  } catch (const std::exception&) {  // no thread to be had: the writer does all of it, later
  }
  return pages >= kLongest;
}

void Checkpointer::work() noexcept {
  try {
    Connection connection(path_, Connection::Access::read_write);
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        more_.wait(lock, [this] { return asked_ || stopping_; });
        if (stopping_) return;
      }
      connection.checkpoint();
      const std::lock_guard lock(mutex_);
      asked_ = false;
    }
  } catch (const std::exception&) {  // the file cannot be opened any more: commands say so
  }
}

}  // namespace mms::sqlite
