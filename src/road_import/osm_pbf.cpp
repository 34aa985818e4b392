// OpenStreetMap PBF: blobs, primitive blocks, dense nodes, ways, relations.
#include "road_import/osm_pbf.hpp"

#include <zlib.h>

#include <fstream>
#include <optional>
#include <protozero/pbf_reader.hpp>
#include <string>

namespace mms::road_import {
namespace {

using protozero::data_view;
using protozero::pbf_reader;

constexpr std::uint32_t most_header_bytes = 64 * 1024;
constexpr std::uint32_t most_blob_bytes = 32 * 1024 * 1024;

// A field's number together with how it is written; a field written otherwise is skipped like an unknown one.
constexpr std::uint32_t number(std::uint32_t field) {
  return protozero::tag_and_type(field, protozero::pbf_wire_type::varint);
}
constexpr std::uint32_t bytes(std::uint32_t field) {
  return protozero::tag_and_type(field, protozero::pbf_wire_type::length_delimited);
}

struct Damaged {
  std::string what;
};

std::string_view text(data_view view) {
  return {view.data(), view.size()};
}

std::string inflate_zlib(data_view packed, std::size_t size) {
  std::string plain(size, '\0');
  auto length = static_cast<uLongf>(size);
  const int status = uncompress(reinterpret_cast<Bytef*>(plain.data()), &length,
                                reinterpret_cast<const Bytef*>(packed.data()), static_cast<uLong>(packed.size()));
  if (status != Z_OK || length != size) throw Damaged{"a block cannot be unpacked"};
  return plain;
}

std::string unpack_blob(data_view packed) {
  pbf_reader blob(packed);
  std::optional<data_view> raw, zlib;
  std::int32_t raw_size = -1;
  while (blob.next()) {
    switch (blob.tag_and_type()) {
      case bytes(1):
        raw = blob.get_view();
        break;
      case number(2):
        raw_size = blob.get_int32();
        break;
      case bytes(3):
        zlib = blob.get_view();
        break;
      case bytes(4):
      case bytes(5):
      case bytes(6):
      case bytes(7):
        throw Damaged{"a block is packed by something other than zlib"};
      default:
        blob.skip();
    }
  }
  if (raw) return std::string(text(*raw));
  if (!zlib || raw_size < 0 || static_cast<std::uint32_t>(raw_size) > most_blob_bytes)
    throw Damaged{"a block has no contents"};
  return inflate_zlib(*zlib, static_cast<std::size_t>(raw_size));
}

void check_header(data_view plain) {
  pbf_reader header(plain);
  while (header.next()) {
    if (header.tag_and_type() != bytes(4)) {
      header.skip();
      continue;
    }
    const std::string_view feature = text(header.get_view());
    if (feature != "OsmSchema-V0.6" && feature != "DenseNodes") {
      throw Damaged{"it needs the feature " + std::string(feature.substr(0, 60))};
    }
  }
}

class Block {
 public:
  Block(data_view plain, const OsmVisitor& visitor) : visitor_(visitor) {
    pbf_reader block(plain);
    std::vector<data_view> groups;
    while (block.next()) {
      switch (block.tag_and_type()) {
        case bytes(1):
          read_strings(block.get_message());
          break;
        case bytes(2):
          groups.push_back(block.get_view());
          break;
        case number(17):
          granularity_ = block.get_int32();
          break;
        case number(19):
          latitude_offset_ = block.get_int64();
          break;
        case number(20):
          longitude_offset_ = block.get_int64();
          break;
        default:
          block.skip();
      }
    }
    for (const data_view group : groups) read_group(pbf_reader(group));
  }

 private:
  void read_strings(pbf_reader table) {
    while (table.next(1, protozero::pbf_wire_type::length_delimited)) strings_.push_back(text(table.get_view()));
  }
  std::string_view string(std::uint32_t index) const {
    if (index >= strings_.size()) throw Damaged{"a text number points nowhere"};
    return strings_[index];
  }
  // A place in nanodegrees, to tenths of microdegrees. Sums wrap rather than overflow; what is not on earth is dropped.
  std::optional<roads::Coordinate> place(std::int64_t latitude, std::int64_t longitude) const {
    const auto degrees = [this](std::int64_t offset, std::int64_t units) {
      return (static_cast<double>(offset) + static_cast<double>(granularity_) * static_cast<double>(units)) * 1e-9;
    };
    const double lat = degrees(latitude_offset_, latitude), lon = degrees(longitude_offset_, longitude);
    if (!roads::is_on_earth(lat, lon)) return {};
    return roads::coordinate(lat, lon);
  }
  static std::int64_t plus(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
  }

  void read_group(pbf_reader group) {
    while (group.next()) {
      switch (group.tag_and_type()) {
        case bytes(1):
          visitor_.node ? read_node(group.get_message()) : group.skip();
          break;
        case bytes(2):
          visitor_.node ? read_dense(group.get_message()) : group.skip();
          break;
        case bytes(3):
          visitor_.way ? read_way(group.get_message()) : group.skip();
          break;
        case bytes(4):
          visitor_.relation ? read_relation(group.get_message()) : group.skip();
          break;
        default:
          group.skip();
      }
    }
  }

  template <class Keys, class Values>
  void set_tags(const Keys& keys, const Values& values) {
    tags_.pairs.clear();
    auto value = values.begin();
    for (auto key = keys.begin(); key != keys.end() && value != values.end(); ++key, ++value) {
      tags_.pairs.emplace_back(string(*key), string(*value));
    }
  }

  void read_node(pbf_reader node) {
    std::int64_t id = 0, latitude = 0, longitude = 0;
    protozero::iterator_range<pbf_reader::const_uint32_iterator> keys, values;
    while (node.next()) {
      switch (node.tag_and_type()) {
        case number(1):
          id = node.get_sint64();
          break;
        case bytes(2):
          keys = node.get_packed_uint32();
          break;
        case bytes(3):
          values = node.get_packed_uint32();
          break;
        case number(8):
          latitude = node.get_sint64();
          break;
        case number(9):
          longitude = node.get_sint64();
          break;
        default:
          node.skip();
      }
    }
    set_tags(keys, values);
    if (const auto at = place(latitude, longitude)) visitor_.node(id, *at, tags_);
  }

  void read_dense(pbf_reader dense) {
    protozero::iterator_range<pbf_reader::const_sint64_iterator> ids, latitudes, longitudes;
    protozero::iterator_range<pbf_reader::const_int32_iterator> texts;
    while (dense.next()) {
      switch (dense.tag_and_type()) {
        case bytes(1):
          ids = dense.get_packed_sint64();
          break;
        case bytes(8):
          latitudes = dense.get_packed_sint64();
          break;
        case bytes(9):
          longitudes = dense.get_packed_sint64();
          break;
        case bytes(10):
          texts = dense.get_packed_int32();
          break;
        default:
          dense.skip();
      }
    }
    std::int64_t id = 0, latitude = 0, longitude = 0;
    auto lat = latitudes.begin(), lon = longitudes.begin();
    auto at = texts.begin();
    for (auto it = ids.begin(); it != ids.end() && lat != latitudes.end() && lon != longitudes.end();
         ++it, ++lat, ++lon) {
      id = plus(id, *it);
      latitude = plus(latitude, *lat);
      longitude = plus(longitude, *lon);
      tags_.pairs.clear();
      while (at != texts.end() && *at != 0) {
        const auto key = static_cast<std::uint32_t>(*at);
        if (++at == texts.end()) throw Damaged{"a key has no value"};
        tags_.pairs.emplace_back(string(key), string(static_cast<std::uint32_t>(*at)));
        ++at;
      }
      if (at != texts.end()) ++at;
      if (const auto where = place(latitude, longitude)) visitor_.node(id, *where, tags_);
    }
  }

  void read_way(pbf_reader way) {
    std::int64_t id = 0;
    protozero::iterator_range<pbf_reader::const_uint32_iterator> keys, values;
    nodes_.clear();
    while (way.next()) {
      switch (way.tag_and_type()) {
        case number(1):
          id = way.get_int64();
          break;
        case bytes(2):
          keys = way.get_packed_uint32();
          break;
        case bytes(3):
          values = way.get_packed_uint32();
          break;
        case bytes(8): {
          std::int64_t node = 0;
          for (const std::int64_t step : way.get_packed_sint64()) nodes_.push_back(node = plus(node, step));
          break;
        }
        default:
          way.skip();
      }
    }
    set_tags(keys, values);
    visitor_.way(id, nodes_, tags_);
  }

  void read_relation(pbf_reader relation) {
    std::int64_t id = 0;
    protozero::iterator_range<pbf_reader::const_uint32_iterator> keys, values;
    protozero::iterator_range<pbf_reader::const_int32_iterator> roles, kinds;
    protozero::iterator_range<pbf_reader::const_sint64_iterator> members;
    while (relation.next()) {
      switch (relation.tag_and_type()) {
        case number(1):
          id = relation.get_int64();
          break;
        case bytes(2):
          keys = relation.get_packed_uint32();
          break;
        case bytes(3):
          values = relation.get_packed_uint32();
          break;
        case bytes(8):
          roles = relation.get_packed_int32();
          break;
        case bytes(9):
          members = relation.get_packed_sint64();
          break;
        case bytes(10):
          kinds = relation.get_packed_enum();
          break;
        default:
          relation.skip();
      }
    }
    set_tags(keys, values);
    members_.clear();
    std::int64_t member = 0;
    auto role = roles.begin();
    auto kind = kinds.begin();
    for (auto it = members.begin(); it != members.end() && role != roles.end() && kind != kinds.end();
         ++it, ++role, ++kind) {
      member = plus(member, *it);
      if (*kind < 0 || *kind > 2) throw Damaged{"a member is of no known kind"};
      members_.push_back({static_cast<MemberKind>(*kind), member, string(static_cast<std::uint32_t>(*role))});
    }
    visitor_.relation(id, members_, tags_);
  }

  const OsmVisitor& visitor_;
  std::vector<std::string_view> strings_;
  std::int32_t granularity_ = 100;
  std::int64_t latitude_offset_ = 0, longitude_offset_ = 0;
  Tags tags_;
  std::vector<std::int64_t> nodes_;
  std::vector<Member> members_;
};

// The next blob's kind and bytes; false at the end of the file.
bool read_blob(std::istream& in, std::string& kind, std::string& blob) {
  unsigned char length[4];
  if (!in.read(reinterpret_cast<char*>(length), 4)) {
    if (in.gcount() != 0) throw Damaged{"it ends in the middle of a block"};
    return false;
  }
  const std::uint32_t header_bytes =
      (std::uint32_t{length[0]} << 24) | (std::uint32_t{length[1]} << 16) | (std::uint32_t{length[2]} << 8) | length[3];
  if (header_bytes > most_header_bytes) throw Damaged{"it is not an .osm.pbf file"};
  std::string header(header_bytes, '\0');
  if (!in.read(header.data(), header_bytes)) throw Damaged{"it ends in the middle of a block"};
  std::int32_t size = -1;
  pbf_reader reader(header);
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case bytes(1):
        kind = text(reader.get_view());
        break;
      case number(3):
        size = reader.get_int32();
        break;
      default:
        reader.skip();
    }
  }
  if (size < 0 || static_cast<std::uint32_t>(size) > most_blob_bytes) throw Damaged{"a block is too large"};
  blob.resize(static_cast<std::size_t>(size));
  if (!in.read(blob.data(), size)) throw Damaged{"it ends in the middle of a block"};
  return true;
}

void read_all(std::istream& in,
              double file_bytes,
              const OsmVisitor& visitor,
              const std::function<void(double)>& progress) {
  std::string kind, blob;
  bool seen_header = false;
  while (read_blob(in, kind, blob)) {
    if (kind == "OSMHeader") {
      check_header(unpack_blob(blob));
      seen_header = true;
    } else if (kind == "OSMData") {
      if (!seen_header) throw Damaged{"its first block is not a header"};
      const std::string plain = unpack_blob(blob);
      Block(plain, visitor);
    }
    if (progress) progress(static_cast<double>(in.tellg()) / file_bytes);
  }
  if (!seen_header) throw Damaged{"it is empty"};
}

}  // namespace

vocabulary::Result<void> read_osm_pbf(const std::filesystem::path& path,
                                      const OsmVisitor& visitor,
                                      const std::function<void(double)>& progress) {
  std::error_code error;
  const auto file_bytes = std::filesystem::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in) return vocabulary::refuse(vocabulary::ProblemKind::not_found, "there is no file " + path.string());
  const auto wrong = [&path](const std::string& what) {
    return vocabulary::refuse(vocabulary::ProblemKind::bad_parameter, path.string() + " cannot be read: " + what);
  };
  try {
    read_all(in, static_cast<double>(file_bytes), visitor, progress);
  } catch (const Damaged& damaged) {
    return wrong(damaged.what);
  } catch (const protozero::exception&) {
    return wrong("a block is damaged");
  }
  return {};
}

}  // namespace mms::road_import
