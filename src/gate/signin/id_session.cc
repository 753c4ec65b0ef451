#include "gate/signin/id_session.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "gate/token/token_rules.h"
#include "jose/jws.h"

namespace cardea::gate {
namespace {

constexpr seconds kTokenLifeUnknown{300};
constexpr seconds kTokenLifeMax{std::chrono::hours(24)};

using Jwt = std::shared_ptr<const jose::VerifiedJwt>;

/// The access token as a JWT of the same provider. It was made for somebody else, perhaps: its audience is not asked.
Result<Jwt, std::string> access_claims(const TokenFacts& facts, const std::string& access_token) {
  const auto jws = jose::UnverifiedJws::parse(access_token);
  if (!jws) return refuse(std::string("access_token_is_no_jwt"));
  const auto algorithms = upstream::allowed_algorithms(facts.metadata.id_token_algorithms);
  if (std::ranges::find(algorithms, jws->algorithm()) == algorithms.end())
    return refuse(std::string("access_token_algorithm"));
  auto jwt = jose::verify(*jws, facts.keys.keys);
  if (!jwt) return refuse("access_token_" + std::string(jose::describe(jwt.error())));
  return std::make_shared<const jose::VerifiedJwt>(std::move(*jwt));
}

Result<std::shared_ptr<const Caller>, std::string> caller_of(const Application& application, Jwt token) {
  TokenRules rules;
  rules.name_claims = application.sign_in->name_claims;
  auto name = read_name(rules, token->claims());
  if (!name) return refuse(std::string("no_name"));
  auto scopes = read_scopes(rules, token->claims());
  Caller caller;
  caller.provider = application.sign_in->issuer;
  caller.name = std::move(name->name);
  caller.name_claim = std::move(name->claim);
  caller.scopes = std::move(scopes.names);
  caller.scope_claim = std::move(scopes.claim);
  caller.token = std::move(token);
  return std::make_shared<const Caller>(std::move(caller));
}

Result<Jwt, std::string> id_claims(const TokenFacts& facts, const upstream::TokenAnswer& answer, bool is_refresh) {
  auto policy = id_token_policy(facts.application, facts.metadata, facts.now);
  policy.nonce = facts.nonce;
  policy.access_token = answer.access_token;
  auto checked = upstream::check_id_token(answer.id_token, facts.keys, policy);
  if (!checked && checked.error() == upstream::IdTokenError::kNonce && is_refresh) {
    policy.nonce.clear();  // it need not be there again, but no other one may (OpenID Connect Core section 12.2)
    checked = upstream::check_id_token(answer.id_token, facts.keys, policy);
  }
  if (!checked) return refuse("id_token_" + std::string(upstream::describe(checked.error())));
  return std::make_shared<const jose::VerifiedJwt>(std::move(*checked));
}

/// When the tokens end, as their answer says; a provider that does not say is asked often.
TimePoint end_of(const upstream::TokenAnswer& answer, TimePoint now) {
  const auto life = answer.expires_in ? seconds(*answer.expires_in) : kTokenLifeUnknown;
  return now + std::clamp(life, seconds{1}, kTokenLifeMax);
}

/// Keys of one set may sign for many tenants: the access token is of the tenant that was let in. Version 1 tokens of
/// Entra ID spell the issuer otherwise than the ID token does.
bool is_of_same_issuer(const json::object& known, const json::object& access) {
  const auto tenant = ascii_lower(string_or(known, "tid", ""));
  if (!tenant.empty()) return ascii_lower(string_or(access, "tid", "")) == tenant;
  return string_or(access, "iss", "") == string_or(known, "iss", "");
}

/// `id` null: no ID token came, and who it is stays as it is in `session` unless the access token says.
Result<Session, std::string> fill(const TokenFacts& facts, const upstream::TokenAnswer& answer, const Jwt& id,
                                  Session session) {
  auto decides = id;
  if (facts.application.sign_in->claims_from == ClaimsFrom::kAccessToken) {
    auto access = access_claims(facts, answer.access_token);
    if (!access) return refuse(std::move(access.error()));
    const auto& known = id ? id->claims() : session.caller->claims();
    if (!is_of_same_issuer(known, (*access)->claims())) return refuse(std::string("access_token_of_another_issuer"));
    decides = std::move(*access);
  }
  session.tokens_end = end_of(answer, facts.now);
  if (!decides) return session;
  auto caller = caller_of(facts.application, std::move(decides));
  if (!caller) return refuse(std::move(caller.error()));
  session.caller = std::move(*caller);
  return session;
}

}  // namespace

bool is_issuer(const SignInSettings& settings, std::string_view issuer) {
  if (!upstream::is_template(settings.issuer)) return issuer == settings.issuer;
  return std::ranges::any_of(settings.tenants, [&](const std::string& tenant) {
    return issuer == upstream::issuer_of_tenant(settings.issuer, tenant);
  });
}

upstream::IdTokenPolicy id_token_policy(const Application& application, const upstream::Metadata& metadata,
                                        TimePoint now) {
  upstream::IdTokenPolicy policy;
  policy.issuer.issuer = metadata.issuer;
  policy.issuer.tenants = application.sign_in->tenants;
  policy.client_id = application.sign_in->client_id;
  policy.algorithms = upstream::allowed_algorithms(metadata.id_token_algorithms);
  policy.now = now;
  policy.leeway = application.sign_in->leeway;
  return policy;
}

Result<Session, std::string> session_of(const TokenFacts& facts, upstream::TokenAnswer answer) {
  if (answer.id_token.empty()) return refuse(std::string("no_id_token"));
  auto id = id_claims(facts, answer, false);
  if (!id) return refuse(std::move(id.error()));
  Session session;
  session.application = facts.application.name;
  session.issuer = (*id)->iss();
  session.subject = (*id)->sub();
  session.sid = (*id)->sid();
  session.nonce = facts.nonce;
  session.id_token = SecretBytes::copy_of(answer.id_token);
  session.refresh_token = SecretBytes::copy_of(answer.refresh_token);
  session.ends = facts.now + facts.application.sign_in->lifetime;
  return fill(facts, answer, *id, std::move(session));
}

std::vector<std::string> claims_left_out(const TokenFacts& facts, const std::string& access_token,
                                         const Session& session) {
  if (facts.application.sign_in->claims_from == ClaimsFrom::kAccessToken) return {};
  const auto access = access_claims(facts, access_token);
  if (!access) return {};
  std::vector<std::string> missing;
  for (const auto& rule : facts.application.access.rules) {
    const auto& path = rule.claim;
    const bool is_left_out =
        path.find(session.caller->claims()) == nullptr && path.find((*access)->claims()) != nullptr;
    if (is_left_out && std::ranges::find(missing, path.text()) == missing.end()) missing.push_back(path.text());
  }
  return missing;
}

Result<Session, std::string> refreshed_session(const TokenFacts& facts, upstream::TokenAnswer answer,
                                               const Session& before) {
  Session session;
  session.version = before.version + 1;
  session.application = before.application;
  session.issuer = before.issuer;
  session.subject = before.subject;
  session.sid = before.sid;
  session.nonce = before.nonce;
  session.ends = before.ends;
  session.refresh_token =
      answer.refresh_token.empty() ? before.refresh_token.clone() : SecretBytes::copy_of(answer.refresh_token);
  session.caller = before.caller;
  Jwt id;
  session.id_token = before.id_token.clone();
  if (!answer.id_token.empty()) {
    auto checked = id_claims(facts, answer, true);
    if (!checked) return refuse(std::move(checked.error()));
    id = std::move(*checked);
    if (id->sub() != before.subject || id->iss() != before.issuer) return refuse(std::string("another_person"));
    session.id_token = SecretBytes::copy_of(answer.id_token);
  }
  return fill(facts, answer, id, std::move(session));
}

}  // namespace cardea::gate
