#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "c/model.hpp"
#include "ledger/standard_streams.hpp"
#include "taizhang/education/school_system.hpp"
#include "taizhang/schema/descriptor_set.hpp"
#include "taizhang/storage/memory.hpp"
#include "taizhang/storage/rocksdb.hpp"
#include "taizhang/system/status_json.hpp"

namespace taizhang::c {
namespace {

StorageRegistry all_storage() {
  StorageRegistry registry;
  registry.add("rocksdb", rocksdb_backend());
  registry.add("memory", memory_backend());
  registry.add("over", overlay_backend(rocksdb_backend()));
  return registry;
}

/// A schema's descriptors are kilobytes: what is larger is another file, or a device without end.
constexpr std::size_t schema_bytes_max = 16U << 20;

Result<std::string> bytes_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes;
  std::array<char, 65536> part;
  while (file.read(part.data(), part.size()), file.gcount() > 0) {
    bytes.append(part.data(), static_cast<std::size_t>(file.gcount()));
    if (bytes.size() > schema_bytes_max)
      return Error(ErrorCode::too_large,
                   {"The file " + path + " has more than " + std::to_string(schema_bytes_max) +
                        " bytes, so it is no schema. Give a descriptor set.",
                    "文件 " + path + " 超过 " + std::to_string(schema_bytes_max) +
                        " 字节，不是模式文件。请给出描述符集文件。"})
          .with("file", path)
          .with("limit", std::to_string(schema_bytes_max));
  }
  // What cannot be opened, or is a directory, fails before its end.
  if (file.eof() && !file.bad()) return bytes;
  return Error(ErrorCode::not_found,
               {"The file " + path + " cannot be read.", "无法读取文件 " + path + "。"})
      .with("file", path);
}

Result<CodeTables> code_tables_of(const Json& given) {
  const auto wrong = [] {
    return Error(ErrorCode::invalid_argument,
                 {"\"code_tables\" is {\"table\":{\"code\":{\"zh\":\"…\",\"en\":\"…\"}}}.",
                  "“code_tables”的写法是 {\"表\":{\"代码\":{\"zh\":\"…\",\"en\":\"…\"}}}。"});
  };
  CodeTables tables;
  if (!given.is_object()) return wrong();
  for (const auto& [name, codes] : given.items()) {
    if (!codes.is_object()) return wrong();
    for (const auto& [code, label] : codes.items()) {
      TAIZHANG_TRY(Members members, Members::of("the label of a code", label));
      Text& text = tables[name][code];
      TAIZHANG_CHECK(members.take("zh", text.zh));
      TAIZHANG_CHECK(members.take("en", text.en));
      TAIZHANG_CHECK(members.all_taken());
    }
  }
  return tables;
}

/// What taizhang_open was asked for.
struct Asked {
  std::string mode = "open";
  std::string application = "education";
  std::string language = "zh";
  std::string schema_file;
  std::string name;
  std::string master_key_file;
  CodeTables code_tables;
  SystemOptions system;
};

template <std::size_t N>
Result<> one_of(const Members& members, const std::string& name, const std::string& value,
                const std::array<const char*, N>& known) {
  std::string list;
  for (const char* one : known) {
    if (value == one) return {};
    list += (list.empty() ? "" : ", ") + std::string(one);
  }
  return members.wrong(name, {"one of: " + list, "以下之一：" + list});
}

/// `callbacks`: of an application's own; nullptr: there are none.
Result<Asked> parse_options(const char* location, const char* options_json,
                            const Callbacks* callbacks) {
  Asked asked;
  if (callbacks != nullptr) asked.application = "schema";
  TAIZHANG_TRY(Members members, Members::parse("options_json", options_json));
  TAIZHANG_CHECK(members.take("mode", asked.mode));
  TAIZHANG_CHECK(one_of<5>(members, "mode", asked.mode,
                           {"open", "create", "open_or_create", "read", "frozen"}));
  TAIZHANG_CHECK(members.take("application", asked.application));
  TAIZHANG_CHECK(one_of<2>(members, "application", asked.application, {"education", "schema"}));
  if (callbacks != nullptr && asked.application != "schema")
    return members.wrong("application", {"\"schema\", whose rules and registers the model gives",
                                         "“schema”：模型给出的是它的规则和台账"});
  TAIZHANG_CHECK(members.take("language", asked.language));
  TAIZHANG_CHECK(one_of<2>(members, "language", asked.language, {"zh", "en"}));
  TAIZHANG_CHECK(members.take("schema", asked.schema_file));
  TAIZHANG_CHECK(members.take("name", asked.name));
  if (const Json* tables = members.take("code_tables")) {
    TAIZHANG_TRY(asked.code_tables, code_tables_of(*tables));
  }
  TAIZHANG_CHECK(members.take("master_key", asked.master_key_file));
  TAIZHANG_CHECK(members.take("views", asked.system.views));
  TAIZHANG_CHECK(members.take("simulated_clock", asked.system.simulated_clock));
  if (const Json* word = members.take("confirm_loss")) {
    LossConfirmation& loss = asked.system.loss.emplace();
    TAIZHANG_TRY(Members of_loss, Members::of("confirm_loss", *word));
    TAIZHANG_CHECK(of_loss.take("actor", loss.context.actor));
    TAIZHANG_CHECK(of_loss.take("reason", loss.reason));
    TAIZHANG_CHECK(of_loss.all_taken());
  }
  TAIZHANG_CHECK(members.all_taken());
  asked.system.location = location;
  if (asked.mode == "read") asked.system.mode = OpenMode::follower;
  if (asked.mode == "frozen") asked.system.mode = OpenMode::frozen;
  if (asked.system.mode != OpenMode::writer && asked.system.views.empty())
    asked.system.views = "memory:views";
  return asked;
}

/// Nothing if the schema is to be read from the record.
Result<std::optional<Model>> model_of(const Asked& asked, const Callbacks* callbacks) {
  if (asked.application == "education") return std::optional<Model>(education_model());
  if (asked.schema_file.empty()) {
    if (asked.system.mode != OpenMode::writer && callbacks == nullptr)
      return std::optional<Model>();
    return Error(ErrorCode::invalid_argument,
                 {"An application \"schema\" needs \"schema\", a file made with protoc "
                  "--include_imports --descriptor_set_out=FILE.",
                  "应用“schema”须给出“schema”：由 protoc --include_imports "
                  "--descriptor_set_out=文件 生成的文件。"});
  }
  Model model;
  model.name = asked.name.empty() ? "schema" : asked.name;
  TAIZHANG_TRY(const std::string bytes, bytes_of_file(asked.schema_file));
  TAIZHANG_TRY(model.schema, schema_from_descriptor_set(bytes, asked.code_tables));
  if (callbacks != nullptr) TAIZHANG_CHECK(fill(*callbacks, model));
  return std::optional<Model>(std::move(model));
}

MasterKey fresh_key() {
  MasterKey key{};
  const Id first = Id::random();
  const Id second = Id::random();
  std::copy(first.bytes.begin(), first.bytes.end(), key.begin());
  std::copy(second.bytes.begin(), second.bytes.end(), key.begin() + first.bytes.size());
  return key;
}

Result<std::unique_ptr<System>> open_system(const StorageRegistry& storage, Asked& asked,
                                            std::optional<Model> model) {
  SystemOptions& options = asked.system;
  bool create = asked.mode == "create";
  if (asked.mode == "open_or_create") {
    TAIZHANG_TRY(const bool there, System::exists(storage, options.location));
    create = !there;
  }
  if (!asked.master_key_file.empty()) {
    TAIZHANG_TRY(options.master_key, load_or_create_master_key(asked.master_key_file, create));
  } else if (create && options.location.starts_with("memory:")) {
    options.master_key = fresh_key();
  }
  auto system = !model   ? System::inspect(storage, options)
                : create ? System::create(storage, *std::move(model), options)
                         : System::open(storage, *std::move(model), options);
  if (options.master_key) explicit_bzero(options.master_key->data(), options.master_key->size());
  return system;
}

taizhang_code open(const char* location, const char* options_json, const Callbacks* callbacks,
                   taizhang_system** system, taizhang_error** error) {
  return guarded(error, [&]() -> Result<> {
    TAIZHANG_NOT_NULL(location);
    TAIZHANG_NOT_NULL(system);
    if (!core::hold_standard_streams())
      return Error(ErrorCode::io_error,
                   {"Descriptors 0 to 2 are closed, and /dev/null cannot be opened in their place.",
                    "描述符 0 至 2 已关闭，且无法以 /dev/null 占位。"});
    TAIZHANG_TRY(Asked asked, parse_options(location, options_json, callbacks));
    TAIZHANG_TRY(std::optional<Model> model, model_of(asked, callbacks));
    StorageRegistry storage = all_storage();
    TAIZHANG_TRY(auto opened, open_system(storage, asked, std::move(model)));
    auto made = std::make_unique<taizhang_system>();
    made->session = std::make_shared<Session>(std::move(storage), std::move(opened),
                                              asked.application == "education",
                                              asked.language == "zh" ? Language::zh : Language::en);
    *system = made.release();
    return {};
  });
}

}  // namespace
}  // namespace taizhang::c

using taizhang::Result;
using taizhang::c::Session;

extern "C" {

taizhang_code taizhang_open(const char* location, const char* options_json,
                            taizhang_system** system, taizhang_error** error) {
  if (system != nullptr) *system = nullptr;
  return taizhang::c::open(location, options_json, nullptr, system, error);
}

taizhang_code taizhang_open_model(const char* location, const char* options_json,
                                  const taizhang_model* model, taizhang_system** system,
                                  taizhang_error** error) {
  if (system != nullptr) *system = nullptr;
  taizhang::c::Callbacks callbacks;
  const taizhang_code code = taizhang::c::guarded(error, [&]() -> Result<> {
    TAIZHANG_NOT_NULL(model);
    const std::lock_guard lock(model->mutex);
    callbacks = model->callbacks;
    return {};
  });
  return code != TAIZHANG_OK ? code
                             : taizhang::c::open(location, options_json, &callbacks, system, error);
}

taizhang_code taizhang_close(taizhang_system* system, taizhang_error** error) {
  if (error != nullptr) *error = nullptr;
  if (system == nullptr) return TAIZHANG_OK;
  std::shared_ptr<Session> session;
  const taizhang_code code = taizhang::c::guarded(error, [&]() -> Result<> {
    auto alive = taizhang::c::live_handle;
    if (!system->alive.compare_exchange_strong(alive, 0))
      return taizhang::c::null_argument("system");
    session = system->session;
    return session->close();
  });
  if (session != nullptr) delete system;
  return code;
}

taizhang_code taizhang_status(taizhang_system* system, taizhang_buffer* status,
                              taizhang_error** error) {
  taizhang::c::set_empty(status);
  return taizhang::c::call(system, error, [&](Session& session) -> Result<> {
    TAIZHANG_NOT_NULL(status);
    TAIZHANG_CHECK(session.refresh());
    taizhang::c::give(taizhang::status_to_json(session.system().ledger().status(),
                                               session.system().views().status()),
                      status);
    return {};
  });
}

}  // extern "C"
