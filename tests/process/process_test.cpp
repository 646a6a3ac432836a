#include <thread>

#include "process/library.hpp"

namespace taizhang {
namespace {

using testing::Library;
using testing::loans_end;
using testing::Marks;
using testing::noting;
using testing::take;

TEST_F(Library, AnsweredOnceHoweverOftenItRuns) {
  lend("ann", "1"), lend("ann", "2"), lend("ben", "3");
  give_back("ann", "1");
  const Position left = leave("ann", {.actor = "desk:1", .correlation = "spring cleaning"});
  const ManagerProgress first = react();
  EXPECT_EQ(first.position, left);
  EXPECT_EQ(first.reactions, 1u);
  EXPECT_EQ(first.accepted, 1u);
  const Position end = head();
  for (int i = 0; i < 3; ++i) {
    const ManagerProgress again = react();
    EXPECT_EQ(again.accepted + again.refused, 0u);
    EXPECT_EQ(again.known, 1u);
  }
  EXPECT_EQ(head(), end);
  each([&](const RecordedEvent& event, const Context& context) {
    if (event.type != "library.loan-written-off") return;
    EXPECT_TRUE(event.has_tag("loan:2"));
    EXPECT_EQ(context.actor, "process:loans-end");
    EXPECT_EQ(context.correlation, "spring cleaning");
    EXPECT_EQ(event.effective_on->to_string(), "2024-03-01");
  });
}

TEST_F(Library, CommandIdFollowsFromManagerTriggerAndOrdinal) {
  lend("ann", "1"), lend("ann", "2");
  const Position left = leave("ann");
  react();
  Id trigger;
  each([&](const RecordedEvent& event, const Context&) {
    if (event.position == left) trigger = event.id;
  });
  std::set<Id> expected;
  for (const char* ordinal : {"0", "1"})
    expected.insert(Id::derive("taizhang.process", {"loans-end", trigger.to_string(), ordinal}));
  std::set<Id> found;
  for (const auto& [key, type] : answers()) {
    EXPECT_EQ(key.first, trigger.to_string());
    found.insert(key.second);
  }
  EXPECT_EQ(found, expected);
}

TEST_F(Library, WhatDiedHalfWayIsFinished) {
  lend("ann", "1"), lend("ann", "2");
  leave("ann");
  // The first of two commands was taken, then the program died.
  std::vector<Command> commands;
  ReactOptions note_them;
  note_them.told = [&](const Reacted& one) { commands.push_back(one.command); };
  Library elsewhere;
  elsewhere.lend("ann", "1"), elsewhere.lend("ann", "2"), elsewhere.leave("ann");
  elsewhere.react(note_them);
  ASSERT_EQ(commands.size(), 2u);
  Id trigger;
  each([&](const RecordedEvent& event, const Context&) { trigger = event.id; });
  commands[0].id = Id::derive("taizhang.process", {"loans-end", trigger.to_string(), "0"});
  commands[0].context.causation = trigger.to_string();
  take(decider->execute(std::span(commands).first(1)));
  EXPECT_EQ(count("library.loan-written-off"), 1);

  const ManagerProgress rest = react();
  EXPECT_EQ(rest.known, 1u);
  EXPECT_EQ(rest.accepted, 1u);
  EXPECT_EQ(count("library.loan-written-off"), 2);
}

TEST_F(Library, RunThatFailsBetweenCommitsGoesOnFromThere) {
  for (const char* member : {"ann", "ben", "cai"}) {
    lend(member, std::string("of-") + member);
    leave(member);
  }
  Marks marks;
  ReactOptions options = marks.options();
  options.commands_per_commit = 1;
  options.hints.write = [](std::string_view, const Checkpoint&) -> Result<> {
    return Error(ErrorCode::io_error, {"no space for hints", "没有空间"});
  };
  auto managers = take(ProcessManagers::make(*decider, {loans_end()}));
  EXPECT_EQ(managers->run(options).error().code(), ErrorCode::io_error);
  EXPECT_EQ(count("library.loan-written-off"), 1);
  EXPECT_EQ(react(marks.options()).accepted, 2u);
  EXPECT_EQ(answers().size(), 3u);
}

TEST_F(Library, RacingRunnersEndWithOneAnswerForEachCommand) {
  for (int i = 0; i < 40; ++i) {
    const std::string member = "m" + std::to_string(i);
    lend(member, member + "a"), lend(member, member + "b");
    leave(member);
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      ReactOptions options;
      options.commands_per_commit = static_cast<std::size_t>(1 + 2 * i);
      react(options);
    });
  // Meanwhile some books come back, whoever is first.
  threads.emplace_back([&] {
    for (int i = 39; i >= 0; i -= 3) {
      library::ReturnBook wish;
      wish.set_member("m" + std::to_string(i)), wish.set_loan("m" + std::to_string(i) + "b");
      const Command command = Command::of(wish, {}, take(Date::parse("2024-03-01")));
      take(decider->execute(std::span(&command, 1)));
    }
  });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answers().size(), 80u);
  EXPECT_EQ(count("library.loan-written-off") + count("library.book-returned"), 80);
  const Position end = head();
  EXPECT_EQ(react().known, 80u);
  EXPECT_EQ(head(), end);
}

TEST_F(Library, RefusalIsRecordedOnceAndStays) {
  lend("ann", "1");
  const Position left = leave("ann");
  const Position back = give_back("ann", "1");
  EXPECT_EQ(react().refused, 1u);
  ASSERT_EQ(refusals().size(), 1u);
  const ledger::v1::ReactionRefused refusal = refusals().front();
  EXPECT_EQ(refusal.manager(), "loans-end");
  EXPECT_EQ(refusal.trigger(), left);
  EXPECT_EQ(refusal.command(), "WriteOffLoan");
  EXPECT_EQ(refusal.rule(), "NOT-OPEN");
  EXPECT_EQ(refusal.in_the_way(), back);
  EXPECT_EQ(refusal.message_en(), "the loan is not open (position " + std::to_string(back) + ")");
  ASSERT_EQ(refusal.subjects_size(), 1);
  EXPECT_EQ(refusal.subjects(0), "member:ann");

  void_of(back);  // now the rule would take it; the answer stays
  const Position end = head();
  EXPECT_EQ(react().known, 1u);
  EXPECT_EQ(head(), end);
  EXPECT_EQ(count("library.loan-written-off"), 0);
}

TEST_F(Library, RefusalNamesThePositionThatTheCommitGave) {
  // The second trigger of one commit is refused because of what the first one led to.
  lend("ann", "1");
  leave("ann"), leave("ann");
  const ManagerProgress progress = react();
  EXPECT_EQ(progress.accepted, 1u);
  EXPECT_EQ(progress.refused, 1u);
  EXPECT_EQ(refusals().front().in_the_way(), 4u);
  EXPECT_EQ(refusals().front().message_en(), "the loan is not open (position 4)");
}

TEST_F(Library, ReadsTheRecordAsItStoodAtTheTrigger) {
  const Position lent = lend("ann", "1");
  lend("ben", "2");
  const Position back = give_back("ben", "2");
  leave("ann"), leave("ben");
  void_of(lent);  // too late to change what is wanted; the rules know it
  void_of(back);  // ben's book is out again, but was not when ben left
  const ManagerProgress progress = react();
  EXPECT_EQ(progress.reactions, 2u);
  EXPECT_EQ(progress.accepted, 0u);
  EXPECT_EQ(progress.refused, 1u);
  EXPECT_EQ(refusals().front().rule(), "NOT-OPEN");
}

TEST_F(Library, VoidKnownAtTheTriggerCounts) {
  lend("ann", "1");
  void_of(give_back("ann", "1"));
  leave("ann");
  EXPECT_EQ(react().accepted, 1u);
}

TEST_F(Library, NothingIsDoneForATriggerThatWasVoidedMeanwhile) {
  lend("ann", "1");
  const Position left = leave("ann");
  const Position gone = void_of(left);
  EXPECT_EQ(react().refused, 1u);
  ASSERT_EQ(refusals().size(), 1u);
  EXPECT_EQ(refusals().front().rule(), "TRIGGER-VOIDED");
  EXPECT_EQ(refusals().front().in_the_way(), gone);
  EXPECT_EQ(count("library.loan-written-off"), 0);
  EXPECT_EQ(react().known, 1u);
}

TEST_F(Library, ManagerDoesNotTakeItsOwnEvents) {
  note("ann");
  EXPECT_EQ(react({noting("a")}).front().accepted, 1u);
  const ManagerProgress again = react({noting("a")}).front();
  EXPECT_EQ(again.reactions, 1u);
  EXPECT_EQ(again.known, 1u);
  EXPECT_EQ(count("library.note-taken"), 2);
}

TEST_F(Library, ManagersThatAnswerEachOtherEndWhereTheLogEndedWhenTheRunBegan) {
  note("ann");
  // Each answers the note, then the other's answers, one round a run.
  react({noting("a"), noting("b")});
  EXPECT_EQ(count("library.note-taken"), 3);
  react({noting("a"), noting("b")});
  EXPECT_EQ(count("library.note-taken"), 5);
}

TEST_F(Library, ProgressIsAHint) {
  lend("ann", "1");
  leave("ann");
  Marks marks;
  react(marks.options());
  EXPECT_EQ(marks.places["loans-end"].position, 2u);
  const ManagerProgress none = react(marks.options());
  EXPECT_EQ(none.reactions, 0u) << "what the hint covers is not read again";
  EXPECT_EQ(none.position, head());
  const Position end = head();
  marks.places.clear();
  EXPECT_EQ(react(marks.options()).known, 1u);
  marks.places["loans-end"] = {Id::random(), 1'000'000, {}};  // of another log
  EXPECT_EQ(react(marks.options()).known, 1u);
  EXPECT_EQ(head(), end);
}

TEST_F(Library, NewManagerAnswersWhatOthersHavePassed) {
  lend("ann", "1");
  note("ann"), leave("ann");
  Marks marks;
  react({noting("a")}, marks.options());
  const auto both = react({noting("a"), loans_end()}, marks.options());
  EXPECT_EQ(both[0].reactions, 0u);
  EXPECT_EQ(both[1].accepted, 1u);
}

TEST_F(Library, ReactionThatFailsStopsItsManagerOnlyAndIsTriedAgain) {
  lend("ann", "1"), lend("ben", "2");
  leave("ann");
  const Position second = leave("ben");
  bool broken = true;
  const auto fragile = [&] {
    ProcessManager good = loans_end();
    const auto react = good.handlers().begin()->second.react;
    return ProcessManager("fragile").on<library::MemberLeft>(
        [&, react](Reaction& reaction, const library::MemberLeft& left) -> Result<> {
          if (broken && left.member() == "ben")
            return Error(ErrorCode::internal, {"a mistake", "有误"});
          return react(reaction, left);
        });
  };
  Marks marks;
  const auto progress = react({fragile(), noting("a")}, marks.options());
  ASSERT_TRUE(progress[0].stopped);
  EXPECT_EQ(progress[0].stopped->detail("trigger"), std::to_string(second));
  EXPECT_EQ(progress[0].stopped->detail("manager"), "fragile");
  EXPECT_EQ(progress[0].accepted, 1u);
  EXPECT_EQ(progress[0].position, second - 1);
  EXPECT_FALSE(progress[1].stopped);
  EXPECT_EQ(progress[1].position, second);
  broken = false;
  const auto rest = react({fragile(), noting("a")}, marks.options());
  EXPECT_FALSE(rest[0].stopped);
  EXPECT_EQ(rest[0].accepted, 1u);
}

TEST_F(Library, CommandThatNoRuleCouldTakeIsNoAnswerAndStopsItsManager) {
  note("ann");
  const Position note_of_ben = note("ben");
  note("cai");
  std::string member;  // a mistake of the manager: the command says nothing
  const auto forgetful = [&] {
    return ProcessManager("forgetful")
        .on<library::NoteTaken>(
            [&](Reaction& reaction, const library::NoteTaken& note) -> Result<> {
              library::LeaveLibrary wish;
              wish.set_member(note.member() == "ben" ? member : note.member());
              reaction.command(wish);
              return {};
            });
  };
  const auto progress = react({forgetful(), noting("a")});
  ASSERT_TRUE(progress[0].stopped);
  EXPECT_EQ(progress[0].stopped->code(), ErrorCode::invalid_argument);
  EXPECT_EQ(progress[0].stopped->detail("trigger"), std::to_string(note_of_ben));
  EXPECT_EQ(progress[0].accepted, 1u);
  EXPECT_EQ(progress[1].accepted, 3u);
  EXPECT_TRUE(refusals().empty());
  member = "ben";
  EXPECT_EQ(react({forgetful()}).front().known, 1u);
  EXPECT_EQ(count("library.member-left"), 6) << "ann, ben, cai and the notes of \"a\"";
}

TEST_F(Library, ManyCommandsOfOneReactionAreTaken) {
  for (int i = 0; i < 1'100; ++i) lend("ann", std::to_string(i));
  leave("ann");
  EXPECT_EQ(react().accepted, 1'100u);
  EXPECT_EQ(react().known, 1'100u);
}

TEST_F(Library, ManagersThatCannotBeAreRefused) {
  const auto code = [&](std::vector<ProcessManager> managers) {
    const auto made = ProcessManagers::make(*decider, std::move(managers));
    return made ? std::string("made") : std::string(name(made.error().code()));
  };
  EXPECT_EQ(code({loans_end(), noting("a")}), "made");
  EXPECT_EQ(code({}), "made");
  EXPECT_EQ(code({noting("a"), noting("a")}), "invalid_argument");
  EXPECT_EQ(code({noting("")}), "invalid_argument");
  const auto nothing = [](Reaction&, const auto&) -> Result<> { return {}; };
  EXPECT_EQ(code({ProcessManager("v").on<ledger::v1::EventVoided>(nothing)}), "invalid_argument");
  EXPECT_EQ(code({ProcessManager("r").on<ledger::v1::ReactionRefused>(nothing)}), "made");
  EXPECT_TRUE(react(std::vector<ProcessManager>{}).empty());
}

}  // namespace
}  // namespace taizhang
