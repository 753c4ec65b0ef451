#include "oidc/client_authentication.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/text.h"
#include "base/uri.h"
#include "core/changes/check_values.h"
#include "core/client_secret.h"
#include "crypto/hash.h"
#include "jose/jws.h"

namespace cardea::oidc {
namespace {

constexpr std::string_view kTwoMethods = "More than one method used for client authentication";
constexpr std::string_view kBadClient = "Invalid client or Invalid client credentials";

OAuthError bad_client(OAuthCode code, bool used_header, std::string_view note) {
  return {.code = code,
          .description = std::string(kBadClient),
          .status = 401,
          .note = std::string(note),
          .challenge_basic = used_header};
}

OAuthError no_client(bool used_header, std::string_view note) {
  auto error = bad_client(OAuthCode::kInvalidClient, used_header, note);
  error.is_of_nobody = true;
  return error;
}

OAuthError bad_request(std::string_view text, std::string_view note) {
  return {.code = OAuthCode::kInvalidRequest, .description = std::string(text), .note = std::string(note)};
}

OAuthError two_methods() { return bad_request(kTwoMethods, "two_methods"); }

/// application/x-www-form-urlencoded, one value; what is no such encoding stays as it is.
std::string form_decoded(std::string_view text) {
  if (text.find_first_of(std::string_view("+%\0", 3)) == std::string_view::npos) return std::string(text);
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  auto decoded = percent_decode(spaced);
  wipe(spaced);
  return decoded ? std::move(*decoded) : std::string(text);
}

struct BasicHeader {
  std::string client_id;
  SecretBytes secret;
  SecretBytes secret_as_sent;
};

/// The text behind "Basic ", when that is the scheme.
std::optional<std::string_view> basic_credentials(const web::Request& request) {
  const auto header = request.header("Authorization");
  if (!header) return std::nullopt;
  const auto space = header->find(' ');
  if (!equal_ignoring_ascii_case(header->substr(0, space), "Basic")) return std::nullopt;
  return space == std::string_view::npos ? std::string_view() : trim(header->substr(space));
}

std::optional<BasicHeader> parse_basic(std::string_view credentials) {
  auto decoded = base64_decode(credentials);
  if (!decoded) return std::nullopt;
  const SecretBytes text(std::move(*decoded));
  const auto colon = text.reveal().find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const auto secret = text.reveal().substr(colon + 1);
  return BasicHeader{.client_id = form_decoded(text.reveal().substr(0, colon)),
                     .secret = SecretBytes(form_decoded(secret)),
                     .secret_as_sent = SecretBytes::copy_of(secret)};
}

bool has_secret_in_query(const web::Request& request) {
  if (request.query.empty()) return false;
  return std::ranges::any_of(split(request.query, '&'), [](std::string_view pair) {
    const auto name = percent_decode(pair.substr(0, pair.find('=')));
    return name && (*name == "client_secret" || *name == "client_assertion");
  });
}

bool has_secret_ended(const ClientEntry& client, TimePoint now) {
  return client.rules.secret_end && *client.rules.secret_end <= now;
}

/// True when one of the two spellings is the client's secret, or the one before it while that is taken. The work
/// depends on what was sent, never on whether the client exists or how much of a secret is right. A client with a
/// rotated secret costs one digest more: that says it has one, which is no secret.
bool is_secret_right(const PresentedClient& presented, const ClientEntry* client, TimePoint now) {
  static constexpr std::array<std::uint8_t, 32> kNobody{};
  const auto& expected = client == nullptr ? kNobody : client->secret_digest;
  const auto decoded = crypto::sha256(presented.secret.reveal());
  const bool one_spelling = presented.secret.reveal() == presented.secret_as_sent.reveal();
  const auto as_sent = one_spelling ? decoded : crypto::sha256(presented.secret_as_sent.reveal());
  const bool matches_decoded = equal_secrets(as_text(decoded), as_text(expected));
  const bool matches_as_sent = equal_secrets(as_text(as_sent), as_text(expected));
  const bool has_secret = client != nullptr && !client->client.secret.empty() && !presented.secret_as_sent.empty();
  if (!has_secret) return false;
  if ((matches_decoded || matches_as_sent) && !has_secret_ended(*client, now)) return true;
  const auto rotated = rotated_secret(client->client);
  if (!rotated || rotated->until <= now) return false;
  const auto before = crypto::sha256(rotated->secret.reveal());
  return equal_secrets(as_text(decoded), as_text(before)) || equal_secrets(as_text(as_sent), as_text(before));
}

/// Client attribute of Keycloak 26.6: which of the two ways a secret may come.
Result<void, OAuthError> check_allowed_method(const PresentedClient& presented, const ClientEntry& client) {
  const std::string_view allowed = client.rules.secret_method;
  if (allowed.empty() || presented.method == AuthenticationMethod::kNone) return {};
  const std::string_view used =
      presented.method == AuthenticationMethod::kBasic ? "client_secret_basic" : "client_secret_post";
  if (allowed == used) return {};
  return refuse(OAuthError{.code = OAuthCode::kUnauthorizedClient,
                           .description = "Invalid method used to get client secret. Client requires method '" +
                                          std::string(allowed) + "' to obtain client secret from the request",
                           .status = 401,
                           .note = "secret_method_not_allowed",
                           .challenge_basic = presented.used_header});
}

/// What some client could be called: anything else is refused before it is looked for. Text of a header or an assertion
/// never went through the rules of a form, and what no database takes must not look like a database that fails.
bool could_be_client_id(std::string_view text) { return !check_name(text) && is_utf8(text); }

/// Without client_id in the form the assertion says which client it is about (RFC 7521 section 4.2).
std::string subject_of(std::string_view assertion) {
  const auto jws = jose::UnverifiedJws::parse(assertion);
  return jws ? jws->claimed_subject() : std::string();
}

}  // namespace

Result<PresentedClient, OAuthError> read_presented_client(const web::Request& request, const web::Form& form) {
  if (has_secret_in_query(request))
    return refuse(bad_request("Client credentials must not be sent in the query", "secret_in_query"));
  PresentedClient presented;
  if (const auto credentials = basic_credentials(request)) {
    presented.used_header = true;
    presented.method = AuthenticationMethod::kBasic;
    auto basic = parse_basic(*credentials);
    if (!basic) return refuse(bad_client(OAuthCode::kInvalidClient, true, "unreadable Basic header"));
    presented.client_id = std::move(basic->client_id);
    presented.secret = std::move(basic->secret);
    presented.secret_as_sent = std::move(basic->secret_as_sent);
  }
  if (const auto secret = form.value("client_secret")) {
    if (presented.used_header) {
      const bool is_same = equal_secrets(*secret, presented.secret.reveal()) ||
                           equal_secrets(*secret, presented.secret_as_sent.reveal());
      if (secret->empty() || !is_same) return refuse(two_methods());
      presented.repeats_secret = true;
    } else {
      presented.method = AuthenticationMethod::kPost;
      presented.secret = SecretBytes::copy_of(*secret);
      presented.secret_as_sent = SecretBytes::copy_of(*secret);
    }
  }
  presented.assertion = form.value_or("client_assertion", "");
  presented.assertion_type = form.value_or("client_assertion_type", "");
  if (!presented.assertion.empty() || !presented.assertion_type.empty()) {
    if (presented.method != AuthenticationMethod::kNone) return refuse(two_methods());
    presented.method = AuthenticationMethod::kAssertion;
  }
  if (const auto client_id = form.value("client_id")) {
    if (presented.used_header && presented.client_id != *client_id) {
      return refuse(bad_client(OAuthCode::kInvalidClient, true, "header and form name different clients"));
    }
    presented.client_id = *client_id;
  }
  if (presented.client_id.empty()) presented.client_id = subject_of(presented.assertion);
  if (presented.client_id.empty()) {
    return refuse(no_client(presented.used_header, "no client named"));
  }
  if (!could_be_client_id(presented.client_id)) {
    return refuse(no_client(presented.used_header, "client_id_malformed"));
  }
  return presented;
}

Result<void, OAuthError> authenticate_client(const PresentedClient& presented, const ClientEntry* client, TimePoint now,
                                             BearerOnly bearer_only) {
  const bool is_right = is_secret_right(presented, client, now);
  const auto refused = [&](OAuthCode code, std::string_view note) {
    return refuse(bad_client(code, presented.used_header, note));
  };
  if (client == nullptr) return refuse(no_client(presented.used_header, "client_not_found"));
  const auto& record = client->client;
  if (!record.enabled) return refused(OAuthCode::kInvalidClient, "client_disabled");
  if (record.protocol != "openid-connect") return refused(OAuthCode::kInvalidClient, "not an OpenID client");
  if (presented.method == AuthenticationMethod::kAssertion) {  // also of public clients: it cannot be checked (CA-2)
    return refused(OAuthCode::kInvalidClient, "assertion from a client that is not set up for it");
  }
  const bool may_repeat = bearer_only == BearerOnly::kAllowed && client->rules.policy == ClientPolicy::kClassic;
  if (presented.repeats_secret && !may_repeat) return refuse(two_methods());
  if (record.public_client && !record.bearer_only) return {};
  if (!record.authenticator_type.empty() && record.authenticator_type != "client-secret") {
    return refused(OAuthCode::kInvalidClient, "authenticator not supported");
  }
  if (auto checked = check_allowed_method(presented, *client); !checked) return checked;
  if (!is_right) {
    const bool is_classic = client->rules.policy == ClientPolicy::kClassic;
    return refused(is_classic ? OAuthCode::kUnauthorizedClient : OAuthCode::kInvalidClient,
                   has_secret_ended(*client, now) ? "secret_ended" : "invalid_client_credentials");
  }
  return check_bearer_only(record, bearer_only);
}

Result<void, OAuthError> check_bearer_only(const Client& client, BearerOnly bearer_only) {
  if (!client.bearer_only || bearer_only == BearerOnly::kAllowed) return {};
  return refuse(OAuthError{.code = OAuthCode::kInvalidClient,
                           .description = "Bearer-only not allowed",
                           .status = 400,
                           .note = "bearer_only"});
}

}  // namespace cardea::oidc
