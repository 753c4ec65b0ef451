#include "upstream/metadata.h"

#include "base/json.h"
#include "base/uri.h"

namespace cardea::upstream {
namespace {

constexpr std::size_t kListMax = 256;
constexpr std::string_view kWellKnown = "/.well-known/openid-configuration";

struct UrlMember {
  std::string_view name;
  std::string Metadata::* into;
};
constexpr UrlMember kUrls[] = {{"authorization_endpoint", &Metadata::authorization_endpoint},
                               {"token_endpoint", &Metadata::token_endpoint},
                               {"userinfo_endpoint", &Metadata::userinfo_endpoint},
                               {"jwks_uri", &Metadata::jwks_uri},
                               {"end_session_endpoint", &Metadata::end_session_endpoint},
                               {"introspection_endpoint", &Metadata::introspection_endpoint}};

bool is_url(std::string_view text) {
  const auto uri = parse_uri(text);
  return uri && uri->is_http() && !uri->fragment && !uri->userinfo;
}

// Absent is empty; null counts as absent.
Result<std::string, MetadataError> read_text(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return std::string();
  if (!value->is_string()) return refuse(MetadataError::kMember);
  return std::string(value->get_string());
}

Result<std::vector<std::string>, MetadataError> read_list(const json::object& object, std::string_view name) {
  std::vector<std::string> out;
  const auto* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return out;
  if (!value->is_array() || value->get_array().size() > kListMax) return refuse(MetadataError::kMember);
  for (const auto& item : value->get_array()) {
    if (!item.is_string()) return refuse(MetadataError::kMember);
    out.emplace_back(item.get_string());
  }
  return out;
}

}  // namespace

std::string_view describe(MetadataError error) {
  switch (error) {
    case MetadataError::kNotJson:
      return "not_json";
    case MetadataError::kMember:
      return "bad_member";
    case MetadataError::kNoIssuer:
      return "no_issuer";
    case MetadataError::kBadUrl:
      return "bad_url";
    case MetadataError::kWrongIssuer:
      return "wrong_issuer";
  }
  return "?";
}

Result<Metadata, MetadataError> parse_metadata(std::string_view json_text) {
  const auto document = parse_json(json_text, {.bytes_max = kMetadataBytesMax, .depth_max = 8});
  if (!document || !document->is_object()) return refuse(MetadataError::kNotJson);
  const auto& object = document->get_object();
  Metadata out;
  auto issuer = read_text(object, "issuer");
  if (!issuer) return refuse(issuer.error());
  if (issuer->empty()) return refuse(MetadataError::kNoIssuer);
  out.issuer = std::move(*issuer);
  for (const auto& member : kUrls) {
    auto url = read_text(object, member.name);
    if (!url) return refuse(url.error());
    if (!url->empty() && !is_url(*url)) return refuse(MetadataError::kBadUrl);
    out.*member.into = std::move(*url);
  }
  auto methods = read_list(object, "token_endpoint_auth_methods_supported");
  auto algorithms = read_list(object, "id_token_signing_alg_values_supported");
  auto challenges = read_list(object, "code_challenge_methods_supported");
  if (!methods || !algorithms || !challenges) return refuse(MetadataError::kMember);
  out.token_auth_methods = std::move(*methods);
  out.id_token_algorithms = std::move(*algorithms);
  out.challenge_methods = std::move(*challenges);
  const auto* sends_iss = object.if_contains("authorization_response_iss_parameter_supported");
  if (sends_iss != nullptr && !sends_iss->is_bool()) return refuse(MetadataError::kMember);
  out.sends_iss_parameter = sends_iss != nullptr && sends_iss->get_bool();
  return out;
}

std::string discovery_url(std::string_view issuer) {
  std::string url(issuer.ends_with('/') ? issuer.substr(0, issuer.size() - 1) : issuer);
  return url.append(kWellKnown);
}

std::string issuer_of_document(std::string_view url) {
  if (url.ends_with(kWellKnown)) url.remove_suffix(kWellKnown.size());
  return std::string(url);
}

Result<void, MetadataError> check_issuer(const Metadata& metadata, std::string_view wanted) {
  if (!wanted.empty() && metadata.issuer != wanted) return refuse(MetadataError::kWrongIssuer);
  return {};
}

}  // namespace cardea::upstream
