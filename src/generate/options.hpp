#pragma once

#include "taizhang/generate/generate.hpp"

namespace taizhang::sample {

/// The options with what was left open filled in. Errors: `invalid_argument`.
Result<GenerateOptions> checked(GenerateOptions options);

}  // namespace taizhang::sample
