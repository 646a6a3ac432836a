#include "ledger/verify/index_sums.hpp"

#include <sodium.h>
#include <xxhash.h>

#include <cstdlib>

#include "ledger/bytes.hpp"
#include "taizhang/limits.hpp"

namespace taizhang::core {

RunHash::RunHash() {
  static_assert(sizeof secret_ >= XXH3_SECRET_SIZE_MIN);
  if (sodium_init() < 0) std::abort();  // no source of randomness: nothing could be compared
  randombytes_buf(secret_.data(), secret_.size());
}

Sum128 RunHash::of(std::string_view bytes) const {
  const auto hash =
      XXH3_128bits_withSecret(bytes.data(), bytes.size(), secret_.data(), secret_.size());
  return {hash.low64, hash.high64};
}

IndexSums::IndexSums(Position after, Position last)
    : after_(after),
      postings_((last - after) / limits::page_events),
      ids_((last - after) / limits::page_events) {}

std::size_t IndexSums::page_of(Position position) const {
  return static_cast<std::size_t>((position - 1 - after_) / limits::page_events);
}

void IndexSums::add(const IndexSums& more) {
  for (std::size_t page = 0; page < ids_.size(); ++page) {
    postings_[page].add(more.postings_[page]);
    ids_[page].add(more.ids_[page]);
  }
  postings += more.postings;
  ids += more.ids;
}

TypeNumbers::TypeNumbers(const TypeTable& table) {
  for (std::size_t number = 0; number < table.size(); ++number)
    numbers_.emplace(table.name(static_cast<TypeNumber>(number)), static_cast<TypeNumber>(number));
}

const TypeNumber* TypeNumbers::find(std::string_view type) const {
  const auto found = numbers_.find(type);
  return found == numbers_.end() ? nullptr : &found->second;
}

void posting_bytes(std::string_view tag, TypeNumber type, Position position, std::string& out) {
  out.assign(tag);
  out.push_back('\0');
  put(out, type);
  put(out, position);
}

void id_bytes(std::string_view id, Position position, std::string& out) {
  out.assign(id);
  put(out, position);
}

}  // namespace taizhang::core
