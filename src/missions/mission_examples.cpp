// The examples, and which row each belongs to.
#include "missions/mission_examples.hpp"

#include <array>

#include "http/examples.hpp"

namespace mms::missions {
namespace {

using http::Example;
using http::Method;

#define EXAMPLE_MISSION                                                                             \
  R"("id":"01a20fa6-fc9d-720e-97a5-81a85198cfc0","fleet_id":"quarry-north","vehicle_id":"truck-7")" \
  R"(,"name":"Haul ore to crusher 2","type":"cargo_delivery","priority":"high","parameters":{"loa)" \
  R"(d_t":42},"tasks":[{"key":"load","type":"action","parameters":{},"status":"pending","progress)" \
  R"(":0,"weight":1},{"key":"drive","type":"navigate","parameters":{"latitude":42.5063,"longitude)" \
  R"(":1.5218},"status":"pending","progress":0,"weight":3}],"unordered":false,"complete_on_last_t)" \
  R"(ask":false,"safety_requirements":[],"labels":{"shift":"early"},"start_policy":"manual","retr)" \
  R"(y":{"max_attempts":3,"backoff_s":30,"backoff_factor":2,"max_backoff_s":3600},"on_dependency_)" \
  R"(failure":"block","control":"direct","status":"ready","blocked":false,"progress":0,"attempt":)" \
  R"(1,"created_at":"2026-11-24T22:22:11.687451Z","updated_at":"2026-11-24T22:22:11.687451Z","cre)" \
  R"(ated_by":"ada","version":1)"

constexpr std::string_view kMission = "{" EXAMPLE_MISSION "}";
constexpr std::string_view kPage = R"({"items":[{)" EXAMPLE_MISSION R"(}],"next_cursor":null})";
constexpr std::string_view kBulkAnswers = R"({"items":[{"status":201,"mission":{)" EXAMPLE_MISSION R"(}}]})";
#undef EXAMPLE_MISSION

constexpr std::string_view kCreate =
    R"({"fleet_id":"quarry-north","vehicle_id":"truck-7","name":"Haul ore to crusher 2","type":"cargo_deliv)"
    R"(ery","priority":"high","parameters":{"load_t":42},"tasks":[{"key":"load","type":"action"},{"key":"dr)"
    R"(ive","type":"navigate","parameters":{"latitude":42.5063,"longitude":1.5218},"weight":3}],"labels":{")"
    R"(shift":"early"},"retry":{"max_attempts":3,"backoff_s":30}})";
constexpr std::string_view kEvents =
    R"({"items":[{"sequence":1402,"stream":"mission","stream_id":"01a20fa6-fc9d-720e-97a5-81a85198cfc0","ve)"
    R"(rsion":2,"type":"mission.started","schema_version":1,"data":{"attempt":1,"vehicle_id":"truck-7"},"ca)"
    R"(ller":"ada","trace":"9e00eb2ac9fa67d798c9ad7961c09b60","occurred_at":"2026-11-24T22:23:05.000000Z"}])"
    R"(,"next_cursor":null})";
#define EXAMPLE_DEPENDENCY                                                                          \
  R"("id":"01a20fb0-52aa-7d1e-8c44-0f6d3ab2e917","successor_id":"01a20fa6-fc9d-720e-97a5-81a85198)" \
  R"(cfc0","predecessor_id":"01a20f9a-3fc3-7c9b-86bb-f142aa9f13d3","predecessor_name":"Blast the )" \
  R"(north face","predecessor_status":"running","type":"finish_to_start","condition":"success","l)" \
  R"(ag_s":60,"state":"waiting","created_at":"2026-11-24T22:22:11.687451Z","created_by":"ada")"
constexpr std::string_view kDependency = "{" EXAMPLE_DEPENDENCY "}";
constexpr std::string_view kDependencies = R"({"items":[{)" EXAMPLE_DEPENDENCY R"(}],"next_cursor":null})";
#undef EXAMPLE_DEPENDENCY
constexpr std::string_view kBulk =
    R"({"items":[{"action":"create","input":{"fleet_id":"quarry-north","name":"Sweep the ramp"}},{"action":)"
    R"("start","id":"01a20fa6-fc9d-720e-97a5-81a85198cfc0","version":1},{"action":"report_task","id":"01a20)"
    R"(fa6-fc9d-720e-97a5-81a85198cfc0","task":"load","input":{"status":"succeeded"}}]})";

constexpr std::array kExamples{
    Example{Method::post, "/missions", kCreate, kMission},
    Example{Method::get, "/missions", {}, kPage},
    Example{Method::get, "/missions/{id}", {}, kMission},
    Example{Method::put, "/missions/{id}", R"({"priority":"urgent","deadline":null,"labels":{"shift":"late"}})",
            kMission},
    Example{Method::post, "/missions/{id}/start", "{}", kMission},
    Example{Method::post, "/missions/{id}/pause", R"({"reason":"blasting at the north face"})", kMission},
    Example{Method::post, "/missions/{id}/resume", "{}", kMission},
    Example{Method::post, "/missions/{id}/complete", R"({"outcome":"success","result":{"delivered_t":41.5}})",
            kMission},
    Example{Method::post, "/missions/{id}/fail", R"({"reason":"flat tyre"})", kMission},
    Example{Method::post, "/missions/{id}/retry", "{}", kMission},
    Example{Method::post, "/missions/{id}/cancel", R"({"reason":"shift ends"})", kMission},
    Example{Method::post, "/missions/{id}/assign", R"({"vehicle_id":"truck-9"})", kMission},
    Example{Method::post, "/missions/{id}/tasks/{key}", R"({"status":"running","progress":0.4})", kMission},
    Example{Method::post, "/missions/{id}/commands/{command_id}/acknowledge", {}, kMission},
    Example{Method::get, "/missions/{id}/events", {}, kEvents},
    Example{Method::post, "/missions/{id}/dependencies", {}, kDependency},
    Example{Method::get, "/missions/{id}/dependencies", {}, kDependencies},
    Example{Method::post, "/missions/bulk", kBulk, kBulkAnswers},
};

}  // namespace

void add_examples(std::vector<http::Route>& routes) {
  http::add_examples(routes, kExamples);
  add_record_examples(routes);
}

}  // namespace mms::missions
