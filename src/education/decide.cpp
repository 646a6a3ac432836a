#include <google/protobuf/message.h>

#include <unordered_map>

#include "education/deciders.hpp"

namespace taizhang::education {
namespace {

using Decide = Result<> (*)(Decision&, const google::protobuf::Message&);
using ByCommand = std::unordered_map<const google::protobuf::Descriptor*, Decide>;

template <class... Commands>
ByCommand all_of() {
  return {{Commands::descriptor(), [](Decision& decision, const google::protobuf::Message& body) {
             return decide_one(decision, static_cast<const Commands&>(body));
           }}...};
}

}  // namespace

Result<> decide(Decision& decision) {
  static const ByCommand deciders =
      all_of<v1::RegisterSchool, v1::ChangeSchoolProfile, v1::CloseSchool, v1::OpenClass,
             v1::ListCohortChild, v1::ExcuseCohortChild, v1::EnrolStudent, v1::TransferIn,
             v1::ChangeClass, v1::StartLeave, v1::EndLeave, v1::TransferOut, v1::ConfirmTransfer,
             v1::GraduateStudent, v1::CompleteWithoutDiploma, v1::RecordDeath, v1::WithdrawStudent,
             v1::ExpelStudent, v1::RepeatGrade, v1::RecordAbsence, v1::SuspectDropout,
             v1::ClearDropoutSuspicion, v1::ConfirmDropout, v1::RecordPersuasion, v1::RecordReturn,
             v1::SignOffDropoutCase, v1::RegisterHousehold, v1::AssignHouseholdCategory,
             v1::AddHouseholdMember, v1::RemoveHouseholdMember, v1::AssignIdentifier,
             v1::VerifyIdentifier, v1::WithdrawIdentifier, v1::OpenAidProgramme, v1::SetAidStandard,
             v1::GrantAid, v1::CancelAid, v1::InstructPayment, v1::RecordDisbursement,
             v1::RecordPaymentFailure, v1::ReissuePayment, v1::RecordAidReturn, v1::RecordTeacher,
             v1::RecordTeacherLeaving, v1::PlanTraining, v1::EnrolInTraining,
             v1::RecordTrainingAttendance, v1::CompleteTraining, v1::WithdrawFromTraining,
             v1::SetRuleParameter, ledger::v1::VoidEvent, ledger::v1::CorrectEvent>();
  const google::protobuf::Message& body = *decision.command().body;
  const auto found = deciders.find(body.GetDescriptor());
  if (found == deciders.end())
    return Error(ErrorCode::invalid_argument,
                 {"\"" + body.GetTypeName() + "\" is no command of this school system.",
                  "“" + body.GetTypeName() + "”不是本系统的命令。"})
        .with("command", body.GetTypeName());
  TAIZHANG_CHECK(decision.desk().schema().validate(body));
  return found->second(decision, body);
}

}  // namespace taizhang::education
