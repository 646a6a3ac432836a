#include <algorithm>
#include <map>
#include <thread>

#include "vault_fixture.hpp"

namespace {

using taizhang::ErrorCode;
using taizhang::Id;
using taizhang::Sealed;

INSTANTIATE_TEST_SUITE_P(Backends, VaultTest, ::testing::Values("memory", "rocksdb"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(VaultTest, OpensWhatItSealedNowAndAfterReopening) {
  const std::string text("姓名\0张三", 13);
  const Sealed part = sealed("student:s1", "identity", text);
  EXPECT_EQ(part.key_version, 1U);
  EXPECT_EQ(part.nonce.size(), 24U);
  EXPECT_EQ(part.ciphertext.find(text), std::string::npos);
  EXPECT_EQ(**vault->open(view(part), event_id), text);
  ASSERT_TRUE(vault->make_durable());
  reopen();
  EXPECT_EQ(**vault->open(view(part), event_id), text);
  EXPECT_EQ(**vault->open(view(sealed("student:s1", "identity", "")), event_id), "");
}

TEST_P(VaultTest, TwoEncryptionsOfOneTextDiffer) {
  const Sealed first = sealed("student:s1", "identity", "张三");
  const Sealed second = sealed("student:s1", "identity", "张三");
  EXPECT_NE(first.nonce, second.nonce);
  EXPECT_NE(first.ciphertext, second.ciphertext);
}

TEST_P(VaultTest, PartsCannotBeMovedOrAltered) {
  const Sealed part = sealed("student:s1", "identity", "张三");
  sealed("student:s2", "identity", "李四");
  sealed("student:s1", "contact", "电话");
  const auto damaged = [&](const Sealed& altered, const Id& id) {
    const auto opened_part = vault->open(view(altered), id);
    ASSERT_FALSE(opened_part);
    EXPECT_EQ(opened_part.error().code(), ErrorCode::damaged);
  };
  damaged(part, Id::derive("test", {"other event"}));
  Sealed altered = part;
  altered.subject = "student:s2";
  damaged(altered, event_id);
  altered = part;
  altered.data_class = "contact";
  damaged(altered, event_id);
  for (std::size_t i = 0; i < part.ciphertext.size(); ++i) {
    altered = part;
    altered.ciphertext[i] = static_cast<char>(altered.ciphertext[i] ^ 1);
    damaged(altered, event_id);
  }
  for (const std::size_t length : {std::size_t{0}, std::size_t{15}, part.ciphertext.size() - 1}) {
    altered = part;
    altered.ciphertext.resize(length);
    damaged(altered, event_id);
  }
  altered = part;
  altered.nonce.pop_back();
  damaged(altered, event_id);
}

TEST_P(VaultTest, AnErasedKeyOpensToNothingForEver) {
  const Sealed part = sealed("student:s1", "identity", "张三");
  const Sealed other = sealed("student:s1", "bank", "6222");
  ASSERT_TRUE(vault->make_durable());
  EXPECT_TRUE(*vault->erase_key("student:s1", "identity"));
  for (int round = 0; round < 2; ++round) {
    const auto gone = vault->open(view(part), event_id);
    ASSERT_TRUE(gone);
    EXPECT_EQ(*gone, std::nullopt);
    EXPECT_EQ(**vault->open(view(other), event_id), "6222");
    reopen();
  }
  const Sealed again = sealed("student:s1", "identity", "张三");
  EXPECT_EQ(again.key_version, 2U);
  ASSERT_TRUE(vault->make_durable());
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(*vault->open(view(part), event_id), std::nullopt);
    EXPECT_EQ(**vault->open(view(again), event_id), "张三");
    reopen();
  }
  EXPECT_FALSE(*vault->erase_key("student:s1", "health"));
  EXPECT_TRUE(*vault->erase_key("student:s1", "identity"));
  EXPECT_FALSE(*vault->erase_key("student:s1", "identity"));
  EXPECT_EQ(*vault->open(view(again), event_id), std::nullopt);
}

TEST_P(VaultTest, AKeyThatWasNeverThereIsAnErrorNotAnErasure) {
  Sealed part = sealed("student:s1", "identity", "张三");
  part.key_version = 2;
  EXPECT_EQ(vault->open(view(part), event_id).error().code(), ErrorCode::key_missing);
  part.key_version = 0;
  EXPECT_EQ(vault->open(view(part), event_id).error().code(), ErrorCode::key_missing);
  part.subject = "student:s9";
  part.key_version = 1;
  const auto missing = vault->open(view(part), event_id);
  EXPECT_EQ(missing.error().code(), ErrorCode::key_missing);
  EXPECT_EQ(missing.error().detail("subject"), "student:s9");
}

TEST_P(VaultTest, ACrashBeforeMakeDurableLosesOnlyWhatNothingUses) {
  const Sealed part = sealed("student:s1", "identity", "张三");
  const std::string tag = *vault->lookup_tag("citizen-id", "431202201103120015");
  EXPECT_EQ(watch->synced_writes, 1);  // the new vault's own rows
  reopen();
  EXPECT_EQ(vault->open(view(part), event_id).error().code(), ErrorCode::key_missing);
  EXPECT_EQ(*vault->find_lookup_tag("citizen-id", "431202201103120015"), std::nullopt);
  EXPECT_NE(*vault->lookup_tag("citizen-id", "431202201103120015"), tag);
}

TEST_P(VaultTest, MakeDurableWritesOnceAndOnlyIfThereIsSomething) {
  const int before = watch->synced_writes;
  ASSERT_TRUE(vault->make_durable());
  EXPECT_EQ(watch->synced_writes, before);
  for (int i = 0; i < 100; ++i) sealed("student:" + std::to_string(i), "identity", "x");
  ASSERT_TRUE(vault->make_durable());
  EXPECT_EQ(watch->synced_writes, before + 1);
  sealed("student:1", "identity", "y");
  ASSERT_TRUE(vault->make_durable());
  EXPECT_EQ(watch->synced_writes, before + 1);
}

TEST_P(VaultTest, AFailedWriteIsSaidAndNotForgotten) {
  const Sealed part = sealed("student:s1", "identity", "张三");
  watch->fail = true;
  EXPECT_EQ(vault->make_durable().error().code(), ErrorCode::io_error);
  EXPECT_EQ(vault->erase_key("student:s2", "identity").error().code(), ErrorCode::io_error);
  watch->fail = false;
  ASSERT_TRUE(vault->make_durable());
  reopen();
  EXPECT_EQ(**vault->open(view(part), event_id), "张三");
}

TEST_P(VaultTest, AWrongMasterKeyIsRecognised) {
  taizhang::MasterKey wrong = master;
  wrong[31] ^= 1U;
  const auto refused = opened(wrong, ledger);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_argument);
  EXPECT_NE(refused.error().message().en.find("master key"), std::string::npos);
}

TEST_P(VaultTest, AnotherLedgersVaultIsRefused) {
  const Id other = Id::derive("test", {"other ledger"});
  const auto refused = opened(master, other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_argument);
  EXPECT_EQ(refused.error().detail("vault_ledger"), ledger.to_string());
}

TEST_P(VaultTest, KeysOfTheStoreAreBoundToTheirRows) {
  const Sealed part = sealed("student:s1", "identity", "张三");
  sealed("student:s2", "identity", "李四");
  ASSERT_TRUE(vault->make_durable());
  vault.reset();
  {
    const auto raw = store();
    using std::string_literals::operator""s;
    const auto stolen = raw->get(1, "student:s2\0identity"s);
    ASSERT_TRUE(stolen && *stolen);
    taizhang::Batch batch;
    batch.put(1, "student:s1\0identity"s, std::string((*stolen)->view()));
    ASSERT_TRUE(raw->write(batch, taizhang::Durability::synced));
  }
  reopen();
  EXPECT_EQ(vault->open(view(part), event_id).error().code(), ErrorCode::damaged);
  EXPECT_EQ(vault->seal("student:s1", "identity", event_id, "x").error().code(),
            ErrorCode::damaged);
}

TEST_P(VaultTest, TokensAreStableAndSayNothing) {
  const std::string tag = *vault->lookup_tag("citizen-id", "431202201103120015");
  EXPECT_TRUE(tag.starts_with("citizen-id:"));
  EXPECT_TRUE(Id::parse(tag.substr(11)));
  EXPECT_EQ(*vault->lookup_tag("citizen-id", "431202201103120015"), tag);
  EXPECT_NE(*vault->lookup_tag("student-number", "431202201103120015"), tag);
  EXPECT_NE(*vault->lookup_tag("citizen-id", "431202201103120016"), tag);
  EXPECT_EQ(*vault->find_lookup_tag("citizen-id", "431202201103120015"), tag);
  EXPECT_EQ(*vault->find_lookup_tag("citizen-id", "nobody"), std::nullopt);
  ASSERT_TRUE(vault->make_durable());
  reopen();
  EXPECT_EQ(*vault->lookup_tag("citizen-id", "431202201103120015"), tag);
  EXPECT_TRUE(*vault->erase_lookup_tag("citizen-id", "431202201103120015"));
  reopen();
  EXPECT_EQ(*vault->find_lookup_tag("citizen-id", "431202201103120015"), std::nullopt);
  EXPECT_FALSE(*vault->erase_lookup_tag("citizen-id", "431202201103120015"));
  EXPECT_NE(*vault->lookup_tag("citizen-id", "431202201103120015"), tag);
}

TEST_P(VaultTest, MalformedRequestsAreRefused) {
  for (const auto& [scheme, value] :
       std::map<std::string, std::string>{{"", "x"}, {"a:b", "x"}, {"phone", ""}})
    EXPECT_EQ(vault->lookup_tag(scheme, value).error().code(), ErrorCode::invalid_argument);
  for (const auto& [subject, data_class] : std::map<std::string, std::string>{
           {"", "x"}, {"student:s1", ""}, {std::string("a\0b", 3), "x"}})
    EXPECT_EQ(vault->seal(subject, data_class, event_id, "x").error().code(),
              ErrorCode::invalid_argument);
}

TEST_P(VaultTest, DigestsAreStableAndSeparateUses) {
  const std::string digest = vault->digest("command", "bytes");
  EXPECT_EQ(digest.size(), 16U);
  EXPECT_NE(vault->digest("row", "bytes"), digest);
  EXPECT_NE(vault->digest("commandb", "ytes"), digest);
  reopen();
  EXPECT_EQ(vault->digest("command", "bytes"), digest);
}

TEST_P(VaultTest, RemembersEncryptedInOrder) {
  for (const char* key : {"b/2", "a/1", "b/1", "c"})
    ASSERT_TRUE(vault->remember("rows", key, std::string("值") + key));
  ASSERT_TRUE(vault->remember("rows2", "b/3", "x"));
  ASSERT_TRUE(vault->make_durable());
  ASSERT_TRUE(vault->remember("rows", "b/0", "new"));
  ASSERT_TRUE(vault->remember("rows", "b/2", "changed"));
  ASSERT_TRUE(vault->forget("rows", "b/1"));
  std::vector<std::string> seen;
  const auto all = [&](const std::string& prefix) {
    seen.clear();
    EXPECT_TRUE(
        vault->recall_all("rows", prefix, [&](std::string_view key, std::string_view value) {
          seen.push_back(std::string(key) + "=" + std::string(value));
          return true;
        }));
    return seen;
  };
  const std::vector<std::string> expected = {"b/0=new", "b/2=changed"};
  EXPECT_EQ(all("b/"), expected);
  EXPECT_EQ(*vault->recall("rows", "b/1"), std::nullopt);
  ASSERT_TRUE(vault->make_durable());
  reopen();
  EXPECT_EQ(all("b/"), expected);
  EXPECT_EQ(all("").size(), 4U);
  EXPECT_EQ(**vault->recall("rows", "a/1"), "值a/1");
  int visits = 0;
  EXPECT_TRUE(vault->recall_all("rows", "", [&](std::string_view, std::string_view) {
    ++visits;
    return false;
  }));
  EXPECT_EQ(visits, 1);
  vault.reset();
  const auto raw = store();
  const auto cursor = raw->scan(3, {}, taizhang::Direction::forward);
  ASSERT_TRUE(cursor);
  for (; (*cursor)->valid(); (*cursor)->next())
    EXPECT_EQ((*cursor)->value().find("值"), std::string_view::npos);
}

TEST_P(VaultTest, ThreadsThatMeetANewSubjectShareOneKeyAndOneToken) {
  constexpr int threads = 4;
  constexpr int subjects = 50;
  std::array<std::vector<Sealed>, threads> parts;
  std::array<std::vector<std::string>, threads> tags;
  std::array<bool, threads> fine{};
  std::vector<std::thread> running;
  for (std::size_t t = 0; t < threads; ++t)
    running.emplace_back([&, t] {
      fine[t] = true;
      for (int i = 0; i < subjects; ++i) {
        const std::string subject = "student:" + std::to_string(i);
        auto part = vault->seal(subject, "identity", event_id, subject);
        auto tag = vault->lookup_tag("student-number", subject);
        fine[t] = fine[t] && part && tag && vault->make_durable();
        if (!fine[t]) return;
        parts[t].push_back(*std::move(part));
        tags[t].push_back(*std::move(tag));
      }
    });
  for (std::thread& each : running) each.join();
  ASSERT_TRUE(std::all_of(fine.begin(), fine.end(), [](bool each) { return each; }));
  reopen();
  for (const auto& mine : parts)
    for (const Sealed& part : mine) {
      EXPECT_EQ(part.key_version, 1U);
      const auto text = vault->open(view(part), event_id);
      ASSERT_TRUE(text) << text.error().message().en;
      EXPECT_EQ(**text, part.subject);
    }
  for (const auto& mine : tags) EXPECT_EQ(mine, tags[0]);
}

}  // namespace
