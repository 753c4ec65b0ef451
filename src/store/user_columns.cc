#include "store/user_columns.h"

#include "store/document.h"
#include "store/sealed.h"

namespace cardea::store {
namespace {

template <class AnyId>
bool read_ids(std::string_view text, std::vector<AnyId>& ids) {
  auto list = parse_string_list(text);
  if (!list) return false;
  ids.reserve(list->size());
  for (std::string& id : *list) ids.emplace_back(std::move(id));
  return true;
}

bool read_actions(std::string_view text, std::vector<std::string>& actions) {
  auto list = parse_string_list(text);
  if (!list) return false;
  actions = std::move(*list);
  return true;
}

}  // namespace

Stored<User> parse_user(const crypto::Sealer& sealer, Columns& row) {
  User user;
  user.id = row.id<UserId>();
  user.realm = row.id<RealmId>();
  user.username = row.text();
  user.email = row.text();
  user.first_name = row.text();
  user.last_name = row.text();
  user.email_verified = row.boolean();
  user.enabled = row.boolean();
  user.created_at = row.time();
  user.not_before = row.integer();
  user.service_account_client = row.optional_id<ClientId>();
  const bool reads = read_actions(row.view(), user.required_actions);
  if (!read_json(row.view(), user.attributes) || !reads) return refuse(StoreError::kCorrupt);
  if (const auto sealed = row.view(); !sealed.empty()) {
    const auto extra = unseal_text(sealer, sealed, kUserExtra, user.id.str());
    if (!extra) return refuse(extra.error());
    if (!read_json(extra->reveal(), user.extra)) return refuse(StoreError::kCorrupt);
  }
  user.suspended = row.boolean();
  return user;
}

Stored<Subject> parse_subject(const crypto::Sealer& sealer, Columns& row) {
  auto user = parse_user(sealer, row);
  if (!user) return refuse(user.error());
  Subject subject;
  subject.user = std::move(*user);
  if (!read_ids(row.view(), subject.roles)) return refuse(StoreError::kCorrupt);
  auto groups = row.view();
  subject.groups_are_whole = !groups.starts_with('*');
  if (!subject.groups_are_whole) groups.remove_prefix(1);
  if (!read_ids(groups, subject.groups)) return refuse(StoreError::kCorrupt);
  return subject;
}

}  // namespace cardea::store
