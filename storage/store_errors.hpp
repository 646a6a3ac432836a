#pragma once

#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <string>

#include "taizhang/key_value.hpp"

/// The errors that every backend of this folder gives in the same words.
namespace taizhang::storage {

/// Who writes a store.
struct Holder {
  std::string pid;
  std::string program;
  std::string since;  ///< UTC, as 2025-09-01T08:00:00Z

  static Holder this_process() {
    Holder holder{std::to_string(::getpid()), {}, {}};
    std::ifstream comm("/proc/self/comm");
    std::getline(comm, holder.program);
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    char text[32];
    holder.since.assign(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc));
    return holder;
  }
};

inline Error held(const std::string& place, const Holder& holder) {
  return Error(
             ErrorCode::held,
             {"The store " + place + " is open for writing in process " + holder.pid + " (" +
                  holder.program + ") since " + holder.since +
                  ". A store has one writer: stop that process, or open the store for reading, as "
                  "follower or frozen, which works beside a writer.",
              "存储 " + place + " 自 " + holder.since + " 起由进程 " + holder.pid + "（" +
                  holder.program +
                  "）打开写入。一个存储只能有一个写入者：请先停止该进程，"
                  "或以只读方式（跟随或冻结）打开，可与写入者并存。"})
      .with("place", place)
      .with("pid", holder.pid)
      .with("program", holder.program)
      .with("since", holder.since);
}

inline Error no_store(const std::string& place) {
  return Error(ErrorCode::not_found,
               {"There is no store at " + place + ". Check the place, or create the store.",
                "位置 " + place + " 没有存储。请核对位置，或先创建。"})
      .with("place", place);
}

inline Error store_there(const std::string& place) {
  return Error(ErrorCode::already_exists,
               {"There is something at " + place + " already. Open it, or choose another place.",
                "位置 " + place + " 已有内容。请直接打开，或另选位置。"})
      .with("place", place);
}

inline Error read_only(const std::string& place) {
  return Error(ErrorCode::invalid_argument,
               {"The store " + place + " was opened for reading. Open it as writer to change it.",
                "存储 " + place + " 是以只读方式打开的。要修改请以写入方式打开。"})
      .with("place", place);
}

inline Error frozen_stays(const std::string& place) {
  return Error(ErrorCode::invalid_argument,
               {"The store " + place +
                    " was opened frozen and shows its opening state. Open it as follower to "
                    "catch up.",
                "存储 " + place + " 以冻结方式打开，只显示打开时的状态。要跟进请以跟随方式打开。"})
      .with("place", place);
}

inline Error store_gone(const std::string& place) {
  return Error(ErrorCode::not_found,
               {"The store that was opened at " + place +
                    " is no longer there: it was moved, removed or replaced. Open it again.",
                "打开时位于 " + place + " 的存储已不在该处：已被移动、删除或替换。请重新打开。"})
      .with("place", place);
}

inline Error no_such_mark() {
  return Error(ErrorCode::invalid_argument, {"2^64 - 1 cannot be published: it stands for none.",
                                             "不能发布 2^64 - 1：该值表示“无”。"});
}

inline Error no_keyspace(Keyspace keyspace) {
  const std::string number = std::to_string(keyspace);
  return Error(ErrorCode::invalid_argument,
               {"Keyspace " + number + " is not in the list that the store was opened with.",
                "键空间 " + number + " 不在打开存储时给出的列表中。"})
      .with("keyspace", number);
}

inline Error other_keyspaces(const std::string& place, const std::vector<std::string>& there) {
  std::string names;
  for (const auto& one : there) names += (names.empty() ? "" : ", ") + one;
  return Error(ErrorCode::unsupported,
               {"The store " + place + " has the keyspaces " + names +
                    ", which is not what was asked for. It is a store of another kind or version.",
                "存储 " + place + " 的键空间是 " + names + "，与要求不符：它属于另一种类或版本。"})
      .with("place", place)
      .with("keyspaces", names);
}

inline Error other_content(const std::string& place, const std::string& there,
                           const std::string& asked) {
  return Error(ErrorCode::unsupported,
               {"The store " + place + " holds \"" + there + "\"; this program takes \"" + asked +
                    "\". Use the program that made it. Nothing was changed.",
                "存储 " + place + " 的内容为“" + there + "”，本程序只支持“" + asked +
                    "”。请使用创建它的程序。未作任何更改。"})
      .with("place", place)
      .with("content", there);
}

inline Error not_loadable(const std::string& reason_en, const std::string& reason_zh) {
  return Error(ErrorCode::invalid_argument,
               {"Nothing was loaded: " + reason_en, "未装载任何内容：" + reason_zh});
}
inline Error not_ascending() {
  return not_loadable("the keys are not strictly ascending. Sort them, and drop doubles.",
                      "键不是严格递增的。请先排序并去重。");
}
inline Error range_in_use() {
  return not_loadable("the store has keys in the range to be loaded. Erase them first, or write.",
                      "要装载的键范围内已有键。请先删除，或改用普通写入。");
}

/// What holds for every list of keyspaces: 1 to 16 names, distinct, none empty.
inline Result<> check_keyspaces(const StoreOptions& options) {
  const auto& names = options.keyspaces;
  bool good = !names.empty() && names.size() <= 16;
  for (auto one = names.begin(); good && one != names.end(); ++one)
    good = !one->empty() && *one != "default" && std::find(names.begin(), one, *one) == one;
  if (good) return {};
  return Error(ErrorCode::invalid_argument,
               {"A store takes 1 to 16 keyspaces with distinct names, none empty or \"default\".",
                "存储需要 1 至 16 个键空间，名称互不相同，不得为空或“default”。"});
}

inline Result<> check_batch(const Batch& batch, std::size_t keyspaces) {
  for (const auto& entry : batch.entries())
    if (entry.keyspace >= keyspaces) return no_keyspace(entry.keyspace);
  return {};
}

}  // namespace taizhang::storage
