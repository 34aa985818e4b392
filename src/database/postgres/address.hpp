// The URL of a PostgreSQL server as libpq's keywords, with this house's defaults where the URL is silent.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "database/postgres/settings.hpp"

namespace mms::postgres {

class Address {
 public:
  // Every libpq parameter may stand in the URL's query (sslmode, sslrootcert, target_session_attrs, …).
  // Throws std::invalid_argument with a sentence that does not repeat the URL.
  Address(const std::string& url, const Settings& settings);

  // A host name that libpq would look up by itself, which blocks; empty when there is none, or several.
  std::string name_to_look_up() const;

  // For PQconnectStartParams: parallel arrays that end with a null.
  // Lifetime: that of the Address.
  struct Keywords {
    std::vector<const char*> names;
    std::vector<const char*> values;
  };
  Keywords keywords() const;
  // The same, for the addresses that a host name was looked up to.
  Address with_numeric_hosts(const std::vector<std::string>& addresses) const;

 private:
  const std::string* find(const std::string& name) const;
  void set(const std::string& name, std::string value);
  void set_when_silent(const std::string& name, std::string value);

  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace mms::postgres
