#include "broker/identity.h"

#include <algorithm>

#include "base/text.h"
#include "core/changes/pattern.h"

namespace cardea::broker {
namespace {

constexpr std::size_t kTextsMax = 10'000;
/// Of each document that expressions alone see.
constexpr std::size_t kExpressionDocumentBytesMax = 64 * 1024;
constexpr std::size_t kIdentityBytesMax = 512 * 1024;

std::string text_of(const json::value& value) {
  // A NUL is in nobody's name, and no database takes one.
  if (const auto* text = value.if_string()) {
    return std::string_view(*text).contains('\0') ? std::string() : std::string(*text);
  }
  if (const auto* flag = value.if_bool()) return *flag ? "true" : "false";
  if (const auto* number = value.if_int64()) return std::to_string(*number);
  if (const auto* number = value.if_uint64()) return std::to_string(*number);
  return {};
}

// "a.b\.c" gives "a" and "b.c".
std::vector<std::string> path_parts(std::string_view path) {
  std::vector<std::string> out(1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '\\' && i + 1 < path.size()) {
      out.back() += path[++i];
    } else if (path[i] == '.') {
      out.emplace_back();
    } else {
      out.back() += path[i];
    }
  }
  return out;
}

bool is_true(const json::object& claims, std::string_view name) {
  const auto text = ascii_lower(claim_text(claims, name));
  return text == "true" || text == "1";
}

// Entra ID has no email_verified: `mail` is whatever a tenant's administrator wrote (entra.md section 5).
bool is_asserted_by(const Addresses& addresses, const json::object& claims, std::string_view email) {
  if (addresses.dialect != Dialect::kEntra) {
    return is_true(claims, "email_verified") && ascii_lower(trim(claim_text(claims, "email"))) == email;
  }
  if (is_true(claims, "xms_edov")) return ascii_lower(claim_text(claims, "email")) == email;
  return std::ranges::any_of(claim_texts(claims, "verified_primary_email"),
                             [email](const std::string& each) { return ascii_lower(each) == email; });
}

// What is said of an address counts for the one beside it in the same document.
bool is_asserted(const Addresses& addresses, const json::object& claims, const json::object& more,
                 std::string_view email) {
  return is_asserted_by(addresses, claims, email) || is_asserted_by(addresses, more, email);
}

bool lists_domain(std::string_view list, std::string_view email) {
  const auto at = email.rfind('@');
  if (at == std::string_view::npos || at + 1 == email.size()) return false;
  const auto domain = email.substr(at + 1);
  std::string spaced = ascii_lower(list);
  std::ranges::replace_if(spaced, [](char c) { return c == ',' || c == '#'; }, ' ');
  return has_word(spaced, domain);
}

std::string first_of(const json::object& claims, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    if (auto text = claim_text(claims, name); !text.empty()) return text;
  }
  return {};
}

std::string id_of(const IdentityProvider& provider, const Addresses& addresses, const json::object& claims) {
  if (addresses.dialect == Dialect::kEntra) {
    const auto tenant = ascii_lower(claim_text(claims, "tid"));
    const auto object = ascii_lower(claim_text(claims, "oid"));
    return tenant.empty() || object.empty() ? std::string() : tenant + "/" + object;
  }
  if (addresses.dialect == Dialect::kOauth2) {
    const auto name = provider.setting("userIDClaim");
    return name.empty() ? first_of(claims, {"sub", "id"}) : claim_text(claims, name);
  }
  return claim_text(claims, "sub");
}

// Is `more` about the same person?
bool is_same_subject(const Addresses& addresses, const json::object& claims, const json::object& more) {
  if (more.empty() || addresses.dialect == Dialect::kOauth2) return true;
  if (addresses.dialect == Dialect::kEntra) {
    const auto id = ascii_lower(claim_text(more, "id"));
    return id.empty() || id == ascii_lower(claim_text(claims, "oid"));
  }
  return claim_text(more, "sub") == claim_text(claims, "sub");
}

// Google: `claims` are the ID token's. "*" is any organization.
bool is_of_hosted_domain(const IdentityProvider& provider, const json::object& claims) {
  const auto wanted = trim(provider.setting("hostedDomain"));
  if (provider.kind != "google" || wanted.empty()) return true;
  const auto domain = string_or(claims, "hd", "");
  return wanted == "*" ? !domain.empty() : ascii_lower(domain) == ascii_lower(wanted);
}

// Keycloak's "verify essential claim". Where there is an ID token only that counts: it is signed. A filter without a
// name or a pattern lets in nobody.
bool passes_claim_filter(const IdentityProvider& provider, const json::object& claims) {
  if (!provider.is_on("filteredByClaim")) return true;
  const auto name = provider.setting("claimFilterName");
  const auto pattern = provider.setting("claimFilterValue");
  if (name.empty() || pattern.empty()) return false;
  return std::ranges::any_of(claim_texts(claims, name),
                             [pattern](const std::string& each) { return matches_pattern(pattern, each); });
}

json::object merged(const json::object& claims, const json::object& more) {
  auto out = claims;
  for (const auto& [name, value] : more) {
    if (!out.contains(name)) out[name] = value;
  }
  return out;
}

void read_names(const IdentityProvider& provider, const Addresses& addresses, UpstreamIdentity& out) {
  const auto& claims = out.claims;
  const auto configured = [&](std::string_view setting, std::initializer_list<std::string_view> names) {
    const auto name = provider.setting(setting);
    return name.empty() ? first_of(claims, names) : claim_text(claims, name);
  };
  out.first_name = configured("givenNameClaim", {"given_name", "givenName"});
  out.last_name = configured("familyNameClaim", {"family_name", "surname"});
  if (out.first_name.empty() && out.last_name.empty()) {
    // One name for all: the last word is the family's.
    const auto whole = configured("fullNameClaim", {"name", "displayName"});
    const auto at = whole.rfind(' ');
    out.first_name = whole.substr(0, at);
    if (at != std::string::npos) out.last_name = whole.substr(at + 1);
  }
  if (addresses.dialect == Dialect::kEntra) {
    out.username = first_of(claims, {"userPrincipalName", "preferred_username", "upn", "unique_name"});
    out.email = first_of(claims, {"mail", "email"});
    if (out.email.empty()) out.email = claim_text(claims, "otherMails");
    return;
  }
  out.username = configured("userNameClaim", {"preferred_username", "login"});
  out.email = configured("emailClaim", {"email"});
}

}  // namespace

std::string_view describe(IdentityError error) {
  switch (error) {
    case IdentityError::kNoId:
      return "no_upstream_id";
    case IdentityError::kOtherSubject:
      return "userinfo_of_other_subject";
    case IdentityError::kOtherDomain:
      return "hosted_domain_not_allowed";
    case IdentityError::kFilteredOut:
      return "claim_filter";
  }
  return "?";
}

const json::value* find_claim(const json::object& claims, std::string_view path) {
  if (path.empty()) return nullptr;
  if (const auto* whole = claims.if_contains(path)) return whole;  // names with dots, as URLs
  const auto* object = &claims;
  const json::value* found = nullptr;
  for (const auto& part : path_parts(path)) {
    if (object == nullptr) return nullptr;
    found = object->if_contains(part);
    if (found == nullptr) return nullptr;
    object = found->if_object();
  }
  return found;
}

std::vector<std::string> claim_texts(const json::object& claims, std::string_view path) {
  std::vector<std::string> out;
  const auto* found = find_claim(claims, path);
  if (found == nullptr) return out;
  if (const auto* list = found->if_array()) {
    for (const auto& item : *list) {
      if (out.size() == kTextsMax) break;
      if (auto text = text_of(item); !text.empty()) out.push_back(std::move(text));
    }
    return out;
  }
  if (auto text = text_of(*found); !text.empty()) out.push_back(std::move(text));
  return out;
}

std::string claim_text(const json::object& claims, std::string_view path) {
  auto texts = claim_texts(claims, path);
  return texts.empty() ? std::string() : std::move(texts.front());
}

Result<UpstreamIdentity, IdentityError> make_identity(const IdentityProvider& provider, const Addresses& addresses,
                                                      const json::object& claims, const json::object& more) {
  if (!is_same_subject(addresses, claims, more)) return refuse(IdentityError::kOtherSubject);
  if (!is_of_hosted_domain(provider, claims)) return refuse(IdentityError::kOtherDomain);
  UpstreamIdentity out;
  out.provider = provider.alias;
  out.claims = merged(claims, more);
  if (json::serialize(more).size() <= kExpressionDocumentBytesMax) out.userinfo = more;
  out.issuer = string_or(claims, "iss", "");
  if (!passes_claim_filter(provider, addresses.dialect == Dialect::kOauth2 ? out.claims : claims)) {
    return refuse(IdentityError::kFilteredOut);
  }
  // Plain OAuth 2.0 has no issuer: who answers is whoever is asked.
  if (addresses.dialect == Dialect::kOauth2) out.issuer = addresses.userinfo;
  out.id = id_of(provider, addresses, addresses.dialect == Dialect::kOauth2 ? out.claims : claims);
  if (out.id.empty()) return refuse(IdentityError::kNoId);
  read_names(provider, addresses, out);
  out.email = ascii_lower(trim(out.email));
  if (out.username.empty()) out.username = out.email.empty() ? out.id : out.email;
  if (!provider.is_on("caseSensitiveOriginalUsername")) out.username = ascii_lower(out.username);
  out.email_verified = provider.trust_email && !out.email.empty() && is_asserted(addresses, claims, more, out.email);
  out.email_is_proof = out.email_verified && lists_domain(provider.setting("emailDomains"), out.email);
  return out;
}

json::object answer_without_tokens(std::string_view token_answer) {
  constexpr std::size_t kWordBytesMax = 64;  // longer ones may be tokens under other names
  json::object out;
  const auto document = parse_json(token_answer, {.bytes_max = kExpressionDocumentBytesMax, .depth_max = 8});
  if (!document || !document->is_object()) return out;
  for (const auto& [name, value] : document->get_object()) {
    const auto lower = ascii_lower(name);
    if (lower.contains("token") && lower != "token_type") continue;
    if (value.is_string() && value.get_string().size() > kWordBytesMax && lower != "scope") continue;
    if (!value.is_object() && !value.is_array()) out[name] = value;
  }
  return out;
}

std::string to_json(const UpstreamIdentity& identity) {
  const json::object document{
      {"provider", identity.provider},    {"issuer", identity.issuer},     {"id", identity.id},
      {"username", identity.username},    {"email", identity.email},       {"verified", identity.email_verified},
      {"proof", identity.email_is_proof}, {"first", identity.first_name},  {"last", identity.last_name},
      {"claims", identity.claims},        {"userinfo", identity.userinfo}, {"answer", identity.answer}};
  return json::serialize(document);
}

std::optional<UpstreamIdentity> identity_from_json(std::string_view text) {
  const auto document = parse_json(text, {.bytes_max = kIdentityBytesMax, .depth_max = 40});
  if (!document || !document->is_object()) return std::nullopt;
  const auto& object = document->get_object();
  UpstreamIdentity out;
  out.provider = string_or(object, "provider", "");
  out.issuer = string_or(object, "issuer", "");
  out.id = string_or(object, "id", "");
  out.username = string_or(object, "username", "");
  out.email = string_or(object, "email", "");
  out.email_verified = bool_or(object, "verified", false);
  out.email_is_proof = bool_or(object, "proof", false);
  out.first_name = string_or(object, "first", "");
  out.last_name = string_or(object, "last", "");
  const auto* claims = object.if_contains("claims");
  if (out.provider.empty() || out.id.empty() || claims == nullptr || !claims->is_object()) return std::nullopt;
  out.claims = claims->get_object();
  const auto take = [&](std::string_view name, json::object& into) {  // absent in what an older release wrote
    const auto* member = object.if_contains(name);
    if (member != nullptr && member->is_object()) into = member->get_object();
  };
  take("userinfo", out.userinfo);
  take("answer", out.answer);
  return out;
}

}  // namespace cardea::broker
