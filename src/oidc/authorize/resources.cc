#include "oidc/authorize/resources.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "base/uri.h"

namespace cardea::oidc {
namespace {

constexpr std::size_t kResourcesMax = 8;
constexpr std::size_t kResourceBytesMax = 512;
constexpr std::size_t kThumbprintBytes = 32;

OAuthError invalid_target(std::string note) {
  return {OAuthCode::kInvalidTarget, "The requested resource is invalid, missing, unknown, or malformed.", 0,
          std::move(note)};
}

bool is_resource(std::string_view text) {
  if (text.size() > kResourceBytesMax || text.find_first_of(" #") != std::string_view::npos) return false;
  return parse_uri(text).has_value();
}

}  // namespace

Result<std::string, OAuthError> read_resources(const web::Form& form) {
  std::string resources;
  std::size_t count = 0;
  for (const auto& [name, value] : form.parameters()) {
    if (name != "resource" || value.empty()) continue;
    if (++count > kResourcesMax) return refuse(invalid_target("too_many_resources"));
    if (!is_resource(value)) return refuse(invalid_target("bad_resource"));
    if (has_word(resources, value)) continue;
    resources.append(resources.empty() ? "" : " ").append(value);
  }
  return resources;
}

Result<void, OAuthError> check_resources(const web::Form& form, AuthorizationRequest& request) {
  auto resources = read_resources(form);
  if (!resources) return refuse(resources.error());
  request.resources = std::move(*resources);
  return {};
}

Result<std::vector<std::string>, OAuthError> narrowed_resources(const web::Form& form, std::string_view granted) {
  const auto asked = read_resources(form);
  if (!asked) return refuse(asked.error());
  std::vector<std::string> resources;
  for (const auto word : split_words(asked->empty() ? granted : std::string_view(*asked))) {
    if (!granted.empty() && !has_word(granted, word)) return refuse(invalid_target("resource_not_granted"));
    resources.emplace_back(word);
  }
  return resources;
}

Result<void, OAuthError> check_proof_key(const web::Form& form, AuthorizationRequest& request) {
  const auto thumbprint = form.value("dpop_jkt");
  if (!thumbprint) return {};
  const auto bytes = base64url_decode(*thumbprint);
  if (!bytes || bytes->size() != kThumbprintBytes) {
    return refuse(OAuthError{OAuthCode::kInvalidRequest, "Invalid parameter: dpop_jkt", 0, "bad_dpop_jkt"});
  }
  request.dpop_jkt = *thumbprint;
  return {};
}

}  // namespace cardea::oidc
