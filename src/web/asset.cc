#include "web/asset.h"

#include <cstdint>

#include "base/assert.h"
#include "web/media_type.h"

namespace cardea::web {
namespace {

constexpr std::string_view kStatic = "static/";

// FNV-1a, 64 bits: tells releases apart and guards nothing.
std::string hash_of_static_files() {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto mix = [&hash](std::string_view bytes) {
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  };
  for (const auto& asset : embedded_assets()) {
    if (!asset.path.starts_with(kStatic)) continue;
    mix(asset.path);
    mix(asset.bytes);
  }
  std::string out(16, '0');
  for (std::size_t i = 0; i < 16; ++i) out[15 - i] = "0123456789abcdef"[(hash >> (4 * i)) & 15];
  return out;
}

const std::string& static_hash() {
  static const std::string kHash = hash_of_static_files();
  return kHash;
}

Outcome serve(const Request& request, const std::string& file) {
  const auto* asset = find_asset(std::string(kStatic) + file);
  if (asset == nullptr) return json_error(404, "Unable to find matching target resource method");
  Response response;
  response.add("Content-Type", media_type(asset->path));
  const bool current = request.path_parameter("hash") == static_hash();
  response.add("Cache-Control", current ? "public, max-age=31536000, immutable" : "no-cache");
  response.body = asset->bytes;
  return response;
}

}  // namespace

const Asset* find_asset(std::string_view path, std::span<const Asset> assets) {
  for (const auto& asset : assets) {
    if (asset.path == path) return &asset;
  }
  return nullptr;
}

const std::string& asset_base_url() {
  static const std::string kBase = "/resources/cardea/" + static_hash();
  return kBase;
}

std::string asset_url(std::string_view file) {
  CARDEA_ASSERT(find_asset(std::string(kStatic).append(file)) != nullptr);
  return (asset_base_url() + "/").append(file);
}

void add_asset_routes(Router& router) {
  router.get("/resources/cardea/{hash}/{file}",
             [](const Request& request) { return serve(request, request.path_parameter("file")); });
  router.get("/resources/cardea/{hash}/{folder}/{file}", [](const Request& request) {
    return serve(request, request.path_parameter("folder") + "/" + request.path_parameter("file"));
  });
}

}  // namespace cardea::web
