#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "taizhang/ledger/v1/why.pb.h"
#include "taizhang/schema/display.hpp"

namespace taizhang::testing {

/// A row without lists of messages as texts: by field, by element. Changes can be applied to it.
class ToldRow {
 public:
  ToldRow() = default;
  ToldRow(const Schema& schema, const google::protobuf::Message& row) {
    for (const FieldInfo& field : schema.of(row.GetDescriptor())->fields) {
      const int size = field.descriptor->is_repeated()
                           ? row.GetReflection()->FieldSize(row, field.descriptor)
                           : 1;
      for (int i = 0; i < size; ++i) {
        std::string value =
            display(schema, row, field, field.descriptor->is_repeated() ? i : -1, Language::zh);
        if (!field.subject_kind.empty()) value = field.subject_kind + ":" + value;
        put(field.descriptor->name(), i, value);
      }
    }
  }

  /// Changes of one event or between two moments, in the order told.
  void apply(const std::vector<const ledger::v1::FieldChange*>& changes) {
    std::map<std::string, std::set<std::size_t>> gone;  // their indexes count in the list before
    for (const auto* change : changes) {
      const std::string& path = change->path();
      const std::size_t bracket = path.find('[');
      std::vector<std::string>& list = fields_[change->field()];
      const std::size_t index =
          bracket == std::string::npos ? 0 : std::stoul(path.substr(bracket + 1));
      if (change->kind() == "removed") {
        if (list.at(index) != change->before()) wrong_ = true;
        gone[change->field()].insert(index);
        continue;
      }
      if (change->kind() == "added") erase(gone, change->field());
      if (change->kind() == "added")
        list.insert(list.begin() + static_cast<std::ptrdiff_t>(index), change->after());
      else if (change->kind() != "again") {
        if (bracket == std::string::npos) list.resize(1);
        if (!blank(list.at(index)) || !blank(change->before()))
          wrong_ = wrong_ || list.at(index) != change->before();
        list.at(index) = change->after();
      } else
        wrong_ = wrong_ || change->before() != change->after();
    }
    while (!gone.empty()) erase(gone, std::string(gone.begin()->first));
  }

  /// Fields that have a value; 0, 0.00 and 否 are none.
  [[nodiscard]] std::map<std::string, std::vector<std::string>> values() const {
    std::map<std::string, std::vector<std::string>> all;
    for (const auto& [name, list] : fields_)
      if (!(list.empty() || (list.size() == 1 && blank(list.front())))) all[name] = list;
    return all;
  }
  /// A `before` was not what was there.
  [[nodiscard]] bool wrong() const { return wrong_; }

 private:
  static bool blank(const std::string& text) {
    return text.empty() || text == "0" || text == "0.00" || text == "否";
  }
  void put(const std::string& field, int index, const std::string& value) {
    auto& list = fields_[field];
    list.resize(static_cast<std::size_t>(index) + 1);
    list.back() = value;
  }
  void erase(std::map<std::string, std::set<std::size_t>>& gone, const std::string& field) {
    const auto found = gone.find(field);
    if (found == gone.end()) return;
    auto& list = fields_[field];
    for (auto index = found->second.rbegin(); index != found->second.rend(); ++index)
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(*index));
    gone.erase(found);
  }
  std::map<std::string, std::vector<std::string>> fields_;
  bool wrong_ = false;
};

}  // namespace taizhang::testing
