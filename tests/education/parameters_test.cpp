#include "taizhang/education/parameters.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace taizhang {
namespace {

Date day(std::string_view text) { return *Date::parse(text); }

TEST(Parameters, EveryDefaultHasItsForm) {
  for (const ParameterInfo& info : known_parameters()) {
    EXPECT_TRUE(check_parameter(info, info.default_value).has_value()) << info.name;
    EXPECT_FALSE(info.label.zh.empty() || info.label.en.empty()) << info.name;
    EXPECT_EQ(find_parameter(info.name), &info);
  }
  EXPECT_EQ(find_parameter("no.such"), nullptr);
}

TEST(Parameters, AWrongFormIsRefused) {
  const auto refused = [](const char* name, const char* value) {
    return !check_parameter(*find_parameter(name), value).has_value();
  };
  EXPECT_TRUE(refused("dropout.rate-max", "0.5%"));
  EXPECT_TRUE(refused("dropout.rate-max", "1/0"));
  EXPECT_TRUE(refused("dropout.rate-max", "-1/200"));
  EXPECT_TRUE(refused("dropout.absent-days-suspected", "3.5"));
  EXPECT_TRUE(refused("dropout.absent-days-suspected", ""));
  EXPECT_TRUE(refused("school-year.starts", "02-29"));
  EXPECT_TRUE(refused("school-year.starts", "9-1"));
  EXPECT_TRUE(refused("compulsory", "true"));
  EXPECT_FALSE(refused("dropout.rate-max", "1/200"));
}

TEST(Jurisdictions, GoFromCountyToEverywhere) {
  EXPECT_EQ(jurisdiction_chain("CN-431224"),
            (std::vector<std::string>{"CN-431224", "CN-4312", "CN-43", "CN", "*"}));
  EXPECT_EQ(jurisdiction_chain("CN-431224100"),
            (std::vector<std::string>{"CN-431224100", "CN-431224", "CN-4312", "CN-43", "CN", "*"}));
  EXPECT_EQ(jurisdiction_chain("GB-OU"), (std::vector<std::string>{"GB-OU", "GB", "*"}));
  EXPECT_EQ(jurisdiction_chain("*"), (std::vector<std::string>{"*"}));
  EXPECT_EQ(jurisdiction_chain(""), (std::vector<std::string>{"*"}));
}

TEST(Parameters, NearestJurisdictionThenLatestDateThenHighestPosition) {
  ParameterSet set;
  const std::string name = "dropout.absent-days-suspected";
  EXPECT_EQ(set.in_force(name, "CN-431224", day("2024-01-01")).value, "3");
  set.add({name, "CN", "5", day("2020-01-01"), 1});
  set.add({name, "CN-43", "4", day("2022-09-01"), 2});
  set.add({name, "CN-43", "6", day("2023-09-01"), 3});
  set.add({name, "CN-43", "7", day("2023-09-01"), 9});
  const auto value = [&](const char* place, const char* on) {
    return set.in_force(name, place, day(on)).value;
  };
  EXPECT_EQ(value("CN-431224", "2019-12-31"), "3");
  EXPECT_EQ(value("CN-431224", "2020-01-01"), "5");
  EXPECT_EQ(value("CN-431224", "2022-08-31"), "5");
  EXPECT_EQ(value("CN-431224", "2022-09-01"), "4");
  EXPECT_EQ(value("CN-431224", "2024-01-01"), "7");
  EXPECT_EQ(value("CN-44", "2024-01-01"), "5");
  EXPECT_EQ(value("GB-OU", "2024-01-01"), "3");
}

TEST(Fractions, CompareExactly) {
  const Fraction limit = *parse_fraction("5/1000");
  EXPECT_EQ(compare({1, 200}, limit), 0);
  EXPECT_EQ(compare({1, 199}, limit), 1);
  EXPECT_EQ(compare({3, 600}, limit), 0);
  EXPECT_EQ(compare({3, 599}, limit), 1);
  EXPECT_EQ(compare({1, 201}, limit), -1);
  const std::int64_t big = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(compare({big - 1, big}, {big - 2, big - 1}), 1);
  EXPECT_FALSE(parse_fraction("5/0").has_value());
  EXPECT_FALSE(parse_fraction("5/").has_value());
  EXPECT_EQ(parse_fraction("1")->denominator, 1);
}

}  // namespace
}  // namespace taizhang
