#pragma once

#include <google/protobuf/message.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "audit/row_history.hpp"
#include "taizhang/projection/projection.hpp"

namespace taizhang::audit {

/// One row, folded event by event as the views fold it, with its personal fields in the clear.
class RowFold {
 public:
  RowFold(const Schema& schema, const Sealer& sealer, const TableSpec& table, const RowKey& key)
      : schema_(&schema), sealer_(&sealer), table_(&table), key_(&key) {}

  struct Applied {
    bool touched = false;         ///< the event is one that the row takes
    std::optional<Text> problem;  ///< why it was not taken, or not wholly
    /// An empty row but for the personal fields that the event gave; nullptr if it gave none.
    std::unique_ptr<google::protobuf::Message> given;
  };
  /// At an event that cannot be read or whose handler throws the row stops, as it was before it:
  /// that one and all after it wait. So does the view's row park.
  Applied apply(const HistoryStep& step);

  /// The row without personal fields; nullptr before an event made it.
  [[nodiscard]] const google::protobuf::Message* row() const { return row_.get(); }
  [[nodiscard]] std::uint64_t waiting() const { return waiting_; }
  [[nodiscard]] bool shown() const { return row_ && table_->shows(*row_); }
  /// A copy of the row with its personal fields; nullptr likewise.
  [[nodiscard]] std::unique_ptr<google::protobuf::Message> opened() const;

 private:
  using Message = google::protobuf::Message;
  Result<std::shared_ptr<const Message>> open(const EffectiveEvent& event) const;
  void keep(const EffectiveEvent& event, const TableSpec::Reveal& reveal, Applied& applied);

  const Schema* schema_;
  const Sealer* sealer_;
  const TableSpec* table_;
  const RowKey* key_;
  std::unique_ptr<Message> row_;
  std::uint64_t waiting_ = 0;
  /// The opened parts of the last event of each type and slot.
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const Message>> kept_;
};

}  // namespace taizhang::audit
