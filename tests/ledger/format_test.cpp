#include <fstream>
#include <sstream>

#include "fixture.hpp"
#include "ledger/bytes.hpp"
#include "ledger/meta.hpp"
#include "ledger/page.hpp"
#include "ledger/postings.hpp"

namespace taizhang::testing {
namespace {

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    out.push_back(digits[byte >> 4]);
    out.push_back(digits[byte & 15]);
  }
  return out;
}

/// The document without line breaks, so that long hex strings are found however wrapped.
std::string document() {
  std::ifstream file(std::string(TAIZHANG_SOURCE_DIR) + "/docs/format/README.md");
  std::ostringstream text;
  text << file.rdbuf();
  auto all = text.str();
  all.erase(std::remove(all.begin(), all.end(), '\n'), all.end());
  return all;
}

NewEvent example(std::uint8_t number) {
  NewEvent event;
  event.id.bytes.fill(number);
  event.type = "t";
  event.tags = {"a"};
  event.clear = "hi";
  return event;
}

TEST(Format, IsTheWorkedExample) {
  Place place("memory");
  const AppendOptions at{.simulated_now = Timestamp{1'000'000}};
  {
    auto ledger = place.create({.simulated_clock = true});
    ASSERT_OK(ledger);
    ASSERT_OK((*ledger)->append(std::vector{example(1)}, {}, at));
    auto reader = (*ledger)->read(Query::all());
    ASSERT_OK(reader);
    const auto first = reader->next();
    ASSERT_OK(first);
    const auto text = document();
    const auto written = [&](const char* what, std::string_view bytes) {
      EXPECT_NE(text.find("```text" + hex(bytes) + "```"), std::string::npos)
          << what << " " << hex(bytes);
    };
    written("record", (*first)->record);
    const auto root = (*ledger)->head().root;
    const auto record_hash = [&] {
      std::string entry = "TZ01";
      core::put(entry, Position{1});
      core::put(entry, std::int64_t{1'000'000});
      entry += std::string(16, '\1');
      core::put(entry, Position{1});
      core::put(entry, std::uint32_t{1});
      return entry;
    }();
    EXPECT_NE(text.find(hex(record_hash)), std::string::npos) << hex(record_hash);
    EXPECT_NE(text.find(to_hex(root)), std::string::npos) << to_hex(root);
    ledger->reset();
    auto store = place.store(OpenMode::writer);
    ASSERT_OK(store);
    const auto group = (*store)->get(core::keyspace::tail, core::be64(1));
    ASSERT_OK(group);
    written("group", (**group).view());
    const auto frontier = (*store)->get(core::keyspace::meta, core::meta_key::frontier);
    ASSERT_OK(frontier);
    written("frontier", (**frontier).view());
  }
  auto ledger = place.open();
  ASSERT_OK(ledger);
  for (int number = 2; number <= 255; ++number)
    ASSERT_OK((*ledger)->append(std::vector{example(static_cast<std::uint8_t>(number))}, {}, at));
  auto last = example(1);
  last.id.bytes.back() = 2;
  ASSERT_OK((*ledger)->append(std::vector{last}, {}, at));
  ASSERT_OK((*ledger)->seal());
  const auto root = (*ledger)->head().root;
  ledger->reset();
  auto store = place.store(OpenMode::writer);
  ASSERT_OK(store);
  const auto chunk =
      (*store)->get(core::keyspace::postings, std::string("a\0\0\0\0\0\0\0\0\0\0\1", 12));
  ASSERT_OK(chunk);
  ASSERT_TRUE(chunk->has_value());
  EXPECT_EQ((**chunk).view(), std::string(255, '\1'));
  const auto id = (*store)->get(core::keyspace::ids, std::string(16, '\1'));
  ASSERT_OK(id);
  EXPECT_EQ((**id).view(), core::be64(1));
  const auto head = (*store)->get(core::keyspace::pages, core::be64(1) + "h");
  ASSERT_OK(head);
  EXPECT_EQ(hex((**head).view().substr(8)), to_hex(root) + std::string(16, '0'));
  const auto group = (*store)->get(core::keyspace::tail, core::be64(1));
  ASSERT_OK(group);
  EXPECT_FALSE(group->has_value());
}

}  // namespace
}  // namespace taizhang::testing
