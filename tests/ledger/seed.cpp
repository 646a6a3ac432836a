#include <cstdlib>

// Property tests repeat: the seed is fixed unless RC_PARAMS says otherwise, and is printed.
[[maybe_unused]] static const int seed_is_set =
    setenv("RC_PARAMS", "seed=20240301 max_success=25", 0);
