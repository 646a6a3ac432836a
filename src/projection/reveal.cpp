#include "projection/reveal.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

namespace taizhang::projection {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct Erased {
  Message* message;
  const FieldDescriptor* field;
  int index;  ///< -1 for a singular field
};

// Personal fields that hold the mark of erasure: a mask must not hide it.
void find_erased(const Schema& schema, Message& message, std::vector<Erased>& found) {
  const auto& reflect = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflect.ListFields(message, &fields);
  const MessageInfo* info = schema.of(message.GetDescriptor());
  for (const FieldDescriptor* field : fields) {
    const int size = field->is_repeated() ? reflect.FieldSize(message, field) : 0;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (field->is_map()) continue;
      if (!field->is_repeated())
        find_erased(schema, *reflect.MutableMessage(&message, field), found);
      for (int i = 0; i < size; ++i)
        find_erased(schema, *reflect.MutableRepeatedMessage(&message, field, i), found);
      continue;
    }
    const FieldInfo* one = info == nullptr ? nullptr : info->field(field->name());
    if (one == nullptr || one->data_class.empty() ||
        field->cpp_type() != FieldDescriptor::CPPTYPE_STRING)
      continue;
    if (!field->is_repeated() && reflect.GetString(message, field) == erased_mark)
      found.push_back({&message, field, -1});
    for (int i = 0; i < size; ++i)
      if (reflect.GetRepeatedString(message, field, i) == erased_mark)
        found.push_back({&message, field, i});
  }
}

Result<> open_kept(const Sealer& sealer, const MessageInfo& event, const Kept& kept,
                   Message& message) {
  std::vector<std::string> opened;
  for (const Sealed& part : kept.parts) {
    const RecordedEvent::SealedView view{part.subject, part.data_class, part.key_version,
                                         part.nonce, part.ciphertext};
    TAIZHANG_TRY(auto plaintext, sealer.open(view, kept.event));
    if (plaintext) {
      opened.push_back(*std::move(plaintext));
      continue;
    }
    for (const FieldInfo& field : event.fields)
      if (field.data_class == part.data_class && !field.descriptor->is_repeated() &&
          field.descriptor->cpp_type() == FieldDescriptor::CPPTYPE_STRING)
        message.GetReflection()->SetString(&message, field.descriptor, std::string(erased_mark));
  }
  // What can be opened comes last: another subject's part may be of the same class.
  for (const std::string& plaintext : opened)
    if (!message.MergeFromString(plaintext))
      return Error(ErrorCode::damaged, {"a sealed part of " + kept.type + " is not a message",
                                        kept.type + " 的加密部分不是消息"})
          .with("event", kept.event.to_string());
  return {};
}

}  // namespace

Result<> show_personal(const Schema& schema, const Sealer& sealer, const Table& table,
                       const Row& row, bool reveal, Message& message) {
  for (const Kept& kept : row.kept) {
    const auto copies = table.spec().reveals.find(kept.type);
    const MessageInfo* event = schema.event(kept.type);
    if (copies == table.spec().reveals.end() || event == nullptr) continue;
    const std::unique_ptr<Message> opened(google::protobuf::MessageFactory::generated_factory()
                                              ->GetPrototype(event->descriptor)
                                              ->New());
    TAIZHANG_CHECK(open_kept(sealer, *event, kept, *opened));
    copies->second.copy(kept.slot, *opened, message);
  }
  if (reveal) return {};
  std::vector<Erased> erased;
  find_erased(schema, message, erased);
  schema.mask(message);
  for (const auto& [owner, field, index] : erased) {
    if (index < 0)
      owner->GetReflection()->SetString(owner, field, std::string(erased_mark));
    else
      owner->GetReflection()->SetRepeatedString(owner, field, index, std::string(erased_mark));
  }
  return {};
}

}  // namespace taizhang::projection
