// One process writes a school's record: a class, then COUNT children, one durable commit each.
#include <taizhang/education/v1/commands.pb.h>

#include <iostream>
#include <taizhang/education/school_system.hpp>
#include <taizhang/storage/rocksdb.hpp>

using namespace taizhang;
namespace edu = taizhang::education::v1;

template <class Body>
Result<> decide(SchoolSystem& school, const Body& body) {
  TAIZHANG_TRY(const Date on, Date::parse("2023-09-01"));
  TAIZHANG_TRY(const Verdict verdict,
               school.system().execute(Command::of(body, {.actor = "teacher:1"}, on)));
  if (verdict.error) return *verdict.error;
  return {};
}

Result<> run(const std::string& place, int count) {
  StorageRegistry storage;
  storage.add("rocksdb", rocksdb_backend());
  TAIZHANG_TRY(auto school, SchoolSystem::create(storage, {.location = place}));
  edu::RegisterSchool registered;
  registered.set_code("3143001234"), registered.set_name("思蒙镇中学");
  registered.set_category("31"), registered.set_jurisdiction("CN-431224");
  TAIZHANG_CHECK(decide(*school, registered));
  edu::OpenClass opened;
  opened.set_school("school-code:3143001234"), opened.set_code("C2023-1");
  opened.set_stage("junior"), opened.set_entry_year(2023);
  TAIZHANG_CHECK(decide(*school, opened));
  for (int i = 0; i < count; ++i) {
    edu::EnrolStudent child;
    child.set_class_("class-code:C2023-1"), child.set_name("学生" + std::to_string(i));
    child.set_birth_date("2011-03-15"), child.set_sex("1");
    child.set_other_scheme("roll"), child.set_other_id(std::to_string(i));
    TAIZHANG_CHECK(decide(*school, child));
  }
  std::cout << "wrote up to position " << school->ledger().head().position << std::endl;
  return school->close();
}

int main(int, char** argv) {
  const auto done = run(std::string("rocksdb:") + argv[1], std::stoi(argv[2]));
  return done ? 0 : (std::cerr << done.error().message().en << '\n', 1);
}
