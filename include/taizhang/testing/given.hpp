#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "taizhang/projection/views.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace [[gnu::visibility("default")]] taizhang {
namespace testing {

/// Seals by turning the bytes round, under no key: for tests, which then see what is opened and
/// when. Never for people's data.
class TurningSealer final : public Sealer {
 public:
  Result<Sealed> seal(std::string_view subject, std::string_view data_class, const Id& event,
                      std::string_view plaintext) override;
  Result<std::optional<std::string>> open(const RecordedEvent::SealedView& sealed,
                                          const Id& event) const override;
  Result<> make_durable() override { return {}; }
  std::set<std::string> erased;  ///< subjects whose keys are "gone"
};

/// Given events, when another happens, then the rows are these: a record in memory with the
/// projections under test, for tests of any framework.
///
///   Given given(schema, {Absences()});
///   given.happened(absent("s1", 2), "2024-03-04").happened(absent("s1", 1), "2024-03-05");
///   ASSERT_EQ(given.row<AbsenceRow>("absences", {"student:s1"})->days(), 3);
///   ASSERT_TRUE(given.differences().empty());
///
/// Each event is recorded a minute after the one before it. What goes wrong while events are given
/// is kept in `error`, and then nothing more happens. One thread.
class Given {
 public:
  Given(std::shared_ptr<const Schema> schema, std::vector<Projection> projections);
  ~Given();
  Given(const Given&) = delete;
  Given& operator=(const Given&) = delete;

  /// An event happened on that date (YYYY-MM-DD): a late one, if it comes after later ones.
  Given& happened(const google::protobuf::Message& event, std::string_view on);
  /// The event at that position was withdrawn, or replaced, by as many subjects as it then speaks
  /// of: with all tags of the event and of its former amendments, as Decision makes them. A void is
  /// final; of several corrections the last one counts.
  Given& voided(Position position);
  Given& corrected(Position position, const google::protobuf::Message& replacement);
  /// Of the last event.
  [[nodiscard]] Position last() const;
  [[nodiscard]] const std::optional<Error>& error() const;

  /// The row of that key (its tags), personal fields in the clear; nullptr if there is none that
  /// people see, or after an error.
  [[nodiscard]] std::unique_ptr<google::protobuf::Message> row(std::string_view view,
                                                               std::vector<std::string> key);
  template <class Row>
  [[nodiscard]] std::unique_ptr<Row> row(std::string_view view, std::vector<std::string> key) {
    return std::unique_ptr<Row>(static_cast<Row*>(row(view, std::move(key)).release()));
  }
  /// All rows that people see, in key order.
  [[nodiscard]] std::vector<std::unique_ptr<google::protobuf::Message>> rows(std::string_view view);

  /// What differs between the ways in which a row can come about (see `differences` of
  /// equality.hpp); a seed that is printed makes a failure come again.
  [[nodiscard]] std::vector<std::string> differences(std::uint64_t seed = 1);

  [[nodiscard]] Ledger& ledger();
  [[nodiscard]] TurningSealer& sealer();
  /// Caught up.
  [[nodiscard]] Views& views();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace testing
}  // namespace taizhang
