#include "taizhang/testing/equality.hpp"

#include <google/protobuf/message.h>

#include <algorithm>
#include <random>

#include "taizhang/storage/memory.hpp"

namespace taizhang::testing {
namespace {

/// One way for rows to come about, in a store of its own.
class Way {
 public:
  Way(const Ledger& ledger, std::shared_ptr<const Schema> schema, const Sealer& sealer,
      const std::vector<Projection>& projections, std::string name)
      : ledger_(&ledger),
        schema_(std::move(schema)),
        sealer_(&sealer),
        projections_(&projections),
        name_(std::move(name)) {}

  /// Opens the store again, as after a restart.
  Result<> open(const ViewsOptions& options) {
    views_.reset();
    StoreOptions how;
    how.keyspaces = Views::keyspaces();
    TAIZHANG_TRY(const bool there, backend_->exists(place_));
    how.mode = there ? OpenMode::writer : OpenMode::create;
    TAIZHANG_TRY(auto store, backend_->open(place_, how));
    TAIZHANG_TRY(
        views_, Views::open(*ledger_, schema_, *sealer_, std::move(store), *projections_, options));
    return {};
  }
  /// Goes on with a copy of another way's store, as it is now.
  Result<> start_from(Way& other) {
    other.views_.reset();
    backend_ = other.backend_;
    place_ = "copy";
    StoreOptions how;
    how.keyspaces = Views::keyspaces();
    TAIZHANG_TRY(auto store, backend_->open(other.place_, how));
    return store->backup(place_);
  }
  Views& views() { return *views_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  const Ledger* ledger_;
  std::shared_ptr<const Schema> schema_;
  const Sealer* sealer_;
  const std::vector<Projection>* projections_;
  std::string name_;
  std::shared_ptr<StorageBackend> backend_ = memory_backend();
  std::string place_ = "views";
  std::unique_ptr<Views> views_;
};

ViewsOptions random_options(std::mt19937_64& random, std::uint64_t events) {
  ViewsOptions options;
  options.batch_events = 1 + random() % std::max<std::uint64_t>(events, 1);
  options.cache_bytes = random() % 2 == 0 ? 1 : std::size_t{1} << 24;
  options.workers = static_cast<unsigned>(1 + random() % 4);
  return options;
}

Result<> compare(Way& left, Way& right, std::vector<std::string>& found) {
  const std::string both = left.name() + " and " + right.name();
  for (const std::string& view : left.views().view_names()) {
    TAIZHANG_TRY(const Hash a, left.views().digest(view));
    TAIZHANG_TRY(const Hash b, right.views().digest(view));
    if (a != b) found.push_back("view \"" + view + "\": " + both + " give different rows");
  }
  const auto a = left.views().status();
  const auto b = right.views().status();
  for (std::size_t i = 0; i < a.size(); ++i) {
    const ProjectionStatus::Events& events = a[i].events;
    if (!(events == b[i].events) || a[i].rows != b[i].rows || a[i].parked != b[i].parked)
      found.push_back("projection \"" + a[i].name + "\": " + both + " count differently");
    if (events.applied + events.waiting + events.skipped + events.filtered != events.read)
      found.push_back("projection \"" + a[i].name + "\": " + left.name() + " loses events");
  }
  return {};
}

std::vector<std::string> texts(const Views& views, const std::string& view, const Ask& ask,
                               std::optional<Error>& error) {
  std::vector<std::string> rows;
  const auto answer = views.ask(view, ask, [&](const google::protobuf::Message& row) {
    rows.push_back(row.SerializeAsString());
    return true;
  });
  if (!answer) error = answer.error();
  return rows;
}

Result<> compare_as_of_now(Way& way, Position head, std::vector<std::string>& found) {
  for (const std::string& view : way.views().view_names()) {
    std::optional<Error> error;
    const auto kept = texts(way.views(), view, {}, error);
    const auto folded = texts(way.views(), view, {.known_at = head}, error);
    if (error) return *error;
    if (kept != folded) found.push_back("view \"" + view + "\": as of now is not what is kept");
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> differences(const Ledger& ledger,
                                             const std::shared_ptr<const Schema>& schema,
                                             const Sealer& sealer,
                                             const std::vector<Projection>& projections,
                                             std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::string> found;
  const Position head = ledger.head().position;
  if (head == 0) return found;
  const auto way = [&](std::string name) {
    return Way(ledger, schema, sealer, projections, std::move(name));
  };

  Way built = way("building at once");
  TAIZHANG_CHECK(built.open({.workers = 1}));
  TAIZHANG_CHECK(built.views().catch_up());

  Way many = way("building by several workers without room");
  ViewsOptions tight = random_options(random, head);
  tight.cache_bytes = 1;
  tight.workers = 4;
  TAIZHANG_CHECK(many.open(tight));
  TAIZHANG_CHECK(many.views().catch_up());
  TAIZHANG_CHECK(compare(built, many, found));

  Way stepwise = way("keeping up in steps");
  Way from_copy = way("going on from a copy");
  const Position copied_at = random() % (head + 1);
  bool copied = false;
  TAIZHANG_CHECK(stepwise.open(random_options(random, head)));
  for (Position at = 0; at < head;) {
    at = std::min(head, at + 1 + random() % std::max<Position>(head / 4, 1));
    TAIZHANG_CHECK(stepwise.views().catch_up_to(at));
    if (!copied && at >= copied_at) {
      copied = true;
      TAIZHANG_CHECK(from_copy.start_from(stepwise));
      TAIZHANG_CHECK(stepwise.open(random_options(random, head)));
    }
  }
  TAIZHANG_CHECK(compare(built, stepwise, found));
  TAIZHANG_CHECK(from_copy.open(random_options(random, head)));
  TAIZHANG_CHECK(from_copy.views().catch_up());
  TAIZHANG_CHECK(compare(built, from_copy, found));

  TAIZHANG_CHECK(stepwise.views().rebuild());
  TAIZHANG_CHECK(compare(built, stepwise, found));
  TAIZHANG_TRY(const std::vector<ViewCheck> checks, stepwise.views().verify());
  for (const ViewCheck& check : checks)
    if (!check.equal) found.push_back("view \"" + check.view + "\": " + check.difference);
  TAIZHANG_CHECK(compare_as_of_now(built, head, found));
  return found;
}

}  // namespace taizhang::testing
