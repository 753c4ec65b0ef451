#include "web/asset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace cardea::web {
namespace {

Response get(const Router& router, std::string path) {
  Request request;
  request.path = std::move(path);
  return run(router.handle(request));
}

TEST(Asset, refuses_what_is_not_embedded) {
  Router router;
  add_asset_routes(router);
  EXPECT_EQ(get(router, asset_base_url() + "/nothing.css").status, 404);
  EXPECT_EQ(get(router, asset_base_url() + "/templates/layout.html").status, 404);
  EXPECT_EQ(get(router, asset_base_url() + "/../templates/layout.html").status, 400);
  EXPECT_EQ(find_asset("static/nothing.css"), nullptr);
  EXPECT_DEATH((void)asset_url("nothing.css"), "find_asset");
}

TEST(Asset, keeps_the_bytes_of_the_files) {
  ASSERT_FALSE(embedded_assets().empty());
  ASSERT_TRUE(std::ranges::is_sorted(embedded_assets(), {}, &Asset::path));
  for (const auto& asset : embedded_assets()) {
    std::ifstream file(std::string(CARDEA_THEME_DIR) + "/" + std::string(asset.path), std::ios::binary);
    ASSERT_TRUE(file) << asset.path;
    std::ostringstream bytes;
    bytes << file.rdbuf();
    EXPECT_EQ(asset.bytes, bytes.str()) << asset.path;
  }
}

TEST(Asset, serves_static_files_for_a_year_under_the_current_hash_only) {
  Router router;
  add_asset_routes(router);
  ASSERT_NE(find_asset("static/cardea.svg"), nullptr);
  EXPECT_EQ(*get(router, asset_url("cardea.svg")).find_header("Content-Type"), "image/svg+xml");
  for (const auto& asset : embedded_assets()) {
    if (!asset.path.starts_with("static/")) continue;
    const auto file = asset.path.substr(7);
    const auto response = get(router, asset_url(file));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body_text(), asset.bytes);
    EXPECT_EQ(*response.find_header("Cache-Control"), "public, max-age=31536000, immutable");
    const auto other = get(router, "/resources/cardea/0000000000000000/" + std::string(file));
    EXPECT_EQ(other.status, 200);
    EXPECT_EQ(*other.find_header("Cache-Control"), "no-cache");
  }
}

}  // namespace
}  // namespace cardea::web
