#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>

#include "fixture.hpp"
#include "ledger/tree.hpp"

namespace taizhang::testing {
namespace {

/// What a ledger should answer, in the plainest way: a list.
struct Model {
  struct Entry {
    NewEvent event;
    std::size_t commit_first;
  };
  std::vector<Entry> log;

  static bool matches(const QueryItem& item, const NewEvent& event) {
    const auto has = [](const auto& list, const std::string& value) {
      return std::find(list.begin(), list.end(), value) != list.end();
    };
    if (!item.types.empty() && !has(item.types, event.type) &&
        !(event.target && has(item.types, event.target->type)))
      return false;
    for (const auto& tag : item.tags)
      if (!has(event.tags, tag)) return false;
    return true;
  }
  [[nodiscard]] std::vector<Position> read(const Query& query, const ReadOptions& options) const {
    std::vector<Position> found;
    for (Position at = 1; at <= log.size(); ++at) {
      const auto match = [&](const QueryItem& item) { return matches(item, log[at - 1].event); };
      if (at >= options.first && at <= options.last &&
          (query.everything || std::any_of(query.items.begin(), query.items.end(), match)))
        found.push_back(at);
    }
    if (options.backward) std::reverse(found.begin(), found.end());
    if (found.size() > options.limit) found.resize(static_cast<std::size_t>(options.limit));
    return found;
  }
};

class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  std::string type() { return "type" + std::to_string(below(6)); }
  // One tag on nearly everything, some on much, many on little.
  std::vector<std::string> tags() {
    std::vector<std::string> tags;
    if (below(10) != 0) tags.push_back("school");
    if (below(2) == 0) tags.push_back("class:" + std::to_string(below(3)));
    tags.push_back("student:" + std::to_string(below(200)));
    if (below(50) == 0) tags.push_back("rare");
    return tags;
  }
  NewEvent next(const Model& model) {
    auto made = event(number_++, type(), tags(), std::string(below(60), 'x') + "!");
    if (!model.log.empty() && below(12) == 0) {
      const auto at = below(model.log.size());
      const auto& target = model.log[at].event;
      if (!target.target) {
        made.type = "ledger.event-voided";
        made.tags = target.tags;
        made.target = Target{at + 1, target.type, 1};
      }
    }
    return made;
  }
  Query query() {
    Query query;
    const auto items_in_all = below(4);
    if (items_in_all == 0) return Query::all();
    for (auto items = items_in_all; items > 0; --items) {
      QueryItem item;
      if (below(2) == 0)
        for (auto types = 1 + below(3); types > 0; --types) item.types.push_back(type());
      if (below(4) == 0) item.types.push_back("ledger.event-voided");
      if (below(3) != 0) {
        auto some = tags();
        while (some.size() > 1 + below(2))
          some.erase(some.begin() + static_cast<int>(below(some.size())));
        item.tags = some;
      }
      if (item.types.empty() && item.tags.empty()) return Query::all();
      query.items.push_back(item);
    }
    return query;
  }
  ReadOptions options(std::size_t size) {
    ReadOptions options;
    if (below(2) == 0) options.first = 1 + below(size + 2);
    if (below(3) == 0) options.last = below(size + 3);
    options.backward = below(2) == 0;
    if (below(3) == 0) options.limit = below(40);
    return options;
  }

 private:
  std::mt19937_64 random_;
  std::uint32_t number_ = 1;
};

void compare(const Ledger& ledger, const Model& model, History& history) {
  for (int i = 0; i < 12; ++i) {
    const auto query = history.query();
    const auto options = history.options(model.log.size());
    RC_ASSERT(read_positions(ledger, query, options).positions == model.read(query, options));
  }
}

void random_history(const char* scheme, std::uint64_t seed, std::size_t steps) {
  Place place(scheme);
  auto made = place.create();
  RC_ASSERT(made.has_value());
  auto ledger = *std::move(made);
  History history(seed);
  Model model;
  std::vector<Hash> roots{ledger->head().root};
  for (std::size_t step = 0; step < steps; ++step) {
    const auto first = model.log.size();
    std::vector<NewEvent> commit;
    for (auto size = 1 + history.below(history.below(6) == 0 ? 300 : 6); size > 0; --size)
      commit.push_back(history.next(model));
    const auto condition_query = history.query();
    const auto after = history.below(first + 1);
    const bool conditional = history.below(3) == 0;
    std::vector<Condition> conditions;
    if (conditional) conditions.push_back({condition_query, *ledger->checkpoint_at(after)});
    const auto appended = ledger->append(commit, conditions);
    if (conditional && !model.read(condition_query, {.first = after + 1}).empty()) {
      RC_ASSERT(!appended.has_value());
      RC_ASSERT(appended.error().code() == ErrorCode::condition_failed);
    } else {
      RC_ASSERT(appended.has_value());
      for (auto& each : commit) model.log.push_back({each, first + 1});
    }
    const auto head = ledger->head();
    RC_ASSERT(head.position == model.log.size());
    roots.resize(model.log.size() + 1);
    roots.back() = head.root;
    if (history.below(4) == 0) RC_ASSERT(ledger->seal().has_value());
    if (history.below(6) == 0) {
      ledger.reset();
      auto opened = place.open();
      RC_ASSERT(opened.has_value());
      ledger = *std::move(opened);
      RC_ASSERT(ledger->head().root == roots.back());
    }
    if (history.below(3) == 0) compare(*ledger, model, history);
  }
  compare(*ledger, model, history);
  // Every id is found, every event reads back as given, every known root comes back.
  auto reader = ledger->read(Query::all());
  RC_ASSERT(reader.has_value());
  for (std::size_t i = 0; i < model.log.size(); ++i) {
    const auto next = reader->next();
    RC_ASSERT(next.has_value() && *next != nullptr);
    const auto& read = **next;
    const auto& wrote = model.log[i].event;
    RC_ASSERT(read.id == wrote.id);
    RC_ASSERT(read.type == wrote.type);
    RC_ASSERT(read.clear == wrote.clear);
    RC_ASSERT(read.commit_first == model.log[i].commit_first);
    RC_ASSERT(read.target.has_value() == wrote.target.has_value());
    const auto known = ledger->positions_of({&wrote.id, 1});
    RC_ASSERT(known.has_value());
    RC_ASSERT(known->front() == std::optional<Position>(i + 1));
  }
  for (Position at = 0; at < roots.size(); at += 1 + history.below(40)) {
    const auto root = ledger->root_at(at);
    RC_ASSERT(root.has_value());
    if (roots[at] != Hash{}) RC_ASSERT(*root == roots[at]);
  }
}

class SealingProperty : public ::testing::TestWithParam<const char*> {};

TEST_P(SealingProperty, NothingAboveTheLedgerSeesWhereEventsLie) {
  const std::size_t steps = std::string(GetParam()) == "memory" ? 60 : 25;
  rc::check("a ledger answers as a plain list does", [&](std::uint64_t seed) {
    RC_LOG() << "seed " << seed;
    random_history(GetParam(), seed, 10 + seed % steps);
  });
}

TAIZHANG_BOTH_STORES(SealingProperty);

TEST(Sealing, KeepsTheRootAtEveryPosition) {
  Place place("memory");
  auto ledger = *place.create();
  std::vector<Hash> roots{ledger->head().root};
  for (std::uint32_t i = 1; i <= 1100; ++i) {
    ASSERT_OK(ledger->append(std::vector{event(i, "t", {"a"})}));
    roots.push_back(ledger->head().root);
    if (i % 300 == 0) ASSERT_OK(ledger->seal());
  }
  for (const bool reopened : {false, true}) {
    if (reopened) {
      ledger.reset();
      auto opened = place.open();
      ASSERT_OK(opened);
      ledger = *std::move(opened);
    }
    for (Position at = 0; at < roots.size(); ++at) {
      const auto root = ledger->root_at(at);
      ASSERT_OK(root);
      ASSERT_EQ(*root, roots[at]) << at;
    }
  }
  EXPECT_CODE(ledger->root_at(1101), ErrorCode::not_found);
}

}  // namespace
}  // namespace taizhang::testing
