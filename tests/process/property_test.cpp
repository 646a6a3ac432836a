#include <rapidcheck/gtest.h>

#include "process/library.hpp"
#include "schema/amendment.hpp"

namespace taizhang {
namespace {

using testing::Library;
using testing::Marks;
using testing::take;

/// Writes off what was lent and not returned; reads nothing that it leads to.
ProcessManager strict() {
  return ProcessManager("strict").on<library::MemberLeft>(
      [](Reaction& reaction, const library::MemberLeft& left) -> Result<> {
        const std::string member = "member:" + left.member();
        TAIZHANG_TRY(const auto lent, reaction.past<library::BookLent>({member}));
        for (const auto& one : lent) {
          TAIZHANG_TRY(const auto back,
                       reaction.past<library::BookReturned>({member, "loan:" + one->loan()}));
          if (!back.empty()) continue;
          library::WriteOffLoan wish;
          wish.set_member(left.member());
          wish.set_loan(one->loan());
          reaction.command(wish);
        }
        return {};
      });
}

/// What happened to the library, without its managers.
struct Step {
  enum Kind { lent, returned, left, voided } kind;
  int member;
  int loan;
};
std::ostream& operator<<(std::ostream& out, const Step& step) {
  static const char* const names[] = {"lent", "returned", "left", "voided"};
  return out << names[step.kind] << ' ' << step.member << ' ' << step.loan;
}

/// Appends the step's event as it is, so that every library gets the same ones.
class Told {
 public:
  explicit Told(Library& library) : library_(&library) {}
  void take_in(const Step& step) {
    const std::string member = std::to_string(step.member);
    const std::string loan = std::to_string(step.loan);
    if (step.kind == Step::voided) return take_back(static_cast<std::size_t>(step.loan));
    library::BookLent lent;
    library::BookReturned returned;
    library::MemberLeft left;
    lent.set_member(member), lent.set_loan(loan);
    returned.set_member(member), returned.set_loan(loan);
    left.set_member(member);
    const google::protobuf::Message& message =
        step.kind == Step::lent       ? static_cast<const google::protobuf::Message&>(lent)
        : step.kind == Step::returned ? static_cast<const google::protobuf::Message&>(returned)
                                      : left;
    append(take(encode_event(*testing::library_schema(), message, next(), {.actor = "desk:1"},
                             Date{19'000}, *library_->vault)));
  }

 private:
  Id next() { return Id::derive("told", {std::to_string(++ids_)}); }
  void append(const NewEvent& event) {
    places_.push_back(take(library_->ledger->append(std::span(&event, 1))).positions.front());
    open_.push_back(true);
  }
  /// A void of one of the events told, each once.
  void take_back(std::size_t which) {
    if (places_.empty()) return;
    which %= places_.size();
    if (!open_[which]) return;
    open_[which] = false;
    const Position position = places_[which];
    append(take(schema::encode_void(take(schema::amendable(*library_->ledger, position)), next(),
                                    {}, {"mistake", "head", ""})));
    open_.back() = false;
  }
  Library* library_;
  std::uint64_t ids_ = 0;
  std::vector<Position> places_;
  std::vector<bool> open_;
};

rc::Gen<Step> any_step() {
  return rc::gen::build<Step>(
      rc::gen::set(&Step::kind,
                   rc::gen::weightedElement<Step::Kind>(
                       {{6, Step::lent}, {3, Step::returned}, {3, Step::left}, {2, Step::voided}})),
      rc::gen::set(&Step::member, rc::gen::inRange(0, 3)),
      rc::gen::set(&Step::loan, rc::gen::inRange(0, 12)));
}

using Key = std::pair<std::string, Id>;
std::set<Key> issued(const Library& library) {
  std::set<Key> keys;
  for (const auto& [key, type] : library.answers()) keys.insert(key);
  return keys;
}

RC_GTEST_PROP(ReactionsProperty, WhenItRunsDoesNotChangeWhatIsIssued, ()) {
  const auto steps = *rc::gen::container<std::vector<Step>>(any_step());
  const auto when =
      *rc::gen::container<std::vector<bool>>(steps.size(), rc::gen::arbitrary<bool>());
  Library always, once, sometimes;
  Told told_always(always), told_once(once), told_sometimes(sometimes);
  Marks marks, lost;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    told_always.take_in(steps[i]);
    always.react({strict()}, marks.options());
    told_once.take_in(steps[i]);
    told_sometimes.take_in(steps[i]);
    if (when[i]) sometimes.react({strict()}, lost.options());
    if (i % 3 == 0) lost.places.clear();
  }
  once.react({strict()});
  sometimes.react({strict()}, lost.options());
  RC_ASSERT(issued(always) == issued(once));
  RC_ASSERT(issued(sometimes) == issued(once));
  for (Library* one : {&always, &once, &sometimes}) {
    const Position end = one->head();
    const ManagerProgress again = one->react({strict()}).front();
    RC_ASSERT(again.accepted + again.refused == 0u);
    RC_ASSERT(again.known == issued(*one).size());
    RC_ASSERT(one->head() == end);
  }
}

}  // namespace
}  // namespace taizhang
