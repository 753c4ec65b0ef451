#include "core/logout/end_session.h"

#include "base/uri.h"
#include "core/logout/adapter_message.h"

namespace cardea {
namespace {

LogoutNotice notice_for(const SessionEnding& ending, const UserSession& session, const ClientSession& share,
                        Random& random) {
  LogoutNotice notice;
  notice.id = random_uuid(random);
  notice.realm = ending.realm.id;
  notice.realm_name = ending.realm.name;
  notice.client = share.client;
  notice.session = session.id;
  notice.user = session.user;
  notice.issuer = ending.issuer;
  notice.created_at = ending.now;
  return notice;
}

Stored<void> tell_client(Tx& tx, const Repositories& repositories, Random& random, const SessionEnding& ending,
                         const UserSession& session, const ClientSession& share, const Client& client,
                         EndedSession& ended) {
  if (auto url = frontchannel_url(client, ending.issuer, session.id); !url.empty()) {
    ended.frontchannel.push_back({client.name.empty() ? client.client_id : client.name, std::move(url)});
  }
  auto notice = notice_for(ending, session, share, random);
  if (client.attribute("backchannel.logout.url").empty()) {
    if (client.admin_url.empty() || share.adapter_session.empty()) return {};
    notice.adapter_session = share.adapter_session;
    if (client.admin_url.contains(kHostOfNode)) notice.adapter_host = share.adapter_host;
  }
  return repositories.logout_notices.insert(tx, notice);
}

}  // namespace

Stored<void> tell_adapters(Tx& tx, const Repositories& repositories, Random& random, const Realm& realm,
                           std::string_view issuer, TimePoint now) {
  LogoutNotice notice;
  notice.id = random_uuid(random);
  notice.realm = realm.id;
  notice.realm_name = realm.name;
  notice.issuer = issuer;
  notice.created_at = now;
  return repositories.logout_notices.insert(tx, notice);
}

std::string frontchannel_url(const Client& client, std::string_view issuer, const SessionId& session) {
  if (!client.enabled || !client.frontchannel_logout) return {};
  std::string url(client.attribute("frontchannel.logout.url"));
  const auto parsed = parse_uri(url);
  if (!parsed || !parsed->is_http()) return {};
  if (client.attribute("frontchannel.logout.session.required") == "false") return url;
  append_query(url, "iss", issuer);
  append_query(url, "sid", session.str());
  return url;
}

Stored<EndedSession> end_session(Tx& tx, const Repositories& repositories, Random& random,
                                 const SessionEnding& ending) {
  EndedSession ended;
  auto& sessions = ending.offline ? repositories.offline_sessions : repositories.sessions;
  const auto session = sessions.find(tx, ending.realm.id, ending.session);
  if (!session) return refuse(session.error());
  if (!*session) return ended;
  const auto shares = sessions.client_sessions(tx, ending.session);
  if (!shares) return refuse(shares.error());
  for (const auto& share : *shares) {
    const auto client = repositories.clients.find(tx, ending.realm.id, share.client);
    if (!client) return refuse(client.error());
    if (!*client || !(*client)->enabled) continue;
    auto told = tell_client(tx, repositories, random, ending, **session, share, **client, ended);
    if (!told) return refuse(told.error());
  }
  const auto removed = sessions.remove(tx, ending.realm.id, ending.session);
  if (!removed) return refuse(removed.error());
  ended.existed = *removed;
  return ended;
}

Stored<int> end_sessions_of_user(Tx& tx, const Repositories& repositories, Random& random,
                                 const SessionsEnding& ending) {
  auto& sessions = ending.offline ? repositories.offline_sessions : repositories.sessions;
  const auto list = sessions.list_of_user(tx, ending.realm.id, ending.user);
  if (!list) return refuse(list.error());
  int count = 0;
  for (const auto& session : *list) {
    if (session.id == ending.keep) continue;
    const auto ended = end_session(tx, repositories, random,
                                   {.realm = ending.realm,
                                    .session = session.id,
                                    .offline = ending.offline,
                                    .issuer = ending.issuer,
                                    .now = ending.now});
    if (!ended) return refuse(ended.error());
    count += ended->existed ? 1 : 0;
  }
  return count;
}

}  // namespace cardea
