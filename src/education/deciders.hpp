#pragma once

#include "education/decision.hpp"
#include "taizhang/education/v1/commands.pb.h"
#include "taizhang/ledger/v1/commands.pb.h"

namespace taizhang::education {

// One for each command: reads, applies the rules, emits. Answers the refusal, or the store's error.

Result<> decide_one(Decision&, const v1::RegisterSchool&);
Result<> decide_one(Decision&, const v1::ChangeSchoolProfile&);
Result<> decide_one(Decision&, const v1::CloseSchool&);
Result<> decide_one(Decision&, const v1::OpenClass&);

Result<> decide_one(Decision&, const v1::ListCohortChild&);
Result<> decide_one(Decision&, const v1::ExcuseCohortChild&);
Result<> decide_one(Decision&, const v1::EnrolStudent&);
Result<> decide_one(Decision&, const v1::TransferIn&);
Result<> decide_one(Decision&, const v1::ChangeClass&);
Result<> decide_one(Decision&, const v1::StartLeave&);
Result<> decide_one(Decision&, const v1::EndLeave&);
Result<> decide_one(Decision&, const v1::TransferOut&);
Result<> decide_one(Decision&, const v1::ConfirmTransfer&);
Result<> decide_one(Decision&, const v1::GraduateStudent&);
Result<> decide_one(Decision&, const v1::CompleteWithoutDiploma&);
Result<> decide_one(Decision&, const v1::RecordDeath&);
Result<> decide_one(Decision&, const v1::WithdrawStudent&);
Result<> decide_one(Decision&, const v1::ExpelStudent&);
Result<> decide_one(Decision&, const v1::RepeatGrade&);

Result<> decide_one(Decision&, const v1::RecordAbsence&);
Result<> decide_one(Decision&, const v1::SuspectDropout&);
Result<> decide_one(Decision&, const v1::ClearDropoutSuspicion&);
Result<> decide_one(Decision&, const v1::ConfirmDropout&);
Result<> decide_one(Decision&, const v1::RecordPersuasion&);
Result<> decide_one(Decision&, const v1::RecordReturn&);
Result<> decide_one(Decision&, const v1::SignOffDropoutCase&);

Result<> decide_one(Decision&, const v1::RegisterHousehold&);
Result<> decide_one(Decision&, const v1::AssignHouseholdCategory&);
Result<> decide_one(Decision&, const v1::AddHouseholdMember&);
Result<> decide_one(Decision&, const v1::RemoveHouseholdMember&);

Result<> decide_one(Decision&, const v1::AssignIdentifier&);
Result<> decide_one(Decision&, const v1::VerifyIdentifier&);
Result<> decide_one(Decision&, const v1::WithdrawIdentifier&);

Result<> decide_one(Decision&, const v1::OpenAidProgramme&);
Result<> decide_one(Decision&, const v1::SetAidStandard&);
Result<> decide_one(Decision&, const v1::GrantAid&);
Result<> decide_one(Decision&, const v1::CancelAid&);
Result<> decide_one(Decision&, const v1::InstructPayment&);
Result<> decide_one(Decision&, const v1::RecordDisbursement&);
Result<> decide_one(Decision&, const v1::RecordPaymentFailure&);
Result<> decide_one(Decision&, const v1::ReissuePayment&);
Result<> decide_one(Decision&, const v1::RecordAidReturn&);

Result<> decide_one(Decision&, const v1::RecordTeacher&);
Result<> decide_one(Decision&, const v1::RecordTeacherLeaving&);
Result<> decide_one(Decision&, const v1::PlanTraining&);
Result<> decide_one(Decision&, const v1::EnrolInTraining&);
Result<> decide_one(Decision&, const v1::RecordTrainingAttendance&);
Result<> decide_one(Decision&, const v1::CompleteTraining&);
Result<> decide_one(Decision&, const v1::WithdrawFromTraining&);

Result<> decide_one(Decision&, const v1::SetRuleParameter&);
Result<> decide_one(Decision&, const ledger::v1::VoidEvent&);
Result<> decide_one(Decision&, const ledger::v1::CorrectEvent&);

/// The rules that an event's content must keep besides its place in a life: the standard's amount,
/// the class of the school, the last grade. Applied to new events and to corrections alike.
Result<> check_content(Decision&, const google::protobuf::Message& event, Date on);

}  // namespace taizhang::education
