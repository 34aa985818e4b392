// The loop of one who watches a trip.
#include "trips/track_stream.hpp"

#include <boost/asio/redirect_error.hpp>

#include "endpoints/input.hpp"
#include "relay/rules/cloud_event.hpp"
#include "relay/watcher.hpp"
#include "trips/rules/trip_commands.hpp"
#include "trips/track_reads.hpp"
#include "trips/tracking_store.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::trips {
namespace {

using async::Clock;
using async::Task;
using http::Request;
using http::Response;
using vocabulary::Permission;
namespace json = vocabulary::json;

constexpr std::int64_t kPage = 200;
constexpr std::chrono::seconds kPatience(5);
constexpr std::chrono::seconds kAskAgain(5);      // as the relay does
constexpr std::chrono::seconds kLook(2);          // for what other replicas take
constexpr std::chrono::milliseconds kBreath(50);  // between two looks at a busy trip
constexpr std::chrono::milliseconds kAfterFault(500);

struct TrackWatch {
  Request request;  // its views hold until the stream has ended
  Trip trip;
  Time after;
  std::string told;  // the figures that the reader has
  bool was_at_end = false;
  bool has_ended = false;
};

// Why it must end, or nothing. A store that is away says nothing about the caller.
Task<std::string_view> ask_again(const TripTools& tools, TrackWatch& watch) {
  watch.request.deadline = Clock::now() + kPatience;
  try {
    const auto caller = co_await tools.streams.admit(watch.request, Permission::trips_read);
    if (!caller) co_return vocabulary::name_of(caller.error().kind);
    if (!access::may_read(*caller, Permission::trips_read, target_of(watch.trip))) co_return "forbidden";
  } catch (const database::Unavailable&) {
  }
  co_return std::string_view();
}

// A page of what is new. Whether there may be more at once.
Task<bool> send_news(const TripTools& tools, TrackWatch& watch, http::EventStream& out) {
  const auto answers = co_await tools.reader.run(
      {find_trip(watch.trip.id), positions_after(watch.trip.id, watch.after, kPage)}, Clock::now() + kPatience);
  auto stored = trip_from(answers[0]);
  if (!stored) co_return false;
  std::string chunk;
  for (const auto& position : views_of(answers[1])) {
    watch.after = position.recorded_at;
    chunk += "id: " + vocabulary::to_text(position.recorded_at) + "\nevent: position\ndata: ";
    json::append(chunk, position);
    chunk += "\n\n";
  }
  const bool more = static_cast<std::int64_t>(answers[1].size()) == kPage;
  if (!more) {
    std::string figures;
    json::append(figures, view_of(*stored));
    if (figures != watch.told) chunk += "event: track\ndata: " + figures + "\n\n";
    watch.told = std::move(figures);
    watch.has_ended = is_final(stored->trip.status);
  }
  watch.trip = std::move(stored->trip);
  // Catching up goes as fast as the reader takes it; one that does not keep up with what happens is cut.
  if (!watch.was_at_end && !co_await out.drained()) co_return false;
  watch.was_at_end = !more;
  if (!chunk.empty()) co_await out.send(std::move(chunk));
  co_return more;
}

Task<void> follow(const TripTools& tools, TrackWatch watch, http::EventStream& out) {
  const auto& streams = tools.streams;
  const relay::Place place(streams.watchers);
  const auto executor = co_await boost::asio::this_coro::executor;
  relay::Alarm alarm(executor);
  bool has_news = false;
  const auto wake = [&] {
    has_news = true;
    alarm.cancel();
  };
  out.when_closed(wake);
  out.last_words(relay::end_frame("too_slow"));
  const TrackWatchers::Seat seat(tools.tracking.watchers, watch.trip.id, executor, wake);
  auto next_beat = Clock::now() + streams.heartbeat;
  auto next_question = Clock::now() + kAskAgain;
  co_await out.send("retry: 2000\n: track\n\n");
  while (out.is_open()) {
    const auto now = Clock::now();
    if (now >= next_question) {
      if (const auto reason = co_await ask_again(tools, watch); !reason.empty()) {
        co_await out.send(relay::end_frame(reason));
        co_return;
      }
      next_question = Clock::now() + kAskAgain;
    }
    if (now >= next_beat) {
      co_await out.send(": heartbeat\n\n");
      next_beat = now + streams.heartbeat;
    }
    has_news = false;
    bool more = false;
    auto rest = Clock::duration(kLook);
    try {
      more = co_await send_news(tools, watch, out);
    } catch (const database::Unavailable&) {
      rest = kAfterFault;
    }
    if (watch.has_ended) {
      co_await out.send(relay::end_frame("trip_ended"));
      co_return;
    }
    if (!out.is_open()) break;
    if (more) continue;
    if (has_news) rest = kBreath;
    alarm.expires_at(std::min({next_beat, next_question, Clock::now() + rest}));
    boost::system::error_code ignored;
    co_await alarm.async_wait(boost::asio::redirect_error(async::use_task, ignored));
  }
}

}  // namespace

Task<Result<Response>> watch_track(const TripTools& tools, const Request& request) {
  CO_TRY(query, http::QueryParameters::parse(request.query));
  if (const auto known = query.only({"since"}); !known) co_return std::unexpected(known.error());
  CO_TRY(since, endpoints::time_parameter(query, "since"));
  if (const auto last = request.header("Last-Event-ID"); !last.empty()) {
    since = vocabulary::time_from_text(last);
    if (!since) co_return endpoints::bad_parameter("Last-Event-ID", "must be the id of an event of this stream");
  }
  CO_TRY(stored, co_await readable(tools, request, Permission::trips_read));
  Response response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Accel-Buffering", "no");  // a proxy that collects would make it late
  if (request.method == http::Method::head) co_return response;
  if (!tools.streams.watchers.enter()) {
    co_return vocabulary::refuse(vocabulary::ProblemKind::unavailable,
                                 "as many streams as this service serves are open; try later");
  }
  const auto newest = stored.live ? newest_of(*stored.live) : Time{};
  TrackWatch watch{.request = request, .trip = std::move(stored.trip), .after = since.value_or(newest), .told = {}};
  response.stream = [&tools, watch = std::move(watch)](http::EventStream& out) { return follow(tools, watch, out); };
  co_return response;
}

}  // namespace mms::trips
