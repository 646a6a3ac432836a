#include "taizhang/education/school_system.hpp"

namespace taizhang {

Model education_model() {
  return {"education", education_schema(), education_judge(), education_projections()};
}

Result<std::unique_ptr<SchoolSystem>> SchoolSystem::create(const StorageRegistry& registry,
                                                           const SchoolSystemOptions& options) {
  TAIZHANG_TRY(auto system, System::create(registry, education_model(), options));
  return std::unique_ptr<SchoolSystem>(new SchoolSystem(std::move(system)));
}

Result<std::unique_ptr<SchoolSystem>> SchoolSystem::open(const StorageRegistry& registry,
                                                         const SchoolSystemOptions& options) {
  TAIZHANG_TRY(auto system, System::open(registry, education_model(), options));
  return std::unique_ptr<SchoolSystem>(new SchoolSystem(std::move(system)));
}

}  // namespace taizhang
