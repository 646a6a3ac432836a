#include "generate/options.hpp"

namespace taizhang::sample {
namespace {

template <class Number>
Result<> in_range(const char* what, Number value, Number low, Number high) {
  if (value >= low && value <= high) return {};
  const std::string span = std::to_string(low) + " - " + std::to_string(high);
  return Error(ErrorCode::invalid_argument, {std::string(what) + " must be within " + span +
                                                 "; got " + std::to_string(value) + ".",
                                             std::string(what) + " 应在 " + span + " 之间；收到 " +
                                                 std::to_string(value) + "。"})
      .with("option", what);
}

}  // namespace

Result<GenerateOptions> checked(GenerateOptions options) {
  TAIZHANG_CHECK(in_range<std::int64_t>("pupils", options.pupils, 10, 10'000'000));
  TAIZHANG_CHECK(in_range("years", options.years, 1, 50));
  if (options.first_year == 0) options.first_year = 2024 - options.years;
  TAIZHANG_CHECK(in_range("first_year", options.first_year, 1975, 2090));
  return options;
}

}  // namespace taizhang::sample
