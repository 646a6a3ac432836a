#include "taizhang/proof/tlog_export.hpp"

#include "ledger/errors.hpp"
#include "proof/checkpoint_files.hpp"
#include "proof/files.hpp"
#include "proof/tiles.hpp"

namespace taizhang {
namespace {

Error in_use(const std::string& folder, const std::string& en, const std::string& zh) {
  return core::error(ErrorCode::already_exists,
                     folder + " " + en + ". Nothing was written; choose another folder.",
                     folder + " " + zh + "。没有写入任何内容;请另选目录。")
      .with("folder", folder);
}

/// Whether the folder holds an export that this one extends.
Result<bool> extends(const Ledger& ledger, const std::string& folder, const TreeHead& head) {
  TAIZHANG_TRY(const auto note, proof::read_file(proof::checkpoint_file(folder)));
  if (!note) return false;
  const auto former = SignedCheckpoint::parse(*note);
  if (!former || former->head.origin != head.origin)
    return in_use(folder, "holds something else than an export of this log", "中不是本台账的导出");
  if (former->head.size > head.size)
    return in_use(folder,
                  "holds the first " + std::to_string(former->head.size) +
                      " events, more than the " + std::to_string(head.size) + " of the checkpoint",
                  "中已有前 " + std::to_string(former->head.size) + " 条,多于检查点的 " +
                      std::to_string(head.size) + " 条");
  TAIZHANG_TRY(const Hash root, ledger.root_at(former->head.size));
  if (root != former->head.root)
    return in_use(folder,
                  "holds a log whose first " + std::to_string(former->head.size) +
                      " events have the root " + to_hex(former->head.root) + ", here it is " +
                      to_hex(root),
                  "中日志前 " + std::to_string(former->head.size) + " 条的树根为 " +
                      to_hex(former->head.root) + ",而本台账为 " + to_hex(root));
  return true;
}

Error not_this_tree(const std::string& folder, const TreeHead& head, const Hash& root) {
  return core::error(ErrorCode::damaged,
                     "The files in " + folder + " with the events after them give the root " +
                         to_hex(root) + " at " + std::to_string(head.size) +
                         ", and the checkpoint says " + to_hex(head.root) +
                         ": a file there was changed. Export into an empty folder.",
                     folder + " 中的文件连同其后的记录在第 " + std::to_string(head.size) +
                         " 条处的树根为 " + to_hex(root) + ",而检查点为 " + to_hex(head.root) +
                         ":其中有文件被改动。请导出到空目录。")
      .with("folder", folder)
      .with("root", to_hex(root))
      .with("signed_root", to_hex(head.root));
}

}  // namespace

Result<TlogExport> export_tlog(const Ledger& ledger, const std::string& folder,
                               const SignedCheckpoint& checkpoint) {
  const TreeHead& head = checkpoint.head;
  TAIZHANG_CHECK(proof::check_head(ledger, head));
  TAIZHANG_CHECK(proof::make_folder(folder, 0755));
  TAIZHANG_TRY(const auto alone, proof::FileLock::of_folder(folder));
  TAIZHANG_TRY(const bool extending, extends(ledger, folder, head));
  proof::TileWriter tiles(folder);
  for (bool kept = extending; kept && head.size - tiles.size() >= proof::tile_width;) {
    TAIZHANG_TRY(kept, tiles.keep());
  }
  TlogExport done;
  done.size = head.size;
  done.written = head.size - tiles.size();
  TAIZHANG_TRY(Reader reader,
               ledger.read(Query::all(), {.first = tiles.size() + 1, .last = head.size}));
  while (tiles.size() < head.size) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr)
      return core::damaged_at(tiles.size() + 1, "its event is missing", "该条事件缺失");
    TAIZHANG_CHECK(tiles.add(tree_entry(*event)));
  }
  TAIZHANG_TRY(const Hash root, tiles.finish());
  if (root != head.root) return not_this_tree(folder, head, root);
  TAIZHANG_CHECK(proof::sync_files(folder));
  TAIZHANG_CHECK(
      proof::replace_file(proof::checkpoint_file(folder), checkpoint.note.format(), 0644));
  return done;
}

}  // namespace taizhang
