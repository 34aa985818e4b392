// One connection to tell, one to listen: Redis wants them apart.
#include "outside/redis/news.hpp"

#include <boost/asio/post.hpp>

namespace mms::redis {

News::News(Place place, std::string channel, std::string me, Hooks hooks)
    : channel_(std::move(channel)),
      me_(std::move(me)),
      hooks_(std::move(hooks)),
      speaker_(context_,
               place,
               {.greeting = [this] { return std::vector<Words>{publish("commit"), publish("revoked")}; },
                .message = {},
                .changed = [this](bool up, const std::string& why) { changed(up, why); }}),
      listener_(context_,
                place,
                {.greeting = [this] { return std::vector<Words>{{"SUBSCRIBE", channel_}}; },
                 .message = [this](const Reply& message) { hear(message); },
                 .changed =
                     [this](bool up, const std::string& why) {
                       if (up) {
                         hooks_.committed();
                         hooks_.revoked();
                       }
                       changed(up, why);
                     }}) {}

void News::start() {
  thread_ = std::thread([this] { context_.run(); });
}

void News::stop() {
  if (!thread_.joinable()) return;
  context_.stop();
  thread_.join();
}

void News::tell(std::atomic<bool>& waits, const char* what) {
  if (waits.exchange(true)) return;
  boost::asio::post(context_, [this, &waits, what] {
    waits = false;
    speaker_.tell(publish(what));
  });
}

void News::hear(const Reply& message) {
  const auto& text = message.list[2].text;
  if (text.starts_with(me_)) return;
  hooks_.heard();
  if (text.ends_with(" commit")) hooks_.committed();
  if (text.ends_with(" revoked")) hooks_.revoked();
}

void News::changed(bool up, const std::string& why) {
  if (!up) {
    hooks_.changed(why);
  } else if (this->up()) {
    hooks_.changed({});
  }
}

std::string tell_revoked_once(Place place, const std::string& channel, const std::string& me) {
  boost::asio::io_context context(1);
  std::string why = "it took too long";
  const Connection connection(
      context, std::move(place),
      {.greeting = [&] { return std::vector<Words>{News::publication(channel, me, "revoked")}; },
       .message = {},
       .changed =
           [&](bool up, const std::string& why_not) {
             why = up ? std::string() : why_not;
             context.stop();
           }});
  context.run_for(std::chrono::seconds(2));
  return why;
}

}  // namespace mms::redis
