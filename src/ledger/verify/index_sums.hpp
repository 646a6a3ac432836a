#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/types.hpp"
#include "taizhang/event.hpp"

namespace taizhang::core {

/// A sum of 128-bit numbers modulo 2^128, in any order.
struct Sum128 {
  std::uint64_t low = 0, high = 0;
  void add(std::uint64_t more_low, std::uint64_t more_high) {
    low += more_low;
    high += more_high + (low < more_low ? 1 : 0);
  }
  void add(const Sum128& more) { add(more.low, more.high); }
  friend bool operator==(const Sum128&, const Sum128&) = default;
};

/// A hash under a secret that is drawn anew for every run, so that whoever altered a ledger cannot
/// have chosen what to alter by it.
class RunHash {
 public:
  RunHash();
  [[nodiscard]] Sum128 of(std::string_view bytes) const;

 private:
  std::array<char, 192> secret_;
};

/// For each page of 256 events the sum over what an index says, or should say, of its events.
/// What is said twice counts twice.
class IndexSums {
 public:
  IndexSums() = default;
  IndexSums(Position after, Position last);
  void add_posting(Position position, const Sum128& term) {
    postings_[page_of(position)].add(term);
    ++postings;
  }
  void add_id(Position position, const Sum128& term) {
    ids_[page_of(position)].add(term);
    ++ids;
  }
  void add(const IndexSums& more);

  [[nodiscard]] std::size_t pages() const { return ids_.size(); }
  [[nodiscard]] bool same_postings(const IndexSums& other, std::size_t page) const {
    return postings_[page] == other.postings_[page];
  }
  [[nodiscard]] bool same_ids(const IndexSums& other, std::size_t page) const {
    return ids_[page] == other.ids_[page];
  }

  std::uint64_t postings = 0, ids = 0;

 private:
  [[nodiscard]] std::size_t page_of(Position position) const;
  Position after_ = 0;
  std::vector<Sum128> postings_, ids_;
};

/// The numbers of the event types, as stored. Read by many threads at once.
class TypeNumbers {
 public:
  explicit TypeNumbers(const TypeTable& table);
  [[nodiscard]] const TypeNumber* find(std::string_view type) const;

 private:
  std::unordered_map<std::string_view, TypeNumber> numbers_;
};

/// Keys of the index as the run's hash takes them: the key of a posting chunk with the position of
/// one event of it; an id with its position.
void posting_bytes(std::string_view tag, TypeNumber type, Position position, std::string& out);
void id_bytes(std::string_view id, Position position, std::string& out);

/// What the index should say of an event: `each(tag, type number)`; `id` stands apart. False if a
/// type of it has no number.
template <class Each>
bool each_posting(const RecordedEvent& event, const TypeNumbers& types, const Each& each) {
  const auto under = [&](std::string_view type) {
    const auto* number = types.find(type);
    if (number == nullptr) return false;
    each(std::string_view(), *number);
    for (const auto tag : event.tags) each(tag, *number);
    return true;
  };
  const bool own = under(event.type);
  if (!event.target || event.target->type == event.type) return own;
  return under(event.target->type) && own;
}

}  // namespace taizhang::core
