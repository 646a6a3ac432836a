#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "tool/console.hpp"

namespace taizhang::tool {

/// A command of the tool: `add` declares its options on the given sub-command and returns what
/// runs it. Options live in the returned function, which answers the exit code.
struct Verb {
  std::string name;
  Text purpose;
  std::string example;
  std::function<std::function<int()>(CLI::App&, const Console&)> add;
};

Verb init_verb();
Verb import_verb();
Verb execute_verb();
Verb void_verb();
Verb correct_verb();
Verb react_verb();
Verb events_verb();
Verb export_verb();
Verb export_audit_verb();  ///< below export
Verb view_verb();
Verb views_verb();
Verb trail_verb();
Verb why_verb();
Verb diff_verb();
Verb indicators_verb();
Verb rebuild_verb();
Verb verify_verb();
Verb parked_verb();
Verb skip_verb();
Verb retry_verb();
Verb pause_verb();
Verb resume_verb();
Verb reset_verb();
Verb status_verb();
Verb generate_verb();
Verb confirm_clock_verb();
Verb confirm_loss_verb();
Verb key_verb();
Verb checkpoint_verb();
Verb witness_verb();

/// All of them, in the order in which help lists them.
std::vector<Verb> all_verbs();

}  // namespace taizhang::tool
