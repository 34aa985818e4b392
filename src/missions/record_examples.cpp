// Examples of what is asked and recorded about missions, and of plans.
#include <array>

#include "http/examples.hpp"
#include "missions/mission_examples.hpp"

namespace mms::missions {
namespace {

using http::Example;
using http::Method;

constexpr std::string_view kExplain =
    R"json({"mission_id":"01a2108d-7189-7eb0-af4b-eb8d9b22a6fb","status":"pending","can_start":false,"summary)json"
    R"json(":"\"Haul ore to crusher 2\" has not started: 1 of its dependencies is not satisfied, first \"Blas)json"
    R"json(t the north face\" (waiting).","reasons":[{"code":"dependencies_unsatisfied","detail":"1 of its de)json"
    R"json(pendencies is not satisfied, first \"Blast the north face\" (waiting)"}],"blockers":[{"depth":1,"d)json"
    R"json(ependency":{"id":"01a2108d-718c-7745-bf12-9f9f18d4be40","successor_id":"01a2108d-7189-7eb0-af4b-eb)json"
    R"json(8d9b22a6fb","predecessor_id":"01a2108d-7188-7469-bf72-b2cf1ce5e617","predecessor_name":"Blast the )json"
    R"json(north face","predecessor_status":"running","type":"finish_to_start","condition":"success","lag_s":)json"
    R"json(60,"state":"waiting","created_at":"2026-11-25T02:33:54.828046Z","created_by":"ada"}}],"truncated":)json"
    R"json(false,"critical_path":[{"mission_id":"01a2108d-7188-7469-bf72-b2cf1ce5e617","name":"Blast the nort)json"
    R"json(h face","status":"running","remaining_s":1800,"estimate_from":"history","expected_start":"2026-11-25)json"
    R"json(T02:30:00.000000Z","expected_end":"2026-11-25T03:00:00.000000Z"},{"mission_id":"01a2108d-7189-7e)json"
    R"json(b0-af4b-eb8d9b22a6fb","name":"Haul ore to crusher 2","status":"pending","remaining_s":2400,"esti)json"
    R"json(mate_from":"timeout","expected_start":"2026-11-25T03:01:00.000000Z","expected_end":"2026-11-25T0)json"
    R"json(3:41:00.000000Z"}],"forecast":{"start":"2026-11-25T03:01:00.000000Z","end":"2026-11-25T03:41:00.)json"
    R"json(000000Z","is_lower_bound":false,"needs_start_command":true}})json";
constexpr std::string_view kGraph =
    R"json({"nodes":[{"id":"01a2108d-7188-7469-bf72-b2cf1ce5e617","name":"Blast the north face","status":"run)json"
    R"json(ning","blocked":false},{"id":"01a2108d-7189-7eb0-af4b-eb8d9b22a6fb","name":"Haul ore to crusher 2")json"
    R"json(,"status":"pending","blocked":false}],"edges":[{"id":"01a2108d-718c-7745-bf12-9f9f18d4be40","succe)json"
    R"json(ssor_id":"01a2108d-7189-7eb0-af4b-eb8d9b22a6fb","predecessor_id":"01a2108d-7188-7469-bf72-b2cf1ce5)json"
    R"json(e617","predecessor_name":"Blast the north face","predecessor_status":"running","type":"finish_to_s)json"
    R"json(tart","condition":"success","lag_s":60,"state":"waiting","created_at":"2026-11-25T02:33:54.828046Z)json"
    R"json(","created_by":"ada"}],"truncated":false})json";
constexpr std::string_view kRecorded =
    R"json({"accepted":1,"duplicate":0,"ids":["01a2108d-71a4-71df-b28c-ed667a5713a5"]})json";
constexpr std::string_view kLogs =
    R"json({"items":[{"id":"01a2108d-71a4-71df-b28c-ed667a5713a5","level":"info","message":"bucket full","rec)json"
    R"json(orded_at":"2026-11-25T02:33:54.852240Z","created_at":"2026-11-25T02:33:54.852240Z","created_by":"a)json"
    R"json(da"}],"next_cursor":null})json";
constexpr std::string_view kMetrics =
    R"json({"items":[{"id":"01a2108d-71ad-7085-944c-01401ae58c11","type":"payload","value":41.5,"unit":"t","r)json"
    R"json(ecorded_at":"2026-11-25T02:33:54.861052Z","created_at":"2026-11-25T02:33:54.861052Z","created_by":)json"
    R"json("ada"}],"next_cursor":null})json";
constexpr std::string_view kAnalytics =
    R"json({"group_by":"all","time_zone":"UTC","items":[{"key":"all","missions":40,"completed":31,"failed":2,)json"
    R"json("cancelled":1,"success_rate":0.911764705882353,"execution_p50_s":1260.4,"execution_p95_s":2388.9,")json"
    R"json(retries":3,"dependency_resolution_p50_s":312.7,"dependency_resolution_p95_s":1804.2,"from_template)json"
    R"json(s":24,"safety_events":[{"type":"obstacle","severity":"critical","count":1},{"type":"speed","severi)json"
    R"json(ty":"warning","count":4}]}]})json";
constexpr std::string_view kPlan =
    R"json({"id":"01a2108e-526d-7437-8457-571671067a8a","fleet_id":"quarry-north","name":"Blast and haul","te)json"
    R"json(mplate_id":"01a2108e-526b-7673-8dca-7eb264a1ac2f","template_version":1,"parameters":{"loads":3},"m)json"
    R"json(issions":[{"key":"drill","mission_id":"01a2108e-526d-795d-9d4d-ac6d18ee825b","name":"Drill","vehic)json"
    R"json(le_id":"rig-1","status":"ready","blocked":false,"progress":0},{"key":"haul","mission_id":"01a2108e)json"
    R"json(-526d-7fa4-a560-55e76b36aad6","name":"Haul 3 loads","status":"pending","blocked":false,"progress":)json"
    R"json(0}],"created_at":"2026-11-25T02:34:52.397908Z","created_by":"ada"})json";

constexpr std::array kExamples{
    Example{Method::get, "/missions/{id}/explain", {}, kExplain},
    Example{Method::get, "/missions/{id}/graph", {}, kGraph},
    Example{Method::post, "/missions/{id}/logs", {}, kRecorded},
    Example{Method::get, "/missions/{id}/logs", {}, kLogs},
    Example{Method::post, "/missions/{id}/metrics", {}, kRecorded},
    Example{Method::get, "/missions/{id}/metrics", {}, kMetrics},
    Example{Method::get, "/missions/analytics", {}, kAnalytics},
    Example{Method::post, "/plans", {}, kPlan},
    Example{Method::get, "/plans/{id}", {}, kPlan},
};

}  // namespace

void add_record_examples(std::vector<http::Route>& routes) {
  http::add_examples(routes, kExamples);
}

}  // namespace mms::missions
