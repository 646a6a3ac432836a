#pragma once

#include <functional>
#include <map>
#include <memory>

#include "taizhang/decision/decision.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Decides the commands of one batch. Made anew for each batch and each attempt at it, so it may
/// keep what it has read. One thread.
class Judge {
 public:
  Judge() = default;
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;
  virtual ~Judge() = default;
  /// Reads, applies the rules, emits. An answer to the command (`rejected`, `invalid_argument`,
  /// `not_found`, `too_large`, `id_content_differs`) becomes its verdict and its events are
  /// dropped; any other error ends the batch.
  virtual Result<> decide(Decision& decision) = 0;
  /// The decision was accepted and its events stand on the desk.
  virtual void decided(const Decision& decision) { static_cast<void>(decision); }
};
/// Safe from any thread. The judge must not outlive the desk.
using MakeJudge = std::function<std::unique_ptr<Judge>(Desk& desk)>;

/// Rules by command: the judge of an application whose commands are independent of each other.
///
///   rules.on<BoardBus>([](Decision& decision, const BoardBus& command) -> Result<> {…});
///
/// `VoidEvent` and `CorrectEvent` (taizhang.ledger.v1) have a rule from the start, which does what
/// Decision::void_event and correct_event do for whoever asks; an application that has a say in it
/// gives its own.
///
/// A rule that has nothing to say against the command emits its events and returns {}; else it
/// returns refuse(…). Rules are called from any thread that decides, several at once.
class Rules {
 public:
  Rules();
  using Rule = std::function<Result<>(Decision&, const google::protobuf::Message& body)>;

  template <class Body>
  Rules& on(std::function<Result<>(Decision&, const Body&)> rule) {
    return on(Body::descriptor(),
              [rule = std::move(rule)](Decision& decision, const google::protobuf::Message& body) {
                return rule(decision, static_cast<const Body&>(body));
              });
  }
  Rules& on(const google::protobuf::Descriptor* command, Rule rule);

  /// Validates each command's body against the schema, then asks its rule. A command without one
  /// is `invalid_argument`.
  [[nodiscard]] MakeJudge judge() const;

 private:
  std::map<const google::protobuf::Descriptor*, Rule> rules_;
};

}  // namespace taizhang
