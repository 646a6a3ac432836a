#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "c/session.hpp"

namespace taizhang::c {

struct RuleCall {
  taizhang_rule call = nullptr;
  void* user = nullptr;
};

/// A register as it was asked for; its names are looked up once there is a schema.
struct TableCall {
  taizhang_fold call = nullptr;
  void* user = nullptr;
  std::uint32_t version = 1;
  std::vector<std::string> key;
  std::vector<std::string> creates;
  std::vector<std::string> updates;
  std::map<std::string, std::vector<std::string>> reveals;  ///< fields by event type
};

/// What an application says by callback.
struct Callbacks {
  std::map<std::string, RuleCall> rules;    ///< by command
  std::map<std::string, TableCall> tables;  ///< by view
};

/// Makes rules and projections of them for a model that has its schema. Errors: `invalid_argument`,
/// naming what the schema does not have, and the nearest.
Result<> fill(const Callbacks& callbacks, Model& model);
// The parts of it.
Rules::Rule rule_of(const MessageInfo& command, const RuleCall& rule);
Result<Projection> projection_of(const std::shared_ptr<const Schema>& schema,
                                 const MessageInfo& view, const TableCall& table);

/// "The schema has no view …", with the nearest of those that it has.
Error not_in_schema(const Text& what, const std::string& name,
                    const std::vector<std::string>& known);
/// A callback answered that code and did not say why.
Error callback_failed(const Text& whose, taizhang_code code);

/// The body of a call on a callback's handle. Its first error stays in the handle, so that a
/// callback that passes it over is not believed. Running out of memory leaves `cut_short`: there
/// may be none to say more.
template <class Handle, class Body>
taizhang_code in_callback(Handle* handle, const char* name, taizhang_error** error,
                          const Body& body) noexcept {
  return guarded(error, [&]() -> Result<> {
    if (handle == nullptr) return null_argument(name);
    if (handle->cut_short) throw std::bad_alloc();
    handle->cut_short = true;
    const Result<> done = body();
    if (!done && !handle->problem) handle->problem = done.error();
    handle->cut_short = false;
    return done;
  });
}

}  // namespace taizhang::c

struct taizhang_model {
  mutable std::mutex mutex;
  taizhang::c::Callbacks callbacks;
};
