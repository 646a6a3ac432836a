#include "taizhang/education/references.hpp"

#include <array>

#include "taizhang/education/education.hpp"

namespace taizhang {
namespace {

constexpr std::array<std::string_view, 11> kinds = {"student", "school",    "class", "household",
                                                    "teacher", "programme", "grant", "training",
                                                    "case",    "person",    "import"};

Error unknown_subject(const std::string& word) {
  return Error(ErrorCode::not_found,
               {"No subject is known as \"" + word +
                    "\". Name it as scheme:value (student-number:…, school-code:…, class-code:…) "
                    "or by its id.",
                "没有标识为“" + word +
                    "”的对象。请用“类别:号码”(如 student-number:…、school-code:…、class-code:…)"
                    "或对象编号。"})
      .with("subject", word);
}

}  // namespace

Result<std::string> subject_tag(Decider& decider, std::string_view kind,
                                std::string_view reference) {
  // "student:ID" is a tag already, once the id has its one form.
  if (const auto colon = reference.find(':'); colon != std::string_view::npos)
    if (const auto id = Id::parse(reference.substr(colon + 1)))
      return std::string(reference.substr(0, colon + 1)) + id->to_string();
  Education education(decider);
  for (const std::string_view candidate : kinds) {
    if (!kind.empty() && kind != "*" && kind != candidate) continue;
    TAIZHANG_TRY(const auto found, education.resolve(candidate, reference));
    if (!found) continue;
    // A bare id fits every kind; it is the subject's only where there are events.
    TAIZHANG_TRY(Reader reader, decider.ledger().read(Query::tag(*found), {.limit = 1}));
    TAIZHANG_TRY(const RecordedEvent* first, reader.next());
    if (first != nullptr) return *found;
  }
  return unknown_subject(std::string(reference));
}

Result<> name_subjects(Decider& decider, const MessageInfo& view, Ask& ask) {
  std::size_t part = 0;
  for (const FieldInfo& field : view.fields) {
    if (!field.key || part == ask.key.size()) continue;
    TAIZHANG_TRY(ask.key[part], subject_tag(decider, field.subject_kind, ask.key[part]));
    ++part;
  }
  for (Where& where : ask.where) {
    const FieldInfo* field = view.field(where.field);
    if (field == nullptr || field->subject_kind.empty()) continue;
    for (std::string& value : where.values) {
      if (value.empty()) continue;  // of rows that name no subject
      TAIZHANG_TRY(std::string tag, subject_tag(decider, field->subject_kind, value));
      value = field->subject_kind == "*" ? tag : tag.substr(tag.find(':') + 1);
    }
  }
  return {};
}

}  // namespace taizhang
