#include "projection/fold.hpp"

#include <google/protobuf/message.h>

#include <algorithm>
#include <bit>

#include "projection/apply.hpp"

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

// A map's node and bucket besides the key.
constexpr std::size_t node_bytes = 160;

// Weighing walks over the whole message: done at every event of a new row, then ever more rarely,
// so that a long row is never a quarter heavier than was counted.
bool to_be_weighed(std::uint64_t taken) {
  return taken < 8 || (taken & ((std::bit_floor(taken) >> 2) - 1)) == 0;
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
    plan.keeps_sealed = plan.keeps_sealed || reveal != spec.reveals.end();
    auto same = std::find_if(plan.by_keys.begin(), plan.by_keys.end(), [&](const SameKeys& one) {
      return one.uses.front().target->spec().key_kinds == spec.key_kinds;
    });
    if (same == plan.by_keys.end())
      same = plan.by_keys.insert(same, SameKeys{&table.table->keys(), {}});
    same->uses.push_back({&target, handler == spec.handlers.end() ? nullptr : &handler->second,
                          reveal == spec.reveals.end() ? nullptr : &reveal->second});
  }
}

Result<Fold::Entry*> Fold::find(Target& target, const Key& key) {
  if (const auto found = target.cache.find(key); found != target.cache.end()) {
    found->second.used = true;
    return &*found;
  }
  std::optional<PinnedValue> value;
  if (options_.store != nullptr) {
    TAIZHANG_TRY(value, options_.store->get(rows_space, slot_key(target.use.slot, key.text)));
  }
  Entry& entry = *target.cache.try_emplace(std::string(key.text)).first;
  Cached& cached = entry.second;
  if (value) {
    if (!decode_row(value->view(), *target.spec().row, cached.row)) {
      target.cache.erase(entry.first);
      return damaged_row(*target.use.table, key.text);
    }
    cached.stored = true;
  }
  weigh(entry);
  return &entry;
}

void Fold::weigh(Entry& entry) {
  if (options_.store == nullptr) return;  // in bulk a part has as many events as fit
  Cached& cached = entry.second;
  bytes_ -= cached.bytes;
  cached.bytes =
      node_bytes + entry.first.size() + sizeof(Cached) - sizeof(Row) + cached.row.memory();
  bytes_ += cached.bytes;
}

// Before the first change of a row: takes its part out of what is told of the table.
void Fold::touch(Target& target, Entry& entry) {
  Cached& cached = entry.second;
  if (std::exchange(cached.changed, true)) return;
  if (!cached.stored) return;
  count(target, entry.first, cached.row, -1);
  cached.index = target.use.table->index_keys(entry.first, cached.row);
}

// Adds a row (sign 1) to what is told of the table, or takes it away (sign -1).
void Fold::count(Target& target, std::string_view key, const Row& row, int sign) {
  target.totals.count(*target.use.table, row, sign);
  const TableSpec& spec = target.spec();
  if (!spec.sums || !row.message || !spec.shows(*row.message)) return;
  const unsigned slice = slice_of(hash_of(key));
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

Fold::Plan* Fold::plan_of(const RecordedEvent& event) {
  const auto found = plans_.find(event.target ? event.target->type : event.type);
  return found == plans_.end() ? nullptr : &found->second;
}

void Fold::count_touching(const SameKeys& same, Position position) {
  for (const Use& use : same.uses) {
    const std::size_t projection = use.target->use.projection;
    if (std::exchange(last_touching_[projection], position) != position)
      ++seen_[projection].touching;
  }
}

Result<bool> Fold::route(const RecordedEvent& event,
                         const std::function<void(std::uint64_t)>& visit) {
  if (is_control(event.type)) {
    TAIZHANG_CHECK(control_rows(event, [&](Target&, const Key& key) -> Result<> {
      visit(key.hash);
      return {};
    }));
    return false;
  }
  const Plan* plan = plan_of(event);
  if (plan == nullptr) return false;
  for (const SameKeys& same : plan->by_keys)
    same.keys->each(event.tags, [&](std::string_view text) {
      if (!same.uses.front().target->use.range.has(text)) return;
      count_touching(same, event.position);
      for (const Use& use : same.uses) ++seen_[use.target->use.projection].deliveries;
      visit(hash_of(text));
    });
  return plan->keeps_sealed;
}

Result<> Fold::take(const RecordedEvent& event) {
  if (is_control(event.type))
    return control_rows(event, [&](Target& target, const Key& key) -> Result<> {
      if (!part_.has(key.hash)) return {};
      TAIZHANG_TRY(Entry * entry, find(target, key));
      touch(target, *entry);
      mark(target, *entry);
      return {};
    });
  Plan* plan = plan_of(event);
  if (plan == nullptr) return {};
  Coming coming{&event,
                plan,
                {event.effective_on ? *event.effective_on : Date::in_china(event.recorded_at),
                 event.position}};
  if (!event.target && options_.until && coming.place.effective_on > *options_.until) return {};
  std::optional<Error> failed;
  for (const SameKeys& same : plan->by_keys) {
    same.keys->each(event.tags, [&](std::string_view text) {
      if (failed || !same.uses.front().target->use.range.has(text)) return;
      // One of several workers tells whether the event speaks of any row.
      if (options_.counts && part_.number == 0) count_touching(same, event.position);
      const Key key{text, hash_of(text)};
      if (!part_.has(key.hash)) return;
      for (const Use& use : same.uses) {
        if (options_.counts) ++seen_[use.target->use.projection].deliveries;
        if (auto delivered = deliver(use, coming, key); !delivered) {
          failed = std::move(delivered).error();
          return;
        }
      }
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
  if (entry->second.stale) return {};
  if (coming.event->target || row.is_late(coming.place)) {
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
  TAIZHANG_CHECK(apply(*schema_, use.target->spec(), key.text, use.handler, use.reveal,
                       *coming.plan->message, info_, std::move(kept), row, thrown));
  // The handler may have left the row half changed: only its history tells what it was.
  if (thrown) mark(*use.target, *entry);
  if (to_be_weighed(row.taken)) weigh(*entry);
  return {};
}

Result<> Fold::control_rows(const RecordedEvent& event,
                            const std::function<Result<>(Target&, const Key&)>& visit) {
  // One that cannot be read decides nothing: no row waits for it, and an audit lists it.
  const auto control = read_row_decision(event);
  if (!control) return {};
  for (const auto& target : targets_) {
    if (target->spec().view != control->view) continue;
    const auto text = target->use.table->keys().of(control->key);
    if (!text || !target->use.range.has(*text)) continue;  // of a former layout of the view
    TAIZHANG_CHECK(visit(*target, Key{*text, hash_of(*text)}));
  }
  return {};
}

}  // namespace taizhang::projection
