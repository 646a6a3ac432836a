#pragma once

// Totals over the rows of a table. This header, and no other of the projections, includes
// Boost.Serialization: who keeps no sums needs no Boost. Who does links Boost::serialization.

#include <boost/archive/binary_iarchive.hpp>
#include <boost/archive/binary_oarchive.hpp>
#include <boost/serialization/map.hpp>
#include <boost/serialization/string.hpp>
#include <boost/version.hpp>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <typeinfo>
#include <utility>

#include "taizhang/projection/projection.hpp"
#include "taizhang/projection/views.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Counts by name. A count of 0 is not kept, so that equal counts have equal bytes.
class Counts {
 public:
  void add(const std::string& name, std::int64_t by) {
    if (by == 0) return;
    const auto at = counts_.try_emplace(name, 0).first;
    at->second += by;
    if (at->second == 0) counts_.erase(at);
  }
  [[nodiscard]] std::int64_t of(const std::string& name) const {
    const auto at = counts_.find(name);
    return at == counts_.end() ? 0 : at->second;
  }
  [[nodiscard]] const std::map<std::string, std::int64_t>& all() const { return counts_; }
  Counts& operator+=(const Counts& other) {
    for (const auto& [name, count] : other.counts_) add(name, count);
    return *this;
  }
  template <class Archive>
  void serialize(Archive& archive, unsigned int /*version*/) {
    archive& counts_;
  }

 private:
  std::map<std::string, std::int64_t> counts_;
};

/// Totals of type S over a table's rows, for TableBuilder::sums. S is a plain struct: it starts
/// empty, is saved by Boost.Serialization (`serialize`), and two of them are added by `+=`. Its
/// containers must be ordered, and must not keep zeros (Counts does so), or the same rows would
/// not give the same bytes. `name` says which S this is: raise it ("roll 2") when S changes.
/// `count(row, sign, sums)` adds the row's part times the sign, and reads nothing but the row.
/// At most limits::sums_bytes_max a slice: what has a key of its own is a table.
template <class S, class Row>
TableSpec::Sums sums_of(std::string name, void (*count)(const Row& row, int sign, S& sums)) {
  TableSpec::Sums made;
  made.name = std::move(name) + "/boost " + std::to_string(BOOST_VERSION);
  made.type = &typeid(S);
  made.copy = [](const void* other) -> std::shared_ptr<void> {
    return other == nullptr ? std::make_shared<S>()
                            : std::make_shared<S>(*static_cast<const S*>(other));
  };
  made.count = [count](void* sums, const google::protobuf::Message& row, int sign) {
    count(static_cast<const Row&>(row), sign, *static_cast<S*>(sums));
  };
  made.merge = [](void* into, const void* from) {
    *static_cast<S*>(into) += *static_cast<const S*>(from);
  };
  made.encode = [](const void* sums) {
    std::ostringstream out;
    {
      boost::archive::binary_oarchive archive(out, boost::archive::no_header);
      archive << *static_cast<const S*>(sums);
    }
    return std::move(out).str();
  };
  made.decode = [](std::string_view bytes) -> std::shared_ptr<void> {
    try {
      std::istringstream in{std::string(bytes)};
      boost::archive::binary_iarchive archive(in, boost::archive::no_header);
      auto sums = std::make_shared<S>();
      archive >> *sums;
      return sums;
    } catch (const std::exception&) {
      return nullptr;
    }
  };
  return made;
}
/// The same for a lambda without captures.
template <class S, class Row, class Count>
TableSpec::Sums sums_of(std::string name, Count count) {
  return sums_of<S, Row>(std::move(name), static_cast<void (*)(const Row&, int, S&)>(count));
}

template <class S>
struct Summed {
  S sums;
  Position position = 0;  ///< they speak of the log up to here
};
/// The sums of a view, which sums_of<S> made. Errors: `not_found` (no such view, or it keeps none).
template <class S>
Result<Summed<S>> sums(const Views& views, std::string_view view) {
  Summed<S> answer;
  TAIZHANG_TRY(answer.position, views.sum_up(view, typeid(S), &answer.sums));
  return answer;
}

}  // namespace taizhang
