// Positions of trips that ended long ago are forgotten, in small pieces.
#pragma once

#include "database/database.hpp"
#include "trips/rules/trip.hpp"

namespace mms::trips {

// Trips under way keep theirs, however old. Threads: that of reader and appender, one piece at a time.
class PositionRetention {
 public:
  PositionRetention(database::Reader& reader, database::Appender& appender) : reader_(reader), appender_(appender) {}

  struct Piece {
    std::int64_t positions = 0;
    bool is_last = true;  // no older positions are left to forget
  };
  // Throws what reader and appender throw; then it may be done again.
  async::Task<Piece> forget(Time ended_before);

 private:
  database::Reader& reader_;
  database::Appender& appender_;
  // The last trip that has none any more.
  Time ended_at_;
  TripId trip_;
};

}  // namespace mms::trips
