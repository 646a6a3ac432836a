// One row that somebody works on.
#include <google/protobuf/message.h>

#include "projection/apply.hpp"
#include "projection/rows_impl.hpp"

namespace taizhang {

using projection::Row;
using projection::Standing;

namespace {

Error stands_still(const projection::RowName& name, const projection::Park& park) {
  const std::string at = std::to_string(park.place.position);
  const std::string& view = name.table->spec().view;
  std::string key;
  for (const std::string& tag : RowKeys::tags_of(name.key)) key += (key.empty() ? "" : ", ") + tag;
  return Error(ErrorCode::rejected,
               {"the row of " + key + " in view \"" + view +
                    "\" stands still before the event at " + "position " + at + " (" + park.reason +
                    "); void, correct or skip that event, then decide again",
                "视图“" + view + "”中 " + key + " 的行停在位置 " + at + " 的事件之前（" +
                    park.reason + "）；请作废、更正或跳过该事件后重新决定"})
      .with("rule", "ROW-PARKED")
      .with("view", view)
      .with("position", at);
}

}  // namespace

class Rows::Reading::Impl {
 public:
  Impl(Rows::Impl& rows, const Rows::Impl::Used& used, std::string key)
      : rows_(&rows), key_(std::move(key)) {
    asked.name = {used.table.get(), used.projection->name(), key_};
    asked.items = projection::items_of(asked.name);
    asked.kept_as = used.table->spec().view + "\n" + key_;
  }
  Result<> begin(const From& from) {
    end_ = from.end;
    row_ = std::make_shared<Row>();
    if (end_ == 0) return {};
    TAIZHANG_TRY(const Standing standing, rows_->standing(asked, from));
    row_ = standing.row;
    return {};
  }
  Result<> add(const RecordedEvent& event) {
    further_.push_back(&event);
    if (stale_) return {};
    // What others hold must not change: rows that are kept, and those that were answered.
    if (!own_ || own_.use_count() > 2) own_ = std::make_shared<Row>(row_->copy());
    row_ = own_;
    TAIZHANG_TRY(const bool in_order,
                 projection::take_next(*rows_->schema, asked.name, event, *own_));
    stale_ = !in_order;
    return {};
  }
  Result<std::shared_ptr<const google::protobuf::Message>> row() {
    if (stale_) {
      TAIZHANG_TRY(const Standing folded, rows_->fold(asked.name, end_, further_));
      row_ = folded.row;
      own_.reset();
      stale_ = false;
    }
    if (row_->park) return stands_still(asked.name, *row_->park);
    return std::shared_ptr<const google::protobuf::Message>(row_, row_->message.get());
  }
  Rows::Impl::Asked asked;

 private:
  Rows::Impl* rows_;
  std::string key_;
  Position end_ = 0;
  std::shared_ptr<const Row> row_;
  std::shared_ptr<Row> own_;  ///< the same, where nobody keeps it
  std::vector<const RecordedEvent*> further_;
  bool stale_ = false;
};

Rows::Reading::Reading(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Rows::Reading::~Reading() = default;
const std::vector<QueryItem>& Rows::Reading::items() const { return impl_->asked.items; }
const google::protobuf::Descriptor* Rows::Reading::descriptor() const {
  return impl_->asked.name.table->spec().row->GetDescriptor();
}
Result<> Rows::Reading::begin(const From& from) { return impl_->begin(from); }
Result<> Rows::Reading::add(const RecordedEvent& event) { return impl_->add(event); }
Result<std::shared_ptr<const google::protobuf::Message>> Rows::Reading::row() {
  return impl_->row();
}

Result<std::unique_ptr<Rows::Reading>> Rows::read(std::string_view view,
                                                  const std::vector<std::string>& key) const {
  TAIZHANG_TRY(const Impl::Used* used, impl_->find(view));
  TAIZHANG_TRY(std::string text, used->table->keys().of(key));
  return std::make_unique<Reading>(std::make_unique<Reading::Impl>(*impl_, *used, std::move(text)));
}

}  // namespace taizhang
