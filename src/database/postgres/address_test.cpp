// What a URL becomes.
#include "database/postgres/address.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace mms::postgres {
namespace {

std::string value(const Address& address, const std::string& name) {
  const auto keywords = address.keywords();
  for (std::size_t i = 0; keywords.names[i] != nullptr; ++i) {
    if (name == keywords.names[i]) return keywords.values[i];
  }
  return "-";
}

TEST(Address, TheUrlWinsOverDefaults) {
  const Address address("postgresql://u:p@db.example:5433/m?sslmode=verify-full&tcp_user_timeout=9", Settings{});
  EXPECT_EQ(value(address, "host"), "db.example");
  EXPECT_EQ(value(address, "sslmode"), "verify-full");
  EXPECT_EQ(value(address, "tcp_user_timeout"), "9");
  EXPECT_EQ(value(address, "keepalives_idle"), "5");
  EXPECT_EQ(value(address, "client_encoding"), "UTF8");
  EXPECT_EQ(value(address, "fallback_application_name"), "mission-management");
}

TEST(Address, AWrongUrlIsRefusedWithoutRepeatingIt) {
  try {
    Address("postgresql://u:secret@host:port/x?nonsense", Settings{});
    FAIL();
  } catch (const std::invalid_argument& refusal) {
    EXPECT_EQ(std::string(refusal.what()).find("secret"), std::string::npos);
  }
}

TEST(Address, OnlyASingleNameIsLookedUpByUs) {
  const Settings settings;
  EXPECT_EQ(Address("postgresql://u@db.example/m", settings).name_to_look_up(), "db.example");
  EXPECT_EQ(Address("postgresql://u@127.0.0.1/m", settings).name_to_look_up(), "");
  EXPECT_EQ(Address("postgresql://u@[::1]/m", settings).name_to_look_up(), "");
  EXPECT_EQ(Address("postgresql://u@a,b/m", settings).name_to_look_up(), "");
  EXPECT_EQ(Address("postgresql:///m?host=/run/postgresql", settings).name_to_look_up(), "");
}

TEST(Address, LookedUpAddressesKeepTheNameForTheCertificate) {
  const Address address =
      Address("postgresql://u@db.example/m", Settings{}).with_numeric_hosts({"10.0.0.1", "10.0.0.2"});
  EXPECT_EQ(value(address, "host"), "db.example,db.example");
  EXPECT_EQ(value(address, "hostaddr"), "10.0.0.1,10.0.0.2");
}

}  // namespace
}  // namespace mms::postgres
