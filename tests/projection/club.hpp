#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "club.pb.h"
#include "schema/amendment.hpp"
#include "taizhang/ledger/v1/events.pb.h"
#include "taizhang/projection/views.hpp"
#include "taizhang/storage/memory.hpp"
#include "taizhang/storage/rocksdb.hpp"
#include "taizhang/testing/given.hpp"
#include "take.hpp"

namespace taizhang::testing {

#define MUST(expression)                                                                      \
  do {                                                                                        \
    const auto& must_result = (expression);                                                   \
    if (!must_result.has_value()) throw std::runtime_error(must_result.error().message().en); \
  } while (false)

inline std::shared_ptr<const Schema> club_schema() {
  static const std::shared_ptr<const Schema> schema = [] {
    const std::vector<const google::protobuf::FileDescriptor*> files{
        club::ClubFounded::descriptor()->file(), ledger::v1::EventVoided::descriptor()->file()};
    return take(
        Schema::make(files, {{"level", {{"01", {"novice", "新手"}}, {"02", {"adept", "熟手"}}}}}));
  }();
  return schema;
}

// The trace of a row tells which events it was folded from, in which order.
template <class Row>
void trace(const EventInfo& info, Row& row) {
  row.set_trace(row.trace() + "|" + info.type + "@" + std::to_string(info.position) + "/" +
                std::to_string(info.set_by));
}

/// Two projections: "people" (members, memberships) and "clubs" (clubs).
inline std::vector<Projection> club_projections(std::uint32_t version = 1) {
  std::vector<Projection> all;
  Projection& people = all.emplace_back("people", version);
  people.table<club::MemberRow>("members", {"member"})
      .creates<club::MemberJoined>(
          [](const club::MemberJoined& joined, const EventInfo& info, club::MemberRow& row) {
            row.set_level(joined.level());
            row.add_clubs(joined.club());
            trace(info, row);
          })
      .updates<club::LevelSet>(
          [](const club::LevelSet& set, const EventInfo& info, club::MemberRow& row) {
            row.set_level(set.level());
            trace(info, row);
          })
      .updates<club::FeePaid>(
          [](const club::FeePaid& paid, const EventInfo& info, club::MemberRow& row) {
            row.set_fees(row.fees() + paid.fee());
            row.set_paid(true);
            trace(info, row);
          })
      .reveals<club::MemberJoined>([](const club::MemberJoined& opened, club::MemberRow& row) {
        row.set_name(opened.name());
      })
      .reveals<club::PhoneGiven>(
          [](const club::PhoneGiven& given) { return given.kind(); },
          [](std::string_view slot, const club::PhoneGiven& opened, club::MemberRow& row) {
            row.add_phones(std::string(slot) + opened.phone());
          });
  people.table<club::MembershipRow>("memberships", {"club", "member"})
      .creates<club::MemberJoined>([](const club::MemberJoined&, const EventInfo& info,
                                      club::MembershipRow& row) { trace(info, row); })
      .updates<club::FeePaid>(
          [](const club::FeePaid& paid, const EventInfo& info, club::MembershipRow& row) {
            row.set_fees(row.fees() + paid.fee());
            trace(info, row);
          });
  Projection& clubs = all.emplace_back("clubs", version);
  clubs.table<club::ClubRow>("clubs", {"club"})
      .creates<club::ClubFounded>(
          [](const club::ClubFounded& founded, const EventInfo& info, club::ClubRow& row) {
            row.set_title(founded.title());
            trace(info, row);
          })
      .creates<club::MemberJoined>(
          [](const club::MemberJoined&, const EventInfo& info, club::ClubRow& row) {
            row.set_joined(row.joined() + 1);
            trace(info, row);
          })
      .shown_if([](const club::ClubRow& row) { return !row.title().empty(); });
  return all;
}

/// A directory of its own, removed at the end.
class Scratch {
 public:
  Scratch() {
    static std::atomic<int> count{0};
    path = std::filesystem::temp_directory_path() /
           ("taizhang-projection-" + std::to_string(getpid()) + "-" + std::to_string(++count));
    std::filesystem::create_directories(path);
  }
  ~Scratch() { std::filesystem::remove_all(path); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::filesystem::path path;
};

/// A ledger in memory, and what appends to it.
class ClubLedger {
 public:
  explicit ClubLedger(const std::string& seed = "club") : seed_(seed) {
    StoreOptions options{OpenMode::create, Ledger::keyspaces()};
    auto store = take(backend->open("", options));
    log = take(Ledger::create(std::move(store), {.simulated_clock = true}, system_clock()));
  }
  /// Appends the message; recorded on day `recorded` of 2024, effective on day `effective`.
  Position add(const google::protobuf::Message& message, int effective, Context context = {}) {
    return append(take(encode_event(*club_schema(), message, next_id(), std::move(context),
                                    day(effective), sealer)));
  }
  Position void_of(Position position) {
    return append(take(schema::encode_void(take(schema::amendable(*log, position)), next_id(), {},
                                           {"写错", "校长", "文1"})));
  }
  Position correct(Position position, const google::protobuf::Message& replacement) {
    return append(take(
        schema::encode_correction(*club_schema(), take(schema::amendable(*log, position)),
                                  replacement, next_id(), {}, {"更正", "校长", "文2"}, sealer)));
  }
  Position append(const NewEvent& made) {
    const std::vector<NewEvent> events{made};
    now_.microseconds += 60'000'000;
    AppendOptions options;
    options.simulated_now = now_;
    return take(log->append_own(events, {}, options)).positions.front();
  }
  void at(Position position, const std::function<void(const RecordedEvent&)>& visit) const {
    Reader reader = take(log->read(Query::all(), ReadOptions::one(position)));
    visit(*take(reader.next()));
  }
  Id next_id() { return Id::derive(seed_, {std::to_string(++ids_)}); }
  static Date day(int number) { return Date{19'723 + number}; }  // from 2024-01-01

  std::shared_ptr<StorageBackend> backend = memory_backend();
  std::unique_ptr<Ledger> log;
  TurningSealer sealer;

 private:
  std::string seed_;
  std::uint64_t ids_ = 0;
  Timestamp now_{1'709'251'200'000'000};
};

inline std::unique_ptr<KeyValue> view_store(StorageBackend& backend, const std::string& place) {
  StoreOptions options{take(backend.exists(place)) ? OpenMode::writer : OpenMode::create,
                       Views::keyspaces()};
  return take(backend.open(place, options));
}
inline std::unique_ptr<Views> open_views(const ClubLedger& club, std::unique_ptr<KeyValue> store,
                                         ViewsOptions options = {}, std::uint32_t version = 1) {
  return take(Views::open(*club.log, club_schema(), club.sealer, std::move(store),
                          club_projections(version), options));
}

inline const std::vector<std::string> all_views{"members", "memberships", "clubs"};

template <class Row>
std::vector<Row> rows(const Views& views, const std::string& view, const Ask& ask = {}) {
  std::vector<Row> found;
  take(views.ask(view, ask, [&](const google::protobuf::Message& row) {
    found.push_back(static_cast<const Row&>(row));
    return true;
  }));
  return found;
}
/// All rows as text, to be compared.
inline std::vector<std::string> dump(const Views& views, const std::string& view, Ask ask = {}) {
  std::vector<std::string> texts;
  ask.reveal = true;
  take(views.ask(view, ask, [&](const google::protobuf::Message& row) {
    texts.push_back(row.ShortDebugString());
    return true;
  }));
  return texts;
}

inline club::ClubFounded founded(const std::string& club, const std::string& title) {
  club::ClubFounded made;
  made.set_club(club);
  made.set_title(title);
  return made;
}
inline club::MemberJoined joined(const std::string& member, const std::string& club,
                                 const std::string& name = "张三",
                                 const std::string& level = "01") {
  club::MemberJoined made;
  made.set_member(member);
  made.set_club(club);
  made.set_name(name);
  made.set_level(level);
  return made;
}
inline club::LevelSet level_set(const std::string& member, const std::string& level) {
  club::LevelSet made;
  made.set_member(member);
  made.set_level(level);
  return made;
}
inline club::FeePaid fee_paid(const std::string& member, const std::string& club,
                              std::int64_t fen) {
  club::FeePaid made;
  made.set_member(member);
  made.set_club(club);
  made.set_fee(fen);
  return made;
}
inline club::PhoneGiven phone_given(const std::string& member, const std::string& kind,
                                    const std::string& phone) {
  club::PhoneGiven made;
  made.set_member(member);
  made.set_kind(kind);
  made.set_phone(phone);
  return made;
}

}  // namespace taizhang::testing
