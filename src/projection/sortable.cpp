#include "projection/sortable.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <bit>
#include <cmath>

namespace taizhang::projection {
namespace {

using google::protobuf::FieldDescriptor;

// Longer texts share an index prefix; asking compares the row itself anyway.
constexpr std::size_t indexed_text_bytes_max = 256;
constexpr std::uint64_t top_bit = 1ULL << 63U;

std::string big_endian(std::uint64_t value) {
  std::string bytes(8, '\0');
  for (std::size_t i = 8; i-- > 0; value >>= 8U) bytes[i] = static_cast<char>(value);
  return bytes;
}

std::string sortable(std::uint64_t value) { return big_endian(value); }
std::string sortable(std::int64_t value) {
  return big_endian(static_cast<std::uint64_t>(value) ^ top_bit);
}
// What is no number comes last; -0 is 0.
std::string sortable(double value) {
  if (std::isnan(value)) return big_endian(UINT64_MAX);
  const auto bits = std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);
  return big_endian((bits & top_bit) != 0 ? ~bits : bits | top_bit);
}

std::string one(const google::protobuf::Message& row, const FieldDescriptor* field, int i) {
  const auto& of = *row.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return i < 0 ? of.GetString(row, field) : of.GetRepeatedString(row, field, i);
    case FieldDescriptor::CPPTYPE_BOOL:
      return {
          1, static_cast<char>(i < 0 ? of.GetBool(row, field) : of.GetRepeatedBool(row, field, i))};
    case FieldDescriptor::CPPTYPE_INT32:
      return sortable(
          std::int64_t{i < 0 ? of.GetInt32(row, field) : of.GetRepeatedInt32(row, field, i)});
    case FieldDescriptor::CPPTYPE_INT64:
      return sortable(
          std::int64_t{i < 0 ? of.GetInt64(row, field) : of.GetRepeatedInt64(row, field, i)});
    case FieldDescriptor::CPPTYPE_UINT32:
      return sortable(
          std::uint64_t{i < 0 ? of.GetUInt32(row, field) : of.GetRepeatedUInt32(row, field, i)});
    case FieldDescriptor::CPPTYPE_UINT64:
      return sortable(
          std::uint64_t{i < 0 ? of.GetUInt64(row, field) : of.GetRepeatedUInt64(row, field, i)});
    case FieldDescriptor::CPPTYPE_ENUM:
      return sortable(std::int64_t{i < 0 ? of.GetEnumValue(row, field)
                                         : of.GetRepeatedEnumValue(row, field, i)});
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return sortable(i < 0 ? of.GetDouble(row, field) : of.GetRepeatedDouble(row, field, i));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return sortable(double{i < 0 ? of.GetFloat(row, field) : of.GetRepeatedFloat(row, field, i)});
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  return {};
}

}  // namespace

bool has_values(const FieldInfo& field) {
  return field.descriptor->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE;
}

std::vector<std::string> sortable_values(const google::protobuf::Message& row,
                                         const FieldInfo& field) {
  std::vector<std::string> values;
  if (!has_values(field)) return values;
  if (!field.descriptor->is_repeated()) {
    values.push_back(one(row, field.descriptor, -1));
    return values;
  }
  const int size = row.GetReflection()->FieldSize(row, field.descriptor);
  for (int i = 0; i < size; ++i) values.push_back(one(row, field.descriptor, i));
  return values;
}

std::string index_value(const FieldInfo& field, std::string_view sortable) {
  if (field.descriptor->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return std::string(sortable);
  // A zero byte ends the text, so zero and what stands for it are written as two bytes.
  std::string value;
  for (const char byte : sortable.substr(0, indexed_text_bytes_max)) {
    if (byte == '\0' || byte == '\1') value.push_back('\1');
    value.push_back(byte == '\0' ? '\1' : byte == '\1' ? '\2' : byte);
  }
  if (sortable.size() < indexed_text_bytes_max) value.push_back('\0');
  return value;
}

}  // namespace taizhang::projection
