// All repositories of one store, for the wiring. Classes take references to just those they use.
#pragma once

#include "domain/repository/account_repos.h"
#include "domain/repository/directory_sync_repo.h"
#include "domain/repository/event_repo.h"
#include "domain/repository/organization_repo.h"
#include "domain/repository/provisioning_repo.h"
#include "domain/repository/server_repo.h"
#include "domain/repository/session_repos.h"
#include "domain/repository/settings_repos.h"
#include "domain/repository/user_repos.h"

namespace cardea {

struct Repositories {
  Store& store;
  RealmRepo& realms;
  ScopeRepo& scopes;
  KeyRepo& keys;
  ClientRepo& clients;
  RoleRepo& roles;
  GroupRepo& groups;
  UserRepo& users;
  SubjectRepo& subjects;
  CredentialRepo& credentials;
  SessionRepo& sessions;
  SessionRepo& offline_sessions;
  CodeRepo& codes;
  DeviceCodeRepo& device_codes;
  InteractionRepo& interactions;
  RevocationRepo& revocations;
  LogoutNoticeRepo& logout_notices;
  UsedIdRepo& used_ids;
  TicketRepo& tickets;
  PurgeRepo& purge;
  ServerRepo& server;
  MailRepo& mails;
  ConsentRepo& consents;
  LoginFailureRepo& login_failures;
  FederatedIdentityRepo& federated_identities;
  EventRepo& events;
  OrganizationRepo& organizations;
  MembershipRepo& memberships;
  OrganizationGroupRepo& organization_groups;
  ProvisionedUserRepo& provisioned_users;
  DirectorySyncRepo& directory_syncs;
};

}  // namespace cardea
