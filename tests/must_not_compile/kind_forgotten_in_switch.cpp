// A switch over an enum names every enumerator: a new kind cannot be forgotten.
// room: vocabulary
// expect: enumeration values? .* not handled in switch
#include "vocabulary/caller.hpp"

int rank(mms::vocabulary::CallerKind kind) {
  using enum mms::vocabulary::CallerKind;
  switch (kind) {
    case person:
    case service:
      return 1;
#ifdef CONTROL
    case vehicle:
      return 2;
#endif
  }
  return 0;
}
