// CRC-32C (Castagnoli, RFC 3720 appendix B.4): the checksum of the road file's sections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mms::roads {

std::uint32_t crc32c(std::span<const std::byte> bytes);

}  // namespace mms::roads
