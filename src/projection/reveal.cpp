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

/// The current message with the personal fields that the kept parts hold, and nothing else.
Result<std::unique_ptr<Message>> open_kept(const Schema& schema, const Sealer& sealer,
                                           const Kept& kept) {
  const MessageInfo* event = schema.event(kept.type, kept.version);
  if (event == nullptr)
    return Error(ErrorCode::unsupported,
                 {"this build does not know \"" + kept.type + "\" version " +
                      std::to_string(kept.version) + "; use a build that knows it",
                  "本程序不认识“" + kept.type + "”第 " + std::to_string(kept.version) +
                      " 版；请使用认识该版本的程序"})
        .with("type", kept.type);
  std::unique_ptr<Message> written(event->prototype->New());
  std::vector<RecordedEvent::SealedView> parts;
  for (const Sealed& part : kept.parts)
    parts.push_back({part.subject, part.data_class, part.key_version, part.nonce, part.ciphertext,
                     part.digest});
  TAIZHANG_TRY(const std::vector<std::string> gone,
               open_parts(sealer, parts, kept.event, *written));
  mark_erased(*event, gone, *written);
  const MessageInfo* current = schema.event(kept.type);
  if (kept.version == current->version) return written;
  std::unique_ptr<Message> now(current->prototype->New());
  TAIZHANG_CHECK(schema.upcast(kept.type, kept.version, *written, *now));
  return now;
}

}  // namespace

Result<> show_personal(const Schema& schema, const Sealer& sealer, const Table& table,
                       const Row& row, bool reveal, Message& message) {
  for (const Kept& kept : row.kept) {
    const auto copies = table.spec().reveals.find(kept.type);
    if (copies == table.spec().reveals.end()) continue;
    TAIZHANG_TRY(const auto opened, open_kept(schema, sealer, kept));
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
