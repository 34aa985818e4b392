// Names of the problem kinds, as they stand on the wire.
#include "vocabulary/problem.hpp"

namespace mms::vocabulary {

std::string_view name_of(ProblemKind kind) {
  switch (kind) {
#define NAME(x)        \
  case ProblemKind::x: \
    return #x
    NAME(malformed_json);
    NAME(bad_parameter);
    NAME(bad_cursor);
    NAME(malformed_request);
    NAME(unauthenticated);
    NAME(forbidden);
    NAME(not_found);
    NAME(method_not_allowed);
    NAME(not_acceptable);
    NAME(too_large);
    NAME(uri_too_long);
    NAME(headers_too_large);
    NAME(unsupported_media_type);
    NAME(wrong_state);
    NAME(dependencies_unsatisfied);
    NAME(not_yet_scheduled);
    NAME(safety_requirements_unmet);
    NAME(vehicle_missing);
    NAME(vehicle_busy);
    NAME(critical_event_open);
    NAME(tasks_unfinished);
    NAME(finish_dependencies_unsatisfied);
    NAME(field_frozen);
    NAME(mission_active);
    NAME(has_successors);
    NAME(dependency_cycle);
    NAME(not_at_destination);
    NAME(already_exists);
    NAME(version_conflict);
    NAME(invalid_fields);
    NAME(invalid_parameters);
    NAME(idempotency_key_reused);
    NAME(graph_too_large);
    NAME(not_available_yet);
    NAME(no_map);
    NAME(no_route);
    NAME(no_kafka);
    NAME(rate_limited);
    NAME(internal);
    NAME(unavailable);
    NAME(request_timeout);
#undef NAME
  }
  return "internal";
}

}  // namespace mms::vocabulary
