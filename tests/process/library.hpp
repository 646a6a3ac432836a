#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "library.pb.h"
#include "schema/amendment.hpp"
#include "taizhang/ledger/v1/events.pb.h"
#include "taizhang/process/process_managers.hpp"
#include "taizhang/schema/event_codec.hpp"
#include "taizhang/storage/memory.hpp"
#include "take.hpp"

// A lending library: a loan is open until it is returned or written off; who leaves has what is
// open written off by a process manager.
namespace taizhang::testing {

inline std::shared_ptr<const Schema> library_schema() {
  static const auto schema = take(Schema::of<library::BookLent>());
  return schema;
}

struct Loan {
  Position lent = 0;
  Position ended = 0;  ///< returned or written off
  [[nodiscard]] bool open() const { return lent != 0 && ended == 0; }
};
/// How the loan stands at the desk of a rule or a reaction.
inline Result<Loan> loan_at(Desk& desk, const std::string& loan) {
  TAIZHANG_TRY(const auto lent, desk.past<library::BookLent>({"loan:" + loan}));
  TAIZHANG_TRY(const auto back, desk.past<library::BookReturned>({"loan:" + loan}));
  TAIZHANG_TRY(const auto off, desk.past<library::LoanWrittenOff>({"loan:" + loan}));
  Loan found;
  if (!lent.empty()) found.lent = lent.back().info.position;
  if (!back.empty()) found.ended = back.back().info.position;
  if (!off.empty()) found.ended = off.back().info.position;
  return found;
}

/// Command into event of the same member and loan, if the loan is open.
template <class Event, class Command>
Result<> end_loan(Decision& decision, const Command& wish) {
  TAIZHANG_TRY(const Loan loan, loan_at(decision.desk(), wish.loan()));
  if (!loan.open())
    return refuse("NOT-OPEN", {"the loan is not open (position {position})", "该借阅已结束"},
                  loan.ended);
  Event event;
  event.set_member(wish.member());
  event.set_loan(wish.loan());
  return decision.emit(event);
}
template <class Event, class Command>
Result<> of_member(Decision& decision, const Command& wish) {
  Event event;
  event.set_member(wish.member());
  return decision.emit(event);
}

inline Rules library_rules() {
  Rules rules;
  rules.on<library::LendBook>([](Decision& decision, const library::LendBook& wish) -> Result<> {
    library::BookLent lent;
    lent.set_member(wish.member());
    lent.set_loan(wish.loan());
    return decision.emit(lent);
  });
  rules.on<library::ReturnBook>(end_loan<library::BookReturned, library::ReturnBook>);
  rules.on<library::WriteOffLoan>(end_loan<library::LoanWrittenOff, library::WriteOffLoan>);
  rules.on<library::LeaveLibrary>(of_member<library::MemberLeft, library::LeaveLibrary>);
  rules.on<library::TakeNote>(of_member<library::NoteTaken, library::TakeNote>);
  return rules;
}

/// Who leaves has the open loans written off, in the order in which they were lent.
inline ProcessManager loans_end() {
  return ProcessManager("loans-end")
      .on<library::MemberLeft>([](Reaction& reaction, const library::MemberLeft& left) -> Result<> {
        TAIZHANG_TRY(const auto lent,
                     reaction.past<library::BookLent>({"member:" + left.member()}));
        for (const auto& one : lent) {
          TAIZHANG_TRY(const Loan loan, loan_at(reaction.desk(), one->loan()));
          if (!loan.open()) continue;
          library::WriteOffLoan wish;
          wish.set_member(left.member());
          wish.set_loan(one->loan());
          reaction.command(wish);
        }
        return {};
      });
}
/// Notes a note, for ever if it took its own.
inline ProcessManager noting(const std::string& name) {
  return ProcessManager(name).on<library::NoteTaken>(
      [](Reaction& reaction, const library::NoteTaken& note) -> Result<> {
        library::TakeNote wish;
        wish.set_member(note.member());
        reaction.command(wish);
        return {};
      });
}

class Library : public ::testing::Test {
 public:
  Library() {
    registry.add("memory", memory_backend());
    const auto store = [&](const char* place, const std::vector<std::string>& keyspaces) {
      return take(registry.open(place, {.mode = OpenMode::create, .keyspaces = keyspaces}));
    };
    ledger = take(Ledger::create(store("memory:log", Ledger::keyspaces()), {}, system_clock()));
    vault = take(Vault::open(store("memory:vault", Vault::keyspaces()), {}, ledger->id()));
    decider = std::make_unique<Decider>(*ledger, *vault, library_schema(), library_rules().judge());
  }
  void TestBody() override {}

  template <class Body>
  Position run(const Body& body, Context context = {.actor = "desk:1"}) {
    const Command command = Command::of(body, std::move(context), take(Date::parse("2024-03-01")));
    const Verdict verdict = take(decider->execute(std::span(&command, 1))).front();
    if (verdict.error) throw std::runtime_error(verdict.error->message().en);
    return verdict.positions.front();
  }
  Position lend(const std::string& member, const std::string& loan) {
    library::LendBook wish;
    wish.set_member(member), wish.set_loan(loan);
    return run(wish);
  }
  Position give_back(const std::string& member, const std::string& loan) {
    library::ReturnBook wish;
    wish.set_member(member), wish.set_loan(loan);
    return run(wish);
  }
  Position leave(const std::string& member, Context context = {.actor = "desk:1"}) {
    library::LeaveLibrary wish;
    wish.set_member(member);
    return run(wish, std::move(context));
  }
  Position note(const std::string& member) {
    library::TakeNote wish;
    wish.set_member(member);
    return run(wish);
  }
  Position void_of(Position position) {
    const NewEvent gone = take(schema::encode_void(take(schema::amendable(*ledger, position)),
                                                   Id::random(), {}, {"mistake", "head", ""}));
    return take(ledger->append(std::span(&gone, 1))).positions.front();
  }

  std::vector<ManagerProgress> react(std::vector<ProcessManager> managers,
                                     const ReactOptions& options = {}) {
    return take(take(ProcessManagers::make(*decider, std::move(managers)))->run(options));
  }
  ManagerProgress react(const ReactOptions& options = {}) {
    return react({loans_end()}, options).front();
  }
  [[nodiscard]] Position head() const { return ledger->head().position; }
  /// Visits the log in order, with each event's context.
  void each(const std::function<void(const RecordedEvent&, const Context&)>& visit) const {
    Reader reader = take(ledger->read(Query::all()));
    while (const RecordedEvent* event = take(reader.next()))
      visit(*event, take(decode_context(event->context)));
  }
  [[nodiscard]] int count(const std::string& type) const {
    int found = 0;
    each([&](const RecordedEvent& event, const Context&) { found += event.type == type; });
    return found;
  }
  /// What was done about which event: type, by trigger and command id. Fails on a second answer.
  [[nodiscard]] std::map<std::pair<std::string, Id>, std::string> answers() const {
    std::map<std::pair<std::string, Id>, std::string> all;
    each([&](const RecordedEvent& event, const Context& context) {
      if (!context.actor.starts_with("process:")) return;
      EXPECT_TRUE(all.emplace(std::pair(context.causation, *context.command), event.type).second)
          << "answered twice, position " << event.position;
    });
    return all;
  }
  /// The refusals in the log.
  [[nodiscard]] std::vector<ledger::v1::ReactionRefused> refusals() const {
    std::vector<ledger::v1::ReactionRefused> all;
    each([&](const RecordedEvent& event, const Context&) {
      if (event.type != "ledger.reaction-refused") return;
      take(decode_event(*library_schema(), event, all.emplace_back(), nullptr));
    });
    return all;
  }

  StorageRegistry registry;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<Vault> vault;
  std::unique_ptr<Decider> decider;
};

/// Hints in memory.
struct Marks {
  std::map<std::string, Checkpoint, std::less<>> places;
  ReactOptions options() {
    ReactOptions made;
    made.hints = {[this](std::string_view name) -> Result<std::optional<Checkpoint>> {
                    const auto found = places.find(name);
                    return found == places.end() ? std::nullopt : std::optional(found->second);
                  },
                  [this](std::string_view name, const Checkpoint& place) -> Result<> {
                    places[std::string(name)] = place;
                    return {};
                  }};
    return made;
  }
};

}  // namespace taizhang::testing
