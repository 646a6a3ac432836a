#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "projection/table.hpp"
#include "taizhang/event.hpp"
#include "taizhang/key_value.hpp"

namespace taizhang::projection {

/// Gives a slot that no table has.
using TakeSlot = std::function<Slot()>;

/// Events put aside by parts, so that those of one part can be read together. As long as all are
/// few they stay in memory; else they lie in the store, under slots of their own. An event that
/// several parts want is there several times; what folding does not need of it is left out.
class Spool {
 public:
  /// `store` may be nullptr: then all stays in memory. `writers` put events aside at the same time,
  /// each those after the one before it; together they keep so many bytes in memory.
  Spool(KeyValue* store, TakeSlot take_slot, unsigned parts, unsigned writers,
        std::size_t budget_bytes);
  /// As an earlier run left it: its `slots()`.
  Spool(KeyValue* store, std::vector<Slot> slots) : store_(store), stored_(std::move(slots)) {}

  /// One writer a thread. `parts`: each once.
  Result<> add(unsigned writer, const RecordedEvent& event, bool with_sealed,
               const std::vector<unsigned>& parts);
  /// After the last `add`: what is in memory stays there only if nothing is in the store.
  Result<> finish();
  /// Where it lies in the store, in the order of the events; empty: all is in memory.
  [[nodiscard]] const std::vector<Slot>& slots() const { return stored_; }

  /// Calls visit for the events of a part, in position order, until it fails. Any thread.
  Result<> read(unsigned part, const std::function<Result<>(const RecordedEvent&)>& visit) const;

 private:
  /// The bytes of a part in memory. Small blocks of one size, used again and again: thousands of
  /// parts that grow at the same time would else leave memory in pieces.
  struct Part {
    std::vector<char*> blocks;
    std::size_t left = 0;  ///< in the last block
  };
  struct Writer {
    std::vector<Part> parts;
    std::vector<std::unique_ptr<char[]>> slabs;  ///< that blocks are cut from
    std::vector<char*> free;                     ///< blocks that no part has
    std::size_t blocks = 0;                      ///< that parts have
    std::string record;                          ///< reused
    std::vector<Slot> slots;
  };
  void append(Writer& writer, Part& part, std::string_view bytes) const;
  [[nodiscard]] std::string bytes_of(const Part& part) const;
  static void empty(Writer& writer, Part& part);
  Result<> store(Writer& writer);

  KeyValue* store_;
  TakeSlot take_slot_;
  std::size_t block_bytes_ = 0;
  std::size_t writer_blocks_max_ = 0;
  std::vector<Writer> writers_;
  std::vector<Slot> stored_;
};

}  // namespace taizhang::projection
