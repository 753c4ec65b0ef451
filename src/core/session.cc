#include "core/session.h"

#include <algorithm>

#include "base/text.h"
#include "core/authentication_methods.h"
#include "core/foreign_word.h"
#include "core/level_of_assurance.h"
#include "core/second_factor.h"
#include "domain/identity_provider.h"

namespace cardea {
namespace {

seconds or_else(seconds chosen, seconds fallback) { return chosen.count() > 0 ? chosen : fallback; }

/// Lives that a client's attribute may override; absent or unreadable means the realm's.
seconds attribute_or(const Client& client, std::string_view key, seconds realm_value) {
  const auto number = parse_integer<std::int64_t>(client.attribute(key));
  return number ? seconds(*number) : realm_value;
}

/// Year 9999: what "never" is wherever a date is needed.
constexpr TimePoint kNever = from_epoch_seconds(253'402'300'799);

/// Bytes of a session id: 24 base64url characters, as Keycloak since 26.5; 144 random bits.
constexpr std::size_t kSessionIdBytes = 18;

}  // namespace

UserSession make_session(const Realm& realm, const Authentication& proven, std::string_view ip_address, TimePoint now,
                         Random& random) {
  UserSession session;
  session.id = SessionId(random_handle(random, kSessionIdBytes));
  session.realm = realm.id;
  session.user = proven.user;
  session.started_at = now;
  session.last_seen = now;
  session.auth_time = proven.auth_time;
  session.remember_me = proven.remember_me && realm.remember_me;
  session.ip_address = ip_address;
  note_levels(session, proven);
  note_methods(session, proven);
  note_second_factor(session, proven);
  note_upstream(session, proven.upstream);
  return session;
}

void note_upstream(UserSession& session, const std::optional<UpstreamProof>& upstream) {
  const auto put = [&](std::string_view name, std::string_view value) {
    session.notes.erase(std::string(name));
    if (!value.empty()) session.notes.emplace(name, value);
  };
  const auto& from = upstream.value_or(UpstreamProof());
  put(kProviderNote, from.provider);
  put(kUpstreamNameNote, from.username);
  put(kUpstreamIssuerNote, from.issuer);
  put(kUpstreamSubjectNote, from.subject);
  put(kUpstreamSidNote, from.sid);
  std::erase_if(session.notes, [](const auto& note) { return note.first.starts_with(kMappedNotePrefix); });
  for (const auto& [name, value] : from.notes) put(std::string(kMappedNotePrefix) + name, value);
}

void note_user_agent(UserSession& session, std::optional<std::string_view> header) {
  const auto kept = header.value_or("").substr(0, kUserAgentBytesMax);
  if (kept.empty() || !is_utf8(kept)) return;
  session.notes.insert_or_assign(std::string(kUserAgentNote), std::string(kept));
}

UserSession make_offline_session(const UserSession& online, TimePoint now) {
  UserSession session = online;
  session.offline = true;
  session.started_at = now;
  session.last_seen = now;
  return session;
}

TimePoint session_end(const Realm& realm, const UserSession& session) {
  const auto& life = realm.lifespans;
  if (session.offline) {
    return realm.offline_session_max_enabled ? session.started_at + life.offline_session_max : kNever;
  }
  const auto max =
      session.remember_me ? or_else(life.sso_session_max_remember_me, life.sso_session_max) : life.sso_session_max;
  const auto end = session.started_at + max;
  const auto word_end = parse_integer<std::int64_t>(session.note(kForeignWordEndNote));
  return word_end ? std::min(end, from_epoch_seconds(*word_end)) : end;
}

seconds session_idle(const Realm& realm, const UserSession& session) {
  const auto& life = realm.lifespans;
  if (session.offline) return life.offline_session_idle;
  return session.remember_me ? or_else(life.sso_session_idle_remember_me, life.sso_session_idle)
                             : life.sso_session_idle;
}

seconds client_session_idle(const Realm& realm, const Client& client, const UserSession& session) {
  const auto& life = realm.lifespans;
  const auto own = session.offline
                       ? attribute_or(client, "client.offline.session.idle.timeout", life.client_offline_session_idle)
                       : attribute_or(client, "client.session.idle.timeout", life.client_session_idle);
  const auto idle = session_idle(realm, session);
  return own.count() > 0 ? std::min(idle, own) : idle;
}

TimePoint client_session_end(const Realm& realm, const Client& client, const UserSession& session,
                             TimePoint share_started) {
  const auto& life = realm.lifespans;
  const auto end = session_end(realm, session);
  // Without the switch an offline session has no maximum, whatever the client's attribute says.
  if (session.offline && !realm.offline_session_max_enabled) return end;
  const auto own = session.offline
                       ? attribute_or(client, "client.offline.session.max.lifespan", life.client_offline_session_max)
                       : attribute_or(client, "client.session.max.lifespan", life.client_session_max);
  return own.count() > 0 ? std::min(end, share_started + own) : end;
}

TimePoint purge_time(const Realm& realm, const UserSession& session) {
  const auto end = session_end(realm, session);
  if (!session.offline) return end;
  const auto idle = session_idle(realm, session);
  return std::min(end, session.last_seen + idle + idle / 4);
}

bool is_session_alive(const Realm& realm, const UserSession& session, TimePoint now) {
  if (const auto alias = session.note(kProviderNote); !alias.empty()) {
    const auto provider = find_identity_provider(realm, alias);
    if (!provider || !provider->enabled) return false;
  }
  const auto idle = session_idle(realm, session);
  return now < session_end(realm, session) && now < session.last_seen + idle + idle / 4;
}

std::optional<NotLive> why_not_live(const Realm& realm, const Client& client, const std::optional<LiveSession>& live,
                                    std::int64_t issued_at, TimePoint now) {
  if (!live || !is_session_alive(realm, live->session, now)) return NotLive::kSessionGone;
  if (!live->client_session ||
      now >= client_session_end(realm, client, live->session, live->client_session->started_at)) {
    return NotLive::kClientSessionGone;
  }
  if (!live->subject.user.is_active()) return NotLive::kUserDisabled;
  // A share that was revoked and opened again by a later login must not wake the tokens of the one before.
  const auto opened = epoch_seconds(live->client_session->started_at);
  if (issued_at < std::max({realm.not_before, client.not_before, live->subject.user.not_before, opened})) {
    return NotLive::kStale;
  }
  return std::nullopt;
}

std::optional<NotLive> why_no_single_sign_on(const Realm& realm, const std::optional<LiveSession>& live,
                                             TimePoint now) {
  if (!live || !is_session_alive(realm, live->session, now)) return NotLive::kSessionGone;
  if (!live->subject.user.is_active()) return NotLive::kUserDisabled;
  if (live->session.auth_time < std::max(realm.not_before, live->subject.user.not_before)) return NotLive::kStale;
  return std::nullopt;
}

bool wants_touch(const Realm& realm, const UserSession& session, TimePoint now) {
  return now - session.last_seen >= session_idle(realm, session) / 4;
}

}  // namespace cardea
