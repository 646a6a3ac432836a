#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string_view>

#include "taizhang/decision/desk.hpp"
#include "taizhang/education/parameters.hpp"

namespace taizhang::education {

inline constexpr std::string_view parameter_type = "education.rule-parameter-set";

/// The settings of rule parameters, read once and then only what was added. Safe from any thread.
class ParameterCache {
 public:
  explicit ParameterCache(std::shared_ptr<const Schema> schema)
      : schema_(std::move(schema)), history_(*schema_) {}
  /// All settings up to the position, or beyond it.
  Result<History> up_to(const Ledger& ledger, Position position);

 private:
  std::mutex mutex_;
  std::shared_ptr<const Schema> schema_;
  History history_;
  Position read_ = 0;
};

ParameterSet settings_of(std::span<const EffectiveEvent> history);
/// The settings as they were known when the log ended there. `not_found` past the head.
Result<ParameterSet> parameters_as_known(const Ledger& ledger, const Schema& schema,
                                         Position known_at);

}  // namespace taizhang::education
