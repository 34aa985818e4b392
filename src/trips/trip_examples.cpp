// The examples, and which row each belongs to.
#include "trips/trip_examples.hpp"

#include <array>

#include "http/examples.hpp"

namespace mms::trips {
namespace {

using http::Example;
using http::Method;

#define EXAMPLE_TRIP                                                                                              \
  R"json({"id":"01a2108d-71b9-74df-a76e-30e44ff2d5da","fleet_id":"city-cabs","vehicle_id":"cab-7","trip_typ)json" \
  R"json(e":"on_demand","sector":"ridehail","priority":"normal","origin":{"latitude":52.52,"longitude":13.4)json" \
  R"json(},"destination":{"latitude":52.5,"longitude":13.45},"waypoints":[],"passenger_count":2,"cargo_weig)json" \
  R"json(ht_kg":0,"status":"assigned","route":{"source":"geodesic","revision":1,"distance_m":5264,"duration)json" \
  R"json(_s":658,"legs":[{"distance_m":5264,"duration_s":658}]},"estimated_distance_m":5264,"estimated_dura)json" \
  R"json(tion_s":658,"metadata":{},"created_at":"2026-11-25T02:33:54.873733Z","updated_at":"2026-11-25T02:3)json" \
  R"json(3:54.873733Z","created_by":"ada","version":1})json"
constexpr std::string_view kTrip = EXAMPLE_TRIP;
constexpr std::string_view kPage = R"json({"items":[)json" EXAMPLE_TRIP R"json(],"next_cursor":null})json";
constexpr std::string_view kBulk = R"json({"items":[{"status":201,"trip":)json" EXAMPLE_TRIP R"json(}]})json";
#undef EXAMPLE_TRIP
constexpr std::string_view kStarted =
    R"json({"id":"01a2108d-71b9-74df-a76e-30e44ff2d5da","fleet_id":"city-cabs","vehicle_id":"cab-7","trip_typ)json"
    R"json(e":"on_demand","sector":"ridehail","priority":"normal","origin":{"latitude":52.52,"longitude":13.4)json"
    R"json(},"destination":{"latitude":52.5,"longitude":13.45},"waypoints":[],"passenger_count":2,"cargo_weig)json"
    R"json(ht_kg":0,"status":"en_route_to_pickup","route":{"source":"geodesic","revision":1,"distance_m":5264)json"
    R"json(,"duration_s":658,"legs":[{"distance_m":5264,"duration_s":658}]},"estimated_distance_m":5264,"esti)json"
    R"json(mated_duration_s":658,"actual_start_time":"2026-11-25T02:33:54.875530Z","metadata":{},"created_at")json"
    R"json(:"2026-11-25T02:33:54.873733Z","updated_at":"2026-11-25T02:33:54.875530Z","created_by":"ada","vers)json"
    R"json(ion":2})json";
constexpr std::string_view kCompleted =
    R"json({"id":"01a2108d-71b9-74df-a76e-30e44ff2d5da","fleet_id":"city-cabs","vehicle_id":"cab-7","trip_typ)json"
    R"json(e":"on_demand","sector":"ridehail","priority":"normal","origin":{"latitude":52.52,"longitude":13.4)json"
    R"json(},"destination":{"latitude":52.5,"longitude":13.45},"waypoints":[],"passenger_count":2,"cargo_weig)json"
    R"json(ht_kg":0,"status":"completed","route":{"source":"geodesic","revision":1,"distance_m":5264,"duratio)json"
    R"json(n_s":658,"legs":[{"distance_m":5264,"duration_s":658}]},"estimated_distance_m":5264,"estimated_dur)json"
    R"json(ation_s":658,"actual_start_time":"2026-11-25T02:33:54.875530Z","actual_end_time":"2026-11-25T02:46)json"
    R"json(:11.402118Z","metadata":{},"created_at":"2026-11-25T02:33:54.873733Z","updated_at":"2026-11-25T02:)json"
    R"json(46:11.402118Z","created_by":"ada","version":6})json";
constexpr std::string_view kCancelled =
    R"json({"id":"01a2108d-71b9-74df-a76e-30e44ff2d5da","fleet_id":"city-cabs","vehicle_id":"cab-7","trip_typ)json"
    R"json(e":"on_demand","sector":"ridehail","priority":"normal","origin":{"latitude":52.52,"longitude":13.4)json"
    R"json(},"destination":{"latitude":52.5,"longitude":13.45},"waypoints":[],"passenger_count":2,"cargo_weig)json"
    R"json(ht_kg":0,"status":"cancelled","status_reason":"the passenger does not come","route":{"source":"geo)json"
    R"json(desic","revision":1,"distance_m":5264,"duration_s":658,"legs":[{"distance_m":5264,"duration_s":658)json"
    R"json(}]},"estimated_distance_m":5264,"estimated_duration_s":658,"metadata":{},"created_at":"2026-11-25T)json"
    R"json(02:33:54.873733Z","updated_at":"2026-11-25T02:35:40.118204Z","created_by":"ada","version":2})json";
constexpr std::string_view kFailed =
    R"json({"id":"01a2108d-71b9-74df-a76e-30e44ff2d5da","fleet_id":"city-cabs","vehicle_id":"cab-7","trip_typ)json"
    R"json(e":"on_demand","sector":"ridehail","priority":"normal","origin":{"latitude":52.52,"longitude":13.4)json"
    R"json(},"destination":{"latitude":52.5,"longitude":13.45},"waypoints":[],"passenger_count":2,"cargo_weig)json"
    R"json(ht_kg":0,"status":"failed","status_reason":"flat tyre","route":{"source":"geodesic","revision":1,")json"
    R"json(distance_m":5264,"duration_s":658,"legs":[{"distance_m":5264,"duration_s":658}]},"estimated_distan)json"
    R"json(ce_m":5264,"estimated_duration_s":658,"metadata":{},"created_at":"2026-11-25T02:33:54.873733Z","up)json"
    R"json(dated_at":"2026-11-25T02:35:40.118204Z","created_by":"ada","version":2})json";
constexpr std::string_view kRoute =
    R"json({"source":"geodesic","revision":1,"distance_m":5264,"duration_s":658,"legs":[{"distance_m":5264,"d)json"
    R"json(uration_s":658}],"geometry":{"type":"LineString","coordinates":[[13.4,52.52],[13.45,52.5]]}})json";
constexpr std::string_view kRerouted =
    R"json({"id":"01a2108d-71b9-74df-a76e-30e44ff2d5da","fleet_id":"city-cabs","vehicle_id":"cab-7","trip_typ)json"
    R"json(e":"on_demand","sector":"ridehail","priority":"normal","origin":{"latitude":47.1406,"longitude":9.)json"
    R"json(5209},"destination":{"latitude":47.2109,"longitude":9.509},"waypoints":[],"passenger_count":2,"car)json"
    R"json(go_weight_kg":0,"status":"in_transit","route":{"source":"roads","revision":2,"distance_m":8640.2,")json"
    R"json(duration_s":655.1,"legs":[{"distance_m":8640.2,"duration_s":655.1}],"begins_at":{"latitude":47.14)json"
    R"json(1,"longitude":9.521},"first_stop":1},"estimated_distance_m":8812.4,"estimated_duration_s":671.9,"a)json"
    R"json(ctual_start_time":"2026-11-25T02:33:54.875530Z","metadata":{},"created_at":"2026-11-25T02:33:54.87)json"
    R"json(3733Z","updated_at":"2026-11-25T02:37:41.402118Z","created_by":"ada","version":4})json";
constexpr std::string_view kRoutes =
    R"json({"items":[{"route":{"source":"roads","revision":2,"distance_m":8640.2,"duration_s":655.1,"legs":[)json"
    R"json({"distance_m":8640.2,"duration_s":655.1}],"begins_at":{"latitude":47.141,"longitude":9.521},"firs)json"
    R"json(t_stop":1},"created_at":"2026-11-25T02:37:41.402118Z"},{"route":{"source":"roads","revision":1,"d)json"
    R"json(istance_m":8812.4,"duration_s":671.9,"legs":[{"distance_m":8812.4,"duration_s":671.9}]},"created_)json"
    R"json(at":"2026-11-25T02:33:54.873733Z"}],"next_cursor":null})json";
constexpr std::string_view kEvents =
    R"json({"items":[{"sequence":10,"stream":"trip","stream_id":"01a2108d-71b9-74df-a76e-30e44ff2d5da","versi)json"
    R"json(on":2,"type":"trip.started","schema_version":1,"data":{"vehicle_id":"cab-7","to":"en_route_to_pick)json"
    R"json(up"},"caller":"ada","trace":"8b3f2337f4949543ac595f1dce47ac11","occurred_at":"2026-11-25T02:33:54.)json"
    R"json(875530Z"}],"next_cursor":null})json";
constexpr std::string_view kTrack =
    R"json({"trip_id":"01a2108d-71b9-74df-a76e-30e44ff2d5da","status":"en_route_to_pickup","position":{"recor)json"
    R"json(ded_at":"2026-11-25T02:33:54.876860Z","latitude":52.52,"longitude":13.4,"speed_mps":8.3},"travelle)json"
    R"json(d_m":0,"remaining_m":5264,"progress":0,"eta":"2026-11-25T02:44:52.867400Z","off_route":false,"devi)json"
    R"json(ation_m":0,"source":"geodesic"})json";
constexpr std::string_view kTaken = R"json({"accepted":1,"duplicate":0,"refused":0,"refusals":[]})json";
constexpr std::string_view kRecorded =
    R"json({"accepted":1,"duplicate":0,"ids":["01a2108d-71a4-71df-b28c-ed667a5713a5"]})json";
constexpr std::string_view kLogs =
    R"json({"items":[{"id":"01a2108d-71a4-71df-b28c-ed667a5713a5","level":"info","message":"the tyre is chang)json"
    R"json(ed","recorded_at":"2026-11-25T02:33:54.852240Z","created_at":"2026-11-25T02:33:54.852240Z","create)json"
    R"json(d_by":"ada"}],"next_cursor":null})json";
constexpr std::string_view kMetrics =
    R"json({"items":[{"id":"01a2108d-71ad-7085-944c-01401ae58c11","type":"fuel_used","value":12.5,"unit":"l",)json"
    R"json("recorded_at":"2026-11-25T02:33:54.861052Z","created_at":"2026-11-25T02:33:54.861052Z","created_by)json"
    R"json(":"ada"}],"next_cursor":null})json";
constexpr std::string_view kAnalytics =
    R"json({"group_by":"all","time_zone":"UTC","items":[{"key":"all","trips":20,"by_status":{"pending":0,"ass)json"
    R"json(igned":0,"en_route_to_pickup":1,"at_pickup":0,"in_transit":1,"at_destination":0,"completed":16,"ca)json"
    R"json(ncelled":2,"failed":0},"completion_rate":0.8888888888888888,"cancellation_rate":0.1111111111111111)json"
    R"json(,"duration_p50_s":702.3,"duration_p95_s":1218.9,"distance_m":91840.2,"passengers":29,"eta_error_me)json"
    R"json(an_percent":7.4}]})json";

constexpr std::array kExamples{
    Example{Method::post, "/trips", {}, kTrip},
    Example{Method::get, "/trips", {}, kPage},
    Example{Method::get, "/trips/{id}", {}, kTrip},
    Example{Method::put, "/trips/{id}", {}, kTrip},
    Example{Method::delete_, "/trips/{id}", {}, kCancelled},
    Example{Method::post, "/trips/{id}/assign", {}, kTrip},
    Example{Method::post, "/trips/{id}/start", {}, kStarted},
    Example{Method::post, "/trips/{id}/complete", {}, kCompleted},
    Example{Method::post, "/trips/{id}/cancel", {}, kCancelled},
    Example{Method::post, "/trips/{id}/fail", {}, kFailed},
    Example{Method::get, "/trips/{id}/route", {}, kRoute},
    Example{Method::get, "/trips/{id}/routes", {}, kRoutes},
    Example{Method::post, "/trips/{id}/reroute", {}, kRerouted},
    Example{Method::get, "/trips/{id}/events", {}, kEvents},
    Example{Method::get, "/trips/{id}/track", {}, kTrack},
    Example{Method::post, "/trips/{id}/track", {}, kTaken},
    Example{Method::post, "/trips/{id}/logs", {}, kRecorded},
    Example{Method::get, "/trips/{id}/logs", {}, kLogs},
    Example{Method::post, "/trips/{id}/metrics", {}, kRecorded},
    Example{Method::get, "/trips/{id}/metrics", {}, kMetrics},
    Example{Method::get, "/trips/analytics", {}, kAnalytics},
    Example{Method::post, "/trips/bulk", {}, kBulk},
};

}  // namespace

void add_examples(std::vector<http::Route>& routes) {
  http::add_examples(routes, kExamples);
}

}  // namespace mms::trips
