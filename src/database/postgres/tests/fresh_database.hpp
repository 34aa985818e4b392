// A database of a test's own on the server that TEST_DATABASE_URL names; dropped at the end.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "database/postgres/address.hpp"
#include "database/postgres/blocking_session.hpp"

namespace mms::postgres {

inline std::string test_server_url() {
  const char* url = std::getenv("TEST_DATABASE_URL");
  if (url == nullptr || *url == '\0') {
    throw std::runtime_error(
        "these tests need a PostgreSQL server: set "
        "TEST_DATABASE_URL=postgresql://<user>:<password>@127.0.0.1:<port>/<database>"
        " (the user must be allowed to create databases)");
  }
  return url;
}

class FreshDatabase {
 public:
  FreshDatabase() : server_(test_server_url()) {
    static int count = 0;
    name_ = fmt::format("mms_test_{}_{}", getpid(), ++count);
    administer(fmt::format("drop database if exists {} with (force)", name_));
    administer(fmt::format("create database {}", name_));
  }
  ~FreshDatabase() {
    try {
      administer(fmt::format("drop database if exists {} with (force)", name_));
    } catch (const std::exception&) {  // the next run with this process id drops it
    }
  }
  FreshDatabase(const FreshDatabase&) = delete;
  FreshDatabase& operator=(const FreshDatabase&) = delete;

  std::string url() const { return url_through(0); }
  // The same database by way of another port of this machine; 0: the server's own.
  std::string url_through(unsigned short port) const {
    const auto parameters = server_.find('?');
    const auto slash = server_.rfind('/', parameters);
    auto place = server_.substr(0, slash);
    if (port != 0) place = place.substr(0, place.rfind(':') + 1) + std::to_string(port);
    return place + "/" + name_ + (parameters == std::string::npos ? "" : server_.substr(parameters));
  }
  unsigned short port() const {
    const auto slash = server_.rfind('/', server_.find('?'));
    return static_cast<unsigned short>(std::stoi(server_.substr(server_.rfind(':', slash) + 1)));
  }
  // Asks the database by a connection of its own.
  std::string ask(const std::string& text) const {
    BlockingSession session(Address(url(), Settings{}));
    return session.ask(text);
  }
  void administer(const std::string& text) const {
    BlockingSession session(Address(server_, Settings{}));
    session.run(text);
  }

 private:
  std::string server_;
  std::string name_;
};

}  // namespace mms::postgres
