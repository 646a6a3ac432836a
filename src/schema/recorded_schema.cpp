#include "schema/recorded_schema.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <limits>
#include <map>

#include "schema/builder.hpp"
#include "schema/compare.hpp"
#include "schema/file_set.hpp"
#include "schema/wire.hpp"
#include "taizhang/annotations.pb.h"

namespace taizhang::schema {
namespace {

namespace pb = google::protobuf;
using ledger::v1::SchemaRecorded;

Error damaged_schema(const Text& what) {
  return {ErrorCode::damaged,
          {"a recorded schema " + what.en + "; restore it from a backup",
           "登记的模式" + what.zh + ";请从备份恢复"}};
}

pb::FileDescriptorProto content(const pb::FileDescriptor& file) {
  pb::FileDescriptorProto proto;
  file.CopyTo(&proto);
  file.CopyJsonNameTo(&proto);
  return proto;
}

/// Files in the order in which each can be built after those before it.
class Files {
 public:
  Result<> add(const pb::FileDescriptor& file) {
    const auto [place, added] = known_.emplace(file.name(), &file);
    // Pools may each have a copy of what they import: the options of fields, above all.
    if (!added && place->second != &file &&
        content(*place->second).SerializeAsString() != content(file).SerializeAsString())
      return Error(ErrorCode::invalid_argument,
                   {"the schema has two files named " + file.name() +
                        " that differ; make all its messages from one version of each file (a "
                        "schema read from a ledger is not recorded again)",
                    "模式中有两个名为 " + file.name() +
                        " 但内容不同的文件;请以同一版本的文件生成全部消息(从台账读出的模式不得再次"
                        "登记)"})
          .with("file", file.name());
    if (!added) return {};
    for (int i = 0; i < file.dependency_count(); ++i) TAIZHANG_CHECK(add(*file.dependency(i)));
    *set_.add_file() = content(file);
    return {};
  }
  [[nodiscard]] Result<std::string> bytes() const {
    return serialised(set_, std::numeric_limits<int>::max());
  }

 private:
  std::map<std::string, const pb::FileDescriptor*> known_;
  pb::FileDescriptorSet set_;
};

bool defines_news(const pb::RepeatedPtrField<pb::DescriptorProto>& messages,
                  const SchemaBuilder& builder) {
  for (const pb::DescriptorProto& message : messages) {
    if (message.options().HasExtension(event)) {
      const EventSpec& spec = message.options().GetExtension(event);
      if (!builder.has_event(spec.type(), std::max(1U, spec.version()))) return true;
    }
    if (defines_news(message.nested_type(), builder)) return true;
  }
  return false;
}

/// Takes the messages that no newer schema had.
Result<> add_recorded(const SchemaRecorded& recorded, SchemaBuilder& builder) {
  pb::FileDescriptorSet set;
  if (!set.ParseFromString(recorded.files()))
    return damaged_schema({"cannot be parsed", "无法解析"});
  bool news = false;
  for (const pb::FileDescriptorProto& file : set.file())
    news = news || defines_news(file.message_type(), builder);
  if (!news) return {};
  const auto files = build_files(set, builder);
  if (!files) return damaged_schema(files.error().message());
  for (const pb::FileDescriptor* file : *files)
    TAIZHANG_CHECK(builder.add(*file, [&](const MessageInfo& message) {
      return message.role == MessageInfo::Role::event &&
             !builder.has_event(message.name, message.version);
    }));
  return {};
}

Result<std::shared_ptr<Schema>> joined(const std::vector<const SchemaRecorded*>& newest_first) {
  CodeTables tables;
  for (const SchemaRecorded* recorded : newest_first)
    for (const auto& table : recorded->code_tables())
      for (const auto& code : table.codes())
        tables[table.name()].try_emplace(code.code(), Text{code.en(), code.zh()});
  SchemaBuilder builder(std::move(tables));
  TAIZHANG_CHECK(builder.add(*SchemaRecorded::descriptor()->file()));
  for (const SchemaRecorded* recorded : newest_first)
    TAIZHANG_CHECK(add_recorded(*recorded, builder));
  for (const SchemaRecorded* recorded : newest_first)
    for (const auto& upcaster : recorded->upcasters())
      builder.add_unknown_step(upcaster.type(), upcaster.from_version());
  return builder.finish({}, false);
}

}  // namespace

bool has_files(const SchemaRecorded& recorded) {
  pb::FileDescriptorSet set;
  return set.ParseFromString(recorded.files());
}

Result<SchemaRecorded> to_recorded(const Schema& schema) {
  SchemaRecorded recorded;
  Files files;
  for (const MessageInfo* current : schema.all(MessageInfo::Role::event)) {
    for (const MessageInfo* message : schema.versions(current->name))
      TAIZHANG_CHECK(files.add(*message->descriptor->file()));
    for (const std::uint32_t version : schema.upcaster_versions(current->name)) {
      auto& upcaster = *recorded.add_upcasters();
      upcaster.set_type(current->name);
      upcaster.set_from_version(version);
    }
  }
  TAIZHANG_TRY(*recorded.mutable_files(), files.bytes());
  for (const auto& [name, codes] : schema.code_tables()) {
    auto& table = *recorded.add_code_tables();
    table.set_name(name);
    for (const auto& [code, label] : codes) {
      auto& one = *table.add_codes();
      one.set_code(code);
      one.set_zh(label.zh);
      one.set_en(label.en);
    }
  }
  return recorded;
}

Result<std::shared_ptr<const Schema>> from_recorded(
    const std::vector<SchemaRecorded>& newest_first) {
  std::vector<const SchemaRecorded*> usable;
  for (const SchemaRecorded& recorded : newest_first) usable.push_back(&recorded);
  Result<std::shared_ptr<Schema>> made = joined(usable);
  if (!made) {
    // Somebody recorded as a schema what is none: the others count.
    std::erase_if(usable, [](const SchemaRecorded* one) { return !joined({one}); });
    made = joined(usable);
  }
  TAIZHANG_TRY(const std::shared_ptr<Schema> schema, std::move(made));
  SchemaBuilder::read_unchanged(*schema, [&](const MessageInfo& older, const MessageInfo& next) {
    return compare_events(*schema, older, *schema, next, Meaning::as_stored).empty();
  });
  return std::shared_ptr<const Schema>(schema);
}

}  // namespace taizhang::schema
