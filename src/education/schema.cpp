#include "taizhang/schema/schema.hpp"

#include "education/code_tables.hpp"
#include "taizhang/education/school_system.hpp"
#include "taizhang/education/v1/commands.pb.h"
#include "taizhang/education/v1/events.pb.h"
#include "taizhang/education/v1/views.pb.h"

namespace taizhang {
namespace {

std::vector<const google::protobuf::FileDescriptor*> own_files() {
  return {education::v1::IdentifierAssigned::descriptor()->file(),
          education::v1::RegisterSchool::descriptor()->file(),
          education::v1::StudentRow::descriptor()->file()};
}

}  // namespace

std::shared_ptr<const Schema> education_schema() {
  // The descriptors are compiled in, so that the schema either always stands or never; a test
  // builds it and names what is wrong.
  static const std::shared_ptr<const Schema> schema = [] {
    auto made = Schema::make(own_files(), education::code_tables());
    return made ? *std::move(made) : std::shared_ptr<const Schema>();
  }();
  return schema;
}

Model education_model() {
  return {"education", education_schema(), education_judge(), education_projections(),
          education_processes()};
}

Result<Model> education_model(SchoolExtension more) {
  std::vector<const google::protobuf::FileDescriptor*> files = own_files();
  files.insert(files.end(), more.files.begin(), more.files.end());
  CodeTables tables = education::code_tables();
  for (auto& [name, table] : more.code_tables)
    if (!tables.emplace(name, std::move(table)).second)
      return Error(ErrorCode::invalid_argument, {"The school system has a code table \"" + name +
                                                     "\" already; name yours "
                                                     "differently.",
                                                 "学校系统已有代码表“" + name + "”；请另取名称。"})
          .with("table", name);
  Model model;
  model.name = std::move(more.name);
  TAIZHANG_TRY(model.schema, Schema::make(files, std::move(tables), std::move(more.upcasters)));
  model.judge = education_judge(std::move(more.judge));
  model.projections = education_projections();
  for (Projection& one : more.projections) model.projections.push_back(std::move(one));
  model.processes = education_processes();
  for (ProcessManager& one : more.processes) model.processes.push_back(std::move(one));
  return model;
}

}  // namespace taizhang
