// Copies the write-ahead log into the file beside the writers, so that hardly a command waits for it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace mms::sqlite {

// A checkpoint by a writer holds up all commands for as long as thousands of pages take to be written and flushed. A
// thread with a connection of its own does most of that while commits go on; but a log begins anew only when all of it
// is copied, which under constant writing only a writer between two commits can bring about: so when the log is long,
// a writer copies the little that is left. Threads: any.
class Checkpointer {
 public:
  explicit Checkpointer(std::string path) : path_(std::move(path)) {}
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // After a commit: the log holds so many pages. Answers whether the writer is to copy the rest itself.
  bool grown(int pages) noexcept;

 private:
  void work() noexcept;

  std::string path_;
  std::mutex mutex_;
  std::condition_variable more_;
  int copied_ = 0;  // pages of the log when the thread began to copy last
  bool asked_ = false;
  bool stopping_ = false;
  std::thread thread_;  // started when there is work for the first time
};

}  // namespace mms::sqlite
