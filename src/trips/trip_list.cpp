// Orders and filters of GET /trips.
#include "trips/trip_list.hpp"

#include "trips/rules/trip.hpp"

namespace mms::trips {
namespace {

using endpoints::ColumnKind;

std::optional<std::string> status_value(std::string_view text) {
  return vocabulary::from_name<TripStatus>(text) ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> sector_value(std::string_view text) {
  return vocabulary::from_name<Sector>(text) ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> priority_rank(std::string_view text) {
  const auto priority = vocabulary::from_name<Priority>(text);
  return priority ? std::optional(std::to_string(static_cast<int>(*priority))) : std::nullopt;
}

// Composed before main, so that the drivers see every statement.
const endpoints::ListTable table({
    .table = "trips",
    .sorts = {{"created_at", ColumnKind::time},
              {"updated_at", ColumnKind::time},
              {"priority", ColumnKind::number},
              {"scheduled_start_time", ColumnKind::time, true}},
    .filters = {{.name = "fleet_id", .leads = true},
                {.name = "status",
                 .translate = status_value,
                 .expects =
                     "must be one of pending, assigned, en_route_to_pickup, at_pickup, in_transit, at_destination, "
                     "completed, cancelled, failed",
                 .leads = true},
                {.name = "vehicle_id", .leads = true},
                {.name = "mission_id", .kind = ColumnKind::uuid, .leads = true},
                {.name = "trip_type"},
                {.name = "sector",
                 .translate = sector_value,
                 .expects = "must be one of defense, mining, logistics, ridehail"},
                {.name = "priority",
                 .kind = ColumnKind::number,
                 .translate = priority_rank,
                 .expects = "must be one of low, normal, high, urgent, emergency"}},
    .has_deleted = false,
});

}  // namespace

const endpoints::ListTable& trip_list() {
  return table;
}

}  // namespace mms::trips
