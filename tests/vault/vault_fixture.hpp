#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "taizhang/storage/memory.hpp"
#include "taizhang/storage/rocksdb.hpp"
#include "taizhang/vault/vault.hpp"

/// A store whose writes can be made to fail, and which counts them.
class WatchedStore final : public taizhang::KeyValue {
 public:
  struct Watch {
    int synced_writes = 0;
    bool fail = false;
  };
  WatchedStore(std::unique_ptr<taizhang::KeyValue> inner, std::shared_ptr<Watch> watch)
      : inner_(std::move(inner)), watch_(std::move(watch)) {}
  taizhang::Result<std::optional<taizhang::PinnedValue>> get(taizhang::Keyspace keyspace,
                                                             std::string_view key) const override {
    return inner_->get(keyspace, key);
  }
  taizhang::Result<std::vector<std::optional<taizhang::PinnedValue>>> multi_get(
      taizhang::Keyspace keyspace, const std::vector<std::string>& keys) const override {
    return inner_->multi_get(keyspace, keys);
  }
  taizhang::Result<std::unique_ptr<taizhang::Cursor>> scan(
      taizhang::Keyspace keyspace, taizhang::KeyRange range,
      taizhang::Direction direction) const override {
    return inner_->scan(keyspace, std::move(range), direction);
  }
  taizhang::Result<> write(const taizhang::Batch& batch, taizhang::Durability durability) override {
    if (watch_->fail) return taizhang::Error(taizhang::ErrorCode::io_error, {"told to", "按要求"});
    if (durability == taizhang::Durability::synced) ++watch_->synced_writes;
    return inner_->write(batch, durability);
  }
  taizhang::Result<> load_sorted(
      taizhang::Keyspace keyspace,
      const std::function<bool(std::string&, std::string&)>& next) override {
    return inner_->load_sorted(keyspace, next);
  }
  taizhang::Result<> catch_up() override { return inner_->catch_up(); }
  taizhang::Result<> publish(std::uint64_t mark) override { return inner_->publish(mark); }
  taizhang::Result<taizhang::Published> published() const override { return inner_->published(); }
  [[nodiscard]] taizhang::OpenMode mode() const override { return inner_->mode(); }
  taizhang::Result<> backup(const std::string& place) override { return inner_->backup(place); }
  taizhang::Result<> verify() const override { return inner_->verify(); }
  [[nodiscard]] std::uint64_t size_bytes() const override { return inner_->size_bytes(); }

 private:
  std::unique_ptr<taizhang::KeyValue> inner_;
  std::shared_ptr<Watch> watch_;
};

/// Run on both backends: the name of one is the parameter.
class VaultTest : public ::testing::TestWithParam<const char*> {
 protected:
  VaultTest() {
    registry.add("memory", taizhang::memory_backend());
    registry.add("rocksdb", taizhang::rocksdb_backend());
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(info->name());
    for (char& c : name)
      if (c == '/') c = '-';
    folder = std::filesystem::temp_directory_path() /
             ("taizhang-vault-" + name + "-" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    location = std::string(GetParam()) + ":" +
               (std::string(GetParam()) == "memory" ? "vault" : (folder / "vault").string());
    master.fill(7);
    reopen();
  }
  ~VaultTest() override {
    vault.reset();
    std::filesystem::remove_all(folder);
  }

  std::unique_ptr<taizhang::KeyValue> store() {
    taizhang::StoreOptions options;
    options.keyspaces = taizhang::Vault::keyspaces();
    const auto there = registry.exists(location);
    EXPECT_TRUE(there);
    options.mode = *there ? taizhang::OpenMode::writer : taizhang::OpenMode::create;
    auto opened = registry.open(location, options);
    EXPECT_TRUE(opened) << opened.error().message().en;
    return *std::move(opened);
  }
  taizhang::Result<std::unique_ptr<taizhang::Vault>> opened(const taizhang::MasterKey& key,
                                                            const taizhang::Id& id) {
    vault.reset();
    return taizhang::Vault::open(std::make_unique<WatchedStore>(store(), watch), key, id);
  }
  /// As after a crash: what make_durable did not write is gone.
  void reopen() {
    auto again = opened(master, ledger);
    ASSERT_TRUE(again) << again.error().message().en;
    vault = *std::move(again);
  }

  /// As another process has it that only reads.
  std::unique_ptr<taizhang::Vault> read_only(taizhang::OpenMode mode) {
    taizhang::StoreOptions options;
    options.keyspaces = taizhang::Vault::keyspaces();
    options.mode = mode;
    auto there = registry.open(location, options);
    EXPECT_TRUE(there) << there.error().message().en;
    if (!there) return nullptr;
    auto reader = taizhang::Vault::open(*std::move(there), master, ledger);
    EXPECT_TRUE(reader) << reader.error().message().en;
    return reader ? *std::move(reader) : nullptr;
  }

  static taizhang::RecordedEvent::SealedView view(const taizhang::Sealed& sealed) {
    return {sealed.subject, sealed.data_class, sealed.key_version,
            sealed.nonce,   sealed.ciphertext, sealed.digest};
  }
  taizhang::Sealed sealed(const std::string& subject, const std::string& data_class,
                          const std::string& text) {
    auto made = vault->seal(subject, data_class, event_id, text);
    EXPECT_TRUE(made) << made.error().message().en;
    return *std::move(made);
  }

  taizhang::StorageRegistry registry;
  std::filesystem::path folder;
  std::string location;
  taizhang::MasterKey master{};
  const taizhang::Id ledger = taizhang::Id::derive("test", {"ledger"});
  const taizhang::Id event_id = taizhang::Id::derive("test", {"event"});
  std::shared_ptr<WatchedStore::Watch> watch = std::make_shared<WatchedStore::Watch>();
  std::unique_ptr<taizhang::Vault> vault;
};
