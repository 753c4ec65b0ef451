#include "gate/signin/sessions.h"

#include <algorithm>
#include <utility>

#include "crypto/hash.h"

namespace cardea::gate {

std::string Sessions::begin(Session session, TimePoint now) {
  auto handle = random_handle(random_);
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= kSessionsMax) make_room();
  entries_[crypto::sha256_base64url(handle)] = {std::make_shared<const Session>(std::move(session)), now, std::nullopt};
  return handle;
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
  if (handle.empty() || handle.size() > 2 * kHandleBytes) return nullptr;
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

bool Sessions::take_refresh(std::string_view handle, TimePoint now) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(crypto::sha256_base64url(handle));
  if (found == entries_.end()) return false;
  auto& begun = found->second.refresh_begun;
  if (begun && now - *begun < kRefreshPatience) return false;
  begun = now;
  return true;
}

bool Sessions::is_refreshing(std::string_view handle, TimePoint now) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(crypto::sha256_base64url(handle));
  if (found == entries_.end()) return false;
  const auto& begun = found->second.refresh_begun;
  return begun && now - *begun < kRefreshPatience;
}

void Sessions::refreshed(std::string_view handle, Session session) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(crypto::sha256_base64url(handle));
  if (found == entries_.end()) return;
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

int Sessions::end_by_provider(std::string_view application, std::string_view issuer, std::string_view sid,
                              std::string_view subject) {
  return end_if([&](const Session& session) {
    if (session.application != application || session.issuer != issuer) return false;
    return sid.empty() ? !subject.empty() && session.subject == subject : session.sid == sid;
  });
}

int Sessions::end_by_sid(std::string_view application, std::string_view sid) {
  if (sid.empty()) return 0;
  return end_if([&](const Session& session) { return session.application == application && session.sid == sid; });
}

void Sessions::purge(TimePoint now) {
  (void)end_if([&](const Session& session) { return now >= session.ends; });
}

std::size_t Sessions::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace cardea::gate
