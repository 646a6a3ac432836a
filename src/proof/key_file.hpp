#pragma once

#include <optional>
#include <string>
#include <vector>

#include "taizhang/proof/key.hpp"

namespace taizhang::proof {

/// A private key in a file of its own, one line. Nothing if there is no file. Errors: those of
/// read_secret; `damaged`.
Result<std::optional<SigningKey>> read_key(const std::string& path);
Result<> write_key(const std::string& path, const SigningKey& key);

/// Public keys, one a line; none if there is no file.
Result<std::vector<VerifierKey>> read_vkeys(const std::string& path);
Result<> write_vkeys(const std::string& path, const std::vector<VerifierKey>& keys);

/// A line of the file does not hold what it should.
Error bad_line(const std::string& path, std::size_t line);

}  // namespace taizhang::proof
