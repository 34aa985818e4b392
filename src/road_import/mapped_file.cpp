// Maps a road file into memory, read only.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "road_import/import_roads.hpp"

namespace mms::road_import {
namespace {

class MappedFile {
 public:
  MappedFile(void* memory, std::size_t bytes) : memory_(memory), bytes_(bytes) {}
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile() { ::munmap(memory_, bytes_); }

 private:
  void* memory_;
  std::size_t bytes_;
};

}  // namespace

vocabulary::Result<std::shared_ptr<const roads::RoadGraph>> open_roads(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return vocabulary::refuse(vocabulary::ProblemKind::not_found, "there is no road file " + path.string());
  struct stat status{};
  const bool known = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  const auto bytes = known ? static_cast<std::size_t>(status.st_size) : 0;
  void* const memory = bytes == 0 ? MAP_FAILED : ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file, 0);
  ::close(file);
  if (memory == MAP_FAILED) return roads::RoadGraph::open(std::span<const std::byte>(), nullptr);
  auto owner = std::make_shared<const MappedFile>(memory, bytes);
  return roads::RoadGraph::open({static_cast<const std::byte*>(memory), bytes}, std::move(owner));
}

}  // namespace mms::road_import
