#include "taizhang/education/school_system.hpp"

namespace taizhang {

Result<std::unique_ptr<SchoolSystem>> SchoolSystem::create(const StorageRegistry& registry,
                                                           const SchoolSystemOptions& options,
                                                           Model model) {
  TAIZHANG_TRY(auto system, System::create(registry, std::move(model), options));
  return std::unique_ptr<SchoolSystem>(new SchoolSystem(std::move(system)));
}

Result<std::unique_ptr<SchoolSystem>> SchoolSystem::open(const StorageRegistry& registry,
                                                         const SchoolSystemOptions& options,
                                                         Model model) {
  TAIZHANG_TRY(auto system, System::open(registry, std::move(model), options));
  return std::unique_ptr<SchoolSystem>(new SchoolSystem(std::move(system)));
}

}  // namespace taizhang
