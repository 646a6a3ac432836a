#include "projection/apply.hpp"

#include <google/protobuf/message.h>

#include "projection/content.hpp"
#include "projection/control.hpp"
#include "taizhang/projection/fold_row.hpp"

namespace taizhang::projection {
namespace {

template <class Map>
const typename Map::mapped_type* at(const Map& map, const std::string& type) {
  const auto found = map.find(type);
  return found == map.end() ? nullptr : &found->second;
}

std::string cut(std::string reason) {
  if (reason.size() <= park_reason_bytes_max) return reason;
  std::size_t size = park_reason_bytes_max;
  while (size > 0 && (static_cast<unsigned char>(reason[size]) & 0xC0U) == 0x80U) --size;
  reason.resize(size);
  return reason;
}

Result<> apply(const Schema& schema, const TableSpec& spec, std::string_view key,
               const EffectiveEvent& event, Row& row, std::optional<std::string>& thrown) {
  return apply(schema, spec, key, at(spec.handlers, event.info.type),
               at(spec.reveals, event.info.type), *event.message, event.info,
               {{}, {}, event.version, event.sealed_for, event.sealed}, row, thrown);
}

/// Where a handler failed.
struct Failure {
  std::size_t at;
  std::string type;
  std::string reason;
};

/// Applies the first `count` events.
Result<std::optional<Failure>> replay(const Schema& schema, const TableSpec& spec,
                                      std::string_view key, Past& past, std::size_t count,
                                      Row& row) {
  const std::vector<std::string> tags = RowKeys::tags_of(key);
  row.reset();
  for (std::size_t number = 0; number < count; ++number) {
    if (past.skips(past.places()[number].position)) continue;
    TAIZHANG_TRY(const EffectiveEvent* event, past.event(number));
    if (!event->message) return std::optional(Failure{number, event->info.type, event->unreadable});
    row.last = past.places()[number];
    if (!speaks_of(schema, *event, tags)) continue;
    std::optional<std::string> thrown;
    TAIZHANG_CHECK(apply(schema, spec, key, *event, row, thrown));
    if (thrown) return std::optional(Failure{number, event->info.type, *std::move(thrown)});
  }
  return std::optional<Failure>();
}

}  // namespace

Result<> apply(const Schema& schema, const TableSpec& spec, std::string_view key,
               const TableSpec::Handler* handler, const TableSpec::Reveal* reveal,
               const google::protobuf::Message& message, const EventInfo& info, Kept kept, Row& row,
               std::optional<std::string>& thrown) {
  row.last = Place{info.effective_on, info.position};
  if (!row.message) {
    if (handler == nullptr || !handler->creates) return {};
    row.message = new_row(schema, spec, RowKeys::tags_of(key));
  }
  try {
    if (handler != nullptr) handler->fold(message, info, *row.message);
    if (reveal != nullptr) {
      kept.type = info.type;
      if (reveal->slot) kept.slot = reveal->slot(message);
      row.keep(std::move(kept));
    }
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::busy, {"there was not enough memory to fold view \"" + spec.view +
                                       "\"; try again with more of it",
                                   "内存不足，无法计算视图“" + spec.view + "”；请增加内存后重试"})
        .with("view", spec.view);
  } catch (const std::exception& error) {
    thrown = error.what();
  } catch (...) {
    thrown = "it threw what is no std::exception";
  }
  return {};
}

Result<> fold_anew(const Schema& schema, const Table& table, std::string_view key, Past& past,
                   Row& row) {
  const TableSpec& spec = table.spec();
  const auto& places = past.places();
  TAIZHANG_TRY(auto failure, replay(schema, spec, key, past, places.size(), row));
  if (failure) {
    // A handler may have failed half way: what came before it once more.
    TAIZHANG_TRY(auto again, replay(schema, spec, key, past, failure->at, row));
    if (again) failure = std::move(again);  // it does not give the same answer twice
    row.park = std::make_unique<Park>(
        Park{places[failure->at], std::move(failure->type), cut(std::move(failure->reason))});
    for (std::size_t at = failure->at; at < places.size(); ++at)
      if (!past.skips(places[at].position)) ++row.waiting;
  }
  for (const Place& place : places)
    if (past.skips(place.position)) ++row.left_out;
  return {};
}

Result<bool> take_next(const Schema& schema, const RowName& name, const RecordedEvent& event,
                       Row& row) {
  if (event.type == row_skip_type) {
    TAIZHANG_TRY(const auto skipped, skipped_of(name, event));
    return !skipped;
  }
  const Timeline::Entry entry{event.position, event.position, event.position,
                              event.effective_on.value_or(Date::in_china(event.recorded_at))};
  const Place place{entry.effective_on, entry.position};
  row.seen = event.position;
  ++row.taken;
  if (event.target || row.is_late(place)) return false;
  if (row.park) {
    ++row.waiting;
    return true;
  }
  EffectiveEvent said;
  TAIZHANG_CHECK(take_content(schema, event, History::Unreadable::keep, said));
  if (!said.message) return false;
  take_info(event, entry, said.info);
  std::optional<std::string> thrown;
  TAIZHANG_CHECK(apply(schema, name.table->spec(), name.key, said, row, thrown));
  return !thrown;
}

}  // namespace taizhang::projection
