#include "jose/jwk.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/limits.h"
#include "crypto/hash.h"

namespace cardea::jose {
namespace {

using crypto::KeyType;
using crypto::PublicKey;

constexpr std::size_t kJwksBytesMax = 256 * 1024;  // standards.md JK-6
constexpr std::size_t kJsonDepth = 16;             // standards.md JO-19
constexpr std::array<std::string_view, 8> kPrivateMembers = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

std::string_view curve_of(KeyType type) {
  switch (type) {
    case KeyType::kEcP256:
      return "P-256";
    case KeyType::kEcP384:
      return "P-384";
    case KeyType::kEcP521:
      return "P-521";
    case KeyType::kEd25519:
      return "Ed25519";
    case KeyType::kRsa:
      return "";
  }
  return "";
}

std::optional<KeyType> ec_type_of(std::string_view curve) {
  for (const auto type : {KeyType::kEcP256, KeyType::kEcP384, KeyType::kEcP521}) {
    if (curve_of(type) == curve) return type;
  }
  return std::nullopt;
}

std::string_view kty_of(KeyType type) {
  return type == KeyType::kRsa ? "RSA" : type == KeyType::kEd25519 ? "OKP" : "EC";
}

void write_numbers(JsonWriter& writer, const PublicKey& key) {
  if (key.type() == KeyType::kRsa) {
    writer.member("n", base64url_encode(key.rsa_n())).member("e", base64url_encode(key.rsa_e()));
    return;
  }
  writer.member("crv", curve_of(key.type())).member("x", base64url_encode(key.x()));
  if (key.type() != KeyType::kEd25519) writer.member("y", base64url_encode(key.y()));
}

void write_certificate(JsonWriter& writer, const std::string& der) {
  writer.key("x5c").begin_array().string(base64_encode(der)).end_array();
  writer.member("x5t", base64url_encode(crypto::digest(crypto::HashAlgorithm::kSha1, der)));
  writer.member("x5t#S256", crypto::sha256_base64url(der));
}

bool has_private_member(const json::object& jwk) {
  return std::any_of(kPrivateMembers.begin(), kPrivateMembers.end(),
                     [&](std::string_view name) { return jwk.contains(name); });
}

// A member in base64url; absent when missing, not a string or not strict.
std::optional<std::string> bytes_of(const json::object& jwk, std::string_view name) {
  const auto* text = find_string(jwk, name);
  if (text == nullptr) return std::nullopt;
  return base64url_decode(std::string_view(text->data(), text->size()));
}

// RFC 7518 section 2, Base64urlUInt: the minimum number of bytes, so no zero in front.
std::optional<std::string> number_of(const json::object& jwk, std::string_view name) {
  auto bytes = bytes_of(jwk, name);
  if (!bytes || bytes->empty() || bytes->front() == '\0') return std::nullopt;
  return bytes;
}

Result<PublicKey, JoseError> judge(Result<PublicKey, crypto::KeyError> key) {
  if (key) return std::move(*key);
  return refuse(key.error() == crypto::KeyError::kSize ? JoseError::kWeakKey : JoseError::kBadKey);
}

Result<PublicKey, JoseError> parse_key(const json::object& jwk) {
  const auto kty = string_or(jwk, "kty", ""), curve = string_or(jwk, "crv", "");
  if (kty == "RSA") {
    const auto n = number_of(jwk, "n"), e = number_of(jwk, "e");
    if (!n || !e) return refuse(JoseError::kBadKey);
    return judge(PublicKey::rsa(*n, *e));
  }
  const auto x = bytes_of(jwk, "x"), y = bytes_of(jwk, "y");
  if (kty == "OKP" && curve == "Ed25519" && x) return judge(PublicKey::ed25519(*x));
  const auto type = ec_type_of(curve);
  if (kty != "EC" || !type || !x || !y) return refuse(JoseError::kBadKey);
  return judge(PublicKey::ec(*type, *x, *y));
}

// A text member that is absent or a string.
bool take_text(const json::object& jwk, std::string_view name, std::string& out) {
  if (!jwk.contains(name)) return true;
  const auto* text = find_string(jwk, name);
  if (text == nullptr) return false;
  out.assign(text->data(), text->size());
  return true;
}

// RFC 7517 section 4.3: when present, key_ops must allow what `use` says.
bool allows_operation(const json::object& jwk, std::string_view use) {
  const auto* operations = jwk.if_contains("key_ops");
  if (operations == nullptr) return true;
  const auto* list = operations->if_array();
  if (list == nullptr) return false;
  const auto has = [&](std::string_view name) {
    return std::any_of(list->begin(), list->end(), [&](const json::value& entry) {
      return entry.is_string() && std::string_view(entry.as_string().data(), entry.as_string().size()) == name;
    });
  };
  return use == "enc" ? has("encrypt") || has("wrapKey") || has("deriveKey") || has("deriveBits") : has("verify");
}

}  // namespace

void append_jwk(std::string& out, const PublicJwk& jwk) {
  JsonWriter writer(out);
  writer.begin_object();
  if (!jwk.kid.empty()) writer.member("kid", jwk.kid);
  writer.member("kty", kty_of(jwk.key.type()));
  if (!jwk.alg.empty()) writer.member("alg", jwk.alg);
  if (!jwk.use.empty()) writer.member("use", jwk.use);
  if (!jwk.certificate_der.empty()) write_certificate(writer, jwk.certificate_der);
  write_numbers(writer, jwk.key);
  writer.end_object();
}

std::string jwks_json(std::span<const PublicJwk> keys) {
  std::string out = R"({"keys":[)";
  for (const auto& key : keys) {
    if (&key != keys.data()) out += ',';
    append_jwk(out, key);
  }
  out += "]}";
  return out;
}

std::string thumbprint(const crypto::PublicKey& key) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  if (key.type() == KeyType::kRsa) {
    writer.member("e", base64url_encode(key.rsa_e())).member("kty", "RSA").member("n", base64url_encode(key.rsa_n()));
  } else {
    writer.member("crv", curve_of(key.type())).member("kty", kty_of(key.type()));
    writer.member("x", base64url_encode(key.x()));
    if (key.type() != KeyType::kEd25519) writer.member("y", base64url_encode(key.y()));
  }
  writer.end_object();
  return crypto::sha256_base64url(text);
}

Result<PublicJwk, JoseError> parse_jwk(const json::object& jwk) {
  if (has_private_member(jwk)) return refuse(JoseError::kPrivateMember);
  auto key = parse_key(jwk);
  if (!key) return refuse(key.error());
  PublicJwk parsed{.key = std::move(*key), .kid = {}, .alg = {}, .use = {}, .certificate_der = {}};
  const bool readable =
      take_text(jwk, "kid", parsed.kid) && take_text(jwk, "alg", parsed.alg) && take_text(jwk, "use", parsed.use);
  if (!readable || !allows_operation(jwk, parsed.use)) return refuse(JoseError::kBadKey);
  const auto algorithm = parse_algorithm(parsed.alg);
  const bool contradicts = algorithm && (parsed.use == "enc" || key_type_of(*algorithm) != parsed.key.type());
  if (contradicts) return refuse(JoseError::kBadKey);
  return parsed;
}

Result<PublicJwk, JoseError> parse_jwk(std::string_view jwk_json) {
  const auto value = parse_json(jwk_json, {.bytes_max = kJwksBytesMax, .depth_max = kJsonDepth});
  if (!value) return refuse(from_json(value.error()));
  if (!value->is_object()) return refuse(JoseError::kMalformed);
  return parse_jwk(value->get_object());
}

Result<std::vector<PublicJwk>, JoseError> parse_jwks(std::string_view jwks_json) {
  const auto value = parse_json(jwks_json, {.bytes_max = kJwksBytesMax, .depth_max = kJsonDepth});
  if (!value) return refuse(from_json(value.error()));
  const auto* set = value->if_object();
  const auto* member = set == nullptr ? nullptr : set->if_contains("keys");
  const auto* list = member == nullptr ? nullptr : member->if_array();
  if (list == nullptr) return refuse(JoseError::kMalformed);
  if (list->size() > kJwksKeysMax) return refuse(JoseError::kTooLarge);
  std::vector<PublicJwk> keys;
  for (const auto& entry : *list) {
    const auto* object = entry.if_object();
    if (object == nullptr) return refuse(JoseError::kMalformed);
    auto key = parse_jwk(*object);
    if (key) {
      keys.push_back(std::move(*key));
    } else if (key.error() == JoseError::kPrivateMember) {
      return refuse(JoseError::kPrivateMember);
    }
  }
  return keys;
}

}  // namespace cardea::jose
