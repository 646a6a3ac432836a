#include "taizhang/decision/rules.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "taizhang/ledger/v1/commands.pb.h"

namespace taizhang {
namespace {

class RulesJudge final : public Judge {
 public:
  using ByCommand = std::map<const google::protobuf::Descriptor*, Rules::Rule>;
  explicit RulesJudge(std::shared_ptr<const ByCommand> rules) : rules_(std::move(rules)) {}

  Result<> decide(Decision& decision) override {
    const google::protobuf::Message& body = *decision.command().body;
    const auto rule = rules_->find(body.GetDescriptor());
    if (rule == rules_->end())
      return Error(ErrorCode::invalid_argument,
                   {"No rule decides \"" + body.GetTypeName() +
                        "\". Give it one with Rules::on, or send a command that has one.",
                    "没有规则受理“" + body.GetTypeName() +
                        "”。请用 Rules::on 为它登记规则，或发送已有规则的命令。"})
          .with("command", body.GetTypeName());
    TAIZHANG_CHECK(decision.schema().validate(body));
    return rule->second(decision, body);
  }

 private:
  std::shared_ptr<const ByCommand> rules_;
};

Approval approval_of(const auto& command) {
  return {command.reason(), command.approver(), command.approval_document()};
}

Result<> void_event(Decision& decision, const ledger::v1::VoidEvent& command) {
  return decision.void_event(command.position(), approval_of(command));
}

Result<> correct_event(Decision& decision, const ledger::v1::CorrectEvent& command) {
  TAIZHANG_TRY(const EffectiveEvent now, decision.standing(command.position()));
  TAIZHANG_TRY(const auto replacement, decision.with_fields(now, command.fields_json()));
  return decision.correct_event(command.position(), *replacement, approval_of(command));
}

}  // namespace

Rules::Rules() {
  on<ledger::v1::VoidEvent>(void_event);
  on<ledger::v1::CorrectEvent>(correct_event);
}

Rules& Rules::on(const google::protobuf::Descriptor* command, Rule rule) {
  rules_[command] = std::move(rule);
  return *this;
}

MakeJudge Rules::judge() const {
  auto rules = std::make_shared<const RulesJudge::ByCommand>(rules_);
  return [rules = std::move(rules)](Desk&) { return std::make_unique<RulesJudge>(rules); };
}

}  // namespace taizhang
