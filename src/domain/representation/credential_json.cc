#include "domain/representation/credential_json.h"

#include <algorithm>
#include <array>

#include "domain/representation/object_reader.h"

namespace cardea {
namespace {

constexpr std::array<std::string_view, 19> kMembers = {"id",
                                                       "type",
                                                       "userLabel",
                                                       "createdDate",
                                                       "secretData",
                                                       "credentialData",
                                                       "priority",
                                                       "value",
                                                       "temporary",
                                                       "hashedSaltedValue",
                                                       "salt",
                                                       "hashIterations",
                                                       "algorithm",
                                                       "counter",
                                                       "digits",
                                                       "period",
                                                       "device",
                                                       "config",
                                                       "federationLink"};

/// Members of exports before Keycloak 9, all at the top level.
struct OldMembers {
  SecretBytes value;
  std::string salt, algorithm;
  int iterations = 0, digits = 6, period = 30;
  std::int64_t counter = 0;
};

OldMembers read_old_members(ObjectReader& reader) {
  OldMembers old;
  reader.secret("hashedSaltedValue", old.value);
  reader.text("salt", old.salt);
  reader.text("algorithm", old.algorithm);
  reader.number("hashIterations", old.iterations);
  reader.number("digits", old.digits);
  reader.number("period", old.period);
  reader.number("counter", old.counter);
  return old;
}

void take_old_password(const OldMembers& old, Credential& into) {
  const auto algorithm = old.algorithm.empty() ? "pbkdf2" : old.algorithm;  // what Keycloak 1 used
  into.credential_data = json::serialize(json::object{
      {"hashIterations", old.iterations}, {"algorithm", algorithm}, {"additionalParameters", json::object()}});
  into.secret_data = SecretBytes(json::serialize(
      json::object{{"value", old.value.reveal()}, {"salt", old.salt}, {"additionalParameters", json::object()}}));
}

void take_old_otp(const OldMembers& old, Credential& into) {
  const auto algorithm = old.algorithm.empty() ? "HmacSHA1" : old.algorithm;
  into.credential_data = json::serialize(json::object{{"subType", into.type},
                                                      {"digits", old.digits},
                                                      {"counter", old.counter},
                                                      {"period", old.period},
                                                      {"algorithm", algorithm}});
  into.secret_data = SecretBytes(json::serialize(json::object{{"value", old.value.reveal()}}));
  into.type = "otp";
  into.priority = 20;
}

/// The documents as they came, once they are known to be JSON objects.
void read_documents(ObjectReader& reader, Credential& into) {
  reader.text("credentialData", into.credential_data);
  reader.secret("secretData", into.secret_data);
  const auto is_object = [](std::string_view text) {
    const auto parsed = parse_json(text);
    return parsed && parsed->is_object();
  };
  if (!into.credential_data.empty() && !is_object(into.credential_data)) {
    reader.add_problem("credentialData", "expected a string that holds a JSON object");
  }
  if (!into.secret_data.empty() && !is_object(into.secret_data.reveal())) {
    reader.add_problem("secretData", "expected a string that holds a JSON object");
  }
}

}  // namespace

CredentialRepresentation parse_credential(const json::object& object, const JsonPath& at,
                                          RepresentationProblems& problems) {
  ObjectReader reader(object, at, problems);
  CredentialRepresentation out;
  auto& credential = out.credential;
  std::string id;
  if (reader.text("id", id)) credential.id = CredentialId(std::move(id));
  reader.text("type", credential.type);
  reader.text("userLabel", credential.label);
  reader.number("priority", credential.priority);
  reader.boolean("temporary", out.temporary);
  std::int64_t created = 0;
  if (reader.number("createdDate", created)) credential.created_at = from_epoch_milliseconds(created);
  if (credential.type.empty()) reader.add_problem("type", "expected a credential type");

  SecretBytes plain;
  if (reader.secret("value", plain)) {
    if (credential.type != "password") reader.add_problem("value", "only a password can be given in plain");
    out.plain = std::move(plain);
    return out;
  }
  read_documents(reader, credential);
  if (!credential.secret_data.empty()) return out;
  const auto old = read_old_members(reader);
  if (old.value.empty()) {
    problems.add(at, "expected value, or secretData with credentialData");
  } else if (credential.type == "totp" || credential.type == "hotp") {
    take_old_otp(old, credential);
  } else {
    take_old_password(old, credential);
  }
  return out;
}

json::object to_json(const Credential& credential, Secrets secrets) {
  json::object out;
  set_unless_empty(out, "id", credential.id.str());
  out["type"] = credential.type;
  set_unless_empty(out, "userLabel", credential.label);
  out["createdDate"] = epoch_milliseconds(credential.created_at);
  if (secrets == Secrets::kReveal) out["secretData"] = credential.secret_data.reveal();
  out["credentialData"] = credential.credential_data;
  out["priority"] = credential.priority;
  return out;
}

bool is_credential_member(std::string_view name) { return std::ranges::find(kMembers, name) != kMembers.end(); }

}  // namespace cardea
