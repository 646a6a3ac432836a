#include "taizhang/schema/descriptor_set.hpp"

#include <limits>

#include "schema/builder.hpp"
#include "schema/file_set.hpp"
#include "schema/quiet_protobuf.hpp"
#include "taizhang/ledger/v1/commands.pb.h"
#include "taizhang/ledger/v1/events.pb.h"

namespace taizhang {
namespace {

Error unusable(const Text& what) {
  return {ErrorCode::invalid_argument,
          {"the schema " + what.en +
               "; make it with protoc --include_imports --descriptor_set_out=FILE",
           "模式" + what.zh + ";请用 protoc --include_imports --descriptor_set_out=文件 生成"}};
}

}  // namespace

Result<std::shared_ptr<const Schema>> schema_from_descriptor_set(std::string_view bytes,
                                                                 CodeTables tables) {
  schema::quiet_protobuf();
  google::protobuf::FileDescriptorSet set;
  if (bytes.empty() || bytes.size() > std::numeric_limits<int>::max() ||
      !set.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return unusable({"is not a FileDescriptorSet", "不是 FileDescriptorSet"});
  schema::SchemaBuilder builder(std::move(tables));
  TAIZHANG_CHECK(builder.add(*ledger::v1::EventVoided::descriptor()->file()));
  TAIZHANG_CHECK(builder.add(*ledger::v1::VoidEvent::descriptor()->file()));
  const auto files = schema::build_files(set, builder);
  if (!files) return unusable(files.error().message());
  // The ledger's own events are there already, in the words of this build.
  for (const google::protobuf::FileDescriptor* file : *files)
    if (file->package() != "taizhang.ledger.v1") TAIZHANG_CHECK(builder.add(*file));
  TAIZHANG_TRY(std::shared_ptr<const Schema> schema, builder.finish({}, true));
  return schema;
}

}  // namespace taizhang
