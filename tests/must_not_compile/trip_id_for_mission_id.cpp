// A trip's id is never taken for a mission's.
// room: vocabulary
// expect: no viable conversion
#include "vocabulary/ids.hpp"

mms::vocabulary::MissionId id_of(mms::vocabulary::TripId trip, mms::vocabulary::MissionId mission) {
#ifdef CONTROL
  static_cast<void>(trip);
  return mission;
#else
  static_cast<void>(mission);
  return trip;
#endif
}
