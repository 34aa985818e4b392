// Writing and opening the road file: a header, a table of sections, the sections.
#include "roads/road_file.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <tuple>

#include "roads/crc32c.hpp"
#include "roads/road_file_check.hpp"

namespace mms::roads {
namespace {

static_assert(std::endian::native == std::endian::little, "road files are little endian and used as they lie");

constexpr std::array<char, 8> magic = {'M', 'M', 'S', 'R', 'O', 'A', 'D', 'S'};
constexpr std::size_t section_count = 21;

struct Section {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint32_t crc = 0;
  std::uint32_t reserved = 0;
};
struct Header {
  std::array<char, 8> name{};
  std::uint32_t version = 0;
  std::uint32_t sections = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t junction_count = 0;
  std::uint32_t table_crc = 0;
  std::uint32_t header_crc = 0;  // of all before it
};
static_assert(sizeof(Header) == 40 && sizeof(Section) == 24);

// Every section in the order of the file, with its name for messages.
template <class File>
auto sections_of(File& f) {
  return std::tie(f.segments, f.shape_first, f.shape, f.string_first, f.string_bytes, f.state_first, f.state_edge,
                  f.edge_state, f.turn_first, f.turns, f.parent, f.out_first, f.out_head, f.in_first, f.in_tail,
                  f.boxes, f.pieces, f.by_way, f.source, f.attribution);
}
static_assert(std::tuple_size_v<decltype(sections_of(std::declval<RoadFile&>()))> + 1 == section_count);

std::size_t aligned(std::size_t at) {
  return (at + 7) / 8 * 8;
}

std::unexpected<vocabulary::Problem> wrong(std::string what) {
  return vocabulary::refuse(vocabulary::ProblemKind::bad_parameter,
                            "the road file cannot be used: " + what + "; make it again with import-roads");
}

vocabulary::Result<Header> read_header(std::span<const std::byte> bytes) {
  Header header;
  if (bytes.empty()) return wrong("it is empty");
  if (bytes.size() < sizeof header + section_count * sizeof(Section)) return wrong("it is shorter than its header");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.name != magic) return wrong("it is not a road file");
  if (header.version != road_file_version) {
    return wrong("it has version " + std::to_string(header.version) + ", this program reads " +
                 std::to_string(road_file_version));
  }
  if (crc32c(bytes.first(sizeof header - sizeof header.header_crc)) != header.header_crc)
    return wrong("its header is damaged");
  if (header.sections != section_count) return wrong("its header is damaged");
  if (header.file_bytes != bytes.size()) {
    return wrong("it should have " + std::to_string(header.file_bytes) + " bytes and has " +
                 std::to_string(bytes.size()));
  }
  const auto table = bytes.subspan(sizeof header, section_count * sizeof(Section));
  if (crc32c(table) != header.table_crc) return wrong("its table of sections is damaged");
  return header;
}

}  // namespace

std::vector<std::byte> write_road_file(const RoadFile& file) {
  std::array<Section, section_count> table{};
  std::vector<std::byte> bytes(aligned(sizeof(Header) + sizeof table));
  std::size_t number = 0;
  const auto append = [&](const auto& section) {
    const auto part = std::as_bytes(section);
    table[number++] = {bytes.size(), part.size(), crc32c(part), 0};
    bytes.insert(bytes.end(), part.begin(), part.end());
    bytes.resize(aligned(bytes.size()));
  };
  std::apply([&](const auto&... section) { (append(section), ...); }, sections_of(file));
  table[number] = {bytes.size(), 0, crc32c({}), 0};  // room for a later section
  std::memcpy(bytes.data() + sizeof(Header), table.data(), sizeof table);

  Header header{magic, road_file_version, section_count, bytes.size(), file.junction_count, 0, 0};
  header.table_crc = crc32c(std::span(bytes).subspan(sizeof header, sizeof table));
  std::memcpy(bytes.data(), &header, sizeof header);
  header.header_crc = crc32c(std::span(bytes).first(sizeof header - sizeof header.header_crc));
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

vocabulary::Result<RoadFile> read_road_file(std::span<const std::byte> bytes) {
  TRY(header, read_header(bytes));
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 != 0) return wrong("its memory is not aligned");
  std::array<Section, section_count> table;
  std::memcpy(table.data(), bytes.data() + sizeof header, sizeof table);

  RoadFile file;
  file.junction_count = header.junction_count;
  std::size_t number = 0;
  bool sound = true;
  const auto take = [&]<class T>(std::span<const T>& section) {
    const Section& entry = table[number++];
    if (entry.offset % 8 != 0 || entry.offset > bytes.size() || entry.bytes > bytes.size() - entry.offset ||
        entry.bytes % sizeof(T) != 0) {
      sound = false;
      return;
    }
    const auto part = bytes.subspan(entry.offset, entry.bytes);
    if (crc32c(part) != entry.crc) {
      sound = false;
      return;
    }
    section = {reinterpret_cast<const T*>(part.data()), part.size() / sizeof(T)};
  };
  std::apply([&](auto&... section) { (take(section), ...); }, sections_of(file));
  if (!sound) return wrong("a section is damaged");
  if (const auto part = find_unsound_part(file); !part.empty())
    return wrong("its " + std::string(part) + " make no sense");
  return file;
}

}  // namespace mms::roads
