// Settings to a question, answers to figures.
#include "service/issuer.hpp"

#include "http/client.hpp"

namespace mms::service {
namespace {

constexpr std::uint64_t kMostBytes = 1 << 20;

telemetry::Counter& fetches(telemetry::Metrics& metrics, const char* outcome) {
  return metrics.counter("jwks_fetches_total", "Times that the issuer's keys were asked for, by outcome.",
                         std::string("outcome=\"") + outcome + '"');
}

access::IssuerSettings issuer_settings(const Settings& settings) {
  access::IssuerSettings issuer;
  issuer.every = std::chrono::milliseconds(static_cast<std::int64_t>(settings.jwt_jwks_refresh_s * 1000));
  issuer.least = std::min(issuer.least, issuer.every / 10);
  return issuer;
}

}  // namespace

Issuer::Issuer(const Settings& settings, access::Realm& realm, Observation& observation, telemetry::Metrics& metrics)
    : away_(observation, "issuer"),
      good_(fetches(metrics, "done")),
      failed_(fetches(metrics, "failed")),
      keys_(
          realm,
          issuer_settings(settings),
          [question = http::question_of(settings.jwt_jwks_url)](async::Deadline deadline) {
            return http::ask(question, deadline, kMostBytes);
          },
          [this](const std::string& why_not) { asked(why_not); }) {
  trouble_.set("not heard yet; look at JWT_JWKS_URL");
  realm.when_key_is_unknown([this] { return keys_.refresh(); });
}

void Issuer::asked(const std::string& why_not) {
  (why_not.empty() ? good_ : failed_).add();
  if (why_not.empty()) {
    trouble_.set({});
    away_.is_over();
  } else {
    trouble_.set("look at JWT_JWKS_URL: " + why_not + "; the keys that it published last stay in use");
    away_.goes_on(why_not);
  }
}

}  // namespace mms::service
