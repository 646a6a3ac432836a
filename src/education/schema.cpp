#include "taizhang/schema/schema.hpp"

#include <array>

#include "education/code_tables.hpp"
#include "taizhang/education/education.hpp"
#include "taizhang/education/v1/commands.pb.h"
#include "taizhang/education/v1/events.pb.h"
#include "taizhang/education/v1/views.pb.h"
#include "taizhang/ledger/v1/events.pb.h"

namespace taizhang {

std::shared_ptr<const Schema> education_schema() {
  // The descriptors are compiled in, so that the schema either always stands or never; a test
  // builds it and names what is wrong.
  static const std::shared_ptr<const Schema> schema = [] {
    const std::array<const google::protobuf::FileDescriptor*, 4> files{
        education::v1::IdentifierAssigned::descriptor()->file(),
        education::v1::RegisterSchool::descriptor()->file(),
        education::v1::StudentRow::descriptor()->file(),
        ledger::v1::EventVoided::descriptor()->file()};
    auto made = Schema::make(files, education::code_tables());
    return made ? *std::move(made) : std::shared_ptr<const Schema>();
  }();
  return schema;
}

}  // namespace taizhang
