#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <utility>
#include <vector>

#include "tool/console.hpp"

namespace taizhang::tool {

/// What is printed for people to read, file or sign: facts, then tables.
struct Paper {
  struct Table {
    std::string heading;
    std::string note;  ///< below the heading, if there is something to say
    std::vector<std::string> titles;
    std::vector<std::vector<std::string>> rows;
    std::vector<bool> right{};  ///< columns of numbers
    bool unclipped = false;     ///< as text every row is a list of its cells, nothing is cut
  };
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<Table> tables;
};

/// Its lines on standard output; long cells of tables are clipped.
void print_text(const Paper& paper);
/// A page of HTML for the printer on standard output, nothing fetched from elsewhere.
void print_html(const Paper& paper, Language language);

/// Facts and tables of a message by its labels: a single field is a fact, a repeated message a
/// table; empty single fields and hidden ones are left out.
void add_message(Paper& paper, const google::protobuf::Message& message, Language language);

}  // namespace taizhang::tool
