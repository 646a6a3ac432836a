#pragma once

#include <string>
#include <string_view>

#include "taizhang/schema/schema.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// A field's value for people: money as "1,250.00", a code as "02 休学" (one that is an English
/// word by its label alone), a list joined by "; ", a sub-message as "label=value, …". Empty for an
/// unset field.
std::string display(const Schema& schema, const google::protobuf::Message& message,
                    const FieldInfo& field, Language language);
/// One element of a repeated field; index -1: the field, which is not repeated.
std::string display(const Schema& schema, const google::protobuf::Message& message,
                    const FieldInfo& field, int index, Language language);

/// One protobuf-JSON object on one line, zero values included, field names as in the .proto.
/// Deterministic. int64 are JSON strings, as protobuf prescribes.
Result<std::string> to_json(const google::protobuf::Message& message);

/// Fills a message from a JSON object. An unknown field is `invalid_argument` and names the
/// nearest known one; details field, message. A field given by both its spellings (entry_year,
/// entryYear) is `invalid_argument`, too: detail name. Other errors: those of check_json.
Result<> from_json(const Schema& schema, std::string_view json, google::protobuf::Message& message);

/// Sets a field from text as people and files write it: money in yuan ("1250", "1,250.00"), dates
/// YYYY-MM-DD, codes of a table (or their label, or both as displayed), numbers,
/// true/false/是/否, lists separated by ";". Empty text clears the field. Errors name field,
/// value (masked if personal), rule, way out; an unknown field names the nearest known one.
Result<> set_from_text(const Schema& schema, google::protobuf::Message& message,
                       std::string_view field_name, std::string_view text);

/// Fen as yuan, exactly: 125000 → "1,250.00", -5 → "-0.05".
std::string yuan(std::int64_t fen);
Result<std::int64_t> parse_yuan(std::string_view text);

}  // namespace taizhang
