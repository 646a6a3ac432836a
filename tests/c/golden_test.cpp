#include <cstdlib>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "c/fixture.hpp"

namespace taizhang::test {
namespace {

/// With random ids named by the order in which they appear, and without the roots that come of
/// them; ids that a caller gave stay.
std::string steady(const std::string& answers) {
  static const std::regex root(R"re("root":"[0-9a-f]{64}")re");
  const std::string text = std::regex_replace(answers, root, R"("root":"ROOT")");
  static const std::regex id(R"(\b[0-9a-hjkmnp-tv-z]{26}\b)");
  std::map<std::string, std::string> names;
  std::string out;
  std::size_t from = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), id), end; it != end; ++it) {
    const std::string found = it->str();
    std::string name = found;
    if (!found.starts_with("00000000"))
      name = names.try_emplace(found, "ID-" + std::to_string(names.size() + 1)).first->second;
    out += text.substr(from, static_cast<std::size_t>(it->position()) - from) + name;
    from = static_cast<std::size_t>(it->position() + it->length());
  }
  return out + text.substr(from);
}

// What goes out is read by programs that were written once: the shapes are held here.
// UPDATE_GOLDEN=1 rewrites the file.
TEST(CGolden, VerdictsEventsTrailAndViewHaveTheShapesThatProgramsRead) {
  const std::string now = R"(,"simulated_now":"2024-03-01T08:00:00Z")";
  const Opened opened("memory:x", R"({"mode":"create","language":"en","simulated_clock":true})");
  ASSERT_EQ(opened.result.code, TAIZHANG_OK) << opened.result.message;
  std::string all = opened.execute(founding(now) + expulsion(id(4) + now) + "x\n").text;
  all += opened.execute(founding(now)).text;
  all += opened.read(R"({"items":[{"types":["school-registered","student-enrolled"]}]})").text;
  all += opened.trail(std::string("citizen-id:") + child).text;
  all += opened.view("school-register").text + "\n" + opened.view("student-register").text + "\n";
  const Said wrong = opened.view("student-registre");
  all += wrong.details.dump() + "\n" + wrong.message + "\n";
  const std::string seen = steady(all);

  const std::string path = TAIZHANG_SOURCE_DIR "/tests/c/answers.golden.txt";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::trunc) << seen;
  std::ifstream file(path);
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(seen, golden.str());
}

}  // namespace
}  // namespace taizhang::test
