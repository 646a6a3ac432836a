#include "taizhang/schema/stored_schema.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <optional>

#include "schema/recorded_schema.hpp"
#include "schema/wire.hpp"
#include "taizhang/hash.hpp"
#include "taizhang/limits.hpp"

namespace taizhang {
namespace {

using ledger::v1::SchemaRecorded;

struct Stored {
  StoredSchema place;
  SchemaRecorded content;
};

/// Nothing for bytes that are no schema.
std::optional<Stored> stored_in(const RecordedEvent& event) {
  Stored stored;
  SchemaRecorded& content = stored.content;
  if (!content.ParseFromArray(event.clear.data(), static_cast<int>(event.clear.size())) ||
      content.sha256().size() != stored.place.digest.size() || !schema::has_files(content))
    return std::nullopt;
  stored.place.position = event.position;
  stored.place.recorded_at = event.recorded_at;
  std::copy(content.sha256().begin(), content.sha256().end(), stored.place.digest.begin());
  stored.place.application = content.application();
  return stored;
}

/// Newest first. What is no schema is passed over: the record is opened without it, its events are
/// shown by the schemas that can be read, and an audit lists it among what cannot.
Result<std::vector<Stored>> read_stored(const Ledger& ledger, std::uint64_t limit) {
  ReadOptions options;
  options.backward = true;
  TAIZHANG_TRY(Reader reader, ledger.read(Query::type(std::string(schema_type)), options));
  std::vector<Stored> all;
  while (all.size() < limit) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) break;
    if (std::optional<Stored> one = stored_in(*event)) all.push_back(*std::move(one));
  }
  return all;
}

/// What the schema is recorded as, and the hash that names it.
struct Encoded {
  SchemaRecorded content;
  Hash digest{};
};

Result<Encoded> encoded(const Schema& schema) {
  Encoded result;
  TAIZHANG_TRY(result.content, schema::to_recorded(schema));
  TAIZHANG_TRY(const std::string bytes,
               schema::serialised(result.content, std::numeric_limits<int>::max()));
  result.digest = sha256({bytes});
  result.content.set_sha256(std::string(view(result.digest)));
  return result;
}

Result<NewEvent> event_of(Encoded schema, std::string application, Position previous,
                          Context context) {
  NewEvent event;
  event.id =
      Id::derive("taizhang.schema", {view(schema.digest), application, std::to_string(previous)});
  event.type = schema_type;
  event.context = std::move(context);
  schema.content.set_application(std::move(application));
  TAIZHANG_TRY(event.clear, schema::serialised(schema.content, std::numeric_limits<int>::max()));
  if (event.clear.size() <= limits::event_bytes_max) return event;
  const std::string size = std::to_string(event.clear.size());
  const std::string limit = std::to_string(limits::event_bytes_max);
  return Error(ErrorCode::too_large,
               {"the schema takes " + size + " bytes, more than the " + limit +
                    " of one event (event_bytes_max); shorten its code tables, or import fewer "
                    "files into those that define events",
                "模式需 " + size + " 字节,超过单个事件上限 " + limit +
                    "(event_bytes_max);请缩短代码表,或减少事件定义文件所引入的文件"})
      .with("limit", "event_bytes_max")
      .with("value", size);
}

Result<bool> has_events(const Ledger& ledger, const std::string& type) {
  ReadOptions one;
  one.limit = 1;
  TAIZHANG_TRY(Reader reader, ledger.read(Query::type(type), one));
  TAIZHANG_TRY(const RecordedEvent* event, reader.next());
  return event != nullptr;
}

}  // namespace

Result<NewEvent> encode_schema(const Schema& schema, std::string application, Position previous,
                               Context context) {
  TAIZHANG_TRY(Encoded made, encoded(schema));
  return event_of(std::move(made), std::move(application), previous, std::move(context));
}

Result<bool> record_schema(Ledger& ledger, const Schema& schema, const std::string& application,
                           const Context& context, const AppendOptions& options) {
  TAIZHANG_TRY(const Encoded made, encoded(schema));
  for (;;) {
    const Checkpoint seen = ledger.checkpoint();
    TAIZHANG_TRY(const std::vector<Stored> newest, read_stored(ledger, 1));
    if (!newest.empty() && newest.front().place.digest == made.digest) return false;
    const Position previous = newest.empty() ? 0 : newest.front().place.position;
    TAIZHANG_TRY(const NewEvent event, event_of(made, application, previous, context));
    const auto appended =
        ledger.append_own({&event, 1}, {{Query::type(std::string(schema_type)), seen}}, options);
    if (appended) return !appended->known;
    if (appended.error().code() != ErrorCode::condition_failed) return appended.error();
  }
}

Result<std::string> stored_descriptors(const Ledger& ledger) {
  TAIZHANG_TRY(std::vector<Stored> newest_first, read_stored(ledger, 1));
  if (newest_first.empty())
    return Error(ErrorCode::not_found, {"The ledger holds no schema.", "台账中没有模式定义。"});
  return std::move(*newest_first.front().content.mutable_files());
}

Result<std::vector<StoredSchema>> stored_schemas(const Ledger& ledger) {
  TAIZHANG_TRY(const std::vector<Stored> newest_first, read_stored(ledger, position_max));
  std::vector<StoredSchema> result;
  for (auto one = newest_first.rbegin(); one != newest_first.rend(); ++one)
    result.push_back(one->place);
  return result;
}

Result<std::shared_ptr<const Schema>> stored_schema(const Ledger& ledger) {
  TAIZHANG_TRY(std::vector<Stored> newest_first, read_stored(ledger, position_max));
  std::vector<SchemaRecorded> contents;
  contents.reserve(newest_first.size());
  for (Stored& one : newest_first) contents.push_back(std::move(one.content));
  return schema::from_recorded(contents);
}

Result<> check_schema(const Ledger& ledger, const Schema& present) {
  TAIZHANG_TRY(const std::shared_ptr<const Schema> stored, stored_schema(ledger));
  std::map<std::string, bool> there;
  std::vector<SchemaChange> changes;
  for (SchemaChange& change : breaking_changes(*stored, present)) {
    auto known = there.find(change.type);
    if (known == there.end()) {
      TAIZHANG_TRY(const bool any, has_events(ledger, change.type));
      known = there.emplace(change.type, any).first;
    }
    if (known->second) changes.push_back(std::move(change));
  }
  if (changes.empty()) return {};
  Text list;
  for (const SchemaChange& change : changes) {
    list.en += "\n- " + change.text.en;
    list.zh += "\n- " + change.text.zh;
  }
  Error error(ErrorCode::unsupported,
              {"this program would misread events that the ledger holds:" + list.en,
               "本程序会误读台账中已有的事件:" + list.zh});
  for (const SchemaChange& change : changes)
    error.with("change", change.type + " " + std::to_string(change.version) +
                             (change.path.empty() ? "" : " " + change.path) + " " + change.rule);
  return error;
}

}  // namespace taizhang
