// The command line: one binary, one subcommand for each duty.
#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "access/blocking.hpp"
#include "access/key_command.hpp"
#include "crypto/random.hpp"
#include "routing/road_command.hpp"
#include "service/assemble.hpp"
#include "service/replay.hpp"

namespace {

using namespace mms;
using Arguments = std::vector<std::string>;

constexpr std::string_view kHelp =
    R"(Mission Management Service: plans, runs, tracks and explains missions of autonomous fleets.

  mission-management serve          serves the API until SIGTERM (settings: serve --help)
  mission-management migrate        brings the database's schema up to this version
  mission-management replay         --verify compares the event log with the tables; --rebuild writes the tables anew
  mission-management api-key        makes, lists and revokes API keys (api-key --help)
  mission-management import-roads   makes a road file of an OpenStreetMap extract (import-roads --help)
  mission-management route          prints a route: --map FILE.roads 42.50,1.52 42.56,1.60
  mission-management openapi        prints the OpenAPI 3.1 document
  mission-management settings       prints the table of settings, as Markdown
  mission-management healthcheck    exits with 0 when the service on PORT is ready
  mission-management version        prints the version

Every setting is an environment variable.
)";

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

int complain(std::string_view text) {
  fmt::print(stderr, "mission-management: {}\n", text);
  return 2;
}

bool asks_help(const Arguments& arguments) {
  return !arguments.empty() && (arguments[0] == "--help" || arguments[0] == "-h");
}

std::string settings_help() {
  std::string text = "Settings, from the environment:\n\n";
  for (const auto& line : service::setting_lines()) {
    text += fmt::format("  {:<20} {}\n  {:<20} default: {}\n", line.variable, line.meaning, "",
                        line.usual.empty() ? "none" : line.usual);
  }
  return text;
}

int serve(const Arguments& arguments) {
  if (asks_help(arguments)) {
    print("Serves the API until SIGTERM or SIGINT.\n\n" + settings_help());
    return 0;
  }
  if (!arguments.empty())
    return complain("serve takes no arguments; settings are environment variables (serve --help)");
  return service::serve(service::settings_from(service::process_environment()));
}

int migrate(const Arguments& arguments) {
  if (asks_help(arguments)) {
    print("Brings the schema of DATABASE_URL up to this version. Safe to run twice, and beside a running service.\n");
    return 0;
  }
  const auto database = service::open_database(service::settings_from(service::process_environment()));
  const int steps = database->migrate();
  print(fmt::format("{} step{} taken, the schema is at step {}\n", steps, steps == 1 ? "" : "s",
                    database->schema_version()));
  return 0;
}

int replay(const Arguments& arguments) {
  if (arguments.size() != 1 || asks_help(arguments) || (arguments[0] != "--verify" && arguments[0] != "--rebuild")) {
    print(
        "replay --verify   folds the event log and compares it with the tables; exits with 1 when they differ\n"
        "replay --rebuild  writes the tables anew from the log; stop the service first\n");
    return asks_help(arguments) ? 0 : 2;
  }
  const auto database = service::open_database(service::settings_from(service::process_environment()));
  database->migrate();
  if (arguments[0] == "--rebuild") {
    print(service::rebuild(*database));
    return 0;
  }
  const auto verdict = service::verify(*database, [](const std::string& words) { fmt::print("differs: {}\n", words); });
  print(verdict.words);
  return verdict.equal ? 0 : 1;
}

int api_key(const Arguments& arguments) {
  if (asks_help(arguments)) {
    print(access::api_key_help());
    return 0;
  }
  const auto settings = service::settings_from(service::process_environment());
  const auto database = service::open_database(settings);
  database->migrate();
  crypto::RandomIdSource ids;
  const auto tell = [&] { return service::tell_of_revocation(settings, *database); };
  const auto done = access::api_key_command({*database, ids, service::now(), tell}, arguments);
  if (!done) {
    for (const auto& error : done.error().errors) fmt::print(stderr, "{}: {}\n", error.pointer, error.detail);
    return complain(done.error().detail);
  }
  print(*done);
  return 0;
}

int print_or_complain(const vocabulary::Result<std::string>& done) {
  if (done) return print(*done), 0;
  for (const auto& error : done.error().errors) fmt::print(stderr, "{}: {}\n", error.pointer, error.detail);
  complain(done.error().detail);
  // Wrong arguments and wrong files are told apart by nobody; what the world refuses is 1.
  return done.error().kind == vocabulary::ProblemKind::bad_parameter ? 2 : 1;
}

int import_roads(const Arguments& arguments) {
  if (asks_help(arguments)) return print(routing::import_roads_help()), 0;
  return print_or_complain(routing::import_roads_command(arguments));
}

int route(const Arguments& arguments) {
  if (asks_help(arguments)) return print(routing::route_help()), 0;
  return print_or_complain(routing::route_command(arguments, service::now()));
}

int healthcheck() {
  const auto settings = service::settings_from(service::process_environment());
  boost::asio::io_context context(1);
  boost::asio::ip::tcp::socket socket(context);
  const auto address = settings.listen == "0.0.0.0" ? std::string("127.0.0.1") : settings.listen;
  socket.connect({boost::asio::ip::make_address(address), settings.port});
  const timeval limit{.tv_sec = 3, .tv_usec = 0};
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  const auto request = fmt::format("GET /health/ready HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", address);
  boost::asio::write(socket, boost::asio::buffer(request));
  std::string answer(64, '\0');
  answer.resize(socket.read_some(boost::asio::buffer(answer)));
  return answer.starts_with("HTTP/1.1 200") ? 0 : 1;
}

int run(const std::string& command, const Arguments& arguments) {
  if (command == "serve") return serve(arguments);
  if (command == "migrate") return migrate(arguments);
  if (command == "replay") return replay(arguments);
  if (command == "api-key") return api_key(arguments);
  if (command == "import-roads") return import_roads(arguments);
  if (command == "route") return route(arguments);
  if (command == "openapi") return print(service::openapi()), 0;
  if (command == "settings") return print(service::settings_markdown()), 0;
  if (command == "healthcheck") return healthcheck();
  if (command == "version" || command == "--version") return print(fmt::format("{}\n", service::version())), 0;
  if (command == "help" || command == "--help" || command == "-h") return print(kHelp), 0;
  return complain(fmt::format("there is no subcommand {}; see mission-management --help", command));
}

}  // namespace

int main(int count, char** values) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is a refusal, not the end
  const Arguments all(values + 1, values + count);
  if (all.empty()) {
    print(kHelp);
    return 2;
  }
  try {
    return run(all[0], Arguments(all.begin() + 1, all.end()));
  } catch (const std::exception& e) {
    return complain(e.what());
  }
}
