#include "taizhang/education/education.hpp"

#include <google/protobuf/message.h>

#include "education/deciders.hpp"
#include "education/subjects.hpp"
#include "taizhang/education/v1/commands.pb.h"

namespace taizhang {
namespace {

using education::Facts;
using education::ParameterCache;

/// The rules of a school system, with what they have read of schools and parameters.
class SchoolJudge final : public Judge {
 public:
  SchoolJudge(Desk& desk, std::shared_ptr<ParameterCache> parameters, std::unique_ptr<Judge> others)
      : parameters_(std::move(parameters)),
        facts_(desk, *parameters_),
        others_(std::move(others)) {}
  Result<> decide(Decision& decision) override {
    const auto* file = decision.command().body->GetDescriptor()->file();
    if (others_ && file != education::v1::RegisterSchool::descriptor()->file() &&
        file != ledger::v1::VoidEvent::descriptor()->file())
      return others_->decide(decision);
    education::Decision one(decision, facts_);
    return education::decide(one);
  }
  void decided(const Decision& decision) override {
    for (const NewEvent& event : decision.events())
      for (const std::string& tag : event.tags) facts_.forget(tag);
    if (others_) others_->decided(decision);
  }
  Facts& facts() { return facts_; }

 private:
  std::shared_ptr<ParameterCache> parameters_;
  Facts facts_;
  std::unique_ptr<Judge> others_;
};

class SchoolBatch final : public Education::Batch {
 public:
  explicit SchoolBatch(Decider::Batch& batch)
      : batch_(&batch), facts_(&static_cast<SchoolJudge&>(batch.judge()).facts()) {}
  Result<Verdict> decide(const Command& command) override { return batch_->decide(command); }
  Result<std::map<std::string, std::string>> state(std::string_view kind,
                                                   std::string_view reference) override {
    return education::present_state(batch_->desk(), *facts_, kind, std::string(reference));
  }
  Result<std::optional<std::string>> resolve(std::string_view kind,
                                             std::string_view reference) override {
    auto id = education::resolve_subject(batch_->desk(), kind, std::string(reference));
    if (!id) {
      if (id.error().code() == ErrorCode::not_found) return std::optional<std::string>();
      return std::move(id).error();
    }
    return std::optional<std::string>(kind == "*" ? *id : std::string(kind) + ":" + *id);
  }
  Result<std::optional<std::string>> known_digest(const Id& command) override {
    return batch_->known_digest(command);
  }
  [[nodiscard]] Result<std::string> digest(const Command& command) const override {
    return batch_->digest(command);
  }
  Facts& facts() { return *facts_; }

 private:
  Decider::Batch* batch_;
  Facts* facts_;
};

}  // namespace

MakeJudge education_judge(MakeJudge others) {
  auto parameters = std::make_shared<ParameterCache>(education_schema());
  return [parameters = std::move(parameters), others = std::move(others)](Desk& desk) {
    return std::make_unique<SchoolJudge>(desk, parameters, others ? others(desk) : nullptr);
  };
}

Education::Education(Ledger& ledger, Vault& vault)
    : own_(std::make_unique<Decider>(ledger, vault, education_schema(), education_judge())),
      decider_(own_.get()) {}
Education::Education(Decider& decider) : decider_(&decider) {}
Education::~Education() = default;

Result<std::vector<Verdict>> Education::transact(const std::function<Result<>(Batch&)>& body) {
  return decider_->transact([&](Decider::Batch& batch) {
    SchoolBatch school(batch);
    return body(school);
  });
}

Result<> Education::preview(const std::function<Result<>(Batch&)>& body) {
  return decider_->preview([&](Decider::Batch& batch) {
    SchoolBatch school(batch);
    return body(school);
  });
}

Result<std::vector<Verdict>> Education::execute(std::span<const Command> commands) {
  return decider_->execute(commands);
}

Result<std::optional<std::string>> Education::resolve(std::string_view kind,
                                                      std::string_view reference) {
  std::optional<std::string> found;
  TAIZHANG_CHECK(preview([&](Batch& batch) -> Result<> {
    TAIZHANG_TRY(found, batch.resolve(kind, reference));
    return {};
  }));
  return found;
}

Result<std::map<std::string, std::string>> Education::state(std::string_view kind,
                                                            std::string_view reference) {
  std::map<std::string, std::string> found;
  TAIZHANG_CHECK(preview([&](Batch& batch) -> Result<> {
    TAIZHANG_TRY(found, batch.state(kind, reference));
    return {};
  }));
  return found;
}

Result<std::string> Education::parameter(std::string_view name, std::string_view jurisdiction,
                                         Date on, Position known_at) {
  if (find_parameter(name) == nullptr)
    return Error(ErrorCode::not_found, {"No rule reads a parameter \"" + std::string(name) + "\".",
                                        "没有规则读取参数“" + std::string(name) + "”。"})
        .with("parameter", std::string(name));
  if (known_at != 0) {
    TAIZHANG_TRY(const ParameterSet then,
                 education::parameters_as_known(decider_->ledger(), *education_schema(), known_at));
    return then.in_force(name, jurisdiction, on).value;
  }
  std::string value;
  TAIZHANG_CHECK(preview([&](Batch& batch) -> Result<> {
    Facts& facts = static_cast<SchoolBatch&>(batch).facts();
    value = facts.parameter_at(name, jurisdiction, on);
    return facts.failed();
  }));
  return value;
}

}  // namespace taizhang
