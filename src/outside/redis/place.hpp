// Where Redis stands.
#pragma once

#include <string>
#include <string_view>

namespace mms::redis {

struct Place {
  std::string host;
  std::string port;
  std::string user;      // empty: the default user
  std::string password;  // empty: none is asked for
  int database = 0;
};

// "<host>:<port>" or "redis://[<user>:<password>@]<host>[:<port>][/<database>]"; a password of its own setting is used
// where the text has none. User and password are percent-decoded. Throws std::invalid_argument with what it must be,
// without the text: it may hold a password.
Place place_of(std::string_view text, std::string password);

}  // namespace mms::redis
