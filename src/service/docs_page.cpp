// Serves the embedded files under a policy that lets the browser ask this service only.
#include "service/docs_page.hpp"

#include "endpoints/input.hpp"

namespace mms::service {
namespace {

using async::Task;
using vocabulary::Result;

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

struct Served {
  std::string_view pattern;
  std::string_view file;
  std::string_view type;
  std::string_view summary;
};

constexpr Served kPages[] = {
    {"/docs", "docs.html", "text/html; charset=utf-8", "This API for people, drawn from openapi.json."},
    {"/docs/docs.js", "docs.js", "text/javascript; charset=utf-8", "The script of /docs."},
    {"/docs/docs.css", "docs.css", "text/css; charset=utf-8", "The style of /docs."},
};

Task<Result<http::Response>> show(const Served& served, const http::Request&) {
  http::Response response;
  response.content_type = served.type;
  response.body = page(served.file);
  response.headers.emplace_back("Content-Security-Policy", kPolicy);
  co_return response;
}

// GET /: who opens the address in a browser lands on the pages.
Task<Result<http::Response>> lead_to_docs(const Served& served, const http::Request&) {
  http::Response response;
  response.status = 302;
  response.content_type = served.type;
  response.headers.emplace_back("Location", std::string(endpoints::kPrefix) + "/docs");
  co_return response;
}

}  // namespace

std::vector<http::Route> docs_routes() {
  std::vector<http::Route> routes;
  for (const auto& served : kPages) {
    http::Route route;
    route.pattern = served.pattern;
    route.permission = vocabulary::Permission::none;
    route.handler = http::with(served, show);
    route.summary = served.summary;
    route.answer_type = served.type;
    routes.push_back(std::move(route));
  }
  routes.push_back(routes.front());
  auto& root = routes.back();
  root.pattern = "/";
  root.handler = http::with(kPages[0], lead_to_docs);
  root.summary = "Leads to /docs.";
  root.success = 302;
  root.at_root = true;
  return routes;
}

}  // namespace mms::service
