#include "jose/jws.h"

#include <array>
#include <functional>
#include <utility>

#include "base/encoding.h"
#include "base/json_arena.h"

namespace cardea::jose {
namespace {

constexpr JsonLimits kTokenJson = {.bytes_max = kJwtBytesMax, .depth_max = 16};  // standards.md JO-19

Result<json::object, JoseError> object_of(Result<json::value, JsonError> value) {
  if (!value) return refuse(from_json(value.error()));
  if (!value->is_object()) return refuse(JoseError::kMalformed);
  return std::move(value->get_object());
}

/// A header that was read and carries no key, with its text. Tokens by one key have one header, letter for letter, as a
/// rule: each thread keeps those it read last.
struct KnownHeader {
  static constexpr std::size_t kTextBytesMax = 256, kPlaces = 16;
  std::string text;  // as base64url; empty: a free place
  Algorithm algorithm = Algorithm::kRS256;
  std::optional<std::string> kid;
  std::string typ;
};

KnownHeader& place_of(std::string_view text) {
  thread_local std::array<KnownHeader, KnownHeader::kPlaces> places;
  return places[std::hash<std::string_view>()(text) % KnownHeader::kPlaces];
}

/// Calls `take` with the header, which is let go after it.
template <class Take>
Result<void, JoseError> with_header(std::string_view text, Take take) {
  const auto bytes = base64url_decode(text);
  if (!bytes) return refuse(JoseError::kMalformed);
  std::array<unsigned char, 1024> space;
  json::monotonic_resource storage(space.data(), space.size());
  const auto header = object_of(parse_json_in(&storage, *bytes, kTokenJson));
  if (!header) return refuse(header.error());
  return take(*header);
}

}  // namespace

Result<UnverifiedJws, JoseError> UnverifiedJws::parse(std::string_view compact) {
  if (compact.size() > kJwtBytesMax) return refuse(JoseError::kTooLarge);
  const auto first = compact.find('.'), last = compact.rfind('.');
  if (first == std::string_view::npos || first == last) return refuse(JoseError::kMalformed);
  const auto payload_text = compact.substr(first + 1, last - first - 1);  // a third dot in it is not base64url
  auto payload = base64url_decode(payload_text), signature = base64url_decode(compact.substr(last + 1));
  if (!payload || !signature) return refuse(JoseError::kMalformed);
  UnverifiedJws jws;
  const auto header_text = compact.substr(0, first);
  if (auto& known = place_of(header_text); !header_text.empty() && known.text == header_text) {
    jws.algorithm_ = known.algorithm;
    jws.kid_ = known.kid;
    jws.typ_ = known.typ;
  } else {
    const auto taken = with_header(header_text, [&](const json::object& header) { return jws.take_header(header); });
    if (!taken) return refuse(taken.error());
    if (!jws.carried_key_ && header_text.size() <= KnownHeader::kTextBytesMax)
      known = {.text = std::string(header_text), .algorithm = jws.algorithm_, .kid = jws.kid_, .typ = jws.typ_};
  }
  jws.signing_input_ = compact.substr(0, last);
  jws.payload_ = std::move(*payload);
  jws.signature_ = std::move(*signature);
  return jws;
}

Result<void, JoseError> UnverifiedJws::take_header(const json::object& header) {
  // We understand no extension, so whatever `crit` lists must be refused (RFC 7515 section 4.1.11); JWTs never use
  // `b64` (RFC 7797 section 7).
  if (header.contains("crit") || header.contains("b64")) return refuse(JoseError::kUnsupportedHeader);
  const auto algorithm = parse_algorithm(string_or(header, "alg", ""));
  if (!algorithm) return refuse(JoseError::kUnknownAlgorithm);
  algorithm_ = *algorithm;
  if (const auto* kid = header.if_contains("kid")) {
    if (!kid->is_string()) return refuse(JoseError::kMalformed);
    kid_ = std::string(kid->get_string());
  }
  if (const auto* typ = header.if_contains("typ")) {
    if (!typ->is_string()) return refuse(JoseError::kMalformed);
    typ_ = std::string(typ->get_string());
  }
  if (const auto* key = header.if_contains("jwk")) carried_key_.emplace(*key, json::storage_ptr());
  return {};
}

std::optional<std::string_view> UnverifiedJws::kid() const {
  if (!kid_) return std::nullopt;
  return *kid_;
}

std::string UnverifiedJws::claimed(std::string_view name) const {
  if (!claims_) {
    auto claims = object_of(parse_json_together(payload_, kTokenJson));
    if (!claims) return {};
    claims_ = std::move(*claims);
  }
  return string_or(*claims_, name, "");
}

Result<json::object, JoseError> UnverifiedJws::take_claims() const {
  if (!claims_) return object_of(parse_json_together(payload_, kTokenJson));
  auto claims = std::move(*claims_);
  claims_.reset();
  return claims;
}

Result<PublicJwk, JoseError> UnverifiedJws::carried_key() const {
  if (!carried_key_ || !carried_key_->is_object()) return refuse(JoseError::kUnknownKey);
  return parse_jwk(carried_key_->get_object());
}
std::string UnverifiedJws::claimed_subject() const { return claimed("sub"); }
std::string UnverifiedJws::claimed_issuer() const { return claimed("iss"); }

Result<VerificationKey, JoseError> UnverifiedJws::check_signature(const KeySet& keys) const {
  // The header's `alg` only has to agree with the key's record; the record decides how to verify.
  auto key = keys.find(kid(), algorithm_);
  if (!key) return key;
  if (!key->is_signature_valid(signing_input_, signature_)) return refuse(JoseError::kBadSignature);
  return key;
}

Result<std::string, JoseError> verify_payload(const UnverifiedJws& jws, const KeySet& keys) {
  const auto key = jws.check_signature(keys);
  if (!key) return refuse(key.error());
  return jws.payload_;
}

Result<VerifiedJwt, JoseError> verify(const UnverifiedJws& jws, const KeySet& keys) {
  const auto key = keys.find(jws.kid(), jws.algorithm_);
  if (!key) return refuse(key.error());
  return verify(jws, *key);
}

Result<VerifiedJwt, JoseError> verify(const UnverifiedJws& jws, const VerificationKey& key) {
  // The header's `alg` only has to agree with the key's record; the record decides how to verify.
  if (key.algorithm() != jws.algorithm_) return refuse(JoseError::kWrongAlgorithm);
  if (!key.is_signature_valid(jws.signing_input_, jws.signature_)) return refuse(JoseError::kBadSignature);
  auto claims = jws.take_claims();
  if (!claims) return refuse(claims.error());
  VerifiedJwt jwt(std::move(*claims));
  jwt.algorithm_ = key.algorithm();
  jwt.kid_ = key.kid();
  jwt.header_typ_ = jws.typ_;
  if (const auto taken = jwt.take_claims(); !taken) return refuse(taken.error());
  return jwt;
}

Result<VerifiedJwt, JoseError> verify(std::string_view compact, const KeySet& keys) {
  const auto jws = UnverifiedJws::parse(compact);
  if (!jws) return refuse(jws.error());
  return verify(*jws, keys);
}

}  // namespace cardea::jose
