#pragma once

#include <unistd.h>

namespace taizhang::rocks {

/// An open file, closed at the end; a negative number is none.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int operator*() const { return number_; }

 private:
  int number_;
};

}  // namespace taizhang::rocks
