#include "taizhang/testing/given.hpp"

#include <google/protobuf/message.h>

#include "schema/amendment.hpp"
#include "taizhang/storage/memory.hpp"
#include "taizhang/testing/equality.hpp"

namespace taizhang::testing {
namespace {

std::string nonce_of(const Id& event) { return event.to_string().substr(0, 24); }

Result<std::unique_ptr<KeyValue>> new_store(std::vector<std::string> keyspaces) {
  StoreOptions options;
  options.mode = OpenMode::create;
  options.keyspaces = std::move(keyspaces);
  return memory_backend()->open("", options);
}

}  // namespace

Result<Sealed> TurningSealer::seal(std::string_view subject, std::string_view data_class,
                                   const Id& event, std::string_view plaintext) {
  const std::string turned(plaintext.rbegin(), plaintext.rend());
  return Sealed{std::string(subject), std::string(data_class), 1, nonce_of(event), turned,
                "digest of " + turned};
}

Result<std::optional<std::string>> TurningSealer::open(const RecordedEvent::SealedView& sealed,
                                                       const Id& event) const {
  if (erased.contains(std::string(sealed.subject))) return std::optional<std::string>();
  if (sealed.nonce != nonce_of(event))
    return Error(ErrorCode::damaged,
                 {"The part is bound to another event.", "密文绑定的是另一事件。"});
  return std::optional<std::string>(
      std::string(sealed.ciphertext.rbegin(), sealed.ciphertext.rend()));
}

struct Given::Impl {
  std::shared_ptr<const Schema> schema;
  std::vector<Projection> projections;
  TurningSealer sealer;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<Views> views;
  std::optional<Error> error;
  Position last = 0;
  std::uint32_t given = 0;
  Timestamp now{1'704'067'200'000'000};  // 2024-01-01T00:00:00Z

  Result<> start() {
    TAIZHANG_TRY(auto log, new_store(Ledger::keyspaces()));
    TAIZHANG_TRY(ledger, Ledger::create(std::move(log), {.simulated_clock = true}, system_clock()));
    TAIZHANG_TRY(auto store, new_store(Views::keyspaces()));
    TAIZHANG_TRY(views, Views::open(*ledger, schema, sealer, std::move(store), projections));
    return {};
  }
  Id next_id() { return event_id(Id::derive("taizhang.testing", {}), ++given); }

  Result<> append(const NewEvent& event) {
    now.microseconds += 60'000'000;
    TAIZHANG_TRY(const Appended appended, ledger->append({&event, 1}, {}, {now}));
    last = appended.positions.front();
    return {};
  }
  Result<> happened(const google::protobuf::Message& event, std::string_view on) {
    TAIZHANG_TRY(const Date date, Date::parse(on));
    TAIZHANG_TRY(const NewEvent made, encode_event(*schema, event, next_id(), {}, date, sealer));
    return append(made);
  }
  Result<> voided(Position position) {
    TAIZHANG_TRY(const auto target, taizhang::schema::amendable(*ledger, position));
    TAIZHANG_TRY(const NewEvent made,
                 taizhang::schema::encode_void(target, next_id(), {}, {"test", "test", ""}));
    return append(made);
  }
  Result<> corrected(Position position, const google::protobuf::Message& replacement) {
    TAIZHANG_TRY(const auto target, taizhang::schema::amendable(*ledger, position));
    TAIZHANG_TRY(const NewEvent made,
                 taizhang::schema::encode_correction(*schema, target, replacement, next_id(), {},
                                                     {"test", "test", ""}, sealer));
    return append(made);
  }
  void keep(Result<> outcome) {
    if (!outcome && !error) error = std::move(outcome).error();
  }
};

Given::Given(std::shared_ptr<const Schema> schema, std::vector<Projection> projections)
    : impl_(std::make_unique<Impl>()) {
  impl_->schema = std::move(schema);
  impl_->projections = std::move(projections);
  impl_->keep(impl_->start());
}
Given::~Given() = default;

Given& Given::happened(const google::protobuf::Message& event, std::string_view on) {
  if (!impl_->error) impl_->keep(impl_->happened(event, on));
  return *this;
}

Given& Given::voided(Position position) {
  if (!impl_->error) impl_->keep(impl_->voided(position));
  return *this;
}

Given& Given::corrected(Position position, const google::protobuf::Message& replacement) {
  if (!impl_->error) impl_->keep(impl_->corrected(position, replacement));
  return *this;
}

Position Given::last() const { return impl_->last; }
const std::optional<Error>& Given::error() const { return impl_->error; }

std::unique_ptr<google::protobuf::Message> Given::row(std::string_view view,
                                                      std::vector<std::string> key) {
  std::unique_ptr<google::protobuf::Message> found;
  if (impl_->error) return found;
  Ask ask;
  ask.key = std::move(key);
  ask.reveal = true;
  const auto answer = views().ask(view, ask, [&](const google::protobuf::Message& row) {
    found.reset(row.New());
    found->CopyFrom(row);
    return true;
  });
  if (!answer) impl_->keep(answer.error());
  return found;
}

std::vector<std::unique_ptr<google::protobuf::Message>> Given::rows(std::string_view view) {
  std::vector<std::unique_ptr<google::protobuf::Message>> found;
  if (impl_->error) return found;
  Ask ask;
  ask.reveal = true;
  const auto answer = views().ask(view, ask, [&](const google::protobuf::Message& row) {
    found.emplace_back(row.New())->CopyFrom(row);
    return true;
  });
  if (!answer) impl_->keep(answer.error());
  return found;
}

std::vector<std::string> Given::differences(std::uint64_t seed) {
  if (impl_->error) return {impl_->error->message().en};
  auto found =
      testing::differences(*impl_->ledger, impl_->schema, impl_->sealer, impl_->projections, seed);
  if (!found) return {found.error().message().en};
  return *std::move(found);
}

Ledger& Given::ledger() { return *impl_->ledger; }
TurningSealer& Given::sealer() { return impl_->sealer; }
Views& Given::views() {
  if (auto reached = impl_->views->catch_up(); !reached) impl_->keep(reached.error());
  return *impl_->views;
}

}  // namespace taizhang::testing
