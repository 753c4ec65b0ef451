#include "jose/jwe.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"

namespace cardea::jose {
namespace {

constexpr JsonLimits kHeaderJson = {.bytes_max = kJweBytesMax, .depth_max = 16};  // standards.md JO-19
constexpr std::size_t kParts = 5;

std::string random_bytes(Random& random, std::size_t size) {
  std::string bytes(size, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

/// A content key, and what tells the reader which it is.
struct KeyForReader {
  SecretBytes content_key;
  std::string encrypted_key;
  std::optional<PublicJwk> ephemeral;
};

Result<KeyForReader, JoseError> make_key(const Recipient& recipient, Random& random) {
  if (!fits(recipient.management, recipient.key.key.type())) return refuse(JoseError::kBadKey);
  KeyForReader made;
  if (recipient.management != KeyManagement::kEcdhEs) {
    made.content_key = SecretBytes(random_bytes(random, key_bytes(recipient.content)));
  }
  if (!is_agreement(recipient.management)) {
    auto encrypted = encrypt_key(recipient.key.key, recipient.management, made.content_key.reveal());
    if (!encrypted) return refuse(encrypted.error());
    made.encrypted_key = std::move(*encrypted);
    return made;
  }
  const auto ephemeral = crypto::PrivateKey::generate(recipient.key.key.type());
  if (!ephemeral) return refuse(JoseError::kBadKey);
  auto agreed = agree(*ephemeral, recipient.key.key, recipient.management, recipient.content, {});
  if (!agreed) return refuse(agreed.error());
  made.ephemeral = PublicJwk{ephemeral->public_key(), {}, {}, {}, {}};
  if (recipient.management == KeyManagement::kEcdhEs) {
    made.content_key = std::move(*agreed);
  } else {
    made.encrypted_key = wrap_key(*agreed, made.content_key.reveal());
  }
  return made;
}

std::string header_json(const Recipient& recipient, const KeyForReader& key, std::string_view content_type) {
  std::string header;
  JsonWriter writer(header);
  writer.begin_object();
  writer.member("alg", name(recipient.management)).member("enc", name(recipient.content));
  if (!content_type.empty()) writer.member("cty", content_type);
  if (!recipient.key.kid.empty()) writer.member("kid", recipient.key.kid);
  writer.end_object();
  if (key.ephemeral) {
    header.pop_back();
    header.append(R"(,"epk":)");
    append_jwk(header, *key.ephemeral);
    header.push_back('}');
  }
  return header;
}

std::optional<std::array<std::string_view, kParts>> split_compact(std::string_view compact) {
  std::array<std::string_view, kParts> parts;
  for (std::size_t i = 0; i + 1 < kParts; ++i) {
    const auto dot = compact.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    parts[i] = compact.substr(0, dot);
    compact.remove_prefix(dot + 1);
  }
  parts.back() = compact;  // one dot more is not base64url
  return parts;
}

/// A text member in base64url that may be absent.
bool take_bytes(const json::object& header, std::string_view name, std::string& out) {
  if (!header.contains(name)) return true;
  const auto* text = find_string(header, name);
  auto bytes = text == nullptr ? std::nullopt : base64url_decode(std::string_view(text->data(), text->size()));
  if (!bytes) return false;
  out = std::move(*bytes);
  return true;
}

Result<const DecryptionKey*, JoseError> find_key(const std::vector<DecryptionKey>& keys,
                                                 const std::optional<std::string>& kid, KeyManagement management) {
  const auto has_kid = [&](const DecryptionKey& key) { return !kid || key.kid == *kid; };
  const auto found = std::ranges::find_if(
      keys, [&](const DecryptionKey& key) { return has_kid(key) && key.management == management; });
  if (found != keys.end()) return &*found;
  const bool is_known = kid && std::ranges::any_of(keys, has_kid);
  return refuse(is_known ? JoseError::kWrongAlgorithm : JoseError::kUnknownKey);
}

}  // namespace

Result<std::string, JoseError> encrypt(const Recipient& recipient, std::string_view plaintext,
                                       std::string_view content_type, Random& random) {
  const auto key = make_key(recipient, random);
  if (!key) return refuse(key.error());
  auto jwe = base64url_encode(header_json(recipient, *key, content_type));
  const auto iv = random_bytes(random, iv_bytes(recipient.content));
  const auto content = encrypt_content(recipient.content, key->content_key.reveal(), iv, jwe, plaintext);
  jwe.append(".").append(base64url_encode(key->encrypted_key));
  jwe.append(".").append(base64url_encode(iv));
  jwe.append(".").append(base64url_encode(content.ciphertext));
  jwe.append(".").append(base64url_encode(content.tag));
  return jwe;
}

bool is_jwe(std::string_view compact) { return std::ranges::count(compact, '.') == kParts - 1; }

Result<UndecryptedJwe, JoseError> UndecryptedJwe::parse(std::string_view compact) {
  if (compact.size() > kJweBytesMax) return refuse(JoseError::kTooLarge);
  const auto parts = split_compact(compact);
  if (!parts) return refuse(JoseError::kMalformed);
  const auto header_bytes = base64url_decode((*parts)[0]);
  auto encrypted_key = base64url_decode((*parts)[1]), iv = base64url_decode((*parts)[2]),
       ciphertext = base64url_decode((*parts)[3]), tag = base64url_decode((*parts)[4]);
  if (!header_bytes || !encrypted_key || !iv || !ciphertext || !tag) return refuse(JoseError::kMalformed);
  const auto header = parse_json(*header_bytes, kHeaderJson);
  if (!header) return refuse(from_json(header.error()));
  if (!header->is_object()) return refuse(JoseError::kMalformed);

  UndecryptedJwe jwe;
  if (const auto taken = jwe.take_header(header->get_object()); !taken) return refuse(taken.error());
  jwe.additional_data_ = (*parts)[0];
  jwe.encrypted_key_ = std::move(*encrypted_key);
  jwe.iv_ = std::move(*iv);
  jwe.encrypted_ = {std::move(*ciphertext), std::move(*tag)};
  return jwe;
}

Result<void, JoseError> UndecryptedJwe::take_header(const json::object& header) {
  // We understand no extension (RFC 7516 section 4.1.13), and a small text may unpack to a very large one.
  if (header.contains("crit") || header.contains("zip")) return refuse(JoseError::kUnsupportedHeader);
  const auto management = parse_key_management(string_or(header, "alg", ""));
  const auto content = parse_content_encryption(string_or(header, "enc", ""));
  if (!management || !content) return refuse(JoseError::kUnknownAlgorithm);
  management_ = *management;
  content_ = *content;
  if (header.contains("kid")) {
    if (find_string(header, "kid") == nullptr) return refuse(JoseError::kMalformed);
    kid_ = string_or(header, "kid", "");
  }
  return is_agreement(management_) ? take_agreement(header) : Result<void, JoseError>();
}

Result<void, JoseError> UndecryptedJwe::take_agreement(const json::object& header) {
  const auto* key = header.if_contains("epk");
  if (key == nullptr || !key->is_object()) return refuse(JoseError::kMalformed);
  auto ephemeral = parse_jwk(key->get_object());
  if (!ephemeral) return refuse(ephemeral.error());
  ephemeral_ = std::move(*ephemeral);
  if (!take_bytes(header, "apu", producer_) || !take_bytes(header, "apv", consumer_)) {
    return refuse(JoseError::kMalformed);
  }
  return {};
}

Result<SecretBytes, JoseError> UndecryptedJwe::content_key(const DecryptionKey& key) const {
  if (!is_agreement(management_)) return decrypt_key(*key.key, management_, encrypted_key_);
  auto agreed = agree(*key.key, ephemeral_->key, management_, content_, {producer_, consumer_});
  if (!agreed) return refuse(agreed.error());
  if (management_ != KeyManagement::kEcdhEs) return unwrap_key(*agreed, encrypted_key_);
  if (!encrypted_key_.empty()) return refuse(JoseError::kMalformed);  // RFC 7516 section 5.2, step 10
  return agreed;
}

Result<std::string, JoseError> decrypt(const UndecryptedJwe& jwe, const std::vector<DecryptionKey>& keys,
                                       Random& random) {
  const auto key = find_key(keys, jwe.kid_, jwe.management_);
  if (!key) return refuse(key.error());
  const SecretBytes stand_in(random_bytes(random, key_bytes(jwe.content_)));
  const auto found = jwe.content_key(**key);
  const bool is_usable = found && found->size() == key_bytes(jwe.content_);
  const auto& content_key = is_usable ? *found : stand_in;
  return decrypt_content(jwe.content_, content_key.reveal(), jwe.iv_, jwe.additional_data_, jwe.encrypted_);
}

}  // namespace cardea::jose
