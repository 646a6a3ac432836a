#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fixture.hpp"

namespace taizhang::testing {
namespace {

enum class Step : std::uint8_t {
  append,
  append_many,
  seal,
  refresh,
  follow,
  reopen_writer,
  reopen_reader
};

// Whatever happens in whatever order: what a follower delivers is the log, and never more of it
// than its writer had recorded.
RC_GTEST_PROP(OpenersProperty, AFollowerIsTheLogUpToTheLastRefresh, ()) {
  const auto steps =
      *rc::gen::scale(4.0, rc::gen::container<std::vector<Step>>(
                               rc::gen::weightedElement<Step>({{6, Step::append},
                                                               {2, Step::append_many},
                                                               {2, Step::seal},
                                                               {4, Step::refresh},
                                                               {3, Step::follow},
                                                               {1, Step::reopen_writer},
                                                               {1, Step::reopen_reader}})));
  Place place("memory");
  auto ledger = *place.create();
  const auto open_reader = [&] {
    return *Ledger::open(*place.store(OpenMode::follower), place.clock);
  };
  auto reader = open_reader();
  auto follower = std::make_unique<Follower>(*reader->follow(Query::tag("a")));
  std::uint32_t number = 0;
  Position delivered = 0;
  std::vector<Head> heads{ledger->head()};
  const auto add = [&](std::uint32_t count) {
    std::vector<NewEvent> commit;
    for (std::uint32_t i = 0; i < count; ++i, ++number)
      commit.push_back(event(number, "type " + std::to_string(number % 11), {"a"}));
    RC_ASSERT(ledger->append(commit).has_value());
    for (auto at = heads.size(); at <= number; ++at) heads.push_back(ledger->head());
  };
  for (const auto step : steps) {
    const auto before = reader->head().position;
    switch (step) {
      case Step::append:
        add(1 + number % 3);
        break;
      case Step::append_many:
        add(200);
        break;
      case Step::seal:
        RC_ASSERT(ledger->seal().has_value());
        break;
      case Step::refresh: {
        const auto head = reader->refresh();
        RC_ASSERT(head.has_value());
        RC_ASSERT(head->position == number);
        RC_ASSERT(head->root == heads[number].root);
        RC_ASSERT(read_positions(*reader, Query::tag("a")).positions.size() == number);
        continue;
      }
      case Step::follow:
        for (;;) {
          const auto next = follower->next(std::chrono::milliseconds(0));
          RC_ASSERT(next.has_value());
          if (*next == nullptr) break;
          RC_ASSERT((*next)->position == ++delivered);
          RC_ASSERT((*next)->id == event_id(Id{}, static_cast<std::uint32_t>(delivered - 1)));
        }
        RC_ASSERT(delivered == number);
        continue;
      case Step::reopen_writer:
        ledger.reset();
        ledger = *place.open();
        break;
      case Step::reopen_reader:
        follower.reset();
        reader.reset();
        reader = open_reader();
        RC_ASSERT(reader->head().position == number);
        follower = std::make_unique<Follower>(
            *reader->follow(Query::tag("a"), *reader->checkpoint_at(delivered)));
        continue;
    }
    RC_ASSERT(reader->head().position == before);
    RC_ASSERT(read_positions(*reader, Query::tag("a")).positions.size() == before);
  }
}

}  // namespace
}  // namespace taizhang::testing
