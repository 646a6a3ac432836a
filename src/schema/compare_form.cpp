#include "schema/compare_form.hpp"

namespace taizhang::schema {
namespace {

namespace pb = google::protobuf;
using Type = pb::FieldDescriptor::Type;

/// Types that share a wire form, and how much of it each can hold.
enum class Form : std::uint8_t { varint, zigzag, bits32, bits64, text, other };

struct Range {
  bool negative;  ///< holds negative numbers
  int bits;       ///< of magnitude
};

struct TypeForm {
  Form form;
  Range range;
};

TypeForm form_of(Type type) {
  switch (type) {
    case Type::TYPE_BOOL:
      return {Form::varint, {false, 1}};
    case Type::TYPE_ENUM:  // open: any int32 survives
    case Type::TYPE_INT32:
      return {Form::varint, {true, 31}};
    case Type::TYPE_UINT32:
      return {Form::varint, {false, 32}};
    case Type::TYPE_INT64:
      return {Form::varint, {true, 63}};
    case Type::TYPE_UINT64:
      return {Form::varint, {false, 64}};
    case Type::TYPE_SINT32:
      return {Form::zigzag, {true, 31}};
    case Type::TYPE_SINT64:
      return {Form::zigzag, {true, 63}};
    case Type::TYPE_SFIXED32:
      return {Form::bits32, {true, 31}};
    case Type::TYPE_FIXED32:
      return {Form::bits32, {false, 32}};
    case Type::TYPE_SFIXED64:
      return {Form::bits64, {true, 63}};
    case Type::TYPE_FIXED64:
      return {Form::bits64, {false, 64}};
    case Type::TYPE_STRING:
      return {Form::text, {false, 7}};
    case Type::TYPE_BYTES:
      return {Form::text, {false, 8}};
    default:
      return {Form::other, {false, 0}};
  }
}

bool fits(Range then, Range now) {
  return now.bits >= then.bits && (now.negative || !then.negative);
}

bool same_form(Type then, Type now) {
  if (then == now) return true;
  const TypeForm was = form_of(then);
  const TypeForm is = form_of(now);
  return was.form == is.form && was.form != Form::other && fits(was.range, is.range);
}

std::string cardinality(const pb::FieldDescriptor& field) {
  return field.is_map() ? "map" : field.is_repeated() ? "repeated" : "singular";
}

/// Whether the field went into a oneof with others that stored messages may hold beside it: only
/// the last of them would be read.
bool crowded(const pb::FieldDescriptor& then, const pb::FieldDescriptor& now) {
  const pb::OneofDescriptor* one = now.real_containing_oneof();
  if (one == nullptr) return false;
  for (int i = 0; i < one->field_count(); ++i) {
    if (one->field(i) == &now) continue;
    const pb::FieldDescriptor* other =
        then.containing_type()->FindFieldByNumber(one->field(i)->number());
    if (other == nullptr) continue;
    if (then.real_containing_oneof() == nullptr ||
        other->real_containing_oneof() != then.real_containing_oneof())
      return true;
  }
  return false;
}

}  // namespace

std::optional<FormFault> form_fault(const pb::FieldDescriptor& then,
                                    const pb::FieldDescriptor& now) {
  if (cardinality(then) != cardinality(now))
    return FormFault{"field-cardinality",
                     {"it was " + cardinality(then) + " and is " + cardinality(now),
                      "原为 " + cardinality(then) + ",现为 " + cardinality(now)}};
  if (!same_form(then.type(), now.type())) {
    const std::string was = then.type_name();
    const std::string is = now.type_name();
    return FormFault{"field-type",
                     {"a stored " + was + " cannot be read as " + is + " without loss",
                      "已存的 " + was + " 无法无损地读作 " + is}};
  }
  if (crowded(then, now))
    return FormFault{
        "field-oneof",
        {"it now excludes other fields of oneof \"" + now.real_containing_oneof()->name() +
             "\" that it stood beside",
         "它现与 oneof “" + now.real_containing_oneof()->name() + "”中原可并存的字段互斥"}};
  return std::nullopt;
}

}  // namespace taizhang::schema
