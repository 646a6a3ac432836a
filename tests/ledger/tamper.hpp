#pragma once

#include <map>
#include <random>

#include "fixture.hpp"
#include "ledger/bytes.hpp"
#include "taizhang/hash.hpp"
#include "taizhang/verify_ledger.hpp"

namespace taizhang::testing {

/// Every key and value of every keyspace of a ledger.
using Content = std::vector<std::map<std::string, std::string>>;

inline Result<Content> content_of(const KeyValue& store) {
  Content content(Ledger::keyspaces().size());
  for (Keyspace keyspace = 0; keyspace < content.size(); ++keyspace) {
    TAIZHANG_TRY(const auto cursor, store.scan(keyspace, {}, Direction::forward));
    for (; cursor->valid(); cursor->next())
      content[keyspace].emplace(cursor->key(), cursor->value());
    TAIZHANG_CHECK(cursor->status());
  }
  return content;
}

/// A history in which everything occurs that the ledger keeps apart: several types, tags of many
/// and of few events, commits of one event and of many, voids, times that stand still and go on.
inline std::vector<std::vector<NewEvent>> lively_commits(std::size_t events, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  std::vector<std::vector<NewEvent>> commits;
  std::vector<std::string> types;  // of the events so far; empty: a void
  std::vector<std::vector<std::string>> tags;
  while (types.size() < events) {
    auto& commit = commits.emplace_back();
    const auto size =
        std::min<std::size_t>(below(4) == 0 ? 1 + below(90) : 1 + below(3), events - types.size());
    const auto before = types.size();
    for (std::size_t i = 0; i < size; ++i) {
      const auto number = static_cast<std::uint32_t>(types.size());
      auto made = event(number, "type" + std::to_string(below(5)),
                        {"student:" + std::to_string(below(60))});
      if (below(8) != 0) made.tags.push_back("school");
      if (below(3) == 0) made.tags.push_back("class:" + std::to_string(below(4)));
      made.clear += std::string(below(200), static_cast<char>('a' + below(26)));
      const auto target = before == 0 ? 0 : below(before);
      if (below(12) == 0 && before != 0 && !types[target].empty()) {
        made.target = Target{target + 1, types[target], 1};
        made.type = "ledger.event-voided";
        // It may speak of more, and so must those that amend the same event later.
        auto& told = tags[target];
        told.insert(told.end(), made.tags.begin(), made.tags.end());
        made.tags = told;
        types.emplace_back();
      } else {
        types.push_back(made.type);
      }
      tags.push_back(made.tags);
      commit.push_back(std::move(made));
    }
  }
  return commits;
}

inline void append_all(Ledger& ledger, const std::vector<std::vector<NewEvent>>& commits,
                       ManualClock& clock) {
  std::int64_t step = 0;
  for (const auto& commit : commits) {
    clock.pass(++step % 3 == 0 ? 0 : 1000);
    ASSERT_OK(ledger.append(commit));
  }
}

/// What a ledger answers: every event with all that the tree says of it, every tag and type and
/// every id.
inline Result<std::string> told_by(const Ledger& ledger, std::size_t events) {
  std::string told;
  TAIZHANG_TRY(Reader reader, ledger.read(Query::all()));
  std::vector<std::string> queries;
  std::vector<Id> ids;
  while (true) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) break;
    told += std::to_string(event->position) + " " +
            std::to_string(event->recorded_at.microseconds) + " " +
            std::to_string(event->commit_first) + "+" + std::to_string(event->commit_size) + " " +
            std::string(event->record) + "\n";
    for (const auto tag : event->tags) queries.emplace_back(tag);
    ids.push_back(event->id);
  }
  std::sort(queries.begin(), queries.end());
  queries.erase(std::unique(queries.begin(), queries.end()), queries.end());
  const auto ask = [&](const Query& query) -> Result<> {
    for (const bool backward : {false, true}) {
      TAIZHANG_TRY(Reader found, ledger.read(query, {.backward = backward}));
      while (true) {
        TAIZHANG_TRY(const RecordedEvent* event, found.next());
        if (event == nullptr) break;
        told += std::to_string(event->position) + ",";
      }
    }
    told += "\n";
    return {};
  };
  for (const auto& tag : queries) TAIZHANG_CHECK(ask(Query::tag(tag)));
  for (int type = 0; type < 5; ++type)
    TAIZHANG_CHECK(ask(Query::type("type" + std::to_string(type))));
  TAIZHANG_CHECK(ask(Query::type("ledger.event-voided")));
  TAIZHANG_TRY(const auto places, ledger.positions_of(ids));
  for (const auto& place : places) told += place ? std::to_string(*place) + "," : "?,";
  for (const Position at :
       {Position{1}, Position{255}, Position{256}, Position{events / 2}, Position{events}}) {
    TAIZHANG_TRY(const Hash root, ledger.root_at(at));
    told += to_hex(root);
  }
  return told;
}

inline Result<LedgerVerification> verify(Place& place, const VerifyLedgerOptions& options = {}) {
  TAIZHANG_TRY(const auto store, place.store(OpenMode::frozen));
  return verify_ledger(*store, options);
}

inline std::string sentences(const LedgerVerification& result) {
  std::string text;
  for (const auto& finding : result.findings)
    text += std::string(name(finding.kind)) + " [" + std::to_string(finding.first) + "," +
            std::to_string(finding.last) + "] " + finding.what.en + "\n";
  return text;
}

/// Some finding of the kind whose stretch holds the position (0: any).
inline bool has_finding(const LedgerVerification& result, LedgerDamage kind,
                        Position position = 0) {
  return std::any_of(result.findings.begin(), result.findings.end(), [&](const auto& finding) {
    return finding.kind == kind && !finding.what.en.empty() && !finding.what.zh.empty() &&
           (position == 0 || (finding.first <= position && position <= finding.last));
  });
}

/// A lively ledger: its pages end at 1280, a commit straddles that, and the tail has groups.
class TamperTest : public LedgerTest {
 protected:
  static constexpr std::size_t events = 1'400;
  static constexpr Position sealed = 1'280;

  void SetUp() override {
    LedgerTest::SetUp();
    commits = lively_commits(events, 20240301);
    append_all(*ledger, commits, *place.clock);
    ASSERT_OK(ledger->seal());
    ASSERT_EQ(ledger->status().sealed, sealed);
    head = ledger->head();
    ASSERT_EQ(head.position, events);
    auto all = told_by(*ledger, events);
    ASSERT_OK(all);
    told = *std::move(all);
    ledger.reset();
    auto store = place.store(OpenMode::frozen);
    ASSERT_OK(store);
    auto everything = content_of(**store);
    ASSERT_OK(everything);
    content = *std::move(everything);
  }

  /// Writes these changes, as somebody with the right tools would: the storage's own checksums
  /// hold.
  void change(const Batch& batch) {
    auto store = place.store(OpenMode::writer);
    ASSERT_OK(store);
    ASSERT_OK((*store)->write(batch, Durability::synced));
  }
  void put(Keyspace keyspace, const std::string& key, const std::string& value) {
    Batch batch;
    batch.put(keyspace, key, value);
    change(batch);
  }
  /// Makes the store hold exactly this.
  void replace_all(const Content& other) {
    Batch batch;
    for (Keyspace keyspace = 0; keyspace < other.size(); ++keyspace) {
      batch.erase_range(keyspace, {}, {});
      for (const auto& [key, value] : other[keyspace]) batch.put(keyspace, key, value);
    }
    change(batch);
  }
  LedgerVerification verified(const VerifyLedgerOptions& options = {}) {
    auto result = verify(place, options);
    if (!result) {
      ADD_FAILURE() << describe(result.error());
      return {};
    }
    return *std::move(result);
  }
  [[nodiscard]] TreeAnchor anchor(Position size, const Hash& root) const {
    return {size, root, "the witness"};
  }

  std::vector<std::vector<NewEvent>> commits;
  Content content;
  Head head;
  std::string told;
};

}  // namespace taizhang::testing
