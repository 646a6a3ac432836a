#include "tool/show.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace taizhang::tool {
namespace {

bool put_out(std::string_view bytes) {
  return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size();
}

}  // namespace

void show_exact(std::string_view bytes) {
  if (!put_out(bytes)) throw std::system_error(errno, std::generic_category(), "standard output");
}

void show_json(std::string_view json) { show_exact(shown_json(json) + "\n"); }

bool show_answer(std::string_view json) {
  return put_out(shown_json(json) + "\n") && std::fflush(stdout) == 0;
}

}  // namespace taizhang::tool
