#include "ledger/meta.hpp"
#include "tamper.hpp"

namespace taizhang::testing {
namespace {

using core::with_checksum;

/// One bit of one entry, in every keyspace, with all the storage's checksums made to hold and,
/// where the value has a sum of its own, with that made to hold too.
class TamperBits : public TamperTest {
 protected:
  static constexpr std::uint64_t seed = 7;

  struct Changed {
    Keyspace keyspace;
    std::string key, value;          ///< as it was
    std::string new_key, new_value;  ///< as it is
  };
  static std::string flipped(std::string bytes, std::uint64_t bit) {
    auto& byte = bytes[static_cast<std::size_t>(bit / 8)];
    byte = static_cast<char>(byte ^ (1 << (bit % 8)));
    return bytes;
  }
  void make(const Changed& changed, bool back) {
    Batch batch;
    batch.erase(changed.keyspace, back ? changed.new_key : changed.key);
    const auto displaced = content[changed.keyspace].find(changed.new_key);
    if (back && displaced != content[changed.keyspace].end())
      batch.put(changed.keyspace, changed.new_key, displaced->second);
    batch.put(changed.keyspace, back ? changed.key : changed.new_key,
              back ? changed.value : changed.new_value);
    change(batch);
  }
  /// Found, or it changes nothing of what the ledger answers. Answers whether it was found.
  bool found_or_harmless(const Changed& changed) {
    make(changed, false);
    const auto result = verify(place);
    bool found = true;
    if (!result) {
      // Another build's format: it cannot be judged, and says so.
      EXPECT_EQ(result.error().code(), ErrorCode::unsupported) << describe(result.error());
      EXPECT_EQ(changed.keyspace, core::keyspace::meta);
    } else if (result->holds()) {
      found = false;
      auto opened = place.open();
      EXPECT_TRUE(opened.has_value()) << "verified, yet it does not open";
      if (opened) {
        const auto now = told_by(**opened, events);
        EXPECT_TRUE(now.has_value() && *now == told) << "verified, yet it answers otherwise";
      }
    } else {
      EXPECT_TRUE(named_rightly(changed, *result)) << sentences(*result);
    }
    make(changed, true);
    return found;
  }
  /// Where the entry speaks of a position, the first bad position is not after it; and the kind is
  /// one of those that the keyspace can have.
  static bool named_rightly(const Changed& changed, const LedgerVerification& result) {
    using enum LedgerDamage;
    const std::vector<std::vector<LedgerDamage>> kinds{
        {identity, types, frontier, stray, time, missing_page, posting_missing, posting_extra,
         tail_group, storage},
        {tail_group, record, commit, time, frontier, stray, types},
        {tail_group, page_head, frame, record, altered, commit, time, stray, missing_page, types,
         frontier, posting_missing, posting_extra, id_missing, id_extra},
        {posting_missing, posting_extra, posting_damaged},
        {id_missing, id_extra}};
    for (const auto& finding : result.findings)
      if (const auto& known = kinds[changed.keyspace];
          std::find(known.begin(), known.end(), finding.kind) == known.end())
        return false;
    return !result.findings.empty() && result.proven <= events &&
           (changed.keyspace != core::keyspace::pages || result.proven < end_of(changed));
  }
  static Position end_of(const Changed& changed) {
    return core::get<Position>(changed.key.data()) + 256;
  }
  std::pair<std::string, std::string> pick(Keyspace keyspace, std::mt19937_64& random) {
    auto entry = content[keyspace].begin();
    std::advance(entry, static_cast<std::ptrdiff_t>(random() % content[keyspace].size()));
    return *entry;
  }
  int flips(int many) const { return GetParam() == std::string("memory") ? many : many / 40; }
};

TEST_P(TamperBits, OfAnyValueIsFoundAndNamed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (Keyspace keyspace = 0; keyspace < content.size(); ++keyspace) {
    int found = 0, done = 0;
    for (int round = 0; round < flips(160); ++round) {
      const auto [key, value] = pick(keyspace, random);
      if (value.empty()) continue;  // a chunk of one position: all of it is in the key
      const auto bit = random() % (value.size() * 8);
      SCOPED_TRACE("keyspace " + std::to_string(keyspace) + " entry of " +
                   std::to_string(value.size()) + " bytes, bit " + std::to_string(bit));
      ++done;
      found += found_or_harmless({keyspace, key, value, key, flipped(value, bit)}) ? 1 : 0;
    }
    EXPECT_EQ(found, done) << "keyspace "
                           << int{keyspace};  // sums, or the index, leave nothing out
    EXPECT_GT(done, 0);
  }
}

TEST_P(TamperBits, OfAnyValueWhoseSumWasMadeToHoldIsFoundOrChangesNothing) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const Keyspace keyspace :
       {core::keyspace::meta, core::keyspace::tail, core::keyspace::pages}) {
    int found = 0, done = 0;
    for (int round = 0; round < flips(400); ++round) {
      const auto [key, value] = pick(keyspace, random);
      const auto body = value.substr(8);
      if (body.empty()) continue;
      const auto bit = random() % (body.size() * 8);
      SCOPED_TRACE("keyspace " + std::to_string(keyspace) + " entry of " +
                   std::to_string(value.size()) + " bytes, bit " + std::to_string(bit));
      ++done;
      found += found_or_harmless({keyspace, key, value, key, with_checksum(flipped(body, bit))});
    }
    EXPECT_GT(found, done * 3 / 4) << "keyspace " << int{keyspace};
  }
}

TEST_P(TamperBits, OfAnyKeyIsFoundAndNamed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (Keyspace keyspace = 0; keyspace < content.size(); ++keyspace) {
    int found = 0, done = 0;
    for (int round = 0; round < flips(160); ++round) {
      const auto [key, value] = pick(keyspace, random);
      const auto bit = random() % (key.size() * 8);
      SCOPED_TRACE("keyspace " + std::to_string(keyspace) + " key of " +
                   std::to_string(key.size()) + " bytes, bit " + std::to_string(bit));
      ++done;
      found += found_or_harmless({keyspace, key, value, flipped(key, bit), value}) ? 1 : 0;
    }
    EXPECT_EQ(found, done) << "keyspace " << int{keyspace};
  }
}

TEST_P(TamperBits, AnEntryThatIsGoneOrThatIsTooMuchIsFound) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (Keyspace keyspace = 0; keyspace < content.size(); ++keyspace) {
    for (int round = 0; round < flips(80); ++round) {
      const auto [key, value] = pick(keyspace, random);
      Batch batch;
      batch.erase(keyspace, key);
      change(batch);
      EXPECT_FALSE(verified().holds()) << "keyspace " << int{keyspace} << " without a key";
      put(keyspace, key, value);
      const auto more = key + "x";
      put(keyspace, more, value);
      EXPECT_FALSE(verified().holds()) << "keyspace " << int{keyspace} << " with a key more";
      batch.clear();
      batch.erase(keyspace, more);
      change(batch);
    }
  }
  EXPECT_TRUE(verified().holds());
}

TAIZHANG_BOTH_STORES(TamperBits);

}  // namespace
}  // namespace taizhang::testing
