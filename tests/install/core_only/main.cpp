// Appends to a ledger in memory under a condition, which a second append then fails.
#include <iostream>
#include <vector>

#include "taizhang/ledger.hpp"
#include "taizhang/storage/memory.hpp"

int main() {
  taizhang::StorageRegistry storage;
  storage.add("memory", taizhang::memory_backend());
  auto store = storage.open("memory:one", {.mode = taizhang::OpenMode::create,
                                           .keyspaces = taizhang::Ledger::keyspaces()});
  if (!store) return 1;
  auto ledger = taizhang::Ledger::create(*std::move(store), {}, taizhang::system_clock());
  if (!ledger) return 1;
  const taizhang::Condition nobody_yet{.query = {{{.types = {"seat.taken"}, .tags = {"seat:1"}}}},
                                       .after = {}};
  const auto take = [&] {
    const std::vector<taizhang::NewEvent> taken{
        {.id = taizhang::Id::random(), .type = "seat.taken", .tags = {"seat:1"}}};
    return (*ledger)->append(taken, {nobody_yet});
  };
  const auto first = take();
  const auto second = take();
  if (!second) std::cout << second.error().message().en << '\n';
  return first && !second && second.error().code() == taizhang::ErrorCode::condition_failed ? 0 : 1;
}
