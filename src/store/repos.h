// The repositories, each behind its interface of domain/repository. Those that keep secrets get the sealer, which
// outlives them. Repositories have no state of their own: any thread, any number of handles.
#pragma once

#include <memory>

#include "crypto/seal.h"
#include "domain/repository/gate_repo.h"
#include "domain/repository/repositories.h"

namespace cardea::store {

std::unique_ptr<RealmRepo> make_realm_repo(const crypto::Sealer& sealer);
std::unique_ptr<ScopeRepo> make_scope_repo(const crypto::Sealer& sealer);
std::unique_ptr<KeyRepo> make_key_repo(const crypto::Sealer& sealer);
std::unique_ptr<ClientRepo> make_client_repo(const crypto::Sealer& sealer);
std::unique_ptr<RoleRepo> make_role_repo(const crypto::Sealer& sealer);
std::unique_ptr<GroupRepo> make_group_repo(const crypto::Sealer& sealer);
std::unique_ptr<UserRepo> make_user_repo(const crypto::Sealer& sealer);
std::unique_ptr<SubjectRepo> make_subject_repo(const crypto::Sealer& sealer);
std::unique_ptr<CredentialRepo> make_credential_repo(const crypto::Sealer& sealer);
std::unique_ptr<SessionRepo> make_session_repo(const crypto::Sealer& sealer);
std::unique_ptr<SessionRepo> make_offline_session_repo(const crypto::Sealer& sealer);
std::unique_ptr<CodeRepo> make_code_repo();
std::unique_ptr<DeviceCodeRepo> make_device_code_repo();
std::unique_ptr<InteractionRepo> make_interaction_repo(const crypto::Sealer& sealer);
std::unique_ptr<RevocationRepo> make_revocation_repo();
std::unique_ptr<LogoutNoticeRepo> make_logout_notice_repo();
std::unique_ptr<UsedIdRepo> make_used_id_repo();
std::unique_ptr<TicketRepo> make_ticket_repo();
std::unique_ptr<PurgeRepo> make_purge_repo();
std::unique_ptr<ServerRepo> make_server_repo();
std::unique_ptr<MailRepo> make_mail_repo(const crypto::Sealer& sealer);
std::unique_ptr<ConsentRepo> make_consent_repo();
std::unique_ptr<LoginFailureRepo> make_login_failure_repo();
std::unique_ptr<FederatedIdentityRepo> make_federated_identity_repo(const crypto::Sealer& sealer);
std::unique_ptr<OrganizationRepo> make_organization_repo();
std::unique_ptr<MembershipRepo> make_membership_repo();
std::unique_ptr<OrganizationGroupRepo> make_organization_group_repo();
std::unique_ptr<ProvisionedUserRepo> make_provisioned_user_repo();
std::unique_ptr<DirectorySyncRepo> make_directory_sync_repo();
std::unique_ptr<EventRepo> make_event_repo(const crypto::Sealer& sealer);
std::unique_ptr<GateSessionRepo> make_gate_session_repo(const crypto::Sealer& sealer);
std::unique_ptr<GateRepo> make_gate_repo(const crypto::Sealer& sealer);

}  // namespace cardea::store
