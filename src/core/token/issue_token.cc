#include "core/token/issue_token.h"

#include <algorithm>

#include "base/text.h"
#include "core/session.h"
#include "core/token/pairwise.h"
#include "core/token/refresh_rotation.h"
#include "core/token/run_mappers.h"
#include "jose/algorithm.h"

namespace cardea {
namespace {

/// When everything this client has in the session is over.
TimePoint share_end(const TokenContext& context) {
  const auto& session = *context.session;
  return client_session_end(context.realm.realm, context.client.client, session,
                            context.share_started_at.value_or(session.started_at));
}

/// Life of a refresh token now: what is left of the client session, idle and maximum (keycloak.md section 2.5).
seconds refresh_lifetime(const TokenContext& context) {
  const auto idle = client_session_idle(context.realm.realm, context.client.client, *context.session);
  const auto left = std::chrono::floor<seconds>(share_end(context) - context.now);
  return std::max(std::min(idle, left), seconds{0});
}

TimePoint access_token_end(const TokenContext& context) {
  const auto& realm = context.realm.realm;
  auto life = context.implicit ? realm.lifespans.access_token_implicit : realm.lifespans.access_token;
  if (const auto own = context.client.rules.access_token_life; own && !context.implicit) {
    life = own->count() == -1 ? realm.lifespans.sso_session_max : *own;
  }
  auto end = context.now + life;
  if (context.latest_end) end = std::min(end, *context.latest_end);
  return std::min(end, context.session == nullptr ? context.now + realm.lifespans.sso_session_max : share_end(context));
}

/// Tokens from before it were revoked: everybody's, the client's or the person's.
std::int64_t revoked_before(const TokenContext& context) {
  return std::max(
      {context.realm.realm.not_before, context.client.client.not_before, context.subject.subject.user.not_before});
}

/// `iat` of what others verify. Applications with no leeway at all (NetBird) refuse a token when our clock is a second
/// ahead of theirs, so a client may have it dated back, but never to before a revocation.
std::int64_t issued_at(const TokenContext& context) {
  const auto now = epoch_seconds(context.now);
  const auto back = context.client.rules.backdate.count();
  return back == 0 ? now : std::max(now - back, std::min(revoked_before(context), now));
}

/// `own`: the algorithm that the client wants; empty: the realm's.
const jose::SigningKey* key_for(const TokenContext& context, std::string_view own) {
  return context.realm.signing_key(own.empty() ? std::string_view(context.realm.realm.default_signature_algorithm)
                                               : own);
}

Result<void, IssueError> check_alive(const TokenContext& context) {
  if (!context.realm.realm.enabled) return refuse(IssueError::kRealmDisabled);
  if (!context.client.client.enabled) return refuse(IssueError::kClientDisabled);
  if (!context.subject.subject.user.is_active()) return refuse(IssueError::kUserDisabled);
  if (context.session != nullptr && !is_session_alive(context.realm.realm, *context.session, context.now)) {
    return refuse(IssueError::kSessionExpired);
  }
  return {};
}

/// A service account is its client, which knows it by its own id.
Result<std::string, IssueError> subject_of(const TokenContext& context) {
  const auto& user = context.subject.subject.user.id;
  if (context.session == nullptr) return user.str();
  return subject_for(context.plan, context.client.client, user, context.issuer);
}

TokenContext about(const TokenContext& given, std::string_view subject) {
  auto context = given;
  context.subject_id = subject;
  return context;
}

void write_audience(JsonWriter& writer, const ClaimTree::Texts& audience) {
  if (audience.empty()) return;
  writer.key("aud");
  if (audience.size() == 1) {
    writer.string(audience.front());
    return;
  }
  writer.begin_array();
  for (const auto text : audience) writer.string(text);
  writer.end_array();
}

void write_roles(JsonWriter& writer, const ClaimTree::Texts& roles) {
  writer.begin_object().key("roles").begin_array();
  for (const auto role : roles) writer.string(role);
  writer.end_array().end_object();
}

void write_fixed(JsonWriter& writer, const Claims& claims) {
  if (!claims.acr.empty()) writer.member("acr", claims.acr);
  if (!claims.allowed_origins.empty()) {
    writer.key("allowed-origins").begin_array();
    for (const auto origin : claims.allowed_origins) writer.string(origin);
    writer.end_array();
  }
  if (!claims.realm_roles.empty()) write_roles(writer.key("realm_access"), claims.realm_roles);
  if (!claims.client_roles.empty()) {
    writer.key("resource_access").begin_object();
    for (const auto& [client, roles] : claims.client_roles) write_roles(writer.key(client), roles);
    writer.end_object();
  }
}

/// Session kind, token kind and grant in front of the id (keycloak.md section 2.2, `jti`).
std::string token_id(const TokenContext& context, Random& random) {
  std::string id = context.session == nullptr ? "tr" : context.session->offline ? "of" : "on";
  id.append(context.plan.lightweight ? "lt" : "rt").append(context.grant).push_back(':');
  return id.append(random_uuid(random));
}

std::string sign(const jose::SigningKey& key, std::string_view typ, std::string_view payload) {
  return jose::sign_jwt(key, typ, payload);
}

/// The keys a token is bound to (RFC 7800 section 3.1).
void write_confirmation(JsonWriter& writer, const TokenContext& context) {
  if (context.key_thumbprint.empty() && context.certificate_thumbprint.empty()) return;
  writer.key("cnf").begin_object();
  if (!context.key_thumbprint.empty()) writer.member("jkt", context.key_thumbprint).member("kc-jkt-type", "DPoP");
  if (!context.certificate_thumbprint.empty()) writer.member("x5t#S256", context.certificate_thumbprint);
  writer.end_object();
}

/// Leaves only these audiences, and with them only roles of these clients. False when one is not there to be left.
bool narrow_audience(const std::vector<std::string>& only, Claims& claims) {
  ClaimTree::Texts left;
  for (const auto& audience : only) {
    if (std::ranges::find(claims.audience, audience) == claims.audience.end()) return false;
    if (std::ranges::find(left, audience) == left.end()) left.push_back(audience);
  }
  claims.audience = std::move(left);
  std::erase_if(claims.client_roles, [&](const auto& entry) {
    return std::ranges::find(claims.audience, entry.first) == claims.audience.end();
  });
  return true;
}

void write_scope(JsonWriter& writer, const TokenContext& context) {
  const auto& organizations = context.subject.organization_scope;
  if (organizations.empty()) {
    writer.member("scope", context.plan.token_scope);
  } else {
    writer.member("scope", context.plan.token_scope + " " + organizations);
  }
}

constexpr std::size_t kUsualTokenChars = 1900;  // taken once; a longer token grows

/// Everything that the claims of a transient session's access token stand on besides realm, client, plan and subject,
/// which the memory is kept with. Empty: they stand on more, and are made anew.
std::string grounds_of(const TokenContext& context) {
  const bool is_plain = context.session == nullptr && context.only_audiences == nullptr && context.nonce.empty() &&
                        context.key_thumbprint.empty() && context.certificate_thumbprint.empty();
  if (context.written == nullptr || !is_plain) return {};
  std::string grounds;
  grounds.reserve(256);
  const auto add = [&](std::string_view text) { grounds.append(text).push_back('\0'); };
  add(context.issuer);
  add(context.acr);
  add(context.subject_id);
  for (const auto& [name, value] : context.notes) add(name), add(value);
  return grounds;
}

/// The members of an access token from `iss` on, with a comma in front, and the closing brace.
void write_rest(std::string& payload, const TokenContext& context, Claims& claims, bool rfc9068) {
  const auto start = payload.size();
  JsonWriter writer(payload);
  writer.begin_object().member("iss", context.issuer);
  payload[start] = ',';
  write_audience(writer, claims.audience);
  if (!claims.subject.empty()) writer.member("sub", claims.subject);
  writer.member("typ", context.key_thumbprint.empty() ? "Bearer" : "DPoP")
      .member("azp", context.client.client.client_id);
  if (context.session != nullptr) writer.member("sid", context.session->id.str());
  write_confirmation(writer, context);
  write_fixed(writer, claims);
  write_scope(writer, context);
  if (rfc9068) claims.others.set({"client_id"}, std::string_view(context.client.client.client_id));  // section 2.2
  claims.others.write_members(writer);
  writer.end_object();
}

/// The members of an access token up to `jti`, without the closing brace.
void write_front(std::string& payload, const TokenContext& context, TimePoint end,
                 std::optional<std::int64_t> auth_time, Random& random) {
  JsonWriter writer(payload);
  writer.begin_object();
  writer.member("exp", epoch_seconds(end)).member("iat", issued_at(context));
  if (auth_time) writer.member("auth_time", *auth_time);
  writer.member("jti", token_id(context, random));
}

/// What a token is about: the person, or what a mapper of the client calls them by (a name from a directory, say). Who
/// they are to ourselves is the session's to say. Without one it is always the account, and no mapper says another:
/// whoever may configure a client would be whomever they name (attack classes 4 and 21).
std::string_view said_subject(const TokenContext& context, const Claims& claims) {
  return context.session == nullptr || claims.subject.empty() ? context.subject_id : claims.subject;
}

Result<std::string, IssueError> access_token(const TokenContext& context, TimePoint end, Random& random,
                                             std::vector<std::string>& left_out) {
  const auto* key = key_for(context, context.client.rules.access_token_algorithm);
  if (key == nullptr) return refuse(IssueError::kNoKey);
  const bool rfc9068 = context.client.rules.at_jwt;
  const std::string_view typ = rfc9068 ? "at+jwt" : "JWT";
  const auto grounds = grounds_of(context);
  std::string payload;
  payload.reserve(grounds.empty() ? 1024 : 160);
  if (!grounds.empty()) {
    write_front(payload, context, end, std::nullopt, random);
    std::string jwt;
    jwt.reserve(kUsualTokenChars);
    key->append_header(jwt, typ);
    jwt += '.';
    if (context.written->append_encoded(jwt, std::move(payload), grounds)) {
      const auto input_bytes = jwt.size();
      jwt += '.';
      key->sign_append(jwt, std::string_view(jwt).substr(0, input_bytes));
      return jwt;
    }
    payload.clear();
  }
  Claims claims;
  run_mappers(context, context.plan.lightweight ? kLightweightToken : kAccessToken, claims);
  if (context.only_audiences != nullptr && !narrow_audience(*context.only_audiences, claims)) {
    return refuse(IssueError::kAudienceMissing);
  }
  left_out = std::move(claims.left_out);
  // Transient sessions have no sid to look a person up by, so the subject is always said (keycloak.md section 2.2).
  if (context.session == nullptr) claims.subject = said_subject(context, claims);
  write_front(payload, context, end, claims.auth_time, random);
  const auto rest = payload.size();
  write_rest(payload, context, claims, rfc9068);
  if (!grounds.empty() && !claims.auth_time) {
    context.written->put(grounds, std::string_view(payload).substr(rest), rest);
  }
  return sign(*key, typ, payload);
}

Result<std::string, IssueError> id_token(const TokenContext& context, TimePoint end, std::string_view access,
                                         Random& random) {
  const auto* key = key_for(context, context.client.client.attribute("id.token.signed.response.alg"));
  if (key == nullptr) return refuse(IssueError::kNoKey);
  Claims claims;
  claims.add_audience(context.client.client.client_id);
  // Signs the answer it comes in and says nothing of the person (FAPI 1.0 Advanced section 5.2.2.1): whoever has the
  // code gets all of it from the token endpoint.
  const bool is_detached =
      !context.code.empty() && context.client.client.attribute_is_true("id.token.as.detached.signature");
  if (!is_detached) run_mappers(context, kIdToken, claims);
  std::string payload;
  payload.reserve(1024);
  JsonWriter writer(payload);
  writer.begin_object();
  writer.member("exp", epoch_seconds(end)).member("iat", issued_at(context));
  if (context.session != nullptr && context.session->auth_time != 0)
    writer.member("auth_time", context.session->auth_time);
  writer.member("jti", random_uuid(random)).member("iss", context.issuer);
  write_audience(writer, claims.audience);
  writer.member("sub", said_subject(context, claims)).member("typ", "ID");
  writer.member("azp", context.client.client.client_id);
  if (!context.nonce.empty()) writer.member("nonce", context.nonce);
  if (context.session != nullptr) writer.member("sid", context.session->id.str());
  const auto hash = [&](std::string_view name, std::string_view of) {
    if (!of.empty()) writer.member(name, jose::left_half_hash(key->algorithm(), of));
  };
  hash("at_hash", access);
  hash("c_hash", context.code);  // OpenID Connect Core section 3.3.2.11
  write_fixed(writer, claims);
  hash("s_hash", context.state);
  claims.others.write_members(writer);
  writer.end_object();
  return sign(*key, "JWT", payload);
}

Result<void, IssueError> add_refresh_token(const TokenContext& context, IssuedTokens& tokens, Random& random) {
  const auto* key = context.realm.signing_key("HS512");
  if (key == nullptr) return refuse(IssueError::kNoKey);
  const auto life = refresh_lifetime(context);
  const bool offline = context.session->offline;
  // An offline token has no end of its own unless the realm sets one: its session is judged when it is used.
  const bool ends = !offline || context.realm.realm.offline_session_max_enabled;
  tokens.refresh_id = context.refresh_id.empty() ? random_uuid(random) : std::string(context.refresh_id);
  tokens.refresh_expires_in = ends ? life.count() : 0;
  std::string payload;
  payload.reserve(512);
  JsonWriter writer(payload);
  writer.begin_object();
  if (ends) writer.member("exp", epoch_seconds(context.now + life));
  writer.member("iat", epoch_seconds(context.now));
  writer.member("jti", tokens.refresh_id).member("iss", context.issuer).member("aud", context.issuer);
  writer.member("sub", context.subject_id).member("typ", offline ? "Offline" : "Refresh");
  writer.member("azp", context.client.client.client_id).member("sid", context.session->id.str());
  writer.member("scope",
                context.refresh_scope.empty() ? std::string_view(context.plan.full_scope) : context.refresh_scope);
  if (!context.acr.empty()) writer.member("acr", context.acr);  // what was really done, for the tokens to come
  if (refresh_rotation(context.realm.realm, context.client.client).is_on) writer.member("reuse_id", tokens.refresh_id);
  if (!context.resources.empty()) writer.member("resource", context.resources);
  if (context.binds_refresh) write_confirmation(writer, context);
  writer.end_object();
  tokens.refresh_token = sign(*key, "JWT", payload);
  return {};
}

std::string members_of(const TokenContext& context, const Claims& claims) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  if (!claims.subject.empty()) writer.member("sub", said_subject(context, claims));
  write_audience(writer, claims.audience);
  write_fixed(writer, claims);
  claims.others.write_members(writer);
  writer.end_object();
  return json;
}

}  // namespace

std::string_view describe(IssueError error) {
  switch (error) {
    case IssueError::kUserDisabled:
      return "user_disabled";
    case IssueError::kClientDisabled:
      return "client_disabled";
    case IssueError::kRealmDisabled:
      return "realm_disabled";
    case IssueError::kSessionExpired:
      return "session_expired";
    case IssueError::kNoKey:
      return "no_signing_key";
    case IssueError::kAudienceMissing:
      return "audience_missing";
    case IssueError::kBadClaim:
      return "bad_claim";
  }
  return "?";
}

Result<IssuedTokens, IssueError> issue_tokens(const TokenContext& given, Random& random) {
  if (auto alive = check_alive(given); !alive) return refuse(alive.error());
  const auto subject = subject_of(given);
  if (!subject) return refuse(subject.error());
  const auto context = about(given, *subject);
  const auto end = access_token_end(context);
  Result<std::string, IssueError> access = std::string();
  IssuedTokens tokens;
  if (context.with_access) access = access_token(context, end, random, tokens.left_out);
  if (!access) return refuse(access.error());
  tokens.expires_in = epoch_seconds(end) - epoch_seconds(context.now);
  tokens.not_before = revoked_before(context);
  // A client that acts for itself has no session, and as in Keycloak an ID token about its account where it asks for
  // one: `kubectl` and the clouds take nothing else.
  const bool is_identified = context.session != nullptr || context.grant == "cc";
  if (context.plan.openid && is_identified && context.with_id) {
    auto id = id_token(context, end, *access, random);
    if (!id) return refuse(id.error());
    tokens.id_token = std::move(*id);
  }
  tokens.access_token = std::move(*access);
  tokens.organization_scope = context.subject.organization_scope;
  const bool refreshable = context.session != nullptr && context.with_refresh &&
                           context.client.client.attribute("use.refresh.tokens") != "false";
  if (refreshable) {
    if (auto done = add_refresh_token(context, tokens, random); !done) return refuse(done.error());
  }
  if (context.plan.writes_response) {
    Claims claims;
    run_mappers(context, kTokenResponse, claims);
    JsonWriter writer(tokens.response_members);
    writer.begin_object();
    claims.others.write_members(writer);
    writer.end_object();
    tokens.response_members = tokens.response_members.substr(1, tokens.response_members.size() - 2);
  }
  return tokens;
}

Result<std::string, IssueError> userinfo_json(const TokenContext& given) {
  if (auto alive = check_alive(given); !alive) return refuse(alive.error());
  const auto subject = subject_of(given);
  if (!subject) return refuse(subject.error());
  const auto context = about(given, *subject);
  Claims claims;
  run_mappers(context, kUserinfo, claims);
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().member("sub", said_subject(context, claims));
  write_audience(writer, claims.audience);
  write_fixed(writer, claims);
  claims.others.write_members(writer);
  writer.end_object();
  return json;
}

Result<std::string, IssueError> introspection_members(const TokenContext& given) {
  if (auto alive = check_alive(given); !alive) return refuse(alive.error());
  const auto subject = subject_of(given);
  if (!subject) return refuse(subject.error());
  const auto context = about(given, *subject);
  Claims claims;
  run_mappers(context, kIntrospection, claims);
  auto json = members_of(context, claims);
  return json.substr(1, json.size() - 2);
}

}  // namespace cardea
