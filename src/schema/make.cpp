#include "schema/builder.hpp"
#include "taizhang/ledger/v1/commands.pb.h"
#include "taizhang/ledger/v1/events.pb.h"

namespace taizhang {

Result<std::shared_ptr<const Schema>> Schema::make(
    std::span<const google::protobuf::FileDescriptor* const> files, CodeTables tables,
    Upcasters upcasters) {
  schema::SchemaBuilder builder(std::move(tables));
  TAIZHANG_CHECK(builder.add(*ledger::v1::EventVoided::descriptor()->file()));
  TAIZHANG_CHECK(builder.add(*ledger::v1::VoidEvent::descriptor()->file()));
  for (const google::protobuf::FileDescriptor* file : files) TAIZHANG_CHECK(builder.add(*file));
  TAIZHANG_TRY(std::shared_ptr<const Schema> schema, builder.finish(upcasters, true));
  return schema;
}

}  // namespace taizhang
