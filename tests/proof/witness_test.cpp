#include "taizhang/proof/witness.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <thread>

#include "proof_fixture.hpp"
#include "taizhang/hash.hpp"

namespace taizhang::proof_tests {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The example of c2sp.org/tlog-witness.
const std::string example =
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
    "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
    "\n"
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— example.com/behind-the-sofa "
    "opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/"
    "V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";

TEST(WitnessRequest, TheSpecificationsExampleIsReadAndWrittenAsItIs) {
  const WitnessRequest request = take(WitnessRequest::parse(example));
  EXPECT_EQ(request.old_size, 20852014U);
  EXPECT_EQ(request.proof.size(), 4U);
  EXPECT_EQ(request.checkpoint.head.size, 20852163U);
  EXPECT_EQ(request.format(), example);
}

TEST(WitnessRequest, WhatIsNoRequestIsRefused) {
  const std::string note = published::log_text + "\n" + published::log_line;
  const std::string hash = "bC+VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pY=\n";
  ASSERT_TRUE(WitnessRequest::parse("old 0\n\n" + note));
  std::string most = "old 7\n";
  for (int i = 0; i < 63; ++i) most += hash;
  ASSERT_TRUE(WitnessRequest::parse(most + "\n" + note));
  for (const std::string& body :
       std::vector<std::string>{"",
                                "\n",
                                note,
                                "\n" + note,
                                "old 0\n" + note,
                                "old\n\n" + note,
                                "old \n\n" + note,
                                "old 00\n\n" + note,
                                "old 01\n\n" + note,
                                "old -1\n\n" + note,
                                "old  1\n\n" + note,
                                "old 1 \n\n" + note,
                                "Old 1\n\n" + note,
                                "old 18446744073709551616\n\n" + note,
                                most + hash + "\n" + note,
                                "old 1\nAAAA\n\n" + note,
                                "old 1\n" + hash.substr(0, 43) + "\n\n" + note,
                                "old 1\n" + hash + "x\n\n" + note,
                                "old 1\r\n\n" + note,
                                "old 0\n\n",
                                "old 0\n\n" + published::log_text,
                                "old 0\n\n" + published::foo_text + "\n" + published::foo_line}) {
    EXPECT_CODE(WitnessRequest::parse(body), ErrorCode::invalid_argument);
  }
  EXPECT_CODE(WitnessRequest::parse(std::string(WitnessRequest::bytes_max + 1, 'a')),
              ErrorCode::too_large);
}

TEST(WitnessRequest, WhatIsTakenWithABitFlippedOrAByteLostIsTakenAsItIs) {
  for (std::size_t at = 0; at < example.size(); ++at) {
    std::vector<std::string> bodies{example.substr(0, at),
                                    example.substr(0, at) + example.substr(at + 1)};
    for (int bit = 0; bit < 8; ++bit) {
      bodies.push_back(example);
      bodies.back()[at] = static_cast<char>(bodies.back()[at] ^ (1 << bit));
    }
    for (const std::string& body : bodies) {
      const auto request = WitnessRequest::parse(body);
      if (request) {
        EXPECT_EQ(request->format(), body);
      }
    }
  }
}

struct WitnessTest : ::testing::Test {
  Folder place;
  const std::string folder = place / "witness";
  std::shared_ptr<testing::ManualClock> clock = std::make_shared<testing::ManualClock>();
  const SigningKey key = take(SigningKey::generate("example.com/log"));
  TestLog log;
  std::unique_ptr<Witness> witness;

  void SetUp() override {
    witness = take(Witness::create(folder, "witness.example", clock));
    take(witness->trust(key.verifier()));
  }
  void restart() {
    witness.reset();
    witness = take(Witness::open(folder, clock));
  }
  /// What this log signs over its first `size` events, whatever it signed before.
  SignedCheckpoint over(TestLog& ledger, std::uint64_t size) const {
    SignedCheckpoint made;
    made.head = {key.name(), size, take(ledger->root_at(size)), {}};
    made.note.text = made.head.format();
    made.note.signatures = {take(sign(key, made.note.text))};
    return made;
  }
  WitnessRequest request(TestLog& ledger, std::uint64_t old_size, std::uint64_t size) const {
    return take(WitnessRequest::of(*ledger, over(ledger, size), old_size));
  }
  Witness::Answer ask(TestLog& ledger, std::uint64_t old_size, std::uint64_t size) {
    return witness->add_checkpoint(request(ledger, old_size, size).format());
  }
  Witness::Answer latest() { return witness->latest(to_hex(sha256({key.name()}))); }
  std::uint64_t seen() { return take(SignedCheckpoint::parse(latest().body)).head.size; }
};

TEST_F(WitnessTest, ALogIsCosignedAsItGrows) {
  log.grow(300);
  std::uint64_t old_size = 0;
  for (const std::uint64_t size : {1U, 2U, 3U, 7U, 8U, 64U, 100U, 256U, 300U}) {
    const Witness::Answer answer = ask(log, old_size, size);
    ASSERT_EQ(answer.status, 200) << answer.body;
    SignedNote note = over(log, size).note;
    const auto lines = take(NoteSignature::parse_lines(answer.body));
    ASSERT_EQ(lines.size(), 1U);
    note.signatures.push_back(lines[0]);
    const std::vector<VerifierKey> keys{key.verifier(), witness->key()};
    const auto verified = take(verify(note, keys));
    ASSERT_EQ(verified.size(), 2U);
    EXPECT_EQ(verified[1].time, static_cast<std::uint64_t>(clock->now().microseconds / 1'000'000));
    EXPECT_EQ(latest().body, note.format());
    old_size = size;
  }
}

TEST_F(WitnessTest, WhoComesWithAStaleSizeIsToldTheRightOne) {
  log.grow(20);
  EXPECT_EQ(latest().status, 404);
  ASSERT_EQ(ask(log, 7, 9).status, 409);
  EXPECT_EQ(ask(log, 7, 9).body, "0\n");
  ASSERT_EQ(ask(log, 0, 9).status, 200);
  for (const std::uint64_t old_size : {0U, 5U, 10U}) {
    const Witness::Answer answer = ask(log, old_size, 12);
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.content_type, "text/x.tlog.size");
    EXPECT_EQ(answer.body, "9\n");
  }
  EXPECT_EQ(seen(), 9U);
}

TEST_F(WitnessTest, TheSameCheckpointIsCosignedAgain) {
  log.grow(9);
  const Witness::Answer first = ask(log, 0, 9);
  clock->pass(5'000'000);
  const Witness::Answer second = ask(log, 9, 9);
  EXPECT_EQ(second.status, 200);
  EXPECT_NE(second.body, first.body) << "at another time";
  EXPECT_EQ(ask(log, 9, 9).status, 200);
}

TEST_F(WitnessTest, ARollbackGetsNoCosignature) {
  log.grow(20);
  ASSERT_EQ(ask(log, 0, 20).status, 200);
  EXPECT_EQ(ask(log, 0, 12).status, 409);
  EXPECT_EQ(ask(log, 12, 12).status, 409);
  WitnessRequest smaller = request(log, 12, 12);
  smaller.old_size = 20;
  EXPECT_EQ(witness->add_checkpoint(smaller.format()).status, 400);
  restart();
  EXPECT_EQ(seen(), 20U);
}

TEST_F(WitnessTest, AForkGetsNoCosignatureAndIsKeptAsEvidence) {
  TestLog fork;
  log.grow(30);
  fork.grow(18).grow(40, "other");
  ASSERT_EQ(ask(log, 0, 20).status, 200);
  const std::string refused = folder + "/refused/" + to_hex(sha256({key.name()}));
  EXPECT_FALSE(fs::exists(refused));
  for (const std::uint64_t size : {20U, 21U, 25U, 32U, 40U}) {
    const std::string body = request(fork, 20, size).format();
    const Witness::Answer answer = witness->add_checkpoint(body);
    EXPECT_EQ(answer.status, 422) << size;
    EXPECT_THAT(answer.body, HasSubstr("20"));
    EXPECT_EQ(read(refused), body) << "signed by the log, and against what it signed before";
  }
  EXPECT_EQ(seen(), 20U);
  EXPECT_EQ(ask(log, 20, 30).status, 200) << "the first story goes on";
}

TEST_F(WitnessTest, AProofThatDoesNotShowItGetsNoCosignature) {
  log.grow(40);
  ASSERT_EQ(ask(log, 0, 13).status, 200);
  const WitnessRequest good = request(log, 13, 40);
  ASSERT_GT(good.proof.size(), 2U);
  for (std::size_t i = 0; i < good.proof.size(); ++i) {
    WitnessRequest bad = good;
    bad.proof[i][5] ^= 1;
    EXPECT_EQ(witness->add_checkpoint(bad.format()).status, 422);
    bad = good;
    bad.proof.erase(bad.proof.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(witness->add_checkpoint(bad.format()).status, 422);
  }
  WitnessRequest bad = good;
  bad.proof.push_back(bad.proof.back());
  EXPECT_EQ(witness->add_checkpoint(bad.format()).status, 422);
  bad = request(log, 13, 13);
  bad.proof.push_back(good.proof.back());
  EXPECT_EQ(witness->add_checkpoint(bad.format()).status, 422) << "nothing is to be proved";
  EXPECT_EQ(seen(), 13U);
  EXPECT_EQ(witness->add_checkpoint(good.format()).status, 200);
}

TEST_F(WitnessTest, TheFirstCheckpointNeedsNoProofAndTakesNone) {
  log.grow(4);
  WitnessRequest first = request(log, 0, 4);
  first.proof.push_back(first.checkpoint.head.root);
  EXPECT_EQ(witness->add_checkpoint(first.format()).status, 422);
  EXPECT_EQ(latest().status, 404);
}

TEST_F(WitnessTest, AnEmptyLogHasTheRootOfTheEmptyTree) {
  SignedCheckpoint empty;
  empty.head = {key.name(), 0, {}, {}};
  const auto body = [&] {
    empty.note.text = empty.head.format();
    empty.note.signatures = {take(sign(key, empty.note.text))};
    return WitnessRequest{0, {}, empty}.format();
  };
  EXPECT_EQ(witness->add_checkpoint(body()).status, 422);
  empty.head.root = sha256({});
  EXPECT_EQ(witness->add_checkpoint(body()).status, 200);
  log.grow(3);
  EXPECT_EQ(ask(log, 0, 3).status, 200);
}

TEST_F(WitnessTest, OnlyLogsThatAreKnownAndOnlySigned) {
  log.grow(5);
  const SignedCheckpoint good = over(log, 5);
  const auto status = [&](const SignedCheckpoint& checkpoint) {
    return witness->add_checkpoint(WitnessRequest{0, {}, checkpoint}.format()).status;
  };
  SignedCheckpoint other = good;
  other.head.origin = "example.com/other";
  other.note.text = other.head.format();
  other.note.signatures = {take(sign(key, other.note.text))};
  EXPECT_EQ(status(other), 404) << "signed by a known key, for a log that is not its own";
  const SigningKey stranger = take(SigningKey::generate(key.name()));
  SignedCheckpoint forged = good;
  forged.note.signatures = {take(sign(stranger, good.note.text))};
  EXPECT_EQ(status(forged), 403) << "no key that is known";
  forged = good;
  forged.note.signatures[0].bytes[7] = static_cast<char>(forged.note.signatures[0].bytes[7] ^ 1);
  EXPECT_EQ(status(forged), 403);
  forged.note.signatures.push_back(good.note.signatures[0]);
  EXPECT_EQ(status(forged), 403) << "a line of a known key that does not hold";
  EXPECT_EQ(witness->add_checkpoint("old 0\n\nnothing").status, 400);
  EXPECT_EQ(witness->add_checkpoint("").status, 400);
  EXPECT_EQ(latest().status, 404);
  SignedCheckpoint with_strangers = good;
  with_strangers.note.signatures.push_back(take(sign(stranger, good.note.text)));
  EXPECT_EQ(status(with_strangers), 200);
  EXPECT_EQ(take(SignedCheckpoint::parse(latest().body)).note.signatures.size(), 2U)
      << "kept: the log's and the witness's";
}

TEST_F(WitnessTest, AnOldSizeBeyondTheCheckpointIsNoRequest) {
  log.grow(5);
  WitnessRequest odd = request(log, 0, 5);
  odd.old_size = 6;
  EXPECT_EQ(witness->add_checkpoint(odd.format()).status, 400);
}

TEST_F(WitnessTest, ARotatedKeyIsTakenOnceItIsKnown) {
  log.grow(8);
  ASSERT_EQ(ask(log, 0, 5).status, 200);
  const SigningKey next = take(SigningKey::generate(key.name()));
  WitnessRequest grown = request(log, 5, 8);
  grown.checkpoint.note.signatures = {take(sign(next, grown.checkpoint.note.text))};
  EXPECT_EQ(witness->add_checkpoint(grown.format()).status, 403);
  take(take(Witness::open(folder))->trust(next.verifier()));  // by another process, as it were
  EXPECT_EQ(witness->add_checkpoint(grown.format()).status, 200);
  EXPECT_CODE(witness->trust(witness->key()), ErrorCode::invalid_argument);
}

TEST_F(WitnessTest, WhatItSawOutlivesIt) {
  log.grow(20);
  ASSERT_EQ(ask(log, 0, 9).status, 200);
  const VerifierKey before = witness->key();
  restart();
  EXPECT_EQ(witness->key(), before);
  EXPECT_EQ(ask(log, 0, 12).body, "9\n");
  EXPECT_EQ(ask(log, 9, 12).status, 200);
  EXPECT_CODE(Witness::create(folder, "witness.example", clock), ErrorCode::already_exists);
  EXPECT_CODE(Witness::open(place / "none"), ErrorCode::not_found);
}

TEST_F(WitnessTest, AnAnswerThatIsLostIsAskedForAgain) {
  log.grow(20);
  ASSERT_EQ(ask(log, 0, 9).status, 200);
  (void)ask(log, 9, 15);  // stored, and then it died before it could say so
  restart();
  ASSERT_EQ(ask(log, 9, 15).body, "15\n");
  EXPECT_EQ(ask(log, 15, 15).status, 200);
}

TEST_F(WitnessTest, WithoutItsMemoryItSignsNothing) {
  log.grow(20);
  ASSERT_EQ(ask(log, 0, 9).status, 200);
  const std::string memory = folder + "/seen/" + to_hex(sha256({key.name()}));
  const std::string kept = read(memory);
  write(memory, over(log, 5).note.format());  // a former checkpoint of the log, not cosigned
  EXPECT_EQ(ask(log, 5, 12).status, 500);
  write(memory, "");
  EXPECT_EQ(ask(log, 0, 12).status, 500);
  write(memory, kept);
  EXPECT_EQ(ask(log, 9, 12).status, 200);
  fs::create_directory(memory + ".new");
  write(memory + ".new/x", "x");
  EXPECT_EQ(ask(log, 12, 14).status, 500) << "what cannot be stored is not cosigned";
  fs::remove_all(memory + ".new");
  EXPECT_EQ(ask(log, 12, 14).status, 200);
}

TEST_F(WitnessTest, TheLatestIsNamedByAHashAlone) {
  for (const std::string name : {"", "../key", "key", "../../etc/passwd"})
    EXPECT_EQ(witness->latest(name).status, 404) << name;
}

TEST_F(WitnessTest, OfManyAtOnceEachIsJudgedAgainstTheOneBefore) {
  log.grow(60);
  ASSERT_EQ(ask(log, 0, 1).status, 200);
  std::vector<std::string> bodies;
  for (std::uint64_t size = 2; size <= 60; ++size) bodies.push_back(request(log, 1, size).format());
  std::array<int, 4> taken{};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < taken.size(); ++t)
    threads.emplace_back([&, t] {
      auto mine = take(Witness::open(folder, clock));
      for (std::size_t i = t; i < bodies.size(); i += taken.size())
        taken[t] += mine->add_checkpoint(bodies[i]).status == 200 ? 1 : 0;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(taken[0] + taken[1] + taken[2] + taken[3], 1) << "all grew from one; one was first";
  EXPECT_GT(seen(), 1U);
}

/// Runs as a process of its own, which dies at any of its calls to the system.
TEST(WitnessChild, DISABLED_Cosigns) {
  const char* folder = std::getenv("TAIZHANG_TEST_FOLDER");
  ASSERT_NE(folder, nullptr);
  const auto witness = take(Witness::open(folder));
  const auto answer = witness->add_checkpoint(read(std::string(folder) + "/request"));
  write(std::string(folder) + "/answer", answer.body);
}

TEST_F(WitnessTest, DeathAtAnyCallLosesNoAnswerThatWasGiven) {
  if (std::system("strace -f -qq -o /dev/null -e trace=fsync -e inject=fsync:error=EIO true "
                  "2>/dev/null") != 0)
    GTEST_SKIP() << "NOT TESTED: death at a call. strace is missing or tracing is not permitted.";
  log.grow(200);
  ASSERT_EQ(ask(log, 0, 1).status, 200);
  const std::string self = fs::read_symlink("/proc/self/exe").string();
  const std::string memory = folder + "/seen/" + to_hex(sha256({key.name()}));
  std::uint64_t size = 1;
  int deaths = 0;
  ::setenv("TAIZHANG_TEST_FOLDER", folder.c_str(), 1);
  for (const std::string call : {"openat", "write", "fsync", "rename", "flock"}) {
    bool died = true;
    for (int n = 1; died && n < 40; ++n, ++size) {
      SCOPED_TRACE(call + " number " + std::to_string(n));
      fs::remove(folder + "/answer");
      write(folder + "/request", request(log, size, size + 1).format());
      died = std::system(("ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -P " + folder +
                          "/seen -P " + memory + " -P " + memory + ".new -P " + folder +
                          "/lock -P " + folder + "/answer -e trace=" + call + " -e inject=" + call +
                          ":signal=SIGKILL:when=" + std::to_string(n) + " " + self +
                          " --gtest_also_run_disabled_tests --gtest_filter=WitnessChild.* "
                          ">/dev/null 2>&1")
                             .c_str()) != 0;
      deaths += died ? 1 : 0;
      restart();
      const std::uint64_t now = seen();
      ASSERT_TRUE(now == size || now == size + 1) << now;
      if (fs::exists(folder + "/answer") && !read(folder + "/answer").empty()) {
        ASSERT_EQ(now, size + 1) << "it answered and has forgotten";
      }
      ASSERT_EQ(ask(log, now, size + 1).status, 200);
    }
    EXPECT_FALSE(died) << "there was always another " << call;
  }
  EXPECT_GT(deaths, 8);
}

}  // namespace
}  // namespace taizhang::proof_tests
