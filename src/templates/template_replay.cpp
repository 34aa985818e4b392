// Folding templates, stream by stream.
#include "templates/template_replay.hpp"

#include <fmt/format.h>

#include <map>
#include <stdexcept>

#include "database/stream_walk.hpp"
#include "templates/rules/template_events.hpp"
#include "templates/template_store.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::templates {
namespace {

using database::RowWalk;
using database::StreamWalk;
namespace json = vocabulary::json;

// Every version, the newest last. Throws std::runtime_error when the stream has a gap.
std::vector<Template> versions_of(const std::vector<vocabulary::Event>& events) {
  if (const auto missing = database::missing_version(events); missing > 0) {
    throw std::runtime_error(fmt::format("template {}: version {} is missing in the log",
                                         vocabulary::to_text(events.front().stream_id), missing));
  }
  std::vector<Template> versions;
  versions.reserve(events.size());
  for (const auto& event : events) {
    versions.push_back(evolve(versions.empty() ? Template{} : versions.back(), template_event_from(event),
                              event.version, event.occurred_at));
  }
  return versions;
}

bool are_equal(const Template& folded, std::string_view stored) {
  return json::canonical(json::write(folded)) == json::canonical(stored);
}

class Verification {
 public:
  Verification(database::Reader& reader, const Report& report)
      : reader_(reader),
        report_(report),
        streams_(reader, "template"),
        rows_(reader,
              [](const vocabulary::Uuid& after, std::int64_t limit) { return template_bodies({after}, limit); }) {}

  async::Task<ReplayFigures> run() {
    auto stored = co_await rows_.next();
    for (;;) {
      const auto events = co_await streams_.next();
      const auto id = events.empty() ? vocabulary::Uuid{} : events.front().stream_id;
      while (stored && (events.empty() || stored->id < id)) {
        differs(stored->id, "is in the table and has no events");
        stored = co_await rows_.next();
      }
      if (events.empty()) break;
      ++figures_.templates;
      const auto versions = versions_of(events);
      if (!stored || id < stored->id) {
        differs(id, "has events and is not in the table");
        continue;
      }
      if (!are_equal(versions.back(), stored->body)) {
        differs(id, fmt::format("the events say {}, the table says {}", json::write(versions.back()), stored->body));
      }
      co_await compare_versions({id}, versions);
      stored = co_await rows_.next();
    }
    figures_.events = streams_.events();
    co_return figures_;
  }

 private:
  void differs(const vocabulary::Uuid& id, const std::string& words) {
    ++figures_.differences;
    report_(fmt::format("template {} {}", vocabulary::to_text(id), words));
  }

  async::Task<void> compare_versions(TemplateId id, const std::vector<Template>& versions) {
    const auto rows = co_await reader_.run_one(all_versions(id), async::Clock::now() + std::chrono::minutes(5));
    std::map<std::int64_t, std::string> stored;
    for (std::size_t i = 0; i < rows.size(); ++i) stored[rows[i].integer(0)] = rows[i].text(1);
    for (const auto& version : versions) {
      const auto at = stored.find(version.version);
      if (at == stored.end() || !are_equal(version, at->second)) {
        differs(id.uuid, fmt::format("has a version {} that is missing or wrong", version.version));
      }
      if (at != stored.end()) stored.erase(at);
    }
    for (const auto& [version, body] : stored)
      differs(id.uuid, fmt::format("has a version {} without an event", version));
  }

  database::Reader& reader_;
  const Report& report_;
  StreamWalk streams_;
  RowWalk rows_;
  ReplayFigures figures_;
};

}  // namespace

async::Task<ReplayFigures> verify_templates(database::Reader& reader, const Report& report) {
  Verification verification(reader, report);
  co_return co_await verification.run();
}

async::Task<ReplayFigures> rebuild_templates(database::Reader& reader, database::Writer& writer) {
  ReplayFigures figures;
  StreamWalk streams(reader, "template");
  auto writes = delete_templates();
  while (!writes.empty()) {
    co_await writer.begin({});
    if (co_await writer.commit(std::move(writes)) != database::Commit::committed) {
      throw database::Unavailable("the store went away while the templates were written; run it again");
    }
    writes.clear();
    const auto events = co_await streams.next();
    if (events.empty()) break;
    ++figures.templates;
    const auto versions = versions_of(events);
    writes.push_back(upsert_templates({versions.back()}));
    writes.push_back(upsert_versions(versions));
  }
  figures.events = streams.events();
  co_return figures;
}

}  // namespace mms::templates
