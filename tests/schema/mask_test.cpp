#include "sample.hpp"

namespace {

using taizhang::Mask;
using taizhang::masked;

TEST(Masked, NamesKeepTheirFirstCharacter) {
  EXPECT_EQ(masked("张建国", Mask::name), "张**");
  EXPECT_EQ(masked("张三", Mask::name), "张*");
  EXPECT_EQ(masked("张", Mask::name), "*");
  EXPECT_EQ(masked("𠮷田", Mask::name), "𠮷*");
  EXPECT_EQ(masked("买买提·艾力", Mask::name), "买*****");
  EXPECT_EQ(masked("", Mask::name), "");
}

TEST(Masked, NumbersKeepFourAtEachEnd) {
  EXPECT_EQ(masked("431202201103120015", Mask::number), "4312**********0015");
  EXPECT_EQ(masked("123456789", Mask::number), "1234*6789");
  EXPECT_EQ(masked("12345678", Mask::number), "********");
  EXPECT_EQ(masked("1", Mask::number), "*");
}

TEST(Masked, DatesKeepTheYear) {
  EXPECT_EQ(masked("2011-03-12", Mask::date), "2011-**-**");
  EXPECT_EQ(masked("12/03/2011", Mask::date), "***");
  EXPECT_EQ(masked("12", Mask::date), "***");
}

TEST(Masked, OthersShowNotEvenTheirLength) {
  EXPECT_EQ(masked("糖尿病", Mask::all), "***");
  EXPECT_EQ(masked("a", Mask::all), "***");
}

TEST(Masked, MaskingTwiceChangesNothing) {
  for (const char* value : {"张建国", "431202201103120015", "2011-03-12", "12345678"})
    for (const Mask mask : {Mask::all, Mask::name, Mask::number, Mask::date})
      EXPECT_EQ(masked(masked(value, mask), mask), masked(value, mask)) << value;
}

TEST(MaskMessage, ReachesPartsAndRepeatedFields) {
  taizhang_test::StudentRow row;
  row.set_student("s1");
  row.set_name("欧阳娜娜");
  row.add_aliases("欧阳花");
  row.set_card(6222);
  row.set_shown(7);
  auto& contact = *row.add_contacts();
  contact.set_phone("13812345678");
  contact.set_note("邻居");
  contact.add_others()->set_phone("07451234567");
  sample::schema()->mask(row);
  EXPECT_EQ(row.student(), "s1");
  EXPECT_EQ(row.name(), "欧***");
  EXPECT_EQ(row.aliases(0), "欧**");
  EXPECT_EQ(row.card(), 0);
  EXPECT_EQ(row.shown(), 7);
  EXPECT_EQ(row.contacts(0).phone(), "1381***5678");
  EXPECT_EQ(row.contacts(0).note(), "邻居");
  EXPECT_EQ(row.contacts(0).others(0).phone(), "0745***4567");
}

TEST(MaskMessage, LeavesOthersAlone) {
  taizhang_test::Closed closed;
  closed.set_school("x");
  sample::schema()->mask(closed);
  EXPECT_EQ(closed.school(), "x");
}

TEST(NearestName, SuggestsOnlyWhatIsNear) {
  const std::vector<std::string> names = {"student-register", "school-register", "grants", "姓名"};
  EXPECT_EQ(taizhang::nearest_name("student-registr", names), "student-register");
  EXPECT_EQ(taizhang::nearest_name("grant", names), "grants");
  EXPECT_EQ(taizhang::nearest_name("名姓", names), "姓名") << "neighbours that changed places";
  EXPECT_EQ(taizhang::nearest_name("veiw", std::vector<std::string>{"void", "view"}), "view");
  EXPECT_EQ(taizhang::nearest_name("姓明", names), "姓名");
  EXPECT_EQ(taizhang::nearest_name("indicator", names), std::nullopt);
  EXPECT_EQ(taizhang::nearest_name("", names), std::nullopt);
  EXPECT_EQ(taizhang::nearest_name("x", {}), std::nullopt);
}

}  // namespace
