#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "taizhang/result.hpp"
#include "taizhang/schema/upcasters.hpp"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
class FileDescriptor;
class Message;
}  // namespace google::protobuf

namespace [[gnu::visibility("default")]] taizhang {

enum class Language : std::uint8_t { zh, en };
inline const std::string& in(const Text& text, Language language) {
  return language == Language::zh ? text.zh : text.en;
}

/// Codes and their labels, by table name. Order of codes is the map's.
using CodeTable = std::map<std::string, Text>;
using CodeTables = std::map<std::string, CodeTable>;

enum class Mask : std::uint8_t { all, name, number, date };

/// What the options of annotations.proto say of one field.
struct FieldInfo {
  const google::protobuf::FieldDescriptor* descriptor = nullptr;
  Text label;                ///< falls back to the field's name
  std::string subject_kind;  ///< empty: not a subject; "*": the value is a whole tag
  std::string data_class;    ///< empty: not personal
  const google::protobuf::FieldDescriptor* personal_subject = nullptr;  ///< whose key seals it
  Mask mask = Mask::all;
  bool money_fen = false;
  bool date = false;
  std::string code_table;
  const CodeTable* codes = nullptr;  ///< that table, if there is one
  bool required = false;
  bool key = false;
  bool indexed = false;
  bool hidden = false;
  std::optional<std::pair<std::int64_t, std::int64_t>> bounds;
};

/// What they say of one message.
struct MessageInfo {
  enum class Role : std::uint8_t { event, command, view, part };
  const google::protobuf::Descriptor* descriptor = nullptr;
  /// `prototype->New()` makes a message, generated or from a descriptor known at run time only.
  const google::protobuf::Message* prototype = nullptr;
  Role role = Role::part;
  std::string name;  ///< event type, command name ("EnrolStudent") or view name
  std::uint32_t version = 1;
  Text label;
  std::vector<std::uint32_t> plan_rows;
  std::vector<std::string> rules;
  std::vector<FieldInfo> fields;  ///< in order of field numbers
  bool has_personal = false;      ///< itself or in a sub-message
  [[nodiscard]] const FieldInfo* field(std::string_view field_name) const;
};

namespace schema {
class SchemaBuilder;
}

/// Everything derived from the descriptors, once. Immutable, safe from any thread; keep the
/// descriptor pool alive (the generated pool always is; a stored schema owns its own). It must
/// outlive messages that are not generated ones.
class Schema {
 public:
  /// Collects every annotated message of the files (and messages they use), and the ledger's own
  /// events without being asked. Errors (`invalid_argument`, naming message and field): a type and
  /// version or a name given twice, a type "ledger.…" that is not the ledger's, a personal field
  /// under `repeated` or inside a sub-message of an event, a personal field of an event whose
  /// subject field is missing, an unknown code table, an option on a field of the wrong kind
  /// (money not int64, date not string), a missing zh or en label (only a hidden field may go
  /// without), an older message class without an upcaster to the next, an upcaster that does not
  /// lead from one version of a type to the next or is given twice.
  /// The first schema of a process silences protobuf's default log handler, which would print texts
  /// that are not UTF-8 on standard error; a handler that the application sets stays.
  static Result<std::shared_ptr<const Schema>> make(
      std::span<const google::protobuf::FileDescriptor* const> files, CodeTables tables,
      Upcasters upcasters = {});
  /// As `make`, of the files that define these generated messages: one message a file will do.
  template <class... Messages>
  static Result<std::shared_ptr<const Schema>> of(CodeTables tables = {},
                                                  Upcasters upcasters = {}) {
    const google::protobuf::FileDescriptor* const files[] = {Messages::descriptor()->file()...};
    return make(files, std::move(tables), std::move(upcasters));
  }

  ~Schema();
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  /// The message that events of the type are written with now: that of the highest version.
  [[nodiscard]] const MessageInfo* event(std::string_view type) const;
  /// The message that an event written with that version is read with, before upcasters: the own
  /// class of that version, else that of the next version that has one (a change compatible in
  /// protobuf needs no class of its own). nullptr for version 0 or one above the current.
  [[nodiscard]] const MessageInfo* event(std::string_view type, std::uint32_t version) const;
  /// All classes of an event type, oldest version first.
  [[nodiscard]] std::vector<const MessageInfo*> versions(std::string_view type) const;
  /// The versions from which an upcaster leads to the one after, lowest first.
  [[nodiscard]] std::vector<std::uint32_t> upcaster_versions(std::string_view type) const;
  /// Takes `written`, a message of event(type, version), to the current version, into `now` (which
  /// may be the same object if the class is). Uses `written` up. Errors: `unsupported` if a step
  /// is missing (stored schemas only), `internal` if an upcaster throws.
  Result<> upcast(std::string_view type, std::uint32_t version, google::protobuf::Message& written,
                  google::protobuf::Message& now) const;
  [[nodiscard]] const MessageInfo* command(std::string_view name) const;
  [[nodiscard]] const MessageInfo* view(std::string_view name) const;
  [[nodiscard]] const MessageInfo* of(const google::protobuf::Descriptor* descriptor) const;
  [[nodiscard]] std::vector<const MessageInfo*> all(
      MessageInfo::Role role) const;  ///< by name; of event types the current message
  [[nodiscard]] const CodeTable* code_table(std::string_view name) const;
  [[nodiscard]] const CodeTables& code_tables() const { return tables_; }

  /// Required fields, codes, dates (Date::plausible), bounds and UTF-8 without U+0000, in
  /// sub-messages too; in events also that
  /// subjects make tags and that personal fields have a subject. A field that is not required
  /// may be empty. The error is `invalid_argument` with details field (its path), value and
  /// rule, and says what would be right. The value of a personal field appears masked only.
  [[nodiscard]] Result<> validate(const google::protobuf::Message& message) const;
  /// The tags its subject fields give, in sub-messages too: sorted, each once.
  [[nodiscard]] std::vector<std::string> tags(const google::protobuf::Message& message) const;
  /// Replaces personal fields by their masks, in place, in sub-messages too. A personal field
  /// that is not a string is cleared.
  void mask(google::protobuf::Message& message) const;

 private:
  friend class schema::SchemaBuilder;
  struct Pools;  ///< what the messages of a schema known at run time only are made of
  using Names = std::map<std::string, const MessageInfo*, std::less<>>;
  /// What is known of an event type.
  struct EventType {
    std::map<std::uint32_t, const MessageInfo*> versions;
    std::map<std::uint32_t, Upcasters::Step> steps;  ///< by the version they start from
  };
  Schema();
  std::unique_ptr<Pools> pools_;
  std::vector<std::unique_ptr<MessageInfo>> messages_;
  std::map<const google::protobuf::Descriptor*, const MessageInfo*> by_descriptor_;
  std::map<std::string, EventType, std::less<>> events_;
  Names commands_, views_;
  CodeTables tables_;
};

/// "张**", "4312**********0015", "2011-**-**", "***". Counts characters, not bytes. What is too
/// short to keep its ends is starred whole. Empty stays empty.
std::string masked(std::string_view value, Mask mask);

/// The candidate nearest to a mistyped name (edit distance), if one is near enough to suggest.
std::optional<std::string> nearest_name(std::string_view name,
                                        std::span<const std::string> candidates);

}  // namespace taizhang
