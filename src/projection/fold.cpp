#include "projection/fold.hpp"

#include <google/protobuf/message.h>

#include "taizhang/limits.hpp"
#include "taizhang/projection/fold_row.hpp"

namespace taizhang::projection {
namespace {

// Reuses the strings that `info` already has.
void fill(const RecordedEvent& event, Date effective_on, EventInfo& info) {
  info.position = event.position;
  info.set_by = event.position;
  info.recorded_at = event.recorded_at;
  info.id = event.id;
  info.type = event.type;
  info.tags.resize(event.tags.size());
  for (std::size_t i = 0; i < event.tags.size(); ++i) info.tags[i] = event.tags[i];
  info.effective_on = effective_on;
}

std::vector<Sealed> copies(const std::vector<RecordedEvent::SealedView>& views) {
  std::vector<Sealed> parts;
  parts.reserve(views.size());
  for (const auto& view : views)
    parts.push_back({std::string(view.subject), std::string(view.data_class), view.key_version,
                     std::string(view.nonce), std::string(view.ciphertext)});
  return parts;
}

}  // namespace

void Fold::add(const FoldTable& table) {
  targets_.push_back(std::make_unique<Target>());
  Target& target = *targets_.back();
  target.use = table;
  if (seen_.size() <= table.projection) {
    seen_.resize(table.projection + 1);
    last_touching_.resize(table.projection + 1, 0);
  }
  const TableSpec& spec = target.spec();
  for (const std::string& type : table.table->types()) {
    Plan& plan = plans_[type];
    if (!plan.message) {
      const MessageInfo& info = *schema_->event(type);
      plan.version = info.version;
      plan.message.reset(info.prototype->New());
    }
    const auto handler = spec.handlers.find(type);
    const auto reveal = spec.reveals.find(type);
    plan.uses.push_back({&target, handler == spec.handlers.end() ? nullptr : &handler->second,
                         reveal == spec.reveals.end() ? nullptr : &reveal->second});
  }
}

Result<Fold::Entry*> Fold::find(Target& target, const Key& key) {
  if (const auto found = target.cache.find(key); found != target.cache.end()) {
    found->second.used = true;
    if (!found->second.frozen.empty()) TAIZHANG_CHECK(thaw(target, *found));
    return &*found;
  }
  std::optional<PinnedValue> value;
  if (!target.use.empty && options_.store != nullptr) {
    TAIZHANG_TRY(value, options_.store->get(rows_space, slot_key(target.use.slot, key.text)));
  }
  Entry& entry = *target.cache.try_emplace(std::string(key.text)).first;
  Cached& cached = entry.second;
  cached.bytes = row_bytes(key.text.size());
  if (value) {
    if (!decode_row(value->view(), *target.spec().row, cached.row)) {
      target.cache.erase(entry.first);
      return damaged_row(*target.use.table, key.text);
    }
    cached.stored = true;
    cached.bytes += memory_per_byte * value->view().size();
  }
  bytes_ += cached.bytes;
  return &entry;
}

// Before the first change of a row: takes its part out of what is told of the table.
void Fold::touch(Target& target, Entry& entry) {
  Cached& cached = entry.second;
  if (std::exchange(cached.changed, true)) return;
  target.totals.count(*target.use.table, cached.row, -1);
  count_sums(target, entry, -1);
  if (cached.stored) cached.index = target.use.table->index_keys(entry.first, cached.row);
}

void Fold::count_sums(Target& target, const Entry& entry, int sign) {
  const TableSpec& spec = target.spec();
  const Row& row = entry.second.row;
  if (!spec.sums || !row.message || !spec.shows(*row.message)) return;
  const unsigned slice = slice_of(hash_of(entry.first));
  std::shared_ptr<void>& sums = target.sums[slice];
  if (!sums) {
    const SumsState* before = target.use.sums.get();
    sums = spec.sums->copy(before == nullptr ? nullptr : before->slices[slice].get());
  }
  spec.sums->count(sums.get(), *row.message, sign);
}

void Fold::mark(Target& target, Entry& entry) {
  if (std::exchange(entry.second.stale, true)) return;
  target.stale.push_back(&entry);
}

Result<> Fold::parse(Coming& coming) {
  if (coming.parsed != Coming::Parsed::not_yet) return {};
  const RecordedEvent& event = *coming.event;
  Plan& plan = *coming.plan;
  coming.parsed = Coming::Parsed::yes;
  if (event.version == plan.version) {
    if (!plan.message->ParseFromArray(event.clear.data(), static_cast<int>(event.clear.size())))
      coming.parsed = Coming::Parsed::unreadable;
  } else if (auto decoded = decode_event(*schema_, event, *plan.message, nullptr); !decoded) {
    if (decoded.error().code() == ErrorCode::unsupported)
      return std::move(decoded)
          .error()
          .with("type", std::string(event.type))
          .with("position", std::to_string(event.position));
    coming.parsed = Coming::Parsed::unreadable;
  }
  fill(event, coming.place.effective_on, info_);
  return {};
}

Result<> Fold::take(const RecordedEvent& event) {
  if (is_control(event.type)) return take_control(event);
  const auto found = plans_.find(event.target ? event.target->type : event.type);
  if (found == plans_.end()) return {};
  Coming coming{&event,
                &found->second,
                {event.effective_on ? *event.effective_on : Date::in_china(event.recorded_at),
                 event.position}};
  if (!event.target && options_.until && coming.place.effective_on > *options_.until) return {};

  std::optional<Error> failed;
  for (const Use& use : coming.plan->uses) {
    if (use.target->done) continue;
    const std::size_t projection = use.target->use.projection;
    use.target->use.table->keys().each(event.tags, [&](std::string_view text) {
      if (failed) return;
      if (first_pass_ && options_.number == 0 && last_touching_[projection] != event.position) {
        last_touching_[projection] = event.position;
        ++seen_[projection].touching;
      }
      const Key key{text, hash_of(text)};
      if (!mine(key.hash)) return;
      if (first_pass_) ++seen_[projection].deliveries;
      if (!use.target->range.has(key.text)) return;
      if (auto delivered = deliver(use, coming, key); !delivered)
        failed = std::move(delivered).error();
    });
    if (failed) return std::move(*failed);
  }
  return {};
}

Result<> Fold::deliver(const Use& use, Coming& coming, const Key& key) {
  TAIZHANG_TRY(Entry * entry, find(*use.target, key));
  Row& row = entry->second.row;
  const Position position = coming.place.position;
  if (position <= row.seen) return {};
  touch(*use.target, *entry);
  row.seen = position;
  ++row.taken;
  if (row.taken > limits::subject_events_max) {
    // Its history is full: whatever comes waits, also a void.
    if (!entry->second.stale && (row.park || row.taken > limits::subject_events_max + 1))
      ++row.waiting;
    else
      mark(*use.target, *entry);
    return {};
  }
  if (entry->second.stale) return {};
  const bool late =
      (row.last && coming.place < *row.last) || (row.park && coming.place < row.park->place);
  if (coming.event->target || late) {
    mark(*use.target, *entry);
    return {};
  }
  if (row.park) {
    ++row.waiting;
    return {};
  }
  TAIZHANG_CHECK(parse(coming));
  if (coming.parsed == Coming::Parsed::unreadable) {
    mark(*use.target, *entry);
    return {};
  }
  Kept kept{{}, {}, coming.event->version, coming.event->id, {}};
  if (use.reveal != nullptr) kept.parts = copies(coming.event->sealed);
  std::optional<std::string> thrown;
  TAIZHANG_CHECK(apply(use, *coming.plan->message, info_, std::move(kept), *entry, thrown));
  // The handler may have left the row half changed: only its history tells what it was.
  if (thrown) mark(*use.target, *entry);
  const std::size_t grown = memory_per_byte * coming.event->clear.size() / 2;
  entry->second.bytes += grown;
  bytes_ += grown;
  return {};
}

Result<> Fold::apply(const Use& use, const google::protobuf::Message& message,
                     const EventInfo& info, Kept kept, Entry& entry,
                     std::optional<std::string>& thrown) {
  Row& row = entry.second.row;
  row.last = Place{info.effective_on, info.position};
  if (!row.message) {
    if (use.handler == nullptr || !use.handler->creates) return {};
    row.message = new_row(*schema_, use.target->spec(), RowKeys::tags_of(entry.first));
    const auto size = static_cast<std::size_t>(row.message->SpaceUsedLong());
    entry.second.bytes += size;
    bytes_ += size;
  }
  try {
    if (use.handler != nullptr) use.handler->fold(message, info, *row.message);
    if (use.reveal != nullptr) {
      kept.type = info.type;
      if (use.reveal->slot) kept.slot = use.reveal->slot(message);
      for (const Sealed& part : kept.parts) {
        entry.second.bytes += sizeof(Sealed) + part.ciphertext.size();
        bytes_ += sizeof(Sealed) + part.ciphertext.size();
      }
      row.keep(std::move(kept));
    }
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::busy,
                 {"there was not enough memory to fold view \"" + use.target->spec().view +
                      "\"; try again with more of it",
                  "内存不足，无法计算视图“" + use.target->spec().view + "”；请增加内存后重试"})
        .with("view", use.target->spec().view);
  } catch (const std::exception& error) {
    thrown = error.what();
  } catch (...) {
    thrown = "it threw what is no std::exception";
  }
  return {};
}

Result<> Fold::take_control(const RecordedEvent& event) {
  TAIZHANG_TRY(const RowDecision control, read_row_decision(event));
  for (const auto& target : targets_) {
    if (target->spec().view != control.view) continue;
    const auto text = target->use.table->keys().of(control.key);
    if (!text) continue;  // of a former layout of the view
    const Key key{*text, hash_of(*text)};
    if (target->done || !mine(key.hash) || !target->range.has(key.text)) continue;
    TAIZHANG_TRY(Entry * entry, find(*target, key));
    touch(*target, *entry);
    mark(*target, *entry);
  }
  return {};
}

}  // namespace taizhang::projection
