// The rows that a desk reads.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "ledger/validate.hpp"
#include "taizhang/decision/desk.hpp"

namespace taizhang {
namespace {

Error other_class(std::string_view view, const std::string& is, const std::string& asked) {
  return Error(ErrorCode::invalid_argument,
               {"the rows of view \"" + std::string(view) + "\" are " + is + ", not " + asked,
                "视图“" + std::string(view) + "”的行是 " + is + "，不是 " + asked})
      .with("view", std::string(view));
}

}  // namespace

Result<Desk::KnownRow*> Desk::known_row(std::string_view view,
                                        const std::vector<std::string>& key) {
  std::string name(view);
  for (const std::string& tag : key) name.append("\n").append(tag);
  if (const auto found = known_rows_.find(name); found != known_rows_.end()) return &found->second;
  if (rows_ == nullptr)
    return Error(ErrorCode::unsupported,
                 {"this desk reads no rows: give its Decider the projections (Rows::make)",
                  "此处不能读取视图的行：请为 Decider 提供投影（Rows::make）"})
        .with("view", std::string(view));
  KnownRow known;
  TAIZHANG_TRY(known.reading, rows_->read(view, key));
  TAIZHANG_CHECK(core::validate(Query{known.reading->items()}));
  Rows::Reading::From from{0, newest_};
  for (const QueryItem& item : known.reading->items())
    if (require(item)) from.end = head_;
  TAIZHANG_CHECK(known.reading->begin(from));
  return &known_rows_.emplace(std::move(name), std::move(known)).first->second;
}

Result<std::shared_ptr<const google::protobuf::Message>> Desk::row(
    std::string_view view, const std::vector<std::string>& key,
    const google::protobuf::Descriptor* descriptor) {
  TAIZHANG_TRY(KnownRow * known, known_row(view, key));
  Rows::Reading& reading = *known->reading;
  if (reading.descriptor() != descriptor)
    return other_class(view, reading.descriptor()->full_name(), descriptor->full_name());
  const auto add = [&](const RecordedEvent& event) -> Result<bool> {
    TAIZHANG_CHECK(reading.add(event));
    return true;
  };
  TAIZHANG_CHECK(scan_batch(reading.items().front(), known->seen, add));
  known->seen = pending_.size();
  return reading.row();
}

}  // namespace taizhang
