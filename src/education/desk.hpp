#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "taizhang/education/parameters.hpp"
#include "taizhang/ledger.hpp"
#include "taizhang/projection/history.hpp"
#include "taizhang/vault/vault.hpp"

namespace taizhang::education {

/// The settings of rule parameters, read once and then only what was added. Safe from any thread.
class ParameterCache {
 public:
  explicit ParameterCache(const Schema& schema) : history_(schema) {}
  /// All settings up to the position, or beyond it.
  Result<History> up_to(const Ledger& ledger, Position position);

 private:
  std::mutex mutex_;
  History history_;
  Position read_ = 0;
};

/// What a batch of decisions works on: the log as it stood when the batch began, and the events
/// that the batch has decided since. Everything read becomes part of the commit's condition.
class Desk {
 public:
  Desk(const Ledger& ledger, const Schema& schema, Vault& vault, ParameterCache& parameters);

  [[nodiscard]] const Schema& schema() const { return *schema_; }
  [[nodiscard]] const Ledger& ledger() const { return *ledger_; }
  [[nodiscard]] Vault& vault() const { return *vault_; }
  [[nodiscard]] Position head() const { return head_; }
  /// The position that the next event gets if nobody else appends meanwhile.
  [[nodiscard]] Position next() const { return head_ + pending_.size() + 1; }

  /// Every match in position order. Becomes part of the condition.
  Result<> scan(const QueryItem& item,
                const std::function<Result<bool>(const RecordedEvent&)>& visit);
  /// The effective history of what matches.
  Result<std::vector<EffectiveEvent>> history(const QueryItem& item);
  /// One event of the log or the batch, whatever it is; `not_found` if there is none.
  Result<> at(Position position, const std::function<Result<>(const RecordedEvent&)>& visit);
  /// Nothing matching may be appended before the commit, though nothing was read.
  void expect_nothing(const QueryItem& item);
  /// A tag made by this batch: nobody else can know it, so nothing need be read.
  void minted(const std::string& tag) { minted_.insert(tag); }
  /// An event holds the position of another one of the batch: nobody may append in between.
  void fix_positions() { fixed_ = true; }

  Result<const ParameterSet*> parameters();

  void add(NewEvent event);
  [[nodiscard]] std::size_t pending() const { return pending_.size(); }
  /// Counts the changes of the batch, for caches on top of it.
  [[nodiscard]] Condition condition() const;
  /// Hands over the events of the batch, which is then over.
  std::vector<NewEvent> take();

 private:
  struct Pending {
    NewEvent event;
    std::string context;
    RecordedEvent recorded;
  };
  struct Known {
    History history;
    std::size_t seen = 0;  ///< events of the batch that it holds
  };
  [[nodiscard]] bool is_minted(const QueryItem& item) const;
  bool require(const QueryItem& item);
  Result<> scan_pending(const QueryItem& item, std::size_t from,
                        const std::function<Result<bool>(const RecordedEvent&)>& visit);
  Result<> scan_log(const QueryItem& item,
                    const std::function<Result<bool>(const RecordedEvent&)>& visit) const;

  const Ledger* ledger_;
  const Schema* schema_;
  Vault* vault_;
  ParameterCache* parameter_cache_;
  Position head_;
  std::deque<Pending> pending_;
  std::unordered_map<std::string, std::vector<std::size_t>> pending_by_tag_;
  std::unordered_map<std::string, Known> histories_;
  std::unordered_set<std::string> required_;
  std::vector<QueryItem> items_;
  std::unordered_set<std::string> minted_;
  bool fixed_ = false;
  std::optional<ParameterSet> parameters_;
  std::size_t parameters_seen_ = 0;
};

}  // namespace taizhang::education
