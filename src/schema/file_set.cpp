#include "schema/file_set.hpp"

namespace taizhang::schema {

namespace pb = google::protobuf;

namespace {

/// protobuf would print what it finds wrong. Keeps the first.
class Collector final : public pb::DescriptorPool::ErrorCollector {
 public:
  std::string first;

 private:
  void AddError(const std::string&, const std::string& element, const pb::Message*, ErrorLocation,
                const std::string& message) override {
    if (first.empty()) first = element + ": " + message;
  }
};

}  // namespace

Result<std::vector<const pb::FileDescriptor*>> build_files(const pb::FileDescriptorSet& set,
                                                           SchemaBuilder& builder) {
  auto pool = std::make_unique<pb::DescriptorPool>();
  Collector collector;
  std::vector<const pb::FileDescriptor*> files;
  for (const pb::FileDescriptorProto& file : set.file()) {
    files.push_back(pool->BuildFileCollectingErrors(file, &collector));
    if (files.back() != nullptr) continue;
    return Error(ErrorCode::invalid_argument,
                 {"does not define " + file.name() + " (" + collector.first + ")",
                  "未能定义 " + file.name() + "(" + collector.first + ")"})
        .with("file", file.name());
  }
  builder.keep(std::move(pool));
  return files;
}

}  // namespace taizhang::schema
