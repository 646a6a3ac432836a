#include "taizhang/proof/key_store.hpp"

#include <algorithm>

#include "ledger/errors.hpp"
#include "proof/files.hpp"
#include "proof/key_file.hpp"
#include "proof/number.hpp"

namespace taizhang {
namespace {

std::string key_file(const std::string& folder) { return folder + "/key"; }
std::string next_file(const std::string& folder) { return folder + "/key.next"; }
std::string vkeys_file(const std::string& folder) { return folder + "/vkeys"; }

}  // namespace

KeyStore::KeyStore(std::string folder, SigningKey key, std::vector<PublishedKey> published)
    : folder_(std::move(folder)), key_(std::move(key)), published_(std::move(published)) {}

Result<KeyStore> KeyStore::create(const std::string& folder, std::string_view name,
                                  std::uint64_t from_size) {
  TAIZHANG_TRY(SigningKey key, SigningKey::generate(name));
  TAIZHANG_CHECK(proof::make_folder(folder, 0700));
  TAIZHANG_TRY(const auto former, proof::read_key(key_file(folder)));
  if (former)
    return core::error(ErrorCode::already_exists,
                       "There is a key in " + folder + " already; rotate it to get a new one.",
                       folder + " 中已有密钥;如需更换请轮换密钥。")
        .with("key", former->verifier().text());
  TAIZHANG_TRY(auto known, published(folder));
  KeyStore store(folder, std::move(key), std::move(known));
  // The public part first: a crash in between leaves a key that nobody has and that signs nothing.
  TAIZHANG_CHECK(store.publish(store.key_.verifier(), from_size));
  TAIZHANG_CHECK(proof::write_key(key_file(folder), store.key_));
  return store;
}

Result<KeyStore> KeyStore::open(const std::string& folder) {
  TAIZHANG_TRY(auto key, proof::read_key(key_file(folder)));
  if (!key)
    return core::error(ErrorCode::not_found,
                       "There is no key in " + folder + "; make one, or restore the file \"key\".",
                       folder + " 中没有密钥;请新建密钥,或恢复文件“key”。")
        .with("file", key_file(folder));
  TAIZHANG_TRY(auto known, published(folder));
  KeyStore store(folder, *std::move(key), std::move(known));
  const auto is_published = [&](const PublishedKey& one) {
    return one.key == store.key_.verifier();
  };
  if (std::none_of(store.published_.begin(), store.published_.end(), is_published))
    return core::error(ErrorCode::damaged,
                       "The key of " + folder +
                           " is not among those in its file \"vkeys\". Restore "
                           "that file from a copy.",
                       folder + " 的密钥不在其“vkeys”文件中。请从副本恢复该文件。")
        .with("file", vkeys_file(folder));
  TAIZHANG_TRY(store.next_, proof::read_key(next_file(folder)));
  return store;
}

Result<std::vector<PublishedKey>> KeyStore::published(const std::string& folder) {
  const std::string path = vkeys_file(folder);
  TAIZHANG_TRY(const std::optional<std::string> text, proof::read_file(path));
  std::vector<PublishedKey> keys;
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    const auto space = line.find(' ');
    const auto size = proof::parse_number(line.substr(0, space));
    auto key = VerifierKey::parse(space == line.npos ? std::string_view() : line.substr(space + 1));
    if (end == rest.npos || !size || !key) return proof::bad_line(path, keys.size() + 1);
    keys.push_back({*std::move(key), *size});
    rest.remove_prefix(end + 1);
  }
  return keys;
}

Result<> KeyStore::publish(const VerifierKey& key, std::uint64_t from_size) {
  for (const PublishedKey& one : published_)
    if (one.key == key) return {};
  std::vector<PublishedKey> all = published_;
  all.push_back({key, from_size});
  std::string text;
  for (const PublishedKey& one : all)
    text += std::to_string(one.from_size) + " " + one.key.text() + "\n";
  TAIZHANG_CHECK(proof::replace_file(vkeys_file(folder_), text, 0644));
  published_ = std::move(all);
  return {};
}

Result<> KeyStore::prepare_next(std::uint64_t from_size) {
  if (!next_) {
    TAIZHANG_TRY(SigningKey made, SigningKey::generate(key_.name()));
    TAIZHANG_CHECK(proof::write_key(next_file(folder_), made));
    next_ = std::move(made);
  }
  return publish(next_->verifier(), from_size);
}

Result<> KeyStore::adopt_next() {
  if (!next_)
    return core::error(ErrorCode::internal, "No next key was prepared.", "尚未准备新密钥。");
  TAIZHANG_CHECK(proof::rename_file(next_file(folder_), key_file(folder_)));
  key_ = *std::move(next_);
  next_.reset();
  return {};
}

}  // namespace taizhang
