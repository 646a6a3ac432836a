#include "taizhang/proof/note.hpp"

#include <gmock/gmock.h>

#include "fixture.hpp"
#include "taizhang/proof/cosignature.hpp"

namespace taizhang::proof_tests {
namespace {

using namespace published;

std::vector<VerifierKey> keys(std::initializer_list<std::string> texts) {
  std::vector<VerifierKey> made;
  for (const auto& text : texts) made.push_back(take(VerifierKey::parse(text)));
  return made;
}

TEST(Note, PublishedNotesAreVerified) {
  for (const auto& [key, text, line] :
       {std::tuple{neumann, neumann_text, neumann_line}, std::tuple{foo, foo_text, foo_line},
        std::tuple{log, log_text, log_line}}) {
    const SignedNote note = take(SignedNote::parse(text + "\n" + line));
    EXPECT_EQ(note.text, text);
    EXPECT_EQ(note.format(), text + "\n" + line);
    const auto verified = take(verify(note, keys({key})));
    ASSERT_EQ(verified.size(), 1U);
    EXPECT_EQ(verified[0].key.text(), key);
    EXPECT_EQ(verified[0].time, std::nullopt);
  }
}

TEST(Note, SigningGivesThePublishedSignature) {
  const SigningKey key = take(SigningKey::parse(neumann_secret));
  EXPECT_EQ(take(sign(key, neumann_text)).format(), neumann_line);
}

TEST(Note, APublishedKeyCosignsAtATime) {
  const SigningKey key = take(SigningKey::parse(witness_secret));
  EXPECT_EQ(take(cosign(key, log_text, witness_time)).format(), witness_line);
  const SignedNote note = take(SignedNote::parse(log_text + "\n" + log_line + witness_line));
  const auto verified = take(verify(note, keys({log, witness})));
  ASSERT_EQ(verified.size(), 2U);
  EXPECT_EQ(verified[0].time, std::nullopt);
  EXPECT_EQ(verified[1].time, witness_time);
}

TEST(Note, ATextMayHoldEmptyLinesTheLastOneEndsIt) {
  const SigningKey key = take(SigningKey::generate("k"));
  for (const std::string text : {"a\n\nb\n", "\n", "\n\n", "a\n\n", "— k AAAAAAA=\n"}) {
    const SignedNote note{text, {take(sign(key, text))}};
    EXPECT_EQ(take(SignedNote::parse(note.format())), note);
    EXPECT_TRUE(verify(note, {&key.verifier(), 1}));
  }
}

TEST(Note, LinesOfUnknownKeysAreKeptAndIgnored) {
  // Same name and another id, same id and another name, a kind of signature not known here.
  const std::string strangers =
      "— PeterNeumann AAAAAAAA\n— Peter x08go0FB\n— example.com/pq +/8AAQIDBA==\n";
  const std::string whole = neumann_text + "\n" + strangers + neumann_line;
  const SignedNote note = take(SignedNote::parse(whole));
  EXPECT_EQ(note.signatures.size(), 4U);
  EXPECT_EQ(note.format(), whole);
  EXPECT_EQ(take(verify(note, keys({neumann, foo}))).size(), 1U);
}

TEST(Note, WithoutALineOfAKnownKeyNothingIsVerified) {
  const SignedNote note = take(SignedNote::parse(neumann_text + "\n" + neumann_line));
  EXPECT_EQ(verify(note, keys({foo})).error().code(), ErrorCode::not_found);
  EXPECT_EQ(verify(note, {}).error().code(), ErrorCode::not_found);
}

TEST(Note, ALineOfAKnownKeyThatDoesNotHoldRejectsTheNote) {
  SignedNote note = take(SignedNote::parse(neumann_text + "\n" + neumann_line));
  const SigningKey mine = take(SigningKey::generate("mine"));
  note.signatures.push_back(take(sign(mine, note.text)));
  std::vector<VerifierKey> known = keys({neumann});
  known.push_back(mine.verifier());
  ASSERT_TRUE(verify(note, known));
  for (std::size_t line = 0; line < 2; ++line)
    for (const std::size_t at : {std::size_t{0}, std::size_t{31}, std::size_t{63}}) {
      SignedNote altered = note;
      altered.signatures[line].bytes[at] =
          static_cast<char>(altered.signatures[line].bytes[at] ^ 1);
      const auto refused = verify(altered, known);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().code(), ErrorCode::damaged);
      EXPECT_EQ(refused.error().detail("key"), known[line].text());
    }
  for (const std::string& bytes : {note.signatures[0].bytes.substr(0, 63),
                                   note.signatures[0].bytes + '\0', std::string("x")}) {
    SignedNote altered = note;
    altered.signatures[0].bytes = bytes;
    EXPECT_EQ(verify(altered, known).error().code(), ErrorCode::damaged);
  }
  note.text += "more\n";
  EXPECT_EQ(verify(note, known).error().code(), ErrorCode::damaged);
}

TEST(Note, TheSameKeyTwiceMustHoldTwice) {
  SignedNote note = take(SignedNote::parse(neumann_text + "\n" + neumann_line + neumann_line));
  EXPECT_EQ(take(verify(note, keys({neumann}))).size(), 2U);
  note.signatures[1].bytes[5] = static_cast<char>(note.signatures[1].bytes[5] ^ 1);
  EXPECT_EQ(verify(note, keys({neumann})).error().code(), ErrorCode::damaged);
}

TEST(Note, WhatIsNoSignedNoteIsRefused) {
  const std::string line = "— k AAAAAAA=\n";
  ASSERT_TRUE(SignedNote::parse("t\n\n" + line));
  for (const std::string& note : std::vector<std::string>{
           "",
           "\n",
           "\n\n",
           "t\n",
           "t\n\n",
           "t\n" + line,
           "\n" + line,
           line,
           "t\n\n— k AAAAAAA=",     // the last line is cut short
           "t\n\n" + line + "\n",   // ends in a blank line
           "t\n\n" + line + "x\n",  // what is no signature among the signatures
           "t\n\n- k AAAAAAA=\n",   // a hyphen
           "t\n\n—k AAAAAAA=\n",
           "t\n\n—  AAAAAAA=\n",
           "t\n\n— k\n",
           "t\n\n— k \n",
           "t\n\n— k  AAAAAAA=\n",
           "t\n\n— k AAAAAAA= \n",
           "t\n\n— k+l AAAAAAA=\n",
           "t\n\n— k\u00A0l AAAAAAA=\n",
           "t\n\n— k AAAAAA==\n",  // four bytes: an id without a signature
           "t\n\n— k AAAA\n",
           "t\n\n— k AAAAAAA\n",
           "t\n\n— k AAAAAAB=\n",  // bits in the padding
           "t\n\n— k AAAA_AA=\n",
           "t\n\n— k AAAA\tAA=\n",
           "t\r\n\n" + line,
           "t\t\n\n" + line,
           std::string("t\0\n\n", 4) + line,
           "\xFFt\n\n" + line,
           "\xC0\x80\n\n" + line,
           "\xED\xA0\x80\n\n" + line,
           "\xF4\x90\x80\x80\n\n" + line}) {
    const auto parsed = SignedNote::parse(note);
    ASSERT_FALSE(parsed) << note;
    EXPECT_EQ(parsed.error().code(), ErrorCode::invalid_argument) << note;
  }
}

TEST(Note, SixteenSignaturesAreTakenAndUpToTheLimit) {
  std::string note = "t\n\n";
  std::vector<VerifierKey> known;
  for (std::size_t i = 0; i < note_signatures_max; ++i) {
    const SigningKey key = take(SigningKey::generate("k" + std::to_string(i)));
    known.push_back(key.verifier());
    note += take(sign(key, "t\n")).format();
    if (i + 1 == 16) {
      EXPECT_EQ(take(verify(take(SignedNote::parse(note)), known)).size(), 16U);
    }
  }
  EXPECT_EQ(take(verify(take(SignedNote::parse(note)), known)).size(), note_signatures_max);
  EXPECT_EQ(SignedNote::parse(note + "— k AAAAAAA=\n").error().code(), ErrorCode::too_large);
}

TEST(Note, ANoteOverTheLimitIsRefused) {
  const SigningKey key = take(SigningKey::generate("k"));
  const std::string line = take(sign(key, "t\n")).format();
  const std::string text = std::string(note_bytes_max - line.size() - 2, 'a') + "\n";
  EXPECT_TRUE(SignedNote::parse(text + "\n" + line));
  EXPECT_EQ(SignedNote::parse("a" + text + "\n" + line).error().code(), ErrorCode::too_large);
  EXPECT_EQ(sign(key, std::string(note_bytes_max, 'a') + "\n").error().code(),
            ErrorCode::too_large);
}

TEST(Note, WhatIsNoTextIsNotSigned) {
  const SigningKey key = take(SigningKey::generate("k"));
  for (const std::string text : {"", "t", "t\t\n", "t\r\n", "\xFF\n"})
    EXPECT_EQ(sign(key, text).error().code(), ErrorCode::invalid_argument) << text;
  EXPECT_EQ(sign(take(SigningKey::generate("k", KeyType::cosignature)), "t\n").error().code(),
            ErrorCode::invalid_argument);
}

TEST(Cosignature, NeedsACheckpointATimeAndAKeyOfItsKind) {
  const SigningKey key = take(SigningKey::parse(witness_secret));
  const auto code = [](const auto& result) { return result.error().code(); };
  EXPECT_EQ(code(cosign(key, "no checkpoint\n", 1)), ErrorCode::invalid_argument);
  EXPECT_EQ(code(cosign(key, log_text, 0)), ErrorCode::invalid_argument);
  EXPECT_EQ(code(cosign(key, log_text, 1ULL << 63)), ErrorCode::invalid_argument);
  EXPECT_TRUE(cosign(key, log_text, (1ULL << 63) - 1));
  EXPECT_EQ(code(cosign(take(SigningKey::parse(neumann_secret)), log_text, 1)),
            ErrorCode::invalid_argument);
}

TEST(Cosignature, BindsTextAndTime) {
  const SigningKey key = take(SigningKey::parse(witness_secret));
  const std::vector<VerifierKey> known = keys({witness});
  SignedNote note{log_text, {take(cosign(key, log_text, witness_time))}};
  ASSERT_TRUE(verify(note, known));
  for (const std::size_t at : {std::size_t{0}, std::size_t{7}, std::size_t{8}, std::size_t{71}}) {
    SignedNote altered = note;
    altered.signatures[0].bytes[at] = static_cast<char>(altered.signatures[0].bytes[at] ^ 1);
    EXPECT_EQ(verify(altered, known).error().code(), ErrorCode::damaged) << at;
  }
  for (const std::size_t size : {1U, 7U, 8U, 64U, 71U}) {
    SignedNote cut = note;
    cut.signatures[0].bytes.resize(size);
    EXPECT_EQ(verify(cut, known).error().code(), ErrorCode::damaged) << size;
  }
  note.text[note.text.find('8')] = '9';
  EXPECT_EQ(verify(note, known).error().code(), ErrorCode::damaged);
  // A plain signature by the same key is none: the time is missing from it.
  SignedNote plain{log_text, {{"Wit3", key.verifier().id(), key.signature_of(log_text)}}};
  EXPECT_EQ(verify(plain, known).error().code(), ErrorCode::damaged);
}

}  // namespace
}  // namespace taizhang::proof_tests
