#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "taizhang/result.hpp"

namespace taizhang::rocks {

/// The number that a writer publishes: the file `durable.mark` in the store's directory, mapped
/// by the writer and by its readers, so that storing it costs no system call and they have it at
/// once. It is never cut short or written over, only replaced whole: who has it mapped is safe.
/// The number stands there twice, the second time inverted: one that was damaged is taken for none.
class DurableMark {
 public:
  static constexpr const char* file_name = "durable.mark";

  /// Of the place's writer: made if it is missing or not one.
  static Result<std::unique_ptr<DurableMark>> of_writer(const std::string& place);
  /// Of a reader: nullptr if it is missing or not one.
  static Result<std::unique_ptr<DurableMark>> of_reader(const std::string& place);
  DurableMark(const DurableMark&) = delete;
  DurableMark& operator=(const DurableMark&) = delete;
  ~DurableMark();

  void store(std::uint64_t mark);
  /// Nothing if none was stored, or what stands there is no number of a writer's.
  [[nodiscard]] std::optional<std::uint64_t> load() const;
  /// Whether the file of that name is still this one.
  [[nodiscard]] bool is_at(const std::string& place) const;

  static constexpr std::uint64_t none = ~std::uint64_t{0};

 private:
  struct Content {
    std::uint64_t magic;
    std::uint64_t mark;
    std::uint64_t inverted;
  };
  static constexpr std::uint64_t magic = 0x324B'5241'4D5A'5400;

  DurableMark(Content* content, std::uint64_t device, std::uint64_t file)
      : content_(content), device_(device), file_(file) {}
  static Result<std::unique_ptr<DurableMark>> map(const std::string& place, bool writes);
  static Result<> make(const std::string& place);

  Content* content_;
  std::uint64_t device_, file_;
};

}  // namespace taizhang::rocks
