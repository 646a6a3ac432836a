#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "projection/filter.hpp"
#include "projection/page.hpp"
#include "projection/views_impl.hpp"

namespace taizhang::projection {

/// One call of Views::ask: takes candidate rows, keeps those that hold, and gives them out: at once
/// where they come in the order that was asked for, else once all are there, of which it keeps no
/// more than one page.
class Asking {
 public:
  using Visit = std::function<bool(const google::protobuf::Message&)>;
  struct Question {
    const Table* table;
    const Ask* ask;
    Filter filter;
    const FieldInfo* order = nullptr;  ///< nullptr: by key, in which rows must be offered
    std::string key{};                 ///< of the one row; empty: every row
    PageOf of{};
    std::string start{};  ///< where the page before ended
  };
  Asking(const Views::Impl& views, Question question, const Visit& visit)
      : views_(&views), question_(std::move(question)), visit_(&visit) {}

  /// False: no further rows are wanted. Each row is offered once.
  Result<bool> offer(std::string_view key, Row row);
  Result<bool> offer(std::string_view key, std::string_view stored);
  /// Gives out what is left.
  Result<Answer> finish();

  [[nodiscard]] const Question& question() const { return question_; }
  /// The page is full: in order of the index no further rows can belong to it.
  [[nodiscard]] bool full() const { return sorted_.size() > question_.ask->limit; }

  Answer answer;

 private:
  Result<bool> give(std::string_view place, Row& row);
  void sort_in(std::string place, Row row);
  [[nodiscard]] std::string place_of(std::string_view key, const Row& row) const;

  const Views::Impl* views_;
  Question question_;
  const Visit* visit_;
  std::map<std::string, Row> sorted_;  ///< by place; one more than the page has
  std::string last_;
  bool more_ = false;
};

/// The view as it was: its events folded for this call.
Result<Answer> ask_past(Views::Impl& views, Asking::Question question, std::string_view projection,
                        const Asking::Visit& visit);

}  // namespace taizhang::projection
