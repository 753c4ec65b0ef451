#include "core/token/claims.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

std::string written(const ClaimTree& tree) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object();
  tree.write_members(writer);
  writer.end_object();
  return out;
}

TEST(ClaimTree, nests_paths_and_keeps_order) {
  ClaimTree tree;
  tree.set({"b"}, std::string_view("text"));
  tree.set({"a", "x"}, std::int64_t{1});
  tree.set({"a", "y"}, true);
  EXPECT_EQ(written(tree), R"({"b":"text","a":{"x":1,"y":true}})");
}

TEST(ClaimTree, later_values_replace_and_lists_merge_without_doubles) {
  ClaimTree tree;
  tree.set({"a"}, std::string_view("one"));
  tree.set({"a"}, std::string_view("two"));
  tree.set({"g"}, ClaimTree::Texts{"x", "y"});
  tree.set({"g"}, ClaimTree::Texts{"y", "z"});
  EXPECT_EQ(written(tree), R"({"a":"two","g":["x","y","z"]})");
}

TEST(ClaimTree, an_object_takes_the_place_of_a_value_in_its_way) {
  ClaimTree tree;
  tree.set({"a"}, std::string_view("one"));
  tree.set({"a", "b"}, std::string_view("two"));
  EXPECT_EQ(written(tree), R"({"a":{"b":"two"}})");
}

TEST(ClaimTree, escapes_names_and_values) {
  ClaimTree tree;
  tree.set({"na\"me"}, std::string_view("va\"l\nue"));
  EXPECT_EQ(written(tree), R"({"na\"me":"va\"l\nue"})");
}

}  // namespace
}  // namespace cardea
