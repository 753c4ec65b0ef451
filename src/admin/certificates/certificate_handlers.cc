#include "admin/certificates/certificate_handlers.h"

#include <algorithm>

#include "admin/clients/client_view.h"
#include "admin/seam/body_form.h"
#include "base/encoding.h"
#include "crypto/pkcs12.h"
#include "crypto/read_certificate.h"
#include "domain/representation/members.h"
#include "jose/jwk.h"

namespace cardea::admin {
namespace {

constexpr int kYears = 10;
constexpr std::string_view kAttribute = "jwt.credential";  // SAML, which has others, is not spoken here

struct PreparedCertificate {
  crypto::PrivateKey key;
  std::string der;
  SecretBytes file{};  // PKCS #12, where one is asked for
};

Or<void> check_attribute(const Call& call) {
  if (call.path("attr") == kAttribute) return {};
  return refuse(not_found("HTTP 404 Not Found"));
}

std::string attribute_name() { return std::string(kAttribute) + ".certificate"; }

/// The private key as Keycloak shows it: base64 of PKCS #8, the PEM without its frame.
std::string bare_pem(std::string_view pem) {
  std::string bare;
  while (!pem.empty()) {
    const auto end = std::min(pem.find('\n'), pem.size());
    const auto line = pem.substr(0, end);
    if (!line.starts_with("-----")) bare.append(line);
    pem.remove_prefix(std::min(end + 1, pem.size()));
  }
  return bare;
}

/// What an uploaded file holds: one certificate, or one public key (SubjectPublicKeyInfo, DER) with its name.
struct Uploaded {
  std::string certificate;
  std::string key{};
  std::string kid{};
};

/// The client with its new certificate or key; the one before is good no more.
Or<Client> store_upload(Call& call, const Uploaded& uploaded) {
  CARDEA_TRY(client, load_client_to_change(call));
  for (const auto* part : {".certificate", ".public.key", ".kid"}) {
    client.attributes.erase(std::string(kAttribute) + part);
  }
  const auto put = [&](std::string_view part, std::string value) {
    if (!value.empty()) client.attributes[std::string(kAttribute).append(part)] = std::move(value);
  };
  put(".certificate", base64_encode(uploaded.certificate));
  put(".public.key", base64_encode(uploaded.key));
  put(".kid", uploaded.kid);
  CARDEA_DO(call.repositories().clients.update(call.tx(), call.realm().id, client));
  CARDEA_TRY(shown, masked_client_json(call, client));
  call.note_after(std::move(shown));
  return std::move(client);
}

Or<Client> store_certificate(Call& call, const std::string& der) { return store_upload(call, {.certificate = der}); }

web::Response key_store(std::string_view bytes) {
  web::Response response;
  response.status = 200;
  response.add("Content-Type", "application/octet-stream").add("Cache-Control", "no-store");
  response.body = std::string(bytes);
  return response;
}

Or<void> check_format(const json::object& body) {
  if (string_or(body, "format", "PKCS12") == "PKCS12") return {};
  return refuse(error_message(400, "Only PKCS12 files can be made"));
}

constexpr std::string_view kNoWords = "Need to specify a key alias and a password";

/// Those of the body: of the store, or of the key in it.
SecretBytes store_password(const json::object& body) {
  return SecretBytes(string_or(body, "storePassword", string_or(body, "keyPassword", "")));
}

Or<PreparedCertificate> make_certificate(Call& call) {
  auto key = crypto::PrivateKey::generate(crypto::KeyType::kRsa);
  if (!key) return refuse(error(500, "unknown_error", "The key cannot be made"));
  // The name is the client's internal id, which stays.
  auto der = crypto::make_self_signed_certificate(*key, call.path("clientUuid"), call.now(), kYears);
  if (!der) return refuse(not_found("Could not find client"));
  return PreparedCertificate{.key = std::move(*key), .der = std::move(*der)};
}

/// The first key of the set that signatures are checked with; a private one is no key for us.
Or<Uploaded> read_key_set(std::string_view text) {
  const auto keys = jose::parse_jwks(text);
  if (!keys) return refuse(error_message(400, "The file holds no set of public keys"));
  const auto key = std::ranges::find_if(*keys, [](const jose::PublicJwk& each) { return each.use != "enc"; });
  if (key == keys->end()) return refuse(error_message(400, "The file holds no key for signatures"));
  return Uploaded{.certificate = {}, .key = key->key.spki_der(), .kid = key->kid};
}

/// In a frame of PEM, or the base64 alone.
Or<Uploaded> read_public_key(std::string_view text) {
  std::string pem(text);
  if (!text.contains("-----BEGIN")) pem = "-----BEGIN PUBLIC KEY-----\n" + pem + "\n-----END PUBLIC KEY-----\n";
  const auto key = crypto::PublicKey::from_pem(pem);
  if (!key) return refuse(error_message(400, "The file holds no public key"));
  return Uploaded{.certificate = {}, .key = key->spki_der()};
}

/// Key stores are not read: such a file says itself how long opening it takes.
Or<Uploaded> read_upload(const web::Form& form) {
  const auto format = form.value_or("keystoreFormat", "Certificate PEM");
  const auto file = form.value_or("file", "");
  if (format == "JSON Web Key Set") return read_key_set(file);
  if (format == "Public Key PEM") return read_public_key(file);
  if (format != "Certificate PEM") {
    return refuse(error_message(400, "Only Certificate PEM, Public Key PEM and JSON Web Key Set files can be read"));
  }
  if (auto der = crypto::read_certificate(file)) return Uploaded{.certificate = std::move(*der)};
  return refuse(error_message(400, "The file holds no certificate"));
}

}  // namespace

Answer get_certificate(Call& call) {
  CARDEA_TRY(client, load_client(call));
  CARDEA_DO(check_attribute(call));
  json::object out;
  set_unless_empty(out, "publicKey", client.attribute(std::string(kAttribute) + ".public.key"));
  set_unless_empty(out, "certificate", client.attribute(attribute_name()));
  set_unless_empty(out, "kid", client.attribute(std::string(kAttribute) + ".kid"));
  return ok(out);
}

Prepared prepare_certificate(Call& call) {
  CARDEA_DO(check_attribute(call));
  CARDEA_TRY(made, make_certificate(call));
  call.prepared = std::make_shared<PreparedCertificate>(std::move(made));
  return {};
}

Prepared prepare_new_download(Call& call) {
  CARDEA_DO(check_attribute(call));
  CARDEA_TRY(body, call.body_object());
  CARDEA_DO(check_format(*body));
  CARDEA_TRY(client, read_client(call));
  CARDEA_TRY(made, make_certificate(call));
  const auto alias = string_or(*body, "keyAlias", client.client_id);
  auto file = crypto::write_pkcs12(made.key, made.der, alias, store_password(*body));
  if (!file) return refuse(error_message(400, kNoWords));
  made.file = std::move(*file);
  call.prepared = std::make_shared<PreparedCertificate>(std::move(made));
  return {};
}

Answer generate_certificate(Call& call) {
  const auto& made = *static_cast<PreparedCertificate*>(call.prepared.get());
  CARDEA_TRY(client, store_certificate(call, made.der));
  json::object out;
  out["privateKey"] = bare_pem(made.key.to_pem().reveal());
  out["certificate"] = base64_encode(made.der);
  auto response = ok(out);
  response.set("Cache-Control", "no-store");
  return response;
}

Answer download_new_certificate(Call& call) {
  const auto& made = *static_cast<PreparedCertificate*>(call.prepared.get());
  CARDEA_TRY(client, store_certificate(call, made.der));
  return key_store(made.file.reveal());
}

Prepared prepare_download(Call& call) {
  CARDEA_TRY(client, read_client(call));
  CARDEA_DO(check_attribute(call));
  CARDEA_TRY(body, call.body_object());
  CARDEA_DO(check_format(*body));
  const auto der = base64_decode(client.attribute(attribute_name()));
  if (!der || der->empty()) return refuse(not_found("keypair not generated for client"));
  auto file = crypto::write_pkcs12(*der, string_or(*body, "keyAlias", client.client_id), store_password(*body));
  if (!file) return refuse(error_message(400, kNoWords));
  call.prepared = std::make_shared<SecretBytes>(std::move(*file));
  return {};
}

Answer download_certificate(Call& call) { return key_store(static_cast<SecretBytes*>(call.prepared.get())->reveal()); }

Prepared prepare_upload(Call& call) {
  CARDEA_DO(check_attribute(call));
  CARDEA_TRY(form, body_form(call));
  CARDEA_TRY(uploaded, read_upload(form));
  call.prepared = std::make_shared<Uploaded>(std::move(uploaded));
  return {};
}

Answer upload_certificate(Call& call) {
  const auto& uploaded = *static_cast<Uploaded*>(call.prepared.get());
  CARDEA_TRY(client, store_upload(call, uploaded));
  json::object out;
  set_unless_empty(out, "publicKey", base64_encode(uploaded.key));
  set_unless_empty(out, "certificate", base64_encode(uploaded.certificate));
  set_unless_empty(out, "kid", uploaded.kid);
  return ok(out);
}

}  // namespace cardea::admin
