#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "sample.pb.h"
#include "taizhang/schema/display.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace sample {

inline taizhang::CodeTables tables() {
  return {
      {"status",
       {{"01", {"enrolled", "在读"}}, {"02", {"suspended", "休学"}}, {"03", {"left", "离校"}}}}};
}

inline std::shared_ptr<const taizhang::Schema> schema() {
  const std::array<const google::protobuf::FileDescriptor*, 1> files{
      taizhang_test::Enrolled::descriptor()->file()};
  auto made = taizhang::Schema::make(files, tables());
  EXPECT_TRUE(made) << made.error().message().en;
  return *made;
}

inline taizhang_test::Enrolled full() {
  taizhang_test::Enrolled message;
  message.set_student("s1");
  message.set_guardian("g1");
  message.add_links("household:h1");
  message.set_amount(125000);
  message.set_on("2024-03-01");
  message.set_status("02");
  message.set_name("买买提·艾力");
  message.set_citizen_id("431202201103120015");
  message.set_phone("13812345678");
  message.set_grade(3);
  message.set_photo(std::string("\0\xFF\x01", 3));
  message.set_birth("2011-03-12");
  auto& item = *message.add_items();
  item.set_name("书包");
  item.set_price(5);
  (*message.mutable_counts())["b"] = 2;
  (*message.mutable_counts())["a"] = 1;
  return message;
}

/// Keeps plaintexts under a number; opens them only for the event, subject and class they were
/// sealed for.
class FakeSealer final : public taizhang::Sealer {
 public:
  taizhang::Result<taizhang::Sealed> seal(std::string_view subject, std::string_view data_class,
                                          const taizhang::Id& id,
                                          std::string_view plaintext) override {
    kept_.push_back(bound(subject, data_class, id) + std::string(plaintext));
    return taizhang::Sealed{std::string(subject), std::string(data_class), 1, "nonce",
                            std::to_string(kept_.size() - 1),
                            "digest of " + std::string(plaintext)};
  }
  taizhang::Result<std::optional<std::string>> open(
      const taizhang::RecordedEvent::SealedView& sealed, const taizhang::Id& id) const override {
    if (erased.contains(std::string(sealed.data_class))) return std::optional<std::string>();
    const std::string& text = kept_.at(std::stoul(std::string(sealed.ciphertext)));
    const std::string start = bound(sealed.subject, sealed.data_class, id);
    if (!text.starts_with(start))
      return taizhang::Error(taizhang::ErrorCode::damaged, {"moved", "被移动"});
    return std::optional<std::string>(text.substr(start.size()));
  }
  taizhang::Result<> make_durable() override { return {}; }

  std::set<std::string> erased;
  [[nodiscard]] std::size_t sealed_parts() const { return kept_.size(); }

 private:
  static std::string bound(std::string_view subject, std::string_view data_class,
                           const taizhang::Id& id) {
    return std::string(subject) + "|" + std::string(data_class) + "|" + id.to_string() + "|";
  }
  std::vector<std::string> kept_;
};

}  // namespace sample
