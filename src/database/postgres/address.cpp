// Reads the URL with libpq's own parser.
#include "database/postgres/address.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <boost/asio/ip/address.hpp>
#include <memory>
#include <stdexcept>

namespace mms::postgres {

Address::Address(const std::string& url, const Settings& settings) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(url.c_str(), nullptr),
                                                                             &PQconninfoFree);
  if (options == nullptr) {
    throw std::invalid_argument("must be postgresql://<user>:<password>@<host>:<port>/<database>?<libpq parameters>");
  }
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) pairs_.emplace_back(option->keyword, option->val);
  }
  set("client_encoding", "UTF8");
  set("fallback_application_name", settings.application_name);
  set_when_silent("connect_timeout", "5");
  set_when_silent("gssencmode", "disable");  // else each connect searches for Kerberos tickets first
  set_when_silent("keepalives", "1");
  set_when_silent("keepalives_idle", "5");
  set_when_silent("keepalives_interval", "2");
  set_when_silent("keepalives_count", "3");
  set_when_silent("tcp_user_timeout", "5000");
}

const std::string* Address::find(const std::string& name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return &value;
  }
  return nullptr;
}

void Address::set(const std::string& name, std::string value) {
  for (auto& [key, old] : pairs_) {
    if (key == name) {
      old = std::move(value);
      return;
    }
  }
  pairs_.emplace_back(name, std::move(value));
}

void Address::set_when_silent(const std::string& name, std::string value) {
  if (find(name) == nullptr) set(name, std::move(value));
}

std::string Address::name_to_look_up() const {
  const auto* host = find("host");
  if (host == nullptr || find("hostaddr") != nullptr || host->empty()) return {};
  if (host->front() == '/' || host->front() == '@' || host->find(',') != std::string::npos) return {};
  boost::system::error_code not_numeric;
  boost::asio::ip::make_address(*host, not_numeric);
  return not_numeric ? *host : std::string();
}

Address::Keywords Address::keywords() const {
  Keywords keywords;
  for (const auto& [name, value] : pairs_) {
    keywords.names.push_back(name.c_str());
    keywords.values.push_back(value.c_str());
  }
  keywords.names.push_back(nullptr);
  keywords.values.push_back(nullptr);
  return keywords;
}

Address Address::with_numeric_hosts(const std::vector<std::string>& addresses) const {
  Address numeric = *this;
  std::string hosts;
  for (std::size_t i = 0; i < addresses.size(); ++i) hosts += (i == 0 ? "" : ",") + *find("host");
  // `host` stays, for the name in the server's certificate.
  numeric.set("host", std::move(hosts));
  numeric.set("hostaddr", fmt::format("{}", fmt::join(addresses, ",")));
  return numeric;
}

}  // namespace mms::postgres
