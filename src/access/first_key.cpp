// Makes the first key and leaves it where only the owner of the process can read it.
#include "access/first_key.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "access/blocking.hpp"
#include "access/key_mint.hpp"

namespace mms::access {
namespace {

namespace fs = std::filesystem;
using async::Task;

[[noreturn]] void fail(const fs::path& path) {
  throw std::system_error(errno, std::generic_category(), path.string());
}

class File {
 public:
  File(const fs::path& path, int flags) : path_(path), descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) fail(path_);
  }
  ~File() { ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  void write(std::string_view text) {
    while (!text.empty()) {
      const auto written = ::write(descriptor_, text.data(), text.size());
      if (written < 0 && errno != EINTR) fail(path_);
      if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void sync() {
    if (::fsync(descriptor_) != 0) fail(path_);
  }

 private:
  const fs::path& path_;
  int descriptor_;
};

// Whole or not at all, and never readable by others, not even for a moment.
void write_secret(const fs::path& path, std::string_view text) {
  auto fresh = path;
  fresh += ".new";
  ::unlink(fresh.c_str());
  {
    File file(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
    file.write(text);
    file.sync();
  }
  fs::rename(fresh, path);
  const auto directory = path.parent_path();
  File(directory, O_RDONLY | O_DIRECTORY).sync();
}

CreateApiKey admin_of_everything() {
  CreateApiKey wish;
  wish.name = "first admin key";
  wish.kind.value = vocabulary::CallerKind::person;
  wish.grants = {{.role = vocabulary::Role::admin, .fleet_id = "*", .mission_id = {}, .template_id = {}}};
  return wish;
}

FreshKey mint_admin_key(const FirstKeyTools& tools) {
  auto fresh = mint_key(admin_of_everything(), "local", tools.ids, tools.now);
  if (!fresh) throw std::logic_error("the first admin key breaks the rules of keys");
  return std::move(*fresh);
}

Task<bool> make(KeyStore& keys, const FirstKeyTools& tools, const fs::path& path) {
  if (co_await keys.has_any(async::Clock::now() + std::chrono::seconds(30))) co_return false;
  auto fresh = mint_admin_key(tools);
  write_secret(path, fresh.text + "\n");
  co_await keys.add(std::move(fresh.stored));
  co_return true;
}

}  // namespace

std::optional<fs::path> ensure_first_admin_key(const FirstKeyTools& tools, const fs::path& data_directory) {
  if (tools.realm.is_on_loopback() || tools.realm.takes_tokens()) return std::nullopt;
  auto path = fs::absolute(data_directory) / "first-admin-key";
  fs::create_directories(path.parent_path());
  boost::asio::io_context context(1);
  const auto reader = tools.database.open_reader(context);
  const auto appender = tools.database.open_appender(context);
  KeyStore keys(context.get_executor(), *reader, *appender);
  if (!run_to_end(context, make(keys, tools, path))) return std::nullopt;
  return path;
}

}  // namespace mms::access
