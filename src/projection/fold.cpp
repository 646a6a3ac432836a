#include "projection/fold.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <exception>

#include "taizhang/projection/fold_row.hpp"

namespace taizhang::projection {
namespace {

// What a cached row takes besides its message: the map's node, the key, the row's own fields.
constexpr std::size_t cached_row_bytes = 320;

Error unreadable(const RecordedEvent& event) {
  const std::string type(event.type);
  const std::string at = std::to_string(event.position);
  return Error(ErrorCode::damaged,
               {"the event " + type + " at position " + at +
                    " is not a message of its type; the projections stop before it",
                "位置 " + at + " 的事件 " + type + " 不是其类型的消息；投影停在它之前"})
      .with("type", type)
      .with("position", at);
}

Error handler_threw(const Table& table, const EventInfo& info, const char* what) {
  const std::string at = std::to_string(info.position);
  return Error(ErrorCode::internal, {"view \"" + table.spec().view + "\": the handler of " +
                                         info.type + " failed at position " + at + ": " + what,
                                     "视图“" + table.spec().view + "”：" + info.type +
                                         " 的处理函数在位置 " + at + " 出错：" + what})
      .with("view", table.spec().view)
      .with("type", info.type)
      .with("position", at);
}

std::vector<Sealed> copies(const std::vector<RecordedEvent::SealedView>& views) {
  std::vector<Sealed> parts;
  parts.reserve(views.size());
  for (const auto& view : views)
    parts.push_back({std::string(view.subject), std::string(view.data_class), view.key_version,
                     std::string(view.nonce), std::string(view.ciphertext)});
  return parts;
}

bool is_shown(const Table& table, const Row& row) {
  return row.message && table.spec().shows(*row.message);
}

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

}  // namespace

void Fold::add(const Table& table, Slot slot, bool empty) {
  targets_.push_back(std::make_unique<Target>());
  Target& target = *targets_.back();
  target.table = &table;
  target.slot = slot;
  target.empty = empty;
  for (const std::string& type : table.types()) {
    Plan& plan = plans_[type];
    if (!plan.message) {
      const MessageInfo& info = *schema_->event(type);
      plan.version = info.version;
      plan.message.reset(info.prototype->New());
    }
    const auto handler = table.spec().handlers.find(type);
    const auto reveal = table.spec().reveals.find(type);
    plan.uses.push_back({&target,
                         handler == table.spec().handlers.end() ? nullptr : &handler->second,
                         reveal == table.spec().reveals.end() ? nullptr : &reveal->second});
  }
}

Query Fold::query() const {
  QueryItem item;
  for (const auto& [type, plan] : plans_) item.types.push_back(type);
  std::sort(item.types.begin(), item.types.end());
  return {{std::move(item)}};
}

Result<Fold::Cache::value_type*> Fold::find(Target& target, std::string_view key) {
  const auto found = target.cache.find(key);
  if (found != target.cache.end()) return &*found;
  Cache::value_type& entry = *target.cache.try_emplace(std::string(key)).first;
  bytes_ += cached_row_bytes + 2 * key.size();
  if (target.empty || options_.store == nullptr) return &entry;
  TAIZHANG_TRY(const auto value, options_.store->get(rows_space, slot_key(target.slot, key)));
  if (!value) return &entry;
  Cached& cached = entry.second;
  if (!decode_row(value->view(), *target.table->spec().row, cached.row))
    return Error(ErrorCode::damaged,
                 {"view \"" + target.table->spec().view + "\" has a damaged row; rebuild it",
                  "视图“" + target.table->spec().view + "”有损坏的行；请重建"})
        .with("view", target.table->spec().view)
        .with("key", std::string(key));
  cached.stored = true;
  cached.shown = is_shown(*target.table, cached.row);
  cached.index = target.table->index_keys(key, cached.row.message.get());
  bytes_ += 4 * value->view().size();
  return &entry;
}

void Fold::mark(Target& target, Cache::value_type& entry) {
  if (std::exchange(entry.second.stale, true)) return;
  entry.second.changed = true;
  target.stale.push_back(&entry);
}

Result<> Fold::parse(Plan& plan, const RecordedEvent& event) {
  if (event.version != plan.version) {
    auto decoded = decode_event(*schema_, event, *plan.message, nullptr);
    if (!decoded)
      return std::move(decoded)
          .error()
          .with("type", std::string(event.type))
          .with("position", std::to_string(event.position));
    return {};
  }
  if (!plan.message->ParseFromArray(event.clear.data(), static_cast<int>(event.clear.size())))
    return unreadable(event);
  return {};
}

Result<> Fold::take(const RecordedEvent& event) {
  const auto found = plans_.find(event.target ? event.target->type : event.type);
  if (found == plans_.end()) return {};
  Plan& plan = found->second;
  const Place place{event.effective_on ? *event.effective_on : Date::in_china(event.recorded_at),
                    event.position};
  if (!event.target && options_.until && place.effective_on > *options_.until) return {};

  std::optional<Error> failed;
  bool parsed = false;
  for (const Use& use : plan.uses) {
    use.target->table->each_key(event.tags, [&](std::string_view key) {
      if (failed) return;
      auto entry = find(*use.target, key);
      if (!entry) {
        failed = std::move(entry).error();
        return;
      }
      Cached& cached = (*entry)->second;
      if (cached.stale) return;
      if (event.target || (cached.row.last && place < *cached.row.last)) {
        mark(*use.target, **entry);
        return;
      }
      if (!parsed) {
        auto outcome = parse(plan, event);
        if (!outcome) {
          failed = std::move(outcome).error();
          return;
        }
        fill(event, place.effective_on, info_);
        parsed = true;
      }
      Kept kept{{}, {}, event.version, event.id, {}};
      if (use.reveal) kept.parts = copies(event.sealed);
      auto applied = apply(use, *plan.message, info_, std::move(kept), **entry);
      if (!applied) failed = std::move(applied).error();
      bytes_ += event.clear.size();
    });
    if (failed) return std::move(*failed);
  }
  return {};
}

Result<> Fold::apply(const Use& use, const google::protobuf::Message& message,
                     const EventInfo& info, Kept kept, Cache::value_type& entry) {
  Row& row = entry.second.row;
  entry.second.changed = true;
  row.last = Place{info.effective_on, info.position};
  if (!row.message) {
    if (use.handler == nullptr || !use.handler->creates) return {};
    row.message = new_row(*schema_, use.target->table->spec(), Table::tags_of(entry.first));
    bytes_ += static_cast<std::size_t>(row.message->SpaceUsedLong());
  }
  try {
    if (use.handler != nullptr) use.handler->fold(message, info, *row.message);
    if (use.reveal != nullptr) {
      for (const Sealed& part : kept.parts) bytes_ += sizeof(Sealed) + part.ciphertext.size();
      kept.type = info.type;
      if (use.reveal->slot) kept.slot = use.reveal->slot(message);
      row.keep(std::move(kept));
    }
  } catch (const std::exception& thrown) {
    return handler_threw(*use.target->table, info, thrown.what());
  }
  return {};
}

Result<> Fold::refold(Target& target, Cache::value_type& entry, Position end) {
  const std::vector<std::string> key = Table::tags_of(entry.first);
  const Query query{{{target.table->types(), key}}};
  ReadOptions range;
  range.before = end + 1;
  TAIZHANG_TRY(Reader reader, ledger_->read(query, range));
  History history(*schema_);
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) break;
    auto added = history.add(*event);
    if (!added)
      return std::move(added)
          .error()
          .with("view", target.table->spec().view)
          .with("key", entry.first);
  }
  entry.second.row.reset();
  for (EffectiveEvent& event : history.effective()) {
    if (options_.until && event.info.effective_on > *options_.until) break;
    entry.second.row.last = Place{event.info.effective_on, event.info.position};
    if (!speaks_of(*schema_, event, key)) continue;
    for (const Use& use : plans_.find(event.info.type)->second.uses)
      if (use.target == &target)
        TAIZHANG_CHECK(apply(use, *event.message, event.info,
                             {{}, {}, event.version, event.sealed_for, std::move(event.sealed)},
                             entry));
  }
  entry.second.stale = false;
  return {};
}

Result<> Fold::settle(Position end) {
  for (const auto& target : targets_) {
    for (Cache::value_type* entry : target->stale) TAIZHANG_CHECK(refold(*target, *entry, end));
    target->stale.clear();
  }
  return {};
}

void Fold::write_to(Batch& batch) {
  for (const auto& target : targets_) {
    for (auto& [key, cached] : target->cache) {
      if (!cached.changed) continue;
      if (cached.row.last)
        batch.put(rows_space, slot_key(target->slot, key), encode_row(cached.row));
      else if (cached.stored)
        batch.erase(rows_space, slot_key(target->slot, key));
      const auto index = target->table->index_keys(key, cached.row.message.get());
      if (index == cached.index) continue;
      for (const std::string& gone : cached.index)
        if (!std::binary_search(index.begin(), index.end(), gone))
          batch.erase(index_space, slot_key(target->slot, gone));
      for (const std::string& added : index)
        if (!std::binary_search(cached.index.begin(), cached.index.end(), added))
          batch.put(index_space, slot_key(target->slot, added), key);
    }
  }
}

Result<> Fold::load_into(KeyValue& store) {
  for (const auto& target : targets_) {
    const auto sorted = rows(static_cast<std::size_t>(&target - targets_.data()));
    std::vector<std::pair<std::string, std::string_view>> index;
    std::size_t next = 0;
    TAIZHANG_CHECK(store.load_sorted(rows_space, [&](std::string& key, std::string& value) {
      if (next == sorted.size()) return false;
      const auto& [row_key, row] = sorted[next++];
      key = slot_key(target->slot, row_key);
      value = encode_row(*row);
      for (std::string& one : target->table->index_keys(row_key, row->message.get()))
        index.emplace_back(std::move(one), row_key);
      return true;
    }));
    std::sort(index.begin(), index.end());
    next = 0;
    TAIZHANG_CHECK(store.load_sorted(index_space, [&](std::string& key, std::string& value) {
      if (next == index.size()) return false;
      key = slot_key(target->slot, index[next].first);
      value = index[next++].second;
      return true;
    }));
  }
  return {};
}

std::int64_t Fold::rows_gained(std::size_t table) const {
  std::int64_t gained = 0;
  for (const auto& [key, cached] : targets_[table]->cache)
    if (cached.changed)
      gained += static_cast<std::int64_t>(is_shown(*targets_[table]->table, cached.row)) -
                static_cast<std::int64_t>(cached.shown);
  return gained;
}

void Fold::written(std::size_t keep_bytes) {
  const bool forget = bytes_ > keep_bytes;
  for (const auto& target : targets_) {
    target->empty = false;
    if (forget) {
      target->cache = Cache();
      continue;
    }
    for (auto& [key, cached] : target->cache) {
      if (!cached.changed) continue;
      cached.changed = false;
      cached.stored = cached.row.last.has_value();
      cached.shown = is_shown(*target->table, cached.row);
      cached.index = target->table->index_keys(key, cached.row.message.get());
    }
  }
  if (forget) bytes_ = 0;
}

std::vector<std::pair<std::string_view, const Row*>> Fold::rows(std::size_t table) const {
  std::vector<std::pair<std::string_view, const Row*>> sorted;
  for (const auto& [key, cached] : targets_[table]->cache)
    if (cached.row.last) sorted.emplace_back(key, &cached.row);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return sorted;
}

}  // namespace taizhang::projection
