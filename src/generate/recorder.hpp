#pragma once

#include <google/protobuf/message.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "taizhang/education/school_system.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace taizhang::sample {

/// Who enters something, when and on what document.
struct Entry {
  int day = 0;     ///< since 1970-01-01, Chinese time
  int second = 0;  ///< of the working day, which begins at eight
  std::string actor;
  const char* role = "";
  const char* office = "";
  std::string document;
};

/// An event that this recorder added, and its place.
struct Recorded {
  NewEvent event;
  Position position = 0;
};

/// Appends events in the order in which they are entered: encoded on the calling thread, appended
/// by another, so that both processors work. Whoever calls is the ledger's only writer, and so
/// knows positions before they are durable.
class Recorder {
 public:
  Recorder(SchoolSystem& system, std::uint64_t seed);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Begins one command's worth of events: they stand in one commit. Entries come in the order of
  /// their time. The error is that of the last commit that failed.
  Result<> begin(const Entry& entry);
  /// An event of the command begun last; answers its position.
  Result<Position> add(const google::protobuf::Message& event, int effective_on);
  /// The event added last, for a later void or correction.
  [[nodiscard]] Recorded recorded() const { return {pending_.events.back(), next_ - 1}; }
  Result<Position> add_void(const Recorded& target, const Approval& approval);
  Result<Position> add_correction(const Recorded& target,
                                  const google::protobuf::Message& replacement,
                                  const Approval& approval);
  /// Waits until everything is durable.
  Result<> finish();

  [[nodiscard]] Position last() const { return next_ - 1; }
  [[nodiscard]] Timestamp now() const { return now_; }
  /// The lookup tag of a natural key.
  Result<std::string> lookup(std::string_view scheme, std::string_view value) {
    return system_.vault().lookup_tag(scheme, value);
  }

 private:
  struct Commit {
    std::vector<NewEvent> events;
    Timestamp at;
  };

  Id next_id();
  Context context() const;
  Result<Position> take(Result<NewEvent> event);
  Result<> flush();
  void append_commits();

  SchoolSystem& system_;
  std::string seed_;
  std::uint64_t commands_ = 0;
  Id command_;
  std::uint32_t ordinal_ = 0;
  Entry entry_;
  Timestamp now_;
  Position next_ = 1;
  Commit pending_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Commit> queue_;
  bool busy_ = false;
  bool ending_ = false;
  std::optional<Error> failure_;
  std::thread appender_;
};

}  // namespace taizhang::sample
