#pragma once

#include <google/protobuf/message.h>

#include "taizhang/ledger/v1/why.pb.h"
#include "taizhang/schema/schema.hpp"

namespace taizhang::audit {

/// Tells rows, with their personal fields in the clear, as people may see them.
class RowWords {
 public:
  using Changes = google::protobuf::RepeatedPtrField<ledger::v1::FieldChange>;
  RowWords(const Schema& schema, Language language, bool reveal)
      : schema_(&schema), language_(language), reveal_(reveal) {}

  /// Adds what differs, in the order of the row's fields. nullptr: there was, or is, no row. Of a
  /// list the common start and end are matched; between them elements are paired in order, and what
  /// is left over was added or removed.
  void changes(const google::protobuf::Message* before, const google::protobuf::Message* after,
               Changes& out) const;
  /// Adds the personal fields that `given` has and no change speaks of: given once more.
  void again(const google::protobuf::Message& given, const google::protobuf::Message& after,
             Changes& out) const;
  /// A whole field. Empty if it is unset.
  [[nodiscard]] std::string text(const google::protobuf::Message& row,
                                 const FieldInfo& field) const;

 private:
  struct Place;
  [[nodiscard]] std::string element(const google::protobuf::Message& message,
                                    const FieldInfo& field, int index) const;
  [[nodiscard]] std::string part(const google::protobuf::Message& message) const;
  void message(const google::protobuf::Message* before, const google::protobuf::Message* after,
               const Place* under, Changes& out) const;
  void single(const google::protobuf::Message* before, const google::protobuf::Message* after,
              const FieldInfo& field, const Place& at, Changes& out) const;
  void list(const google::protobuf::Message* before, const google::protobuf::Message* after,
            const FieldInfo& field, const Place& at, Changes& out) const;
  static void tell(const Place& at, const char* kind, std::string before, std::string after,
                   Changes& out);
  const Schema* schema_;
  Language language_;
  bool reveal_;
};

}  // namespace taizhang::audit
