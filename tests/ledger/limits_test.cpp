#include "taizhang/limits.hpp"

#include "fixture.hpp"

namespace taizhang::testing {
namespace {

class Limits : public LedgerTest {
 protected:
  /// One below, at, and one above the limit; what is refused leaves nothing behind.
  template <class Attempt>
  void around(std::size_t limit, Attempt attempt) {
    for (const auto size : {limit - 1, limit}) {
      const auto result = attempt(size);
      ASSERT_OK(result);
    }
    const auto before = ledger->head().root;
    const auto result = attempt(limit + 1);
    EXPECT_CODE(result, ErrorCode::too_large);
    EXPECT_EQ(result.error().detail("limit"), std::to_string(limit));
    EXPECT_EQ(ledger->head().root, before);
  }
  NewEvent next() { return event(number_++, "t", {"a"}); }
  std::uint32_t number_ = 0;
};

TEST_P(Limits, OfNamesAndTags) {
  around(limits::type_bytes_max, [&](std::size_t size) {
    auto made = next();
    made.type = std::string(size, 't');
    return append({made});
  });
  around(limits::tag_bytes_max, [&](std::size_t size) {
    auto made = next();
    made.tags = {std::string(size, 'x')};
    return append({made});
  });
  around(limits::tags_per_event_max, [&](std::size_t size) {
    auto made = next();
    made.tags.clear();
    for (std::size_t i = 0; i < size; ++i) made.tags.push_back("tag:" + std::to_string(i));
    return append({made});
  });
}

TEST_P(Limits, OfTextsDatesAndIdsOfAnEvent) {
  const auto refused = [&](const auto& spoil, const std::string& name) {
    auto made = next();
    spoil(made);
    const auto before = ledger->head().root;
    const auto result = append({made});
    EXPECT_CODE(result, ErrorCode::invalid_argument);
    if (!name.empty()) {
      EXPECT_EQ(result.error().detail("name"), name);
    }
    EXPECT_EQ(ledger->head().root, before) << name;
  };
  const std::string broken = "a plain beginning \xC3";
  for (const auto& [name, text] : std::vector<std::pair<std::string, std::string Context::*>>{
           {"actor", &Context::actor},
           {"role", &Context::role},
           {"office", &Context::office},
           {"document", &Context::document},
           {"on_behalf_of", &Context::on_behalf_of},
           {"correlation", &Context::correlation},
           {"causation", &Context::causation},
           {"file", &Context::file}})
    refused([&, text = text](NewEvent& event) { event.context.*text = broken; }, name);
  refused([&](NewEvent& event) { event.type = broken; }, "");
  refused([&](NewEvent& event) { event.tags = {broken}; }, "");
  refused([&](NewEvent& event) { event.sealed = {{.subject = broken}}; }, "sealed subject");
  refused([](NewEvent& event) { event.context.actor = std::string("a\0b", 3); }, "actor");
  refused([](NewEvent& event) { event.effective_on = Date{2'147'483'647}; }, "effective_on");
  refused([](NewEvent& event) { event.effective_on = Date{-719'163}; }, "effective_on");
  refused([](NewEvent& event) { event.effective_on = Date{2'932'897}; }, "effective_on");
  refused([](NewEvent& event) { event.context.claimed_at = Timestamp{INT64_MAX}; }, "claimed_at");
  refused([](NewEvent& event) { event.context.batch = Id{}; }, "");
  refused([](NewEvent& event) { event.context.command = Id{}; }, "");
  refused([](NewEvent& event) { event.id = Id{}; }, "");
  for (const char* on : {"0001-01-01", "9999-12-31"}) {
    auto made = next();
    made.effective_on = *Date::parse(on);
    made.context.document = "溆教〔2024〕5号";
    ASSERT_OK(append({made}));
  }
}

TEST_P(Limits, OfAnEventAndACommit) {
  auto empty = next();
  empty.clear = "x";
  ASSERT_OK(append({empty}));
  auto reader = ledger->read(Query::all());
  ASSERT_OK(reader);
  const auto first = reader->next();
  ASSERT_OK(first);
  // A message of that size has a length of three bytes instead of one.
  const auto overhead = (*first)->record.size() - 1 + 2;
  around(limits::event_bytes_max, [&](std::size_t size) {
    auto made = next();
    made.clear = std::string(size - overhead, 'x');
    return append({made});
  });
  around(limits::commit_events_max, [&](std::size_t size) {
    std::vector<NewEvent> commit;
    for (std::size_t i = 0; i < size; ++i) commit.push_back(next());
    return append(commit);
  });
}

TEST_P(Limits, OfACommitsBytes) {
  std::vector<NewEvent> commit;
  for (int i = 0; i < 65; ++i) {
    commit.push_back(next());
    commit.back().clear = std::string((1U << 20) - 4096, 'x');
  }
  EXPECT_CODE(append(commit), ErrorCode::too_large);
  EXPECT_EQ(ledger->head().position, 0U);
  commit.resize(60);
  ASSERT_OK(append(commit));
}

TEST_P(Limits, OfAQuery) {
  around(limits::query_items_max, [&](std::size_t size) {
    Query query;
    query.items.resize(size, {{"other"}, {"b"}});
    return append({next()}, since(query, 0));
  });
  Query query;
  query.items.resize(limits::query_items_max + 1, {{"other"}, {"b"}});
  EXPECT_CODE(ledger->read(query), ErrorCode::too_large);
  EXPECT_CODE(ledger->follow(query), ErrorCode::too_large);
}

TEST_P(Limits, OfEventTypes) {
  std::vector<NewEvent> commit;
  for (std::size_t i = 0; i < limits::event_types_max; ++i) {
    commit.push_back(next());
    commit.back().type = "type-" + std::to_string(i);
  }
  ASSERT_OK(append(commit));
  auto known = next();
  known.type = "type-7";
  ASSERT_OK(append({known}));
  auto fresh = next();
  fresh.type = "one-too-many";
  EXPECT_CODE(append({fresh}), ErrorCode::too_large);
  ASSERT_OK(ledger->seal());
  reopen();
  EXPECT_CODE(append({fresh}), ErrorCode::too_large);
  EXPECT_EQ(read_positions(*ledger, Query::type("type-7")).positions.size(), 2U);
}

TEST_P(Limits, TheFormOfAnEventIsChecked) {
  const auto refused = [&](auto change) {
    auto made = next();
    change(made);
    EXPECT_CODE(append({next(), made}), ErrorCode::invalid_argument);
    EXPECT_EQ(ledger->head().position, 0U);
  };
  refused([](NewEvent& e) { e.id = {}; });
  refused([](NewEvent& e) { e.type.clear(); });
  refused([](NewEvent& e) { e.type = "line\nbreak"; });
  refused([](NewEvent& e) { e.version = 0; });
  refused([](NewEvent& e) { e.tags = {""}; });
  refused([](NewEvent& e) { e.tags = {std::string("a\0b", 3)}; });
  refused([](NewEvent& e) { e.tags = {"\x7F"}; });
  for (const auto* bad : {"\xC2\x80", "\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80",
                          "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xE5\xAD"})
    refused([&](NewEvent& e) { e.tags = {bad}; });
  EXPECT_CODE(append({}), ErrorCode::invalid_argument);
  auto good = next();
  good.tags = {"学校:第一小学", "\xF0\xA0\xAE\xB7", "\xC2\xA0"};
  ASSERT_OK(append({good}));
}

TEST_P(Limits, OfWhatAContextAddsWhichAreIds) {
  const auto with = [&](const std::string& name, const std::string& value) {
    auto made = next();
    made.context.extra = {{name, value}};
    return append({made});
  };
  ASSERT_OK(with("trace", "00-4bf92f3577b34da6-01"));
  EXPECT_CODE(with(std::string(limits::extra_name_bytes_max + 1, 'n'), "x"), ErrorCode::too_large);
  EXPECT_CODE(with("n", std::string(limits::extra_value_bytes_max + 1, 'v')), ErrorCode::too_large);
  for (const auto* bad : {"", "two words", "张三", "line\n", "\x7F"}) {
    EXPECT_CODE(with("n", bad), ErrorCode::invalid_argument);
    EXPECT_CODE(with(bad, "v"), ErrorCode::invalid_argument);
  }
  auto many = next();
  for (std::size_t i = 0; i <= limits::extra_entries_max; ++i)
    many.context.extra.emplace("n" + std::to_string(i), "v");
  EXPECT_CODE(append({many}), ErrorCode::too_large);
}

TEST_P(Limits, AFullTailMakesAppendsWaitForItsSealing) {
  constexpr std::uint32_t batch = 4096;
  for (std::uint32_t i = 0; i < 2 * limits::tail_events_max / batch + 1; ++i) {
    std::vector<NewEvent> commit;
    for (std::uint32_t k = 0; k < batch; ++k) commit.push_back(next());
    ASSERT_OK(append(commit));
    const auto status = ledger->status();
    ASSERT_LE(status.head.position - status.sealed, limits::tail_events_max);
  }
}

TAIZHANG_BOTH_STORES(Limits);

}  // namespace
}  // namespace taizhang::testing
