#include "taizhang/education/identifiers.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace taizhang {
namespace {

using Case = std::pair<std::string, std::string>;

TEST(CitizenId, TakesRealFormsOfEveryKind) {
  for (const char* id :
       {"110101199003078670", "440308199901101512", "500154199804106120", "44040119580101000X",
        "140120197901010008", "441282198101011230", "411082198901010002", "362324198001010014",
        "810000199408230021", "830000199201300022", "610104620927690", "431224201009010015",
        "431224201103150022", "431224201202290119", "431224200912311231", "43122420101010019X",
        "433024198207151237", "43302419790228044X"})
    EXPECT_EQ(check_citizen_id(id).problem, "") << id;
}

TEST(CitizenId, NamesWhatIsWrong) {
  const std::vector<Case> cases{{"440308199901101513", "check-digit"},
                                {"11010119900307867X", "check-digit"},
                                {"440308199902301512", "date"},
                                {"111111199901101512", "region"},
                                {"610104620932690", "date"},
                                {"44030819990110", "length"},
                                {"", "missing"},
                                {"  ", "missing"},
                                {"44030819990110151A", "character"},
                                {"4403081999O1101512", "character"},
                                {"990308199901101512", "region"},
                                {"431224201302290119", "date"}};
  for (const auto& [id, problem] : cases) EXPECT_EQ(check_citizen_id(id).problem, problem) << id;
}

TEST(CitizenId, EveryWrongCheckDigitIsFound) {
  const std::string good = "431224201009010015";
  for (const char last : std::string("0123456789X")) {
    std::string id = good;
    id.back() = last;
    EXPECT_EQ(check_citizen_id(id).problem.empty(), last == '5') << id;
  }
}

TEST(CitizenId, GivesBirthDateAndSex) {
  const auto boy = check_citizen_id("431224201009010015");
  EXPECT_EQ(boy.birth_date->to_string(), "2010-09-01");
  EXPECT_EQ(boy.sex, '1');
  EXPECT_EQ(check_citizen_id("431224201103150022").sex, '2');
  const auto legacy = check_citizen_id("610104620927690");
  EXPECT_EQ(legacy.birth_date->to_string(), "1962-09-27");
  EXPECT_EQ(legacy.sex, '2');
}

TEST(CitizenId, NormalisesWhatPeopleType) {
  EXPECT_EQ(check_citizen_id(" 44040119580101000x\t").normalised, "44040119580101000X");
  EXPECT_EQ(check_citizen_id("　４４０４０１１９５８０１０１０００ｘ").normalised,
            "44040119580101000X");
  EXPECT_EQ(check_citizen_id("４４０４０１１９５８０１０１０００Ｘ").problem, "");
}

TEST(StudentNumber, TakesTheThreeKinds) {
  for (const char* number : {"G431224201009010015", "g431224201009010015", "J431224201103150014",
                             "L431224201103151234", "L43122420110315A0Z9", "G43122420101010019x"})
    EXPECT_EQ(check_student_number(number).problem, "") << number;
  EXPECT_EQ(check_student_number("g43122420101010019x").normalised, "G43122420101010019X");
}

TEST(StudentNumber, NamesWhatIsWrong) {
  const std::vector<Case> cases{{"", "missing"},
                                {"X431224201009010015", "prefix"},
                                {"431224201009010015", "prefix"},
                                {"G43122420100901001", "length"},
                                {"G431224201009010016", "check-digit"},
                                {"J431224201103150015", "check-digit"},
                                {"J431224201113150014", "date"},
                                {"L431224201102300000", "date"},
                                {"L991224201103150000", "region"},
                                {"L43122420110315000-", "character"},
                                {"J43122420110315001A", "character"}};
  for (const auto& [number, problem] : cases)
    EXPECT_EQ(check_student_number(number).problem, problem) << number;
}

TEST(CreditCode, ChecksItsLastCharacter) {
  for (const char* code : {"91350100M000100Y43", "91110000802100433B", "12100000400010275N"})
    EXPECT_EQ(check_uscc(code).problem, "") << code;
  EXPECT_EQ(check_uscc("91350100M000100Y44").problem, "check-digit");
  EXPECT_EQ(check_uscc("91350100M000100Y4").problem, "length");
  EXPECT_EQ(check_uscc("9135010OM000100Y43").problem, "character");
}

TEST(Identifier, OfAnyOtherSchemeIsOnlyTrimmed) {
  EXPECT_EQ(check_identifier("household-number", "　４３-a ").normalised, "４３-a");
  EXPECT_EQ(check_identifier("household-number", "　 ").problem, "missing");
}

}  // namespace
}  // namespace taizhang
