// Another process follows that record and keeps views of its own, until its class has COUNT
// children. It locks nothing and writes nothing to the record; it may start and stop at any time.
#include <chrono>
#include <iostream>
#include <taizhang/education/school_system.hpp>
#include <taizhang/storage/rocksdb.hpp>
#include <thread>

using namespace taizhang;

Result<> run(const std::string& place, const std::string& own_views, std::uint64_t count) {
  StorageRegistry storage;
  storage.add("rocksdb", rocksdb_backend());
  const SchoolSystemOptions options{
      .location = place, .mode = OpenMode::follower, .views = own_views};
  auto school = SchoolSystem::open(storage, options);
  // The writer may not have begun yet; every other error ends this.
  while (!school &&
         (school.error().code() == ErrorCode::not_found || school.error().retry() == Retry::call)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    school = SchoolSystem::open(storage, options);
  }
  if (!school) return school.error();

  for (std::uint64_t seen = 0;;) {
    TAIZHANG_TRY(const Head head, (*school)->system().refresh());  // durable at the writer's
    TAIZHANG_TRY(const Position reached, (*school)->views().catch_up());
    TAIZHANG_TRY(const Answer answer,
                 (*school)->views().ask("student-register", {}, [](const auto&) { return true; }));
    if (answer.rows != seen)
      std::cout << answer.rows << " children at position " << reached << " of " << head.position
                << std::endl;
    seen = answer.rows;
    if (seen >= count) return (*school)->close();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

int main(int, char** argv) {
  const auto done = run(std::string("rocksdb:") + argv[1], std::string("rocksdb:") + argv[2],
                        std::stoull(argv[3]));
  return done ? 0 : (std::cerr << done.error().message().en << '\n', 1);
}
