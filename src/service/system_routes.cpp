// Both are texts that are there already.
#include "service/system_routes.hpp"

namespace mms::service {
namespace {

// GET /metrics: Prometheus figures.
async::Task<vocabulary::Result<http::Response>> show_metrics(const SystemTools& tools, const http::Request&) {
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = tools.metrics.text();
  co_return response;
}

// GET /openapi.json: this API's description.
async::Task<vocabulary::Result<http::Response>> show_openapi(const SystemTools& tools, const http::Request&) {
  http::Response response;
  response.body = tools.openapi;
  co_return response;
}

}  // namespace

std::vector<http::Route> system_routes(const SystemTools& tools) {
  std::vector<http::Route> routes(2);
  routes[0] = {.pattern = "/metrics",
               .permission = vocabulary::Permission::none,
               .handler = http::with(tools, show_metrics),
               .summary = "Figures for Prometheus."};
  routes[0].answer_type = "text/plain";
  routes[0].at_root = true;
  routes[1] = {.pattern = "/openapi.json",
               .permission = vocabulary::Permission::none,
               .handler = http::with(tools, show_openapi),
               .summary = "This document."};
  return routes;
}

}  // namespace mms::service
