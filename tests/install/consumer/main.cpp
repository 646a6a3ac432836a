// Lends three books on a ledger and asks a view who has how many: lending LOCATION
#include <filesystem>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lending.pb.h"
#include "taizhang/ledger.hpp"
#include "taizhang/projection/views.hpp"
#include "taizhang/storage/memory.hpp"
#include "taizhang/storage/rocksdb.hpp"

namespace {

template <class T>
T must(taizhang::Result<T> result) {
  if (result) return *std::move(result);
  std::cerr << result.error().message().en << '\n';
  std::exit(1);
}

// No field here is personal, so nothing is ever sealed.
class Unsealed final : public taizhang::Sealer {
 public:
  taizhang::Result<taizhang::Sealed> seal(std::string_view, std::string_view, const taizhang::Id&,
                                          std::string_view) override {
    std::abort();
  }
  taizhang::Result<std::optional<std::string>> open(const taizhang::RecordedEvent::SealedView&,
                                                    const taizhang::Id&) const override {
    std::abort();
  }
  taizhang::Result<> make_durable() override { return {}; }
};

}  // namespace

int main(int, char** arguments) {
  const std::string location = arguments[1];
  if (location.starts_with("rocksdb:")) std::filesystem::remove_all(location.substr(8));
  taizhang::StorageRegistry storage;
  storage.add("memory", taizhang::memory_backend());
  storage.add("rocksdb", taizhang::rocksdb_backend());
  const auto store = [&](const char* name, const std::vector<std::string>& keyspaces) {
    if (location.starts_with("rocksdb:")) std::filesystem::create_directories(location.substr(8));
    return must(storage.open(location + "/" + name,
                             {.mode = taizhang::OpenMode::create, .keyspaces = keyspaces}));
  };

  const std::vector<const google::protobuf::FileDescriptor*> files{
      lending::BookLent::descriptor()->file()};
  const auto schema = must(taizhang::Schema::make(files, {}));
  Unsealed sealer;
  const auto ledger = must(taizhang::Ledger::create(store("log", taizhang::Ledger::keyspaces()), {},
                                                    taizhang::system_clock()));
  const auto lend = [&](const char* pupil, const char* title) {
    lending::BookLent lent;
    lent.set_pupil(pupil);
    lent.set_title(title);
    const auto event = must(taizhang::encode_event(*schema, lent, taizhang::Id::random(), {},
                                                   *taizhang::Date::parse("2024-03-01"), sealer));
    must(ledger->append(std::span(&event, 1)));
  };
  lend("ann", "Water Margin");
  lend("bo", "Journey to the West");
  lend("ann", "Dream of the Red Chamber");

  std::vector<taizhang::Projection> projections;
  projections.emplace_back("reading", 1)
      .table<lending::PupilRow>("pupils", {"pupil"})
      .creates<lending::BookLent>([](const lending::BookLent&, const taizhang::EventInfo&,
                                     lending::PupilRow& row) { row.set_books(row.books() + 1); });
  const auto views = must(taizhang::Views::open(*ledger, schema, sealer,
                                                store("views", taizhang::Views::keyspaces()),
                                                std::move(projections)));
  must(views->catch_up());
  std::string answer;
  must(views->ask("pupils", {}, [&](const google::protobuf::Message& row) {
    const auto& pupil = static_cast<const lending::PupilRow&>(row);
    answer += pupil.pupil() + "=" + std::to_string(pupil.books()) + " ";
    return true;
  }));
  std::cout << location << ": " << answer << "(" << ledger->head().position << " events)\n";
  return answer == "pupil:ann=2 pupil:bo=1 " || answer == "ann=2 bo=1 " ? 0 : 1;
}
