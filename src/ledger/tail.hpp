#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/run.hpp"
#include "ledger/types.hpp"

namespace taizhang::core {

struct IdHash {
  std::size_t operator()(const Id& id) const noexcept;
};

/// What the tail indexes of an event. The views live as long as its run.
struct IndexedEvent {
  Id id;
  TypeNumber type = 0;
  std::optional<TypeNumber> target_type;  ///< found under its target's type too
  std::span<const std::string_view> tags;
};

/// Part of the index: the events of some consecutive positions, dropped as one.
class TailSegment {
 public:
  explicit TailSegment(Position first) : first_(first) {}
  [[nodiscard]] Position first() const { return first_; }
  void add(Position position, const IndexedEvent& event);
  void add(std::shared_ptr<const Run> run) { runs_.push_back(std::move(run)); }

  [[nodiscard]] const Position* find(const Id& id) const;
  /// Positions in (after, last], in no order, perhaps twice. No types means all.
  void positions(std::string_view tag, std::span<const TypeNumber> types, Position after,
                 Position last, std::vector<Position>& out) const;
  [[nodiscard]] std::shared_ptr<const Run> run_at(Position position) const;

 private:
  static constexpr std::uint32_t none = 0xFFFF'FFFF;
  struct Node {
    std::uint32_t offset;  ///< of the position in the segment
    std::uint32_t previous;
  };
  struct List {  ///< of one tag and type, newest first
    TypeNumber type;
    std::uint32_t newest;
    std::uint32_t next_of_tag;
  };
  void post(std::string_view tag, TypeNumber type, std::uint32_t offset);

  Position first_;
  std::vector<std::shared_ptr<const Run>> runs_;
  std::unordered_map<std::string_view, std::uint32_t> tags_;  ///< to the tag's first list
  std::vector<List> lists_;
  std::vector<Node> nodes_;
  std::unordered_map<Id, Position, IdHash> ids_;
};

/// The events not yet sealed, with an index of them. May hold events beyond the durable head
/// (the commit in progress): whoever reads passes the last position that may be seen.
/// All methods from any thread; `add` by one at a time.
class Tail {
 public:
  struct Seal {
    Position position = 0;
    Frontier frontier;
    Timestamp recorded_at;  ///< of the last sealed event
  };

  /// Before anything is added.
  void start(Seal sealed);
  /// Events at or below the sealed position are kept as bytes but not indexed.
  void add(const std::shared_ptr<const Run>& run, std::span<const IndexedEvent> events);
  /// Forgets everything up to there: it is found in the pages.
  void seal(Seal sealed);

  [[nodiscard]] Seal sealed() const;
  [[nodiscard]] Position sealed_position() const;
  [[nodiscard]] std::uint64_t bytes() const;
  [[nodiscard]] std::optional<Position> find(const Id& id, Position after, Position last) const;
  /// Appends positions in (after, last] that are in the tail, ascending, each once; answers
  /// where the tail begins: up to there the pages have to be asked.
  Position positions(std::string_view tag, std::span<const TypeNumber> types, Position after,
                     Position last, std::vector<Position>& out) const;
  /// nullptr if the position is sealed or beyond the end.
  [[nodiscard]] std::shared_ptr<const Run> run_at(Position position) const;

 private:
  static constexpr std::uint64_t segment_events = 2048;
  [[nodiscard]] const TailSegment* segment_of(Position position) const;
  TailSegment& segment_for(Position position);

  mutable std::shared_mutex mutex_;
  Seal sealed_;
  std::uint64_t bytes_ = 0;
  std::deque<std::unique_ptr<TailSegment>> segments_;
};

}  // namespace taizhang::core
