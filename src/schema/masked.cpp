#include <algorithm>
#include <numeric>

#include "schema/text.hpp"
#include "taizhang/schema/schema.hpp"

namespace taizhang {
namespace {

/// The first `head` and last `tail` characters stay, a star for each of the others.
std::string starred(std::string_view value, std::size_t head, std::size_t tail) {
  const std::vector<std::string_view> all = schema::characters(value);
  if (all.size() <= head + tail) return std::string(all.size(), '*');
  std::string result;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (i < head || i >= all.size() - tail)
      result += all[i];
    else
      result += '*';
  return result;
}

bool looks_like_date(std::string_view value) {
  if (value.size() != 10) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool dash = i == 4 || i == 7;
    const bool digit = value[i] >= '0' && value[i] <= '9';
    if (dash ? value[i] != '-' : !digit && (i < 4 || value[i] != '*')) return false;
  }
  return true;
}

}  // namespace

std::string masked(std::string_view value, Mask mask) {
  if (value.empty()) return {};
  switch (mask) {
    case Mask::name:
      return starred(value, 1, 0);
    case Mask::number:
      return starred(value, 4, 4);
    case Mask::date:
      if (looks_like_date(value)) return std::string(value.substr(0, 4)) + "-**-**";
      return "***";
    case Mask::all:
      break;
  }
  return "***";
}

std::optional<std::string> nearest_name(std::string_view name,
                                        std::span<const std::string> candidates) {
  const std::vector<std::string_view> wanted = schema::characters(name);
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(2, wanted.size() / 3) + 1;
  // Two neighbours that changed places are one mistake, the commonest of all.
  std::vector<std::size_t> before, last, row;
  for (const std::string& candidate : candidates) {
    const std::vector<std::string_view> other = schema::characters(candidate);
    row.resize(other.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      before.swap(last);
      last = row;
      row[0] = i + 1;
      for (std::size_t j = 0; j < other.size(); ++j) {
        const std::size_t replaced = last[j] + (wanted[i] == other[j] ? 0 : 1);
        row[j + 1] = std::min({replaced, row[j] + 1, last[j + 1] + 1});
        if (i > 0 && j > 0 && wanted[i] == other[j - 1] && wanted[i - 1] == other[j])
          row[j + 1] = std::min(row[j + 1], before[j - 1] + 1);
      }
    }
    // A suggestion shares something with what was typed.
    if (row.back() < best_distance && row.back() < std::max(wanted.size(), other.size())) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

}  // namespace taizhang
