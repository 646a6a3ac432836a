#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/ledger.hpp"
#include "taizhang/projection/projection.hpp"

namespace [[gnu::visibility("default")]] taizhang {

class Views;

struct RowsOptions {
  /// What rows take in memory between two readings. 0: none is kept.
  std::size_t cache_bytes = 64U << 20;
};

struct RowsStatus {
  std::size_t kept = 0;           ///< rows that are kept
  std::size_t kept_bytes = 0;     ///< what they take in memory, about
  std::uint64_t events_read = 0;  ///< by all readings so far
  std::uint64_t folded_anew = 0;  ///< rows that were folded from their first event on
  std::uint64_t from_views = 0;   ///< rows that were taken up where the views had them
};

/// Rows of projections' tables as they stand at a moment of the log, and with events that are not
/// in it yet: what decisions read. The fold is that of the views: a row here is the row there at
/// the same position.
///
/// A row that was read is kept, with the position up to which it is folded; the next reading takes
/// only what came after. So it costs the same however long the history is, but for the first time
/// and after a void, a correction or a late event: then the row is taken up from the views, if they
/// have it, else folded anew, which reads its events twice and holds some 60 bytes an event.
///
/// Thread rule: any method from any thread.
class Rows {
 public:
  class Impl;
  /// Ledger and views must outlive it; the views may be of other projections, or none. Errors:
  /// `invalid_argument`: a table that the schema does not fit, a view's name given twice.
  static Result<std::unique_ptr<Rows>> make(const Ledger& ledger,
                                            std::shared_ptr<const Schema> schema,
                                            std::vector<Projection> projections,
                                            const Views* views = nullptr,
                                            const RowsOptions& options = {});
  ~Rows();
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  [[nodiscard]] RowsStatus status() const;

  /// One row that somebody works on. One thread.
  class Reading {
   public:
    class Impl;
    explicit Reading(std::unique_ptr<Impl> impl);
    ~Reading();
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    /// What the row follows from: its events, and decisions to leave some of them out. While
    /// nothing that matches is appended, the row stays as it is.
    [[nodiscard]] const std::vector<QueryItem>& items() const;
    /// The row's message class.
    [[nodiscard]] const google::protobuf::Descriptor* descriptor() const;
    /// How the log is read.
    struct From {
      Position end = 0;     ///< the log up to here; 0: none of it
      bool newest = false;  ///< that was its end just now: if the row has moved on since, `row`
                            ///< answers `condition_failed`, since nothing that rests on it could
                            ///< be appended; else it is folded as it was
    };
    /// Once, before anything else that reads.
    Result<> begin(const From& from);
    /// An event that matches one of the items and is not in the log comes after all so far, in
    /// position order. It must live as long as this.
    Result<> add(const RecordedEvent& event);
    /// The row as it is now; nullptr if no event makes one. Rows that are not shown are answered
    /// too; personal fields are empty. Later changes make another message. Errors: those of
    /// reading; `rejected` with rule ROW-PARKED if an event stops the row: voiding, correcting or
    /// skipping that event mends it.
    Result<std::shared_ptr<const google::protobuf::Message>> row();

   private:
    std::unique_ptr<Impl> impl_;
  };
  /// Reads nothing yet. `key`: the tags of the row's key, in any order. Must not outlive this.
  /// Errors: `not_found` (the view, naming the nearest), `invalid_argument` (what the key is).
  Result<std::unique_ptr<Reading>> read(std::string_view view,
                                        const std::vector<std::string>& key) const;

 private:
  explicit Rows(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace taizhang
