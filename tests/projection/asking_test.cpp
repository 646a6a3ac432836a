// Conditions, orders, counts and pages of a view, against a plain filter and sort over all rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <random>

#include "projection/shelf.hpp"
#include "taizhang/schema/display.hpp"

namespace taizhang::testing {
namespace {

using shelf::BookSet;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Is = Where::Is;

const std::vector<std::string> kinds{"", "01", "02", "10"};
const std::vector<std::string> titles{"",
                                      "a",
                                      "ab",
                                      "b",
                                      "乙",
                                      "甲",
                                      "a\x01"
                                      "b",
                                      std::string("a\1", 2),
                                      std::string(300, 'x'),
                                      std::string(256, 'x'),
                                      std::string(255, 'x')};
const std::vector<std::string> dates{"", "2009-12-31", "2010-01-01", "2024-02-29"};
const std::vector<std::int64_t> prices{0, -5, 99, 100, 125'000, INT64_MIN, INT64_MAX};
const std::vector<std::int32_t> floors{0, -2, -1, 1, 9, 10, INT32_MIN, INT32_MAX};
const std::vector<std::uint64_t> copies{0, 1, 9, 10, UINT64_MAX};
const std::vector<double> weights{0, -0.5, 0.25, 10, 9, 1e300, -1e300};

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  int below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(engine_); }
  template <class T>
  const T& of(const std::vector<T>& all) {
    return all[static_cast<std::size_t>(below(static_cast<int>(all.size())))];
  }

 private:
  std::mt19937 engine_;
};

BookSet random_book(Random& random, const std::string& name) {
  BookSet book;
  book.set_book(name);
  book.set_kind(random.of(kinds));
  book.set_title(random.of(titles));
  book.set_since(random.of(dates));
  book.set_price(random.of(prices));
  book.set_floor(random.of(floors));
  book.set_copies(random.of(copies));
  book.set_lent(random.below(2) == 1);
  book.set_weight(random.of(weights));
  book.set_binding(static_cast<shelf::Binding>(random.below(3)));
  for (int i = random.below(3); i > 0; --i) book.add_words(random.of(titles));
  for (int i = random.below(3); i > 0; --i) book.add_years(random.of(floors));
  return book;
}

/// A field as a plain program has it: how to ask by a value, and how values compare.
struct Field {
  std::string name;
  std::function<std::string(Random&)> value;  ///< as text
  /// Per element: <0, 0, >0 against the text; nothing for an empty one in a range.
  std::function<std::vector<int>(const BookSet&, const std::string&)> compare;
  std::function<bool(const BookSet&)> empty;
  bool repeated = false;
};

template <class T>
int order_of(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}
template <class T>
T number(const std::string& text) {
  T value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}
std::string yuan_of(std::int64_t fen) { return yuan(fen); }

std::vector<Field> fields() {
  const auto text = [](std::string name, auto get, const std::vector<std::string>& all) {
    return Field{std::move(name), [&all](Random& random) { return random.of(all); },
                 [get](const BookSet& book, const std::string& asked) {
                   return std::vector<int>{order_of(std::string(get(book)), asked)};
                 },
                 [get](const BookSet& book) { return get(book).empty(); }};
  };
  const auto numbers_of = [](std::string name, auto get, auto show, auto read, const auto& all) {
    return Field{std::move(name), [&all, show](Random& random) { return show(random.of(all)); },
                 [get, read](const BookSet& book, const std::string& asked) {
                   return std::vector<int>{
                       order_of(get(book), asked.empty() ? decltype(get(book)){} : read(asked))};
                 },
                 [](const BookSet&) { return false; }};
  };
  const auto shown = [](auto value) { return std::to_string(value); };
  std::vector<Field> all{
      text(
          "kind", [](const BookSet& b) -> const std::string& { return b.kind(); }, kinds),
      text(
          "title", [](const BookSet& b) -> const std::string& { return b.title(); }, titles),
      text(
          "since", [](const BookSet& b) -> const std::string& { return b.since(); }, dates),
      numbers_of(
          "price", [](const BookSet& b) { return std::int64_t{b.price()}; }, yuan_of,
          [](const std::string& t) { return take(parse_yuan(t)); }, prices),
      numbers_of(
          "floor", [](const BookSet& b) { return b.floor(); }, shown,
          [](const std::string& t) { return number<std::int32_t>(t); }, floors),
      numbers_of(
          "copies", [](const BookSet& b) { return std::uint64_t{b.copies()}; }, shown,
          [](const std::string& t) { return number<std::uint64_t>(t); }, copies),
      numbers_of(
          "weight", [](const BookSet& b) { return b.weight(); },
          [](double value) {
            return value == 0.25     ? std::string("0.25")
                   : value == -0.5   ? "-0.5"
                   : value == 1e300  ? "1e300"
                   : value == -1e300 ? "-1e300"
                                     : std::to_string(static_cast<int>(value));
          },
          [](const std::string& t) { return number<double>(t); }, weights)};
  all.push_back({"lent",
                 [](Random& random) { return std::string(random.below(2) == 1 ? "是" : "false"); },
                 [](const BookSet& book, const std::string& asked) {
                   return std::vector<int>{order_of(book.lent(), asked == "是")};
                 },
                 [](const BookSet&) { return false; }});
  all.push_back({"binding", [](Random& random) { return shelf::Binding_Name(random.below(3)); },
                 [](const BookSet& book, const std::string& asked) {
                   shelf::Binding wanted{};
                   shelf::Binding_Parse(asked, &wanted);
                   return std::vector<int>{order_of<int>(book.binding(), wanted)};
                 },
                 [](const BookSet&) { return false; }});
  all.push_back({"words", [](Random& random) { return random.of(titles); },
                 [](const BookSet& book, const std::string& asked) {
                   std::vector<int> each;
                   for (const auto& word : book.words())
                     each.push_back(order_of(std::string(word), asked));
                   return each;
                 },
                 [](const BookSet& book) { return book.words().empty(); }, true});
  all.push_back({"years", [](Random& random) { return std::to_string(random.of(floors)); },
                 [](const BookSet& book, const std::string& asked) {
                   std::vector<int> each;
                   for (const int year : book.years())
                     each.push_back(order_of<long>(year, number<long>(asked)));
                   return each;
                 },
                 [](const BookSet& book) { return book.years().empty(); }, true});
  return all;
}

/// As the documentation says it, one condition by one.
bool holds(const Field& field, const Where& where, const BookSet& book) {
  for (const std::string& value : where.values) {
    if (field.repeated && value.empty()) {
      if (field.empty(book)) return true;
      continue;
    }
    const auto each = field.compare(book, value);
    for (std::size_t i = 0; i < each.size(); ++i) {
      const bool none = field.name == "words" ? book.words(static_cast<int>(i)).empty()
                                              : !field.repeated && field.empty(book);
      if (where.is != Is::any_of && none) continue;
      if (where.is == Is::any_of && each[i] == 0) return true;
      if (where.is == Is::from && each[i] >= 0) return true;
      if (where.is == Is::above && each[i] > 0) return true;
      if (where.is == Is::to && each[i] <= 0) return true;
      if (where.is == Is::below && each[i] < 0) return true;
    }
  }
  return false;
}

Where random_where(Random& random, const Field& field) {
  Where where{field.name, {field.value(random)}, static_cast<Is>(random.below(5))};
  if (where.is == Is::any_of) {
    while (random.below(3) == 0) where.values.push_back(field.value(random));
  } else {
    while (where.values.front().empty()) where.values.front() = field.value(random);
  }
  return where;
}

std::string shown(const Ask& ask) {
  std::string text = "order " + ask.order.field + (ask.order.descending ? " down" : " up");
  for (const Where& where : ask.where) {
    text += "; " + where.field + " " + std::to_string(static_cast<int>(where.is));
    for (const std::string& value : where.values) text += " '" + value.substr(0, 20) + "'";
  }
  return text;
}

TEST(Asking, ConditionsOrdersCountsAndPagesAreThoseOfAPlainProgram) {
  const std::vector<Field> all = fields();
  const std::vector<std::string> orders{"",      "kind",   "title",  "since", "price",
                                        "floor", "copies", "weight", "lent",  "binding"};
  for (unsigned seed = 1; seed <= 4; ++seed) {
    Random random(seed);
    Shelf shelf;
    std::map<std::string, BookSet> books;
    for (int i = 0; i < 150; ++i) {
      const std::string name = "b" + std::to_string(random.below(90));
      shelf.add(books[name] = random_book(random, name));
    }
    MUST(shelf.views->catch_up());
    const Position head = shelf.log->head().position;
    for (int turn = 0; turn < 250; ++turn) {
      Ask ask;
      std::vector<const Field*> by;
      for (int i = random.below(3); i > 0; --i) {
        by.push_back(&random.of(all));
        ask.where.push_back(random_where(random, *by.back()));
      }
      ask.order = {random.of(orders), random.below(2) == 1};
      SCOPED_TRACE("seed " + std::to_string(seed) + ": " + shown(ask));
      std::vector<std::string> expected;
      for (const auto& [name, book] : books) {
        bool is = true;
        for (std::size_t i = 0; i < by.size(); ++i) is = is && holds(*by[i], ask.where[i], book);
        if (is) expected.push_back(name);
      }
      std::sort(expected.begin(), expected.end(), [&](const std::string& a, const std::string& b) {
        const auto field = std::find_if(
            all.begin(), all.end(), [&](const Field& one) { return one.name == ask.order.field; });
        int order = 0;
        if (field != all.end()) {
          const BookSet& left = books[a];
          const BookSet& right = books[b];
          if (field->name == "title")
            order = order_of(left.title().substr(0, 256), right.title().substr(0, 256));
          else if (field->name == "kind")
            order = order_of(left.kind(), right.kind());
          else if (field->name == "since")
            order = order_of(left.since(), right.since());
          else if (field->name == "price")
            order = order_of(left.price(), right.price());
          else if (field->name == "floor")
            order = order_of(left.floor(), right.floor());
          else if (field->name == "copies")
            order = order_of(left.copies(), right.copies());
          else if (field->name == "weight")
            order = order_of(left.weight(), right.weight());
          else if (field->name == "lent")
            order = order_of(left.lent(), right.lent());
          else
            order = order_of<int>(left.binding(), right.binding());
        }
        if (order == 0) order = a.compare(b);
        return ask.order.descending ? order > 0 : order < 0;
      });
      for (const char* view : {"indexed", "plain"}) {
        if (view == std::string("plain") && !ask.order.field.empty()) continue;
        for (const bool past : {false, true}) {
          if (past && random.below(8) != 0) continue;  // each folds the view
          ask.known_at = past ? head : 0;
          ask.limit = UINT64_MAX;
          ask.page_token.clear();
          ask.count = false;
          ASSERT_EQ(shelf.books(view, ask), expected) << view << (past ? " then" : " now");
          ask.count = true;
          Answer answer;
          EXPECT_THAT(shelf.books(view, ask, &answer), IsEmpty());
          EXPECT_EQ(answer.rows, expected.size());
          EXPECT_EQ(answer.next_page, "");
          ask.count = false;
          if (past && random.below(3) != 0) continue;
          ask.limit = static_cast<std::uint64_t>(1 + random.below(40));
          std::vector<std::string> paged;
          do {
            const auto page = shelf.books(view, ask, &answer);
            EXPECT_LE(page.size(), ask.limit);
            paged.insert(paged.end(), page.begin(), page.end());
            ask.page_token = answer.next_page;
            ASSERT_LE(paged.size(), expected.size());
          } while (!ask.page_token.empty());
          ASSERT_EQ(paged, expected) << view << " in pages of " << ask.limit;
        }
      }
    }
  }
}

TEST(Asking, FarMoreRowsThanAnIndexNamesAreFoundToo) {
  Shelf shelf;
  std::vector<std::string> all;
  for (int i = 0; i < 5000; ++i) {
    BookSet book;
    book.set_book("b" + std::to_string(10'000 + i));
    book.set_kind("01");
    book.set_price(i % 7);
    if (i % 50 == 0) book.set_title("t");
    shelf.add(book);
    all.push_back(book.book());
  }
  MUST(shelf.views->catch_up());
  EXPECT_EQ(shelf.books("indexed", {.where = {{"kind", {"01"}}}}), all);
  EXPECT_EQ(shelf.books("indexed", {.where = {{"kind", {"01"}}, {"title", {"t"}}}}).size(), 100U);
  Ask ask{.where = {{"kind", {"01"}}}, .order = Order::of("-price"), .limit = 900};
  std::vector<std::string> paged;
  do {
    Answer answer;
    const auto page = shelf.books("indexed", ask, &answer);
    paged.insert(paged.end(), page.begin(), page.end());
    ask.page_token = answer.next_page;
  } while (!ask.page_token.empty());
  ask.page_token.clear();
  ask.limit = UINT64_MAX;
  EXPECT_EQ(paged, shelf.books("indexed", ask));
  EXPECT_EQ(paged.size(), 5000U);
}

class AskingWrongly : public ::testing::Test {
 protected:
  AskingWrongly() {
    BookSet book;
    book.set_book("b1");
    shelf.add(book);
    MUST(shelf.views->catch_up());
  }
  Error refused(const Ask& ask) const {
    const auto answer =
        shelf.views->ask("indexed", ask, [](const google::protobuf::Message&) { return true; });
    if (answer) throw std::runtime_error("it was answered");
    return answer.error();
  }
  Error refused(const std::string& field, const std::string& value, Is is = Is::any_of) const {
    return refused({.where = {{field, {value}, is}}});
  }
  Shelf shelf;
};

TEST_F(AskingWrongly, AValueThatTheFieldCannotHaveNamesTheNearest) {
  const auto expect = [&](const std::string& field, const std::string& value,
                          const std::string& way_out) {
    const Error error = refused(field, value);
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument) << field;
    EXPECT_THAT(error.message().en, HasSubstr(way_out));
    EXPECT_NE(error.message().zh, "");
    EXPECT_EQ(error.detail("field"), field);
  };
  expect("kind", "novels", "did you mean \"novel\"?");
  expect("kind", "99", "01 novel");
  expect("since", "2024-02-30", "YYYY-MM-DD");
  expect("lent", "tru", "did you mean \"true\"?");
  expect("binding", "BINDING_CLOTHE", "did you mean \"BINDING_CLOTH\"?");
  expect("price", "1.234", "1,250.00");
  expect("floor", "1.5", "whole number");
  expect("weight", "heavy", "number");
  expect("parts", "x", "made of parts");
  EXPECT_EQ(refused("titel", "x").code(), ErrorCode::not_found);
}

TEST_F(AskingWrongly, ARangeTakesOneValue) {
  EXPECT_EQ(refused("floor", "", Is::from).code(), ErrorCode::invalid_argument);
  EXPECT_EQ(refused({.where = {{"floor", {"1", "2"}, Is::below}}}).code(),
            ErrorCode::invalid_argument);
  EXPECT_EQ(refused({.where = {{"floor", {}}}}).code(), ErrorCode::invalid_argument);
}

TEST_F(AskingWrongly, AnOrderNeedsAnIndexOfSingleValues) {
  const Error error = refused({.order = Order::of("-words")});
  EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
  EXPECT_THAT(error.message().en, HasSubstr("kind, title"));
  EXPECT_EQ(refused({.order = Order::of("titel")}).code(), ErrorCode::not_found);
  EXPECT_FALSE(shelf.views->ask("plain", {.order = Order::of("title")},
                                [](const google::protobuf::Message&) { return true; }));
}

/// Pages of views as they were.
class PagesOfThePast : public ::testing::Test {
 protected:
  PagesOfThePast() {
    for (int i = 0; i < 6; ++i) add("b" + std::to_string(i), i);
    MUST(shelf.views->catch_up());
  }
  void add(const std::string& name, int day) {
    BookSet book;
    book.set_book(name);
    shelf.add(book, day);
  }
  Result<Answer> ask(const Ask& ask) {
    found.clear();
    return shelf.views->ask("indexed", ask, [&](const google::protobuf::Message& row) {
      found.push_back(static_cast<const shelf::IndexedRow&>(row).book());
      return true;
    });
  }
  void expect_refused(const Ask& wrong, const std::string& reason) {
    const auto answer = ask(wrong);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), ErrorCode::invalid_argument);
    EXPECT_THAT(answer.error().message().en, HasSubstr(reason));
    EXPECT_THAT(answer.error().message().en, Not(HasSubstr("rebuilt")));
  }
  Shelf shelf;
  std::vector<std::string> found;
};

TEST_F(PagesOfThePast, SpeakOfOnePositionThoughTheLogGoesOn) {
  Ask first{.limit = 2, .effective_on = ClubLedger::day(9)};
  Answer answer = take(ask(first));
  EXPECT_EQ(answer.checkpoint.position, 6U);
  std::vector<std::string> all = found;
  while (!answer.next_page.empty()) {
    add("b2x" + std::to_string(all.size()), 1);  // would come between
    first.page_token = answer.next_page;
    answer = take(ask(first));
    EXPECT_EQ(answer.checkpoint.position, 6U);
    all.insert(all.end(), found.begin(), found.end());
  }
  EXPECT_THAT(all, ElementsAre("b0", "b1", "b2", "b3", "b4", "b5"));
}

TEST_F(PagesOfThePast, AreOfTheirMoment) {
  const std::string at_five = take(ask({.limit = 2, .known_at = 5})).next_page;
  EXPECT_TRUE(ask({.limit = 2, .page_token = at_five, .known_at = 5}));
  EXPECT_THAT(found, ElementsAre("b2", "b3"));
  expect_refused({.page_token = at_five, .known_at = 6}, "as known at position 5");
  expect_refused({.page_token = at_five}, "as it is now");
  expect_refused({.page_token = at_five, .known_at = 5, .effective_on = ClubLedger::day(3)},
                 "effective on 2024-01-04");
  const std::string dated = take(ask({.limit = 2, .effective_on = ClubLedger::day(3)})).next_page;
  EXPECT_TRUE(ask({.page_token = dated, .effective_on = ClubLedger::day(3)}));
  EXPECT_TRUE(ask({.page_token = dated, .known_at = 6, .effective_on = ClubLedger::day(3)}));
  expect_refused({.page_token = dated, .effective_on = ClubLedger::day(4)}, "2024-01-04");
  expect_refused({.page_token = dated, .known_at = 6}, "2024-01-04");
  const std::string now = take(ask({.limit = 2})).next_page;
  EXPECT_TRUE(ask({.page_token = now}));
  EXPECT_THAT(found, ElementsAre("b2", "b3", "b4", "b5"));
  expect_refused({.page_token = now, .known_at = 5}, "as it is now");
}

TEST_F(PagesOfThePast, AreOfTheirQuestion) {
  const std::string token = take(ask({.limit = 2})).next_page;
  expect_refused({.order = Order::of("title"), .page_token = token}, "question");
  expect_refused({.where = {{"lent", {"false"}}}, .page_token = token}, "question");
  expect_refused({.page_token = token + "f"}, "question");
  expect_refused({.page_token = "nonsense"}, "question");
  const auto other = shelf.views->ask("plain", {.page_token = token},
                                      [](const google::protobuf::Message&) { return true; });
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message().en, Not(HasSubstr("rebuilt")));
}

TEST_F(PagesOfThePast, ARebuiltViewIsSaidToBeRebuilt) {
  const std::string token = take(ask({.limit = 2})).next_page;
  MUST(shelf.views->rebuild());
  const auto refused = ask({.page_token = token});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::condition_failed);
  EXPECT_THAT(refused.error().message().en, HasSubstr("rebuilt"));
}

}  // namespace
}  // namespace taizhang::testing
