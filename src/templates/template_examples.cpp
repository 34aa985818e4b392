// The examples, and which row each belongs to.
#include "templates/template_examples.hpp"

#include <array>

#include "http/examples.hpp"

namespace mms::templates {
namespace {

using http::Example;
using http::Method;

#define EXAMPLE_TEMPLATE                                                                                          \
  R"json({"id":"01a2108d-7184-7f62-bf5b-4d1df9b4449c","fleet_id":"quarry-north","name":"Haul ore","status":)json" \
  R"json("active","parameters":{"type":"object","properties":{"truck":{"type":"string"},"loads":{"type":"in)json" \
  R"json(teger","minimum":1,"default":3}},"required":["truck"]},"mission":{"name":"Haul {{loads}} loads","v)json" \
  R"json(ehicle_id":"{{truck}}","type":"cargo_delivery","tasks":[{"key":"load"},{"key":"haul","parameters":)json" \
  R"json({"loads":"{{loads}}"}}]},"created_at":"2026-11-25T02:33:54.820609Z","updated_at":"2026-11-25T02:33)json" \
  R"json(:54.820609Z","created_by":"ada","version":1})json"
constexpr std::string_view kTemplate = EXAMPLE_TEMPLATE;
constexpr std::string_view kPage = R"json({"items":[)json" EXAMPLE_TEMPLATE R"json(],"next_cursor":null})json";
#undef EXAMPLE_TEMPLATE
constexpr std::string_view kPreview =
    R"json({"template_id":"01a2108d-7184-7f62-bf5b-4d1df9b4449c","template_version":1,"parameters":{"truck":")json"
    R"json(truck-7","loads":3},"missions":[{"key":"mission","mission":{"name":"Haul 3 loads","vehicle_id":"tr)json"
    R"json(uck-7","type":"cargo_delivery","tasks":[{"key":"load"},{"key":"haul","parameters":{"loads":3}}]},")json"
    R"json(depends_on":[]}]})json";

constexpr std::array kExamples{
    Example{Method::post, "/templates", {}, kTemplate},
    Example{Method::get, "/templates", {}, kPage},
    Example{Method::get, "/templates/{id}", {}, kTemplate},
    Example{Method::put, "/templates/{id}", {}, kTemplate},
    Example{Method::get, "/templates/{id}/versions", {}, kPage},
    Example{Method::post, "/templates/{id}/preview", {}, kPreview},
};

}  // namespace

void add_examples(std::vector<http::Route>& routes) {
  http::add_examples(routes, kExamples);
}

}  // namespace mms::templates
