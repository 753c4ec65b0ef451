#include "core/import/realm_documents.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace cardea {
namespace {

class RealmDocuments : public testing::Test {
 protected:
  void put(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  std::string problems(const std::filesystem::path& path) {
    const auto read = read_realm_documents(path);
    std::string all;
    if (read) return "none";
    for (const auto& problem : read.error()) all += problem.source + ": " + problem.text + "\n";
    return all;
  }
  TemporaryFolder folder_;
};

TEST_F(RealmDocuments, refuses_what_is_no_realm_all_at_once) {
  put("a.json", "{");
  put("b.json", "[1]");
  put("c-users-0.json", R"({"users":[]})");
  EXPECT_EQ(problems(folder_.path()),
            "a.json: is no JSON: json_malformed\n"
            "b.json: is neither a realm nor a list of realms\n"
            "c-users-0.json: has users of the realm c, which has no file here\n");
  EXPECT_EQ(problems(folder_ / "missing.json"), "missing.json: cannot be read\n");
}

TEST_F(RealmDocuments, reads_a_realm_or_a_list_of_realms) {
  put("one.json", R"({"realm":"one"})");
  put("two.json", R"([{"realm":"two"},{"realm":"three"}])");
  EXPECT_EQ(read_realm_documents(folder_ / "one.json")->size(), 1u);
  EXPECT_EQ(read_realm_documents(folder_ / "two.json")->size(), 2u);
  EXPECT_EQ(read_realm_documents(folder_.path())->size(), 3u);
}

TEST_F(RealmDocuments, adds_the_users_of_their_own_files) {
  put("demo-realm.json", R"({"realm":"demo","users":[{"username":"a"}]})");
  put("demo-users-0.json", R"({"realm":"demo","users":[{"username":"b"},{"username":"c"}]})");
  put("demo-users-1.json", R"({"realm":"demo","users":[{"username":"d"}]})");
  const auto read = read_realm_documents(folder_.path());
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ(read->front().realm.at("users").as_array().size(), 4u);
}

}  // namespace
}  // namespace cardea
