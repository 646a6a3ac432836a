#include <filesystem>
#include <fstream>

#include "c/fixture.hpp"

namespace taizhang::test {
namespace {

const std::string open_bus = R"({"mode":"create","application":"schema","name":"bus","schema":")" +
                             std::string(TAIZHANG_BUS_SCHEMA) + R"("})";

TEST(COpen, VersionsAndCodesAreNamed) {
  EXPECT_STREQ(taizhang_version(), TAIZHANG_VERSION);
  EXPECT_EQ(taizhang_version(), std::to_string(TAIZHANG_VERSION_MAJOR) + "." +
                                    std::to_string(TAIZHANG_VERSION_MINOR) + "." +
                                    std::to_string(TAIZHANG_VERSION_PATCH));
  EXPECT_EQ(taizhang_abi_version(), TAIZHANG_ABI_VERSION);
  EXPECT_STREQ(taizhang_code_name(TAIZHANG_OK), "ok");
  EXPECT_STREQ(taizhang_code_name(TAIZHANG_INVALID_ARGUMENT), "invalid_argument");
  EXPECT_STREQ(taizhang_code_name(TAIZHANG_CANCELLED), "cancelled");
  EXPECT_STREQ(taizhang_code_name(TAIZHANG_OTHER_HISTORY), "other_history");
  EXPECT_STREQ(taizhang_code_name(-1), "unknown");
  EXPECT_STREQ(taizhang_code_name(1000), "unknown");
}

TEST(COpen, NullIsAnErrorAndNeverACrash) {
  taizhang_error* error = nullptr;
  taizhang_system* system = nullptr;
  taizhang_follower* follower = nullptr;
  taizhang_buffer buffer = {nullptr, 0};
  const auto refuses = [&](taizhang_code code) {
    EXPECT_EQ(code, TAIZHANG_INVALID_ARGUMENT);
    EXPECT_NE(std::string(taizhang_error_details(error)).find("argument"), std::string::npos);
    taizhang_error_free(error);
  };
  refuses(taizhang_open(nullptr, nullptr, &system, &error));
  refuses(taizhang_open("memory:x", nullptr, nullptr, &error));
  refuses(taizhang_status(nullptr, &buffer, &error));
  refuses(taizhang_execute(nullptr, "", 0, &buffer, &error));
  const Opened opened("memory:x", R"({"mode":"create"})");
  ASSERT_NE(opened.system, nullptr);
  taizhang_system* open = opened.system;
  refuses(taizhang_status(open, nullptr, &error));
  refuses(taizhang_execute(open, nullptr, 0, &buffer, &error));
  refuses(taizhang_execute(open, "", 0, nullptr, &error));
  refuses(taizhang_append(open, nullptr, 0, nullptr, &buffer, &error));
  refuses(taizhang_append(open, "", 0, nullptr, nullptr, &error));
  refuses(taizhang_void(open, 1, "{}", nullptr, &error));
  refuses(taizhang_correct(open, 1, "{}", nullptr, &error));
  refuses(taizhang_checkpoint(open, 0, nullptr, &error));
  refuses(taizhang_cursor(open, nullptr, &buffer, &error));
  refuses(taizhang_cursor(open, "x", nullptr, &error));
  refuses(taizhang_set_cursor(open, nullptr, "{}", &error));
  refuses(taizhang_confirm_clock(open, nullptr, "x", &error));
  refuses(taizhang_confirm_clock(open, "{}", nullptr, &error));
  refuses(taizhang_read(open, nullptr, nullptr, nullptr, nullptr, &error));
  refuses(taizhang_trail(open, nullptr, nullptr, &buffer, nullptr, &error));
  refuses(taizhang_trail(open, "x", nullptr, nullptr, nullptr, &error));
  refuses(taizhang_view(open, nullptr, nullptr, &buffer, &error));
  refuses(taizhang_view(open, "x", nullptr, nullptr, &error));
  refuses(taizhang_subject(open, nullptr, nullptr, &buffer, &error));
  refuses(taizhang_subject(open, nullptr, "x", nullptr, &error));
  refuses(taizhang_follow(open, nullptr, nullptr, nullptr, &error));
  refuses(taizhang_poll(nullptr, 0, 1, &buffer, nullptr, &error));
  ASSERT_EQ(taizhang_follow(open, everything, nullptr, &follower, nullptr), TAIZHANG_OK);
  refuses(taizhang_poll(follower, 0, 1, nullptr, nullptr, &error));
  refuses(taizhang_poll(follower, 0, 0, &buffer, nullptr, &error));
  taizhang_follower_close(follower);

  // An error that nobody asked for, and what is empty already.
  EXPECT_EQ(taizhang_open(nullptr, nullptr, nullptr, nullptr), TAIZHANG_INVALID_ARGUMENT);
  EXPECT_EQ(taizhang_close(nullptr, nullptr), TAIZHANG_OK);
  taizhang_follower_stop(nullptr);
  taizhang_follower_close(nullptr);
  taizhang_free(nullptr);
  taizhang_error_free(nullptr);
  EXPECT_EQ(taizhang_error_code(nullptr), TAIZHANG_OK);
  EXPECT_STREQ(taizhang_error_message(nullptr, TAIZHANG_EN), "");
  EXPECT_STREQ(taizhang_error_details(nullptr), "{}");
  EXPECT_EQ(taizhang_error_retry(nullptr), TAIZHANG_RETRY_NO);
}

TEST(COpen, OptionsAreStrictAndNameWhatIsNear) {
  const auto refused = [](const std::string& options) {
    Opened opened("memory:x", options);
    EXPECT_EQ(opened.result.code, TAIZHANG_INVALID_ARGUMENT) << options;
    return opened.result;
  };
  EXPECT_EQ(refused(R"({"mod":"create"})").details["nearest"], "mode");
  EXPECT_EQ(refused(R"({"mode":"make"})").details["name"], "mode");
  EXPECT_EQ(refused(R"({"mode":7})").details["name"], "mode");
  EXPECT_EQ(refused(R"({"simulated_clock":"yes"})").details["name"], "simulated_clock");
  EXPECT_EQ(refused(R"({"application":"x"})").details["name"], "application");
  EXPECT_EQ(refused(R"({"language":"fr"})").details["name"], "language");
  refused("{");
  refused("[]");
  refused("\xff");
  refused(R"({"mode":"create","application":"schema"})");
  refused(R"({"mode":"create","application":"schema","schema":")" TAIZHANG_SOURCE_DIR
          R"(/README.md"})");
  refused(R"({"code_tables":{"t":7}})");
  std::string deep(100'000, '[');
  EXPECT_EQ(Opened("memory:x", R"({"mode":)" + deep).result.code, TAIZHANG_TOO_LARGE);
  EXPECT_EQ(Opened("nowhere", R"({"mode":"create"})").result.code, TAIZHANG_INVALID_ARGUMENT);
  EXPECT_EQ(Opened("floppy:x", R"({"mode":"create"})").result.code, TAIZHANG_INVALID_ARGUMENT);
}

TEST(COpen, ModesSayWhatIsThere) {
  const std::string place = "rocksdb:" + fresh_directory();
  EXPECT_EQ(Opened(place).result.code, TAIZHANG_NOT_FOUND);
  {
    const Opened made(place, R"({"mode":"open_or_create"})");
    ASSERT_EQ(made.result.code, TAIZHANG_OK) << made.result.message;
    EXPECT_EQ(made.execute(founding()).lines().size(), 3U);
    const Opened second(place);
    EXPECT_EQ(second.result.code, TAIZHANG_HELD) << second.result.message;
  }
  EXPECT_EQ(Opened(place, R"({"mode":"create"})").result.code, TAIZHANG_ALREADY_EXISTS);
  const Opened again(place, R"({"mode":"open_or_create"})");
  ASSERT_EQ(again.result.code, TAIZHANG_OK) << again.result.message;
  EXPECT_EQ(again.read(enrolments).lines().size(), 1U);
  EXPECT_EQ(again.status().json()["mode"], "writer");
}

TEST(COpen, AMasterKeyOfItsOwnIsNeededEachTime) {
  const std::string directory = fresh_directory();
  const std::string key = directory + ".key";
  const std::string with_key = R"("master_key":")" + key + R"("})";
  const std::string place = "rocksdb:" + directory;
  ASSERT_EQ(Opened(place, R"({"mode":"create",)" + with_key).result.code, TAIZHANG_OK);
  EXPECT_FALSE(std::filesystem::exists(directory + "/master.key"));
  EXPECT_EQ(Opened(place, "{" + with_key).result.code, TAIZHANG_OK);
  EXPECT_EQ(Opened(place).result.code, TAIZHANG_NOT_FOUND);
  std::ofstream(key, std::ios::trunc) << std::string(64, '0') << '\n';
  EXPECT_EQ(Opened(place, "{" + with_key).result.code, TAIZHANG_INVALID_ARGUMENT);
}

TEST(COpen, AnotherApplicationIsRefusedAndItsRecordReadByTheSchemaThatLiesInIt) {
  const std::string place = "rocksdb:" + fresh_directory();
  {
    const Opened buses(place, open_bus);
    ASSERT_EQ(buses.result.code, TAIZHANG_OK) << buses.result.message;
    const Said said =
        buses.append(R"({"type":"child-boarded","body":{"child":"child-7","bus":"bus-1"}})");
    ASSERT_EQ(said.code, TAIZHANG_OK) << said.message;
  }
  const Opened as_school(place);
  EXPECT_EQ(as_school.result.code, TAIZHANG_UNSUPPORTED);
  EXPECT_EQ(as_school.result.details["application"], "bus");
  const Opened reader(place, R"({"mode":"read","application":"schema","language":"en"})");
  ASSERT_EQ(reader.result.code, TAIZHANG_OK) << reader.result.message;
  const auto events = reader.read(R"({"items":[{"tags":["bus:bus-1"]}]})").lines();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["label"], "child boarded");
  EXPECT_EQ(events[0]["body"]["child"], "child-7");
}

TEST(COpen, AReaderSeesWhatAWriterMadeDurableAndWritesNothing) {
  const std::string place = "rocksdb:" + fresh_directory();
  const Opened writer(place, R"({"mode":"create"})");
  ASSERT_EQ(writer.result.code, TAIZHANG_OK) << writer.result.message;
  const Opened reader(place, R"({"mode":"read"})");
  ASSERT_EQ(reader.result.code, TAIZHANG_OK) << reader.result.message;
  EXPECT_EQ(reader.view("student-register").json()["rows"].size(), 0U);
  ASSERT_EQ(writer.execute(founding()).code, TAIZHANG_OK);
  EXPECT_EQ(reader.read(enrolments).lines().size(), 1U);
  EXPECT_EQ(reader.view("student-register").json()["rows"].size(), 1U);
  EXPECT_EQ(reader.status().json()["mode"], "follower");
  const Opened frozen(place, R"({"mode":"frozen"})");
  ASSERT_EQ(frozen.result.code, TAIZHANG_OK) << frozen.result.message;
  const std::string then = frozen.read().seen;
  EXPECT_EQ(then, writer.read().seen);
  taizhang_follower* follower = nullptr;
  ASSERT_EQ(reader.follow(everything, after(then), &follower).code, TAIZHANG_OK);
  ASSERT_EQ(writer.execute(school("3143008888")).code, TAIZHANG_OK);
  const auto live = poll(follower, 60'000, 1).lines();
  ASSERT_EQ(live.size(), 1U) << "a reader's follower looks again by itself";
  EXPECT_EQ(live[0]["position"], std::to_string(frozen.read().seen_position() + 1));
  taizhang_follower_close(follower);
  EXPECT_EQ(frozen.read().seen, then);
  EXPECT_EQ(reader.execute(school("3143009999")).code, TAIZHANG_UNSUPPORTED);
  EXPECT_EQ(reader.read(everything, R"({"reveal":{"purpose":"x"}})").code, TAIZHANG_UNSUPPORTED);

  // What the writer answered just now a reader takes at once.
  const std::string latest = writer.checkpoint().text;
  ASSERT_EQ(reader.follow(everything, after(latest), &follower).code, TAIZHANG_OK);
  taizhang_follower_close(follower);
  ASSERT_EQ(writer.execute(school("3143007777")).code, TAIZHANG_OK);
  EXPECT_EQ(reader.set_cursor("mine", writer.checkpoint().text.c_str()).code, TAIZHANG_OK);
}

}  // namespace
}  // namespace taizhang::test
