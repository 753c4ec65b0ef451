#include "gate/token/token_rules.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "gate/keep_domino/notes_name.h"
#include "upstream/issuer.h"

namespace cardea::gate {
namespace {

RefusedToken missing(std::string_view claim) {
  return {.reason = TokenRefusal::kMissingClaim, .provider = {}, .detail = std::string(claim)};
}

std::optional<std::string> in_form(NameForm form, std::string_view value) {
  switch (form) {
    case NameForm::kAsIs:
      return std::string(value);
    case NameForm::kNotes:
      return is_notes_name(value) ? std::optional(std::string(value)) : std::nullopt;
    case NameForm::kLdapToNotes:
      return notes_name_from_ldap(value);
  }
  return std::nullopt;
}

}  // namespace

std::optional<RefusedToken> refuse_times(const TokenRules& rules, const TokenTimes& times, TimePoint now) {
  if ((times.must_end || rules.lifetime_max) && !times.exp) return missing("exp");
  if (rules.lifetime_max && !times.iat) return missing("iat");
  if (times.iat && *times.iat > now + rules.leeway) return RefusedToken{.reason = TokenRefusal::kNotYetValid};
  if (times.nbf && *times.nbf > now + rules.leeway) return RefusedToken{.reason = TokenRefusal::kNotYetValid};
  if (rules.check_expiry && times.exp && now > *times.exp + rules.leeway)
    return RefusedToken{.reason = TokenRefusal::kExpired};
  if (rules.lifetime_max && *times.exp - *times.iat > *rules.lifetime_max)
    return RefusedToken{.reason = TokenRefusal::kTooLong};
  return std::nullopt;
}

TokenTimes times_of(const jose::VerifiedJwt& token) {
  return {.exp = token.exp(), .nbf = token.nbf(), .iat = token.iat(), .must_end = true};
}

std::optional<RefusedToken> refuse_missing(const TokenRules& rules, const json::object& claims) {
  for (const auto& claim : rules.required_claims)
    if (!claims.contains(claim)) return missing(claim);
  return std::nullopt;
}

namespace {

bool has_audience(const json::object& claims, std::string_view audience) {
  const auto* value = claims.if_contains("aud");
  if (value == nullptr) return false;
  if (const auto* text = value->if_string()) return *text == audience;
  const auto* list = value->if_array();
  return list != nullptr && std::ranges::any_of(*list, [&](const json::value& each) {
           const auto* text = each.if_string();
           return text != nullptr && *text == audience;
         });
}

/// Version 1 tokens of Entra ID say appid where everybody else says azp (entra.md section 4); RFC 9068 section 2.2 and
/// RFC 7662 section 2.2 say client_id.
std::string_view party_of(const json::object& claims) {
  for (const auto* name : {"azp", "appid", "client_id"})
    if (const auto* text = find_string(claims, name); text != nullptr && !text->empty()) return *text;
  return {};
}

}  // namespace

std::optional<RefusedToken> refuse_receiver(const TokenRules& rules, const json::object& claims) {
  if (!rules.authorized_parties.empty()) {
    const auto party = party_of(claims);
    if (party.empty()) return missing("azp");
    if (std::ranges::find(rules.authorized_parties, party) == rules.authorized_parties.end())
      return RefusedToken{.reason = TokenRefusal::kWrongParty, .provider = {}, .detail = std::string(party)};
  }
  if (const auto* audience = claims.if_contains("aud"); rules.is_audience_text && (!audience || !audience->is_string()))
    return RefusedToken{.reason = TokenRefusal::kWrongAudience};
  const auto is_meant = [&](const std::string& audience) { return has_audience(claims, audience); };
  if (!rules.audiences.empty() && std::ranges::none_of(rules.audiences, is_meant))
    return RefusedToken{.reason = TokenRefusal::kWrongAudience};
  return std::nullopt;
}

std::optional<RefusedToken> refuse_tenant(const TenantRule& rule, const json::object& claims) {
  if (rule.tenants.empty()) return std::nullopt;
  const auto tenant = string_or(claims, rule.claim, "");
  if (tenant.empty()) return missing(rule.claim);
  const auto names_it = [&, issuer = string_or(claims, "iss", "")](const std::string& known) {
    return upstream::issuer_of_tenant(known, tenant) == issuer;
  };
  const bool is_its_issuer = rule.issuers.empty() || std::ranges::any_of(rule.issuers, names_it);
  if (is_its_issuer && std::ranges::find(rule.tenants, tenant) != rule.tenants.end()) return std::nullopt;
  return RefusedToken{.reason = TokenRefusal::kWrongTenant, .provider = {}, .detail = tenant};
}

std::optional<RefusedToken> refuse_kind(const TokenRules& rules, const jose::VerifiedJwt& token) {
  const auto wrong = [](std::string_view sign) {
    return RefusedToken{.reason = TokenRefusal::kWrongKind, .provider = {}, .detail = std::string(sign)};
  };
  auto header = ascii_lower(token.header_typ());
  if (header.starts_with("application/")) header.erase(0, std::string_view("application/").size());
  if (header == "logout+jwt" || token.claims().contains("events")) return wrong("logout");
  const auto typ = token.typ();
  for (const auto* kind : {"Logout", "Refresh", "Offline"})
    if (equal_ignoring_ascii_case(typ, kind)) return wrong(typ);
  if (rules.type == TokenType::kAny) return std::nullopt;
  // Keycloak before 24 put the nonce into access tokens as well, which say so themselves.
  const bool is_access_token = header == "at+jwt" || equal_ignoring_ascii_case(typ, "Bearer");
  if (rules.type == TokenType::kId) return is_access_token ? std::optional(wrong("access token")) : std::nullopt;
  if (rules.type == TokenType::kAccessJwt && header != "at+jwt") return wrong("not at+jwt");
  if (equal_ignoring_ascii_case(typ, "ID")) return wrong(typ);
  for (const auto* claim : {"nonce", "at_hash"})
    if (!is_access_token && token.claims().contains(claim)) return wrong(claim);
  return std::nullopt;
}

namespace {

bool is_unverified(const json::object& claims) {
  const auto* flag = claims.if_contains("email_verified");
  if (flag == nullptr) return false;
  if (const auto* text = flag->if_string()) return !equal_ignoring_ascii_case(*text, "true");
  return !flag->is_bool() || !flag->get_bool();
}

}  // namespace

Scopes read_scopes(const TokenRules& rules, const json::object& claims) {
  for (const auto& claim : rules.scope_claims) {
    const auto* value = claims.if_contains(claim);
    if (value == nullptr) continue;
    Scopes scopes{.names = {}, .claim = claim};
    if (const auto* text = value->if_string()) {
      for (const auto word : split_words(*text)) scopes.names.emplace_back(word);
    }
    if (const auto* list = value->if_array()) {
      for (const auto& item : *list)
        if (const auto* text = item.if_string()) scopes.names.emplace_back(*text);
    }
    return scopes;
  }
  return {};
}

std::string subject_of(const json::object& claims) {
  const auto tenant = string_or(claims, "tid", ""), person = string_or(claims, "oid", "");
  auto subject = tenant.empty() || person.empty() ? string_or(claims, "sub", "") : tenant + "/" + person;
  return subject.find('\0') == std::string::npos ? subject : std::string();  // no database takes it
}

std::string email_of(std::string_view name) {
  const auto first = name.find('#');
  if (first == std::string_view::npos) return std::string(name);
  const auto second = name.find('#', first + 1);
  const auto middle = name.substr(first + 1, second == std::string_view::npos ? second : second - first - 1);
  if (!equal_ignoring_ascii_case(middle, "EXT")) return std::string(middle);
  std::string address(name.substr(0, first));
  if (const auto at = address.rfind('_'); at != std::string::npos) address[at] = '@';
  return address;
}

std::optional<CallerName> read_name(const TokenRules& rules, const json::object& claims) {
  for (const auto& claim : rules.name_claims) {
    const auto* text = find_string(claims, claim);
    if (text == nullptr || text->empty()) continue;
    if (text->find('\0') != json::string::npos) return std::nullopt;
    if (claim == "email" && is_unverified(claims)) continue;
    auto name = in_form(rules.name_form, rules.is_email_name ? email_of(*text) : std::string(*text));
    if (!name) return std::nullopt;  // the claim that counts says nonsense: the next one is no better
    return CallerName{.name = std::move(*name), .claim = claim};
  }
  return std::nullopt;
}

Result<Caller, RefusedToken> check_claims(const TokenProvider& provider, const ClaimsToCheck& said, TimePoint now) {
  const auto& rules = provider.settings().rules;
  const auto with_name = [&](RefusedToken refusal) {
    refusal.provider = provider.settings().name;
    return refuse(std::move(refusal));
  };
  if (auto refusal = refuse_missing(rules, said.claims)) return with_name(std::move(*refusal));
  if (auto refusal = refuse_times(rules, said.times, now)) return with_name(std::move(*refusal));
  if (auto refusal = refuse_receiver(rules, said.claims)) return with_name(std::move(*refusal));
  if (said.wrong_kind) return with_name(*said.wrong_kind);
  if (said.claims.contains("cnf"))  // bound to a key that nobody shows here (RFC 7800, 8705, 9449)
    return with_name({.reason = TokenRefusal::kWrongKind, .provider = {}, .detail = "cnf"});
  if (auto refusal = refuse_tenant(rules.tenant, said.claims)) return with_name(std::move(*refusal));
  auto name = read_name(rules, said.claims);
  if (!name) return with_name({.reason = TokenRefusal::kNoName});
  auto scopes = read_scopes(rules, said.claims);
  Caller caller;
  caller.over_at = rules.check_expiry && said.times.exp ? *said.times.exp + kLeewayMax + seconds{1} : kNeverOver;
  caller.provider = provider.settings().name;
  caller.name = std::move(name->name);
  caller.name_claim = std::move(name->claim);
  caller.scopes = std::move(scopes.names);
  caller.scope_claim = std::move(scopes.claim);
  return caller;
}

Result<Caller, RefusedToken> check_rules(const TokenProvider& provider, std::shared_ptr<const jose::VerifiedJwt> token,
                                         TimePoint now) {
  auto caller = check_claims(provider,
                             {.claims = token->claims(),
                              .times = times_of(*token),
                              .wrong_kind = refuse_kind(provider.settings().rules, *token)},
                             now);
  if (caller) caller->token = std::move(token);
  return caller;
}

}  // namespace cardea::gate
