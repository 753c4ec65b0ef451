// Keycloak's spelling of a password hash: keycloak.md section 5.4.
#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "crypto/password.h"
#include "crypto/password_cost.h"

namespace cardea::crypto {
namespace {

constexpr JsonLimits kCredentialLimits = {.bytes_max = 16 * 1024, .depth_max = 4};

Result<json::object, PasswordError> parse_object(std::string_view text) {
  auto value = parse_json(text, kCredentialLimits);
  if (!value || !value->is_object()) return refuse(PasswordError::kMalformed);
  return std::move(value->as_object());
}

// {"memory":["7168"]}: each parameter is a list of one text.
Result<std::map<std::string, std::string>, PasswordError> parse_parameters(const json::object& data) {
  std::map<std::string, std::string> parameters;
  const auto* member = data.if_contains("additionalParameters");
  if (member == nullptr || member->is_null()) return parameters;
  const auto* object = member->if_object();
  if (object == nullptr) return refuse(PasswordError::kMalformed);
  for (const auto& [name, list] : *object) {
    const auto* values = list.if_array();
    if (values == nullptr || values->size() != 1 || !values->front().is_string()) {
      return refuse(PasswordError::kMalformed);
    }
    parameters.emplace(name, values->front().as_string());
  }
  return parameters;
}

Result<PasswordHash, PasswordError> assemble(const json::object& data, const json::object& secret,
                                             std::string_view value_name) {
  auto parameters = parse_parameters(data);
  if (!parameters) return refuse(parameters.error());
  const auto hash_bytes = base64_decode(string_or(secret, value_name, ""));
  const auto salt = base64_decode(string_or(secret, "salt", ""));
  const auto iterations = int_or(data, "hashIterations", 0);
  if (!hash_bytes || hash_bytes->empty() || !salt) return refuse(PasswordError::kMalformed);
  if (iterations < 1 || iterations > static_cast<std::int64_t>(kPbkdf2WorkMax)) return refuse(PasswordError::kCost);
  PasswordHash hash{.algorithm = string_or(data, "algorithm", ""),
                    .iterations = static_cast<int>(iterations),
                    .parameters = std::move(*parameters),
                    .salt = *salt,
                    .hash = *hash_bytes};
  if (hash.algorithm.empty()) hash.algorithm = "pbkdf2";  // exports older than the member meant nothing else
  if (const auto checked = check_cost(hash); !checked) return refuse(checked.error());
  return hash;
}

void write_parameters(JsonWriter& writer, const std::map<std::string, std::string>& parameters) {
  constexpr std::array<std::string_view, 5> kOrder = {"hashLength", "memory", "type", "version", "parallelism"};
  const auto write = [&](std::string_view name, std::string_view value) {
    writer.key(name).begin_array().string(value).end_array();
  };
  writer.key("additionalParameters").begin_object();
  for (const auto name : kOrder) {
    if (const auto found = parameters.find(std::string(name)); found != parameters.end()) write(name, found->second);
  }
  for (const auto& [name, value] : parameters) {
    if (std::find(kOrder.begin(), kOrder.end(), name) == kOrder.end()) write(name, value);
  }
  writer.end_object();
}

}  // namespace

Result<PasswordHash, PasswordError> parse_keycloak_credential(std::string_view secret_data,
                                                              std::string_view credential_data) {
  const auto secret = parse_object(secret_data);
  if (!secret) return refuse(secret.error());
  const auto data = parse_object(credential_data);
  if (!data) return refuse(data.error());
  return assemble(*data, *secret, "value");
}

Result<PasswordHash, PasswordError> parse_keycloak_credential(const json::object& representation) {
  if (string_or(representation, "type", "password") != "password") return refuse(PasswordError::kUnsupported);
  const auto* secret = find_string(representation, "secretData");
  const auto* data = find_string(representation, "credentialData");
  if (secret == nullptr && data == nullptr) return assemble(representation, representation, "hashedSaltedValue");
  if (secret == nullptr || data == nullptr) return refuse(PasswordError::kMalformed);
  return parse_keycloak_credential(std::string_view(secret->data(), secret->size()),
                                   std::string_view(data->data(), data->size()));
}

KeycloakCredential to_keycloak_credential(const PasswordHash& hash) {
  KeycloakCredential credential;
  JsonWriter secret(credential.secret_data);
  secret.begin_object().member("value", base64_encode(hash.hash)).member("salt", base64_encode(hash.salt));
  secret.key("additionalParameters").begin_object().end_object().end_object();
  JsonWriter data(credential.credential_data);
  data.begin_object().member("hashIterations", std::int64_t{hash.iterations}).member("algorithm", hash.algorithm);
  write_parameters(data, hash.parameters);
  data.end_object();
  return credential;
}

}  // namespace cardea::crypto
