#include "login/webauthn_answer.h"

#include <algorithm>

#include "base/encoding.h"
#include "core/brute_force.h"
#include "core/sealed_note.h"
#include "crypto/hash.h"
#include "login/endpoint.h"
#include "login/fail_step.h"
#include "login/pass_step.h"
#include "login/step_pages.h"

namespace cardea::login {
namespace {

constexpr std::string_view kFailed = "Failed to authenticate by the Passkey.";
constexpr std::string_view kDisabledAccount = "Account is disabled, contact your administrator.";
constexpr std::size_t kUserHandleBytesMax = 64;  // WebAuthn section 5.4.3

// One posted answer on its way. Views of `fields` would not survive, so it owns its bytes.
struct Answer {
  StepRunPtr run;
  WebauthnKind kind = WebauthnKind::kSecondFactor;
  std::string challenge;
  std::string client_data, authenticator_data, signature, credential_id;
  std::string user_handle;  // empty: the authenticator did not say
  bool remember_me = false;
  LoginTicket ticket;
};
using AnswerPtr = std::shared_ptr<const Answer>;

struct Owner {
  User user;
  std::vector<Credential> credentials;
  bool is_locked = false;  // after too many wrong passwords or codes; of a row that is looked at when it is read
};

std::string purpose_of(const StepRun& run, WebauthnKind kind) {
  return "webauthn.get/" + std::string(credential_type(kind)) + "/" + run.execution->id;
}

std::string decoded(const web::Form& form, std::string_view name, std::size_t bytes_max) {
  auto bytes = base64url_decode(form.value_or(name, ""));
  if (!bytes || bytes->size() > bytes_max) return {};
  return std::move(*bytes);
}

web::Outcome fail(const AnswerPtr& answer, std::string_view reason, std::string_view error = kFailed) {
  return fail_step(answer->run, reason, {.error = std::string(error)});
}

// The challenge is used up and the counter stored together: of two answers to one challenge one wins.
std::function<Stored<void>(Tx&)> consume(const Answer& answer, const Owner& owner, const FoundWebauthn& found,
                                         std::uint32_t sign_count) {
  const auto& run = *answer.run;
  return [&repositories = run.dependencies.repositories, realm = run.realm->realm.id, user = owner.user.id,
          hash = crypto::sha256_base64url("webauthn.get/" + answer.challenge),
          expires_at = run.dependencies.clock.now() + kChallengeLife, id = found.credential->id,
          before = found.credential->credential_data,
          after = found.record.with_sign_count(sign_count)](Tx& tx) -> Stored<void> {
    const auto first = repositories.used_ids.take(tx, realm, hash, expires_at);
    if (!first) return refuse(first.error());
    if (!*first) return refuse(StoreError::kConflict);
    return repositories.credentials.change_data(tx, user, id, before, after);
  };
}

web::Outcome decide(const AnswerPtr& answer, Owner owner) {
  const auto& run = answer->run;
  const auto found = find_webauthn(owner.credentials, answer->kind, answer->credential_id);
  if (!found) return fail(answer, "webauthn_unknown_credential");
  const auto policy = webauthn_policy(run->realm->realm, answer->kind);
  const auto expectation = webauthn_expectation(policy, run->dependencies.base_url.of(run->request), answer->challenge);
  const auto accepted = crypto::check_assertion({.client_data_json = answer->client_data,
                                                 .authenticator_data = answer->authenticator_data,
                                                 .signature = answer->signature},
                                                expectation, {found->record.public_key, found->record.sign_count});
  if (!accepted) return fail(answer, describe(accepted.error()));
  if (!run->is_about(owner.user)) return fail(answer, "webauthn_other_user");
  run->dependencies.login_guard.give_back(answer->ticket);
  if (!owner.user.is_active() || owner.is_locked) return fail(answer, "user_disabled", kDisabledAccount);
  StepPassed passed{.proof = answer->kind == WebauthnKind::kPasswordless ? Proof::kPasskey : Proof::kWebauthn,
                    .user = owner.user,
                    .credentials = {},
                    .password_set_at = password_set_at(owner.credentials),
                    .remember_me = answer->remember_me,
                    .consume = consume(*answer, owner, *found, accepted->sign_count),
                    .used_before = kFailed};
  for (const auto& credential : owner.credentials) passed.credentials.insert(credential.type);
  return pass_step(run, std::move(passed));
}

// Nobody has proven anything yet: the authenticator says whose it is. The id is only a name until the signature fits.
web::Outcome find_owner(const AnswerPtr& answer) {
  const auto& run = *answer->run;
  auto loaded = read_from(run.dependencies.repositories.store, [&](Rows& rows) -> Stored<std::optional<Owner>> {
    const UserId id(answer->user_handle);
    auto user = run.dependencies.repositories.users.find(rows, run.realm->realm.id, id);
    if (!user) return refuse(user.error());
    if (!*user || (*user)->service_account_client) return std::optional<Owner>();
    auto credentials = run.dependencies.repositories.credentials.list_all(rows, id);
    if (!credentials) return refuse(credentials.error());
    Owner owner{.user = std::move(**user), .credentials = std::move(*credentials)};
    if (brute_force_settings(run.realm->realm).is_on) {
      const auto failures = run.dependencies.repositories.login_failures.find(rows, run.realm->realm.id, id);
      if (!failures) return refuse(failures.error());
      owner.is_locked = is_locked(*failures, run.dependencies.clock.now());
    }
    return std::optional(std::move(owner));
  });
  if (!loaded) {
    run.dependencies.login_guard.give_back(answer->ticket);
    return store_failed(run.dependencies, run.request, run.realm.get(), loaded.error());
  }
  if (!*loaded) return fail(answer, "webauthn_unknown_user");
  return decide(answer, std::move(**loaded));
}

bool is_plausible_handle(std::string_view handle) {
  return !handle.empty() && handle.size() <= kUserHandleBytesMax &&
         std::ranges::all_of(handle, [](char c) { return c > ' ' && c < '\x7F'; });
}

Owner copy_owner(const StepRun& run) {
  Owner owner{.user = *run.user, .credentials = {}};
  for (const auto& credential : run.credentials) {
    Credential copy;
    copy.id = credential.id;
    copy.user = credential.user;
    copy.type = credential.type;
    copy.created_at = credential.created_at;
    copy.credential_data = credential.credential_data;
    owner.credentials.push_back(std::move(copy));
  }
  return owner;
}

}  // namespace

void add_webauthn(web::PageData& data, const StepRun& run, const StepView& view, WebauthnKind kind) {
  const auto& dependencies = run.dependencies;
  const auto base = dependencies.base_url.of(run.request);
  const auto policy = webauthn_policy(run.realm->realm, kind);
  std::string challenge(kChallengeBytes, '\0');
  dependencies.random.fill({reinterpret_cast<std::uint8_t*>(challenge.data()), challenge.size()});
  auto action = link_url(base, run.realm->realm.name, "authenticate", step_link(run, view));
  web::append_form(action, "setup",
                   seal_note(dependencies.sealer, run.interaction, purpose_of(run, kind), challenge,
                             dependencies.clock.now() + kChallengeLife));
  data.text("webauthn_action", std::move(action))
      .text("challenge", base64url_encode(challenge))
      .text("rp_id", relying_party(policy, base))
      .text("user_verification", policy.user_verification)
      .text("mediation", policy.mediation)
      .text("timeout", policy.timeout.count() > 0 ? std::to_string(policy.timeout.count() * 1000) : std::string())
      .text("credentials", run.user ? webauthn_descriptors(run.credentials, kind) : "[]");
}

web::Outcome submit_webauthn(const StepRunPtr& run, const web::Form& form, WebauthnKind kind) {
  const auto query = web::Form::parse(run->request.query);
  const auto challenge = open_note(run->dependencies.sealer, run->interaction, purpose_of(*run, kind),
                                   query ? query->value_or("setup", "") : "", run->dependencies.clock.now());
  auto answer = std::make_shared<Answer>();
  answer->run = run;
  answer->kind = kind;
  answer->client_data = decoded(form, "clientDataJSON", crypto::kClientDataBytesMax);
  answer->authenticator_data = decoded(form, "authenticatorData", crypto::kAuthenticatorDataBytesMax);
  answer->signature = decoded(form, "signature", crypto::kWebauthnSignatureBytesMax);
  answer->credential_id = decoded(form, "credentialId", crypto::kWebauthnCredentialIdBytesMax);
  answer->user_handle = decoded(form, "userHandle", kUserHandleBytesMax);
  answer->remember_me = form.value("rememberMe").has_value();
  if (!challenge) return fail(answer, "webauthn_challenge");
  answer->challenge = std::string(challenge->reveal());
  if (answer->client_data.empty() || answer->authenticator_data.empty() || answer->signature.empty() ||
      answer->credential_id.empty()) {
    return fail(answer, "webauthn_malformed");
  }
  // WA-1: who is known need not be named, but a name must be theirs.
  if (run->user ? !answer->user_handle.empty() && answer->user_handle != user_handle(run->user->id)
                : !is_plausible_handle(answer->user_handle)) {
    return fail(answer, "webauthn_user_handle");
  }
  const auto name = run->user ? run->user->username : answer->user_handle;
  const auto ticket = run->dependencies.login_guard.reserve(run->realm->realm.id, name, run->request.remote_address);
  if (!ticket) return refuse_attempt(*run, ticket.error(), {});
  answer->ticket = *ticket;
  if (run->user) return decide(answer, copy_owner(*run));
  return then_read(run->dependencies, [answer = AnswerPtr(answer)] { return find_owner(answer); });
}

}  // namespace cardea::login
