// A bare number is no duration: its unit must be said.
// room: vocabulary
// expect: no viable conversion
#include "vocabulary/time.hpp"

mms::vocabulary::Duration wait() {
#ifdef CONTROL
  return mms::vocabulary::seconds(5);
#else
  return 5;
#endif
}
