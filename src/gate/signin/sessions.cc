#include "gate/signin/sessions.h"

#include <algorithm>
#include <utility>

#include "crypto/hash.h"

namespace cardea::gate {

std::optional<Sessions::Known> Sessions::known(const std::string& hash) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(hash);
  if (found == entries_.end()) return std::nullopt;
  const auto& entry = found->second;
  return Known{entry.session, entry.used, entry.checked};
}

void Sessions::put(const std::string& hash, Known known) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= kSessionsMax && !entries_.contains(hash)) make_room();
  auto& entry = entries_[hash];
  const bool is_behind = entry.session && entry.session->version > known.session->version;
  // A refresh of another node is over when its session is here.
  if (entry.session && entry.session->version < known.session->version) entry.refresh_begun.reset();
  if (!is_behind) entry.session = std::move(known.session);
  entry.used = known.used;
  entry.checked = known.checked;
}

void Sessions::forget(const std::string& hash) {
  const std::lock_guard lock(mutex_);
  entries_.erase(hash);
}

void Sessions::forget(const std::string& hash, std::int64_t version) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(hash);
  if (found != entries_.end() && found->second.session->version <= version) entries_.erase(found);
}

/// Called with the lock held, seldom: one in eight goes, those that were not used for longest.
void Sessions::make_room() {
  std::vector<TimePoint> used;
  used.reserve(entries_.size());
  for (const auto& [hash, entry] : entries_) used.push_back(entry.used);
  const auto middle = used.begin() + static_cast<std::ptrdiff_t>(used.size() / 8);
  std::ranges::nth_element(used, middle);
  const auto oldest = *middle;
  std::erase_if(entries_, [&](const auto& item) { return item.second.used <= oldest; });
}

SessionPtr Sessions::find(std::string_view handle, std::string_view application, seconds idle, TimePoint now) {
  if (handle.empty() || handle.size() > kHandleTextMax) return nullptr;
  const auto hash = crypto::sha256_base64url(handle);
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(hash);
  if (found == entries_.end()) return nullptr;
  auto& entry = found->second;
  if (entry.session->application != application) return nullptr;
  if (now >= entry.session->ends || now - entry.used > idle) {
    entries_.erase(found);
    return nullptr;
  }
  entry.used = now;
  return entry.session;
}

bool Sessions::take_refresh(std::string_view handle, std::int64_t version, TimePoint now) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(crypto::sha256_base64url(handle));
  if (found == entries_.end() || found->second.session->version != version) return false;
  auto& begun = found->second.refresh_begun;
  if (begun && now - *begun < kRefreshPatience) return false;
  begun = now;
  return true;
}

void Sessions::refreshed(std::string_view handle, Session session) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(crypto::sha256_base64url(handle));
  if (found == entries_.end() || found->second.session->version >= session.version) return;
  found->second.session = std::make_shared<const Session>(std::move(session));
  found->second.refresh_begun.reset();
}

SessionPtr Sessions::end(std::string_view handle, std::string_view application) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(crypto::sha256_base64url(handle));
  if (found == entries_.end() || found->second.session->application != application) return nullptr;
  auto session = found->second.session;
  entries_.erase(found);
  return session;
}

template <class Condition>
int Sessions::end_if(Condition condition) {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::erase_if(entries_, [&](const auto& item) { return condition(*item.second.session); }));
}

int Sessions::end_of(const GateLogout& logout) {
  return end_if([&](const Session& session) {
    if (session.application != logout.application) return false;
    if (!logout.issuer.empty() && session.issuer != logout.issuer) return false;
    return logout.sid.empty() ? !logout.subject.empty() && session.subject == logout.subject
                              : session.sid == logout.sid;
  });
}

void Sessions::purge(TimePoint now, const IdleOf& idle_of) {
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const auto& item) {
    const auto& entry = item.second;
    if (now >= entry.session->ends) return true;
    const auto idle = idle_of(entry.session->application);
    return idle && now - entry.used > *idle;
  });
}

std::size_t Sessions::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace cardea::gate
