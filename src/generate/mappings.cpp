#include <array>
#include <string_view>

#include "generate/world.hpp"

// The mapping files that go with the data: docs/mapping.md explains the format. They are data, kept
// here so that a generated directory is complete in itself.
namespace taizhang::sample {
namespace {

struct Mapping {
  std::string_view name;
  std::string_view key;  ///< columns in quotes, with commas
  std::string_view body;
};

constexpr std::string_view sex_codes = R"(
[codes.sex]
"男" = "1"
"女" = "2"
)";
constexpr std::string_view ethnicity_codes = R"(
[codes.ethnicity]
"汉族" = "01"
"维吾尔族" = "05"
"苗族" = "06"
"侗族" = "12"
"瑶族" = "13"
"土家族" = "15"
)";
constexpr std::string_view term_codes = R"(
[codes.term]
"秋季学期" = "1"
"春季学期" = "2"
)";

constexpr std::array<Mapping, 14> setup{{
    {"parameters", R"("参数", "管辖地", "生效日期")", R"(
[context]
role = "county-bureau"
office = "县教育局"
document = "{文号}"
[[command]]
type = "SetRuleParameter"
on = "{生效日期|date}"
[command.fields]
parameter = "{参数}"
jurisdiction = "{管辖地}"
value = "{值}"
source_document = "{文号}"
)"},
    {"schools", R"("学校标识码")", R"(
[constants]
jurisdiction = "CN-431224"
[codes.category]
"普通小学" = "21"
"普通初中" = "31"
[context]
role = "county-bureau"
office = "县教育局"
[[command]]
type = "RegisterSchool"
on = "{建校日期|date}"
[command.fields]
code = "{学校标识码}"
name = "{学校名称}"
category = "{办学类型|code:category}"
jurisdiction = "{jurisdiction}"
township = "{乡镇代码}"
parent_school = "school-code:{上级学校代码}"
)"},
    {"programmes", R"("项目代码")", R"(
[constants]
jurisdiction = "CN-431224"
[codes.fund]
"财政拨款" = "1"
[context]
role = "county-bureau"
office = "县教育局"
[[command]]
type = "OpenAidProgramme"
on = "{设立日期|date}"
[command.fields]
code = "{项目代码}"
name = "{项目名称}"
jurisdiction = "{jurisdiction}"
fund_source = "{资金来源|code:fund}"
)"},
    {"standards", R"("项目代码", "档次", "执行日期")", R"(
[context]
role = "county-bureau"
office = "县教育局"
document = "{文号}"
[[command]]
type = "SetAidStandard"
on = "{执行日期|date}"
[command.fields]
programme = "programme-code:{项目代码}"
tier = "{档次}"
amount_fen = "{每学期金额|yuan}"
source_document = "{文号}"
)"},
    {"classes", R"("班级代码")", R"(
[codes.stage]
"小学" = "primary"
"初中" = "junior"
[codes.type]
"普通小学班" = "10"
"普通初中班" = "20"
"教学点班" = "23"
[context]
role = "academic-affairs"
office = "教务处"
[[command]]
type = "OpenClass"
on = "{设立日期|date}"
[command.fields]
school = "school-code:{学校标识码}"
code = "{班级代码}"
name = "{班级名称}"
stage = "{学段|code:stage}"
entry_year = "{入学年份}"
class_type = "{班级类型|code:type}"
)"},
    {"teachers", R"("教师编号", "变动")", R"(
[codes.sex]
"男" = "1"
"女" = "2"
[codes.state]
"退休" = "01"
"调出" = "05"
[context]
role = "personnel"
office = "办公室"
[[command]]
type = "RecordTeacher"
on = "{变动日期|date}"
when = [{column = "变动", is = "到岗"}]
[command.fields]
school = "school-code:{学校标识码}"
staff_number = "{教师编号}"
name = "{姓名}"
sex = "{性别|code:sex}"
citizen_id = "{身份证号}"
subject_taught = "{任教学科}"
[[command]]
type = "RecordTeacherLeaving"
on = "{变动日期|date}"
when = [{column = "变动", is = "离岗"}]
[command.fields]
teacher = "staff-number:{教师编号}"
state = "{离岗状态|code:state}"
)"},
    {"training-plans", R"("培训代码")", R"(
[codes.kind]
"跟班学习" = "shadowing"
"县培计划" = "county"
"省培计划" = "provincial"
"国培计划" = "national"
"校本培训" = "school"
[context]
role = "leader-in-charge"
office = "主管领导"
[[command]]
type = "PlanTraining"
on = "{制订日期|date}"
[command.fields]
school = "school-code:{学校标识码}"
code = "{培训代码}"
kind = "{培训类别|code:kind}"
name = "{培训名称}"
hours = "{计划学时}"
starts_on = "{开始日期|date}"
ends_on = "{结束日期|date}"
)"},
    {"training", R"("流水号")", R"(
[context]
actor = "{录入人}"
role = "leader-in-charge"
office = "主管领导"
[[command]]
type = "EnrolInTraining"
on = "{日期|date}"
when = [{column = "环节", is = "报名"}]
[command.fields]
training = "training-code:{培训代码}"
teacher = "staff-number:{教师编号}"
[[command]]
type = "RecordTrainingAttendance"
on = "{日期|date}"
when = [{column = "环节", is = "参加"}]
[command.fields]
training = "training-code:{培训代码}"
teacher = "staff-number:{教师编号}"
hours = "{学时}"
[[command]]
type = "CompleteTraining"
on = "{日期|date}"
when = [{column = "环节", is = "完成"}]
[command.fields]
training = "training-code:{培训代码}"
teacher = "staff-number:{教师编号}"
hours = "{学时}"
certificate = "{证书编号}"
[[command]]
type = "WithdrawFromTraining"
on = "{日期|date}"
when = [{column = "环节", is = "退出"}]
[command.fields]
training = "training-code:{培训代码}"
teacher = "staff-number:{教师编号}"
cause = "{原因}"
)"},
    {"cohort", R"("学年", "学籍号")", R"(
[constants]
jurisdiction = "CN-431224"
[codes.ground]
"延缓入学" = "deferred-entry"
"送教上门" = "home-teaching"
[context]
role = "county-bureau"
office = "县教育局"
[[command]]
type = "ListCohortChild"
on = "{列册日期|date}"
[command.fields]
school_year = "{学年}"
school = "school-code:{学区学校代码}"
township = "{乡镇代码}"
jurisdiction = "{jurisdiction}"
list_name = "{名册}"
name = "{姓名}"
sex = "{性别|code:sex}"
birth_date = "{出生日期|date}"
ethnicity = "{民族|code:ethnicity}"
citizen_id = "{身份证号}"
student_number = "{学籍号}"
[[command]]
type = "ExcuseCohortChild"
on = "{列册日期|date}"
when = [{column = "免学依据", empty = false}]
[command.fields]
student = "student-number:{学籍号}"
school_year = "{学年}"
ground = "{免学依据|code:ground}"
approval_document = "{批准文号}"
)"},
    {"enrol", R"("学籍号", "入学日期")", R"(
[codes.id]
"居民身份证" = "1"
"户口簿" = "B"
[codes.mode]
"招生入学" = "11"
"首次建档" = "99"
[context]
actor = "{录入人}"
role = "class-teacher"
office = "教务处"
[[command]]
type = "EnrolStudent"
on = "{入学日期|date}"
[command.fields]
class = "class-code:{班级代码}"
entry_mode = "{入学方式|code:mode}"
boarder = "{是否住宿}"
name = "{姓名}"
sex = "{性别|code:sex}"
birth_date = "{出生日期|date}"
ethnicity = "{民族|code:ethnicity}"
id_type = "{证件类型|code:id}"
citizen_id = "{身份证号}"
student_number = "{学籍号}"
)"},
    {"households", R"("户编号")", R"(
[dates]
formats = ["%Y年%m月%d日"]
[codes.category]
"建档立卡贫困户" = "registered-poor"
"脱贫户" = "lifted"
"脱贫不稳定户" = "unstable"
"边缘易致贫户" = "marginal"
"突发严重困难户" = "sudden"
"低保户" = "allowance"
"特困供养户" = "destitute"
[context]
role = "village-team"
office = "督导室"
[[command]]
type = "RegisterHousehold"
on = "{登记日期|date}"
[command.fields]
household_number = "{户编号}"
township = "{乡镇代码}"
village = "{村（社区）}"
category = "{家庭类别|code:category}"
category_since = "{类别起始日期|date}"
)"},
    {"members", R"("户编号", "成员序号")", R"(
[codes.relation]
"户主" = "02"
"妻" = "12"
"母亲" = "52"
"子" = "20"
"女" = "30"
[codes.labour]
"普通劳动力" = "ordinary"
"技能劳动力" = "skilled"
"弱劳动力或半劳动力" = "weak"
"丧失劳动力" = "lost"
[context]
role = "village-team"
office = "督导室"
[[command]]
type = "AddHouseholdMember"
on = "{登记日期|date}"
when = [{column = "学籍号", empty = true}]
[command.fields]
household = "household-number:{户编号}"
relation = "{与户主关系|code:relation}"
name = "{姓名}"
birth_date = "{出生日期|date}"
citizen_id = "{身份证号}"
labour = "{劳动能力|code:labour}"
[[command]]
type = "AddHouseholdMember"
on = "{登记日期|date}"
when = [{column = "学籍号", empty = false}]
[command.fields]
household = "household-number:{户编号}"
student = "student-number:{学籍号}"
relation = "{与户主关系|code:relation}"
)"},
    {"grants", R"("流水号")", R"(
[context]
actor = "{录入人}"
role = "general-affairs"
office = "总务处"
document = "{文号}"
[[command]]
type = "GrantAid"
on = "{认定日期|date}"
[command.fields]
student = "student-number:{学籍号}"
household = "household-number:{户编号}"
programme = "programme-code:{项目代码}"
school_year = "{学年}"
term = "{学期|code:term}"
tier = "{档次}"
amount_fen = "{金额|yuan}"
due_on = "{应发日期|date}"
)"},
    {"payments", R"("流水号")", R"(
[dates]
formats = ["%Y/%m/%d"]
[codes.failure]
"账号错误" = "wrong-number"
[context]
actor = "{录入人}"
role = "general-affairs"
office = "总务处"
document = "{凭证号}"
)"},
}};

/// What a payment or change row does, by the word in one column.
struct Kind {
  std::string_view word, type, fields;
};

constexpr std::array<Kind, 5> payment_kinds{{
    {"发放指令", "InstructPayment", "amount_fen = \"{金额|yuan}\"\naccount = \"{收款账号}\"\n"},
    {"到账", "RecordDisbursement", "amount_fen = \"{金额|yuan}\"\nvoucher = \"{凭证号}\"\n"},
    {"发放失败", "RecordPaymentFailure", "reason = \"{原因|code:failure}\"\n"},
    {"补发", "ReissuePayment", "amount_fen = \"{金额|yuan}\"\naccount = \"{收款账号}\"\n"},
    {"退回", "RecordAidReturn", "amount_fen = \"{金额|yuan}\"\nreason = \"{原因}\"\n"},
}};

constexpr std::string_view payment_fields = R"(student = "student-number:{学籍号}"
programme = "programme-code:{项目代码}"
school_year = "{学年}"
term = "{学期|code:term}"
)";

constexpr std::string_view changes_head = R"(
[codes.absence]
"病假" = "sick"
"事假" = "personal"
"旷课" = "truant"
[codes.leave]
"病患" = "1"
"其他" = "6"
[codes.dropout]
"学习困难" = "learning"
"外出打工" = "work"
"早婚早育" = "marriage"
[codes.method]
"家访" = "visit"
"电话" = "phone"
"村组协助" = "village"
[codes.result]
"承诺返校" = "promised"
"未定" = "undecided"
"未见到" = "not-met"
"拒绝返校" = "refused"
[codes.ground]
"已返校" = "returned"
[context]
actor = "{录入人}"
role = "class-teacher"
office = "教务处"
document = "{文号}"
)";

constexpr std::array<Kind, 15> change_kinds{{
    {"缺勤", "RecordAbsence", "days = \"{天数}\"\ncause = \"{原因|code:absence}\"\n"},
    {"调班", "ChangeClass", "class = \"class-code:{班级代码}\"\n"},
    {"休学", "StartLeave", "cause = \"{原因|code:leave}\"\n"},
    {"复学", "EndLeave", ""},
    {"转出", "TransferOut",
     "to_school = \"school-code:{对方学校代码}\"\nto_school_name = \"{对方学校}\"\n"},
    {"转入确认", "ConfirmTransfer", "confirmation_document = \"{文号}\"\n"},
    {"疑似辍学", "SuspectDropout", "cause = \"{原因|code:dropout}\"\nabsent_days = \"{天数}\"\n"},
    {"排除疑似", "ClearDropoutSuspicion", "finding = \"{依据}\"\n"},
    {"确认辍学", "ConfirmDropout", "cause = \"{原因|code:dropout}\"\n"},
    {"劝返", "RecordPersuasion",
     "visitor = \"{劝返人}\"\nmethod = \"{劝返方式|code:method}\"\nresult = "
     "\"{劝返结果|code:result}\"\n"
     "promised_on = \"{承诺日期|date}\"\n"},
    {"返校", "RecordReturn", ""},
    {"销号", "SignOffDropoutCase", "ground = \"{依据|code:ground}\"\napprover = \"{批准人}\"\n"},
    {"毕业", "GraduateStudent", "certificate = \"{文号}\"\n"},
    {"开除", "ExpelStudent", "cause = \"{原因}\"\n"},
    {"转入", "TransferIn", R"(class = "class-code:{班级代码}"
from_school_name = "{对方学校}"
boarder = "{是否住宿}"
name = "{姓名}"
sex = "{性别|code:sex}"
birth_date = "{出生日期|date}"
ethnicity = "{民族|code:ethnicity}"
citizen_id = "{身份证号}"
student_number = "{学籍号}"
)"},
}};

std::string head(std::string_view name, std::string_view key) {
  return "source = \"xupu/" + std::string(name) + "\"\nmode = \"append\"\nkey = [" +
         std::string(key) + "]\nrecorded_at = \"{录入时间}\"\n";
}

/// One command for every word that the column may hold.
template <std::size_t size>
std::string by_word(const std::array<Kind, size>& kinds, std::string_view column,
                    std::string_view date, std::string_view common) {
  std::string text;
  for (const Kind& kind : kinds) {
    text += "[[command]]\ntype = \"" + std::string(kind.type) + "\"\non = \"{" + std::string(date) +
            "|date}\"\nwhen = [{column = \"" + std::string(column) + "\", is = \"" +
            std::string(kind.word) + "\"}]\n[command.fields]\n";
    if (kind.word != "转入") text += common;
    text += kind.fields;
  }
  return text;
}

}  // namespace

Result<> write_mappings(const Output& out) {
  const auto path = [&](std::string_view name) {
    return out.path("maps/" + std::string(name) + ".toml");
  };
  for (const Mapping& mapping : setup) {
    std::string text = head(mapping.name, mapping.key);
    const bool people = mapping.name == "cohort" || mapping.name == "enrol";
    if (people) text += std::string(sex_codes) + std::string(ethnicity_codes);
    if (mapping.name == "grants" || mapping.name == "payments") text += term_codes;
    text += mapping.body;
    if (mapping.name == "payments")
      text += by_word(payment_kinds, "业务", "业务日期", payment_fields);
    TAIZHANG_CHECK(write_file(path(mapping.name), text));
  }
  return write_file(path("changes"), head("changes", R"("流水号")") + std::string(sex_codes) +
                                         std::string(ethnicity_codes) + std::string(changes_head) +
                                         by_word(change_kinds, "变动类型", "变动日期",
                                                 "student = \"student-number:{学籍号}\"\n"));
}

}  // namespace taizhang::sample
