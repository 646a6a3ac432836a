#pragma once

#include <google/protobuf/descriptor.h>

#include <functional>
#include <memory>

#include "taizhang/schema/schema.hpp"

namespace taizhang::schema {

/// Gathers the messages of a schema, then holds them against each other.
class SchemaBuilder {
 public:
  explicit SchemaBuilder(CodeTables tables);

  /// Which annotated messages to take; part messages come with those that use them.
  using Wanted = std::function<bool(const MessageInfo& message)>;
  /// Takes the annotated messages of a file, whose pool must live on.
  Result<> add(const google::protobuf::FileDescriptor& file, const Wanted& wanted = {});
  /// Keeps a pool as long as the schema.
  const google::protobuf::DescriptorPool& keep(
      std::unique_ptr<google::protobuf::DescriptorPool> pool);
  /// Whether the event type has a message of its own for that version so far.
  [[nodiscard]] bool has_event(std::string_view type, std::uint32_t version) const;

  /// Without `complete`, an older message may lack the step to the next.
  Result<std::shared_ptr<Schema>> finish(const Upcasters& upcasters, bool complete);
  /// Notes an upcaster that is code elsewhere: reading through it is refused.
  void add_unknown_step(const std::string& type, std::uint32_t from_version);
  /// For each older message without a step that is read by the next one's class unchanged: the
  /// step that does so, if `fits`.
  static void read_unchanged(
      Schema& schema,
      const std::function<bool(const MessageInfo& older, const MessageInfo& next)>& fits);

 private:
  Result<const MessageInfo*> add_message(const google::protobuf::Descriptor& message);
  Result<> add_annotated(const google::protobuf::Descriptor& message, const Wanted& wanted);
  Result<> add_name(const MessageInfo& info);
  void spread_personal();
  [[nodiscard]] Result<> check_parts_of_events() const;
  Result<> add_step(const Upcasters::Step& step);
  [[nodiscard]] Result<> check_complete() const;

  std::shared_ptr<Schema> schema_;
};

}  // namespace taizhang::schema
