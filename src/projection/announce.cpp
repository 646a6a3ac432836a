// Telling others of rows that changed.
#include <exception>
#include <set>

#include "projection/views_impl.hpp"

namespace taizhang {

using projection::rows_space;
using projection::slot_key;
using projection::Table;

namespace {

using Keys = std::set<std::string, std::less<>>;

Error announcing_threw(const Table& table, const char* what) {
  return Error(
             ErrorCode::internal,
             {"view \"" + table.spec().view + "\": telling of a changed row failed: " + what +
                  "; it is told again by the next catch_up",
              "视图“" + table.spec().view + "”：变更通知出错：" + what + "；下次更新时将再次通知"})
      .with("view", table.spec().view);
}

Result<> tell(const Table& table, std::string_view key, const google::protobuf::Message* row) {
  try {
    table.spec().announce(RowKeys::tags_of(key), row);
  } catch (const std::exception& error) {
    return announcing_threw(table, error.what());
  } catch (...) {
    return announcing_threw(table, "it threw what is no std::exception");
  }
  return {};
}

}  // namespace

Result<> Views::Impl::announce() {
  const std::lock_guard lock(announcing_);
  for (const auto& state : states) {
    bool announces = false;
    for (const auto& table : state->tables) announces = announces || table->spec().announce;
    if (announces) TAIZHANG_CHECK(announce(*state));
  }
  return {};
}

Result<> Views::Impl::announce(State& state) {
  const std::string mark = projection::announced_key(state.projection->name());
  Checkpoint reached;
  {
    const auto lock = reading();
    reached = {state.progress.ledger, state.progress.position, state.progress.root};
  }
  TAIZHANG_TRY(const std::optional<Checkpoint> told, read_place(mark));
  // What the log held when these tables were first built is history, not news; so is everything
  // once the log went on from another place than the one that was told.
  if (!told || !ledger->check(*told))
    return reached.position == 0 ? Result<>() : write_place(mark, reached, Durability::buffered);
  if (told->position >= reached.position) return {};

  for (std::size_t number = 0; number < state.tables.size(); ++number) {
    const Table& table = *state.tables[number];
    if (!table.spec().announce) continue;
    Keys keys;
    const Query query{{{table.types(), {}}, projection::controls_of(state.projection->name())}};
    TAIZHANG_TRY(Reader reader, ledger->read(query, {.after = *told, .last = reached.position}));
    for (;;) {
      TAIZHANG_TRY(const RecordedEvent* event, reader.next());
      if (event == nullptr) break;
      if (!projection::is_control(event->type)) {
        table.keys().each(event->tags, [&](std::string_view key) { keys.emplace(key); });
        continue;
      }
      TAIZHANG_TRY(const RowDecision control, read_row_decision(*event));
      if (const auto key = table.keys().of(control.key); key && control.view == table.spec().view)
        keys.insert(*key);
    }
    projection::Row row;
    for (const std::string& key : keys) {
      auto lock = reading();
      TAIZHANG_TRY(const auto value,
                   store->get(rows_space, slot_key(state.progress.tables[number].slot, key)));
      lock.unlock();
      const bool there = value && projection::decode_row(value->view(), *table.spec().row, row) &&
                         row.message && table.spec().shows(*row.message);
      TAIZHANG_CHECK(tell(table, key, there ? row.message.get() : nullptr));
    }
  }
  return write_place(mark, reached, Durability::buffered);
}

}  // namespace taizhang
