// The shapes of the admin API's representations: which members there must be and may be, and of what kind. They are
// those of Keycloak 26; a member that no shape knows fails, and so does one that is missing.
import assert from 'node:assert/strict';

// `name:kind`, with `?` after what may be absent. Kinds: s text, n number, b boolean, o object, l list, ss list of texts,
// m texts by name, ml lists of texts by name; or the name of another shape, with [] for a list of it.
const kMembers = {
  Id: 'id:s',
  RealmName: 'realmName:s',
  RoleName: 'roleName:s',
  Count: 'count:n',
  RealmBrief: 'id:s realm:s enabled:b displayName:s?',
  Realm: `id:s realm:s displayName:s? displayNameHtml:s? notBefore:n defaultSignatureAlgorithm:s revokeRefreshToken:b
    refreshTokenMaxReuse:n accessTokenLifespan:n accessTokenLifespanForImplicitFlow:n ssoSessionIdleTimeout:n
    ssoSessionMaxLifespan:n ssoSessionIdleTimeoutRememberMe:n ssoSessionMaxLifespanRememberMe:n
    offlineSessionIdleTimeout:n offlineSessionMaxLifespanEnabled:b offlineSessionMaxLifespan:n
    clientSessionIdleTimeout:n clientSessionMaxLifespan:n clientOfflineSessionIdleTimeout:n
    clientOfflineSessionMaxLifespan:n accessCodeLifespan:n accessCodeLifespanUserAction:n accessCodeLifespanLogin:n
    actionTokenGeneratedByAdminLifespan:n actionTokenGeneratedByUserLifespan:n oauth2DeviceCodeLifespan:n
    oauth2DevicePollingInterval:n enabled:b sslRequired:s registrationAllowed:b registrationEmailAsUsername:b
    rememberMe:b verifyEmail:b loginWithEmailAllowed:b duplicateEmailsAllowed:b resetPasswordAllowed:b
    editUsernameAllowed:b bruteForceProtected:b permanentLockout:b maxTemporaryLockouts:n bruteForceStrategy:s
    maxFailureWaitSeconds:n minimumQuickLoginWaitSeconds:n waitIncrementSeconds:n quickLoginCheckMilliSeconds:n
    maxDeltaTimeSeconds:n failureFactor:n maxSecondaryAuthFailures:n defaultRole:Role requiredCredentials:ss
    passwordPolicy:s? otpPolicyType:s otpPolicyAlgorithm:s otpPolicyInitialCounter:n otpPolicyDigits:n
    otpPolicyLookAheadWindow:n otpPolicyPeriod:n otpPolicyCodeReusable:b otpSupportedApplications:ss
    localizationTexts:o? webAuthnPolicyRpEntityName:s webAuthnPolicySignatureAlgorithms:ss webAuthnPolicyRpId:s
    webAuthnPolicyAttestationConveyancePreference:s webAuthnPolicyAuthenticatorAttachment:s
    webAuthnPolicyRequireResidentKey:s webAuthnPolicyResidentKey:s? webAuthnPolicyUserVerificationRequirement:s webAuthnPolicyCreateTimeout:n
    webAuthnPolicyAvoidSameAuthenticatorRegister:b webAuthnPolicyAcceptableAaguids:ss webAuthnPolicyExtraOrigins:ss
    webAuthnPolicyMediation:s? webAuthnPolicyPasskeysEnabled:b? webAuthnPolicyPasswordlessMediation:s?
    webAuthnPolicyPasswordlessRpEntityName:s webAuthnPolicyPasswordlessSignatureAlgorithms:ss
    webAuthnPolicyPasswordlessRpId:s webAuthnPolicyPasswordlessAttestationConveyancePreference:s
    webAuthnPolicyPasswordlessAuthenticatorAttachment:s webAuthnPolicyPasswordlessRequireResidentKey:s webAuthnPolicyPasswordlessResidentKey:s? webAuthnPolicyPasswordlessMediation:s?
    webAuthnPolicyPasswordlessUserVerificationRequirement:s webAuthnPolicyPasswordlessCreateTimeout:n
    webAuthnPolicyPasswordlessAvoidSameAuthenticatorRegister:b webAuthnPolicyPasswordlessAcceptableAaguids:ss
    webAuthnPolicyPasswordlessExtraOrigins:ss webAuthnPolicyPasswordlessPasskeysEnabled:b? browserSecurityHeaders:m
    smtpServer:m eventsEnabled:b eventsExpiration:n? eventsListeners:ss enabledEventTypes:ss adminEventsEnabled:b
    adminEventsDetailsEnabled:b identityProviders:l? identityProviderMappers:l? internationalizationEnabled:b
    supportedLocales:ss defaultLocale:s? browserFlow:s registrationFlow:s directGrantFlow:s resetCredentialsFlow:s
    clientAuthenticationFlow:s dockerAuthenticationFlow:s firstBrokerLoginFlow:s attributes:m
    userManagedAccessAllowed:b organizationsEnabled:b verifiableCredentialsEnabled:b adminPermissionsEnabled:b
    scimApiEnabled:b clientProfiles:o clientPolicies:o loginTheme:s? accountTheme:s? adminTheme:s? emailTheme:s?
    defaultGroups:ss? adminPermissionsClient:o?`,
  Client: `id:s clientId:s name:s? description:s? type:s? rootUrl:s? adminUrl:s? baseUrl:s? surrogateAuthRequired:b
    enabled:b alwaysDisplayInConsole:b clientAuthenticatorType:s secret:s? registrationAccessToken:s? redirectUris:ss
    webOrigins:ss notBefore:n bearerOnly:b consentRequired:b standardFlowEnabled:b implicitFlowEnabled:b
    directAccessGrantsEnabled:b serviceAccountsEnabled:b authorizationServicesEnabled:b? publicClient:b
    frontchannelLogout:b protocol:s attributes:m authenticationFlowBindingOverrides:m fullScopeAllowed:b
    nodeReRegistrationTimeout:n registeredNodes:o? protocolMappers:Mapper[]? defaultClientScopes:ss
    optionalClientScopes:ss authorizationSettings:o? access:o?`,
  User: `id:s username:s firstName:s? lastName:s? email:s? emailVerified:b attributes:ml? enabled:b createdTimestamp:n
    totp:b disableableCredentialTypes:ss requiredActions:ss notBefore:n access:o? federatedIdentities:Link[]?
    serviceAccountClientId:s? userProfileMetadata:o?`,
  UserBrief: `id:s username:s firstName:s? lastName:s? email:s? emailVerified:b? attributes:ml? enabled:b
    createdTimestamp:n totp:b? disableableCredentialTypes:ss? requiredActions:ss? notBefore:n? access:o?`,
  Member: `id:s username:s firstName:s? lastName:s? email:s? emailVerified:b attributes:ml? enabled:b
    createdTimestamp:n totp:b? disableableCredentialTypes:ss? requiredActions:ss? notBefore:n? membershipType:s
    access:o?`,
  Credential: `id:s type:s userLabel:s? createdDate:n credentialData:s priority:n? value:s? temporary:b?
    federationLink:s?`,
  ClientSecret: 'type:s value:s',
  Group: `id:s name:s description:s? path:s parentId:s? subGroupCount:n? subGroups:Group[]? attributes:ml? realmRoles:ss?
    clientRoles:ml? access:o?`,
  Role: `id:s name:s description:s? composite:b composites:o? clientRole:b containerId:s attributes:ml?`,
  ClientScope: 'id:s name:s description:s? protocol:s attributes:m? protocolMappers:Mapper[]?',
  ScopeName: 'id:s name:s protocol:s?',
  Mapper: 'id:s name:s protocol:s protocolMapper:s consentRequired:b config:m',
  EvaluatedMapper: 'mapperId:s mapperName:s containerId:s containerName:s containerType:s protocolMapper:s',
  Mappings: 'realmMappings:Role[]? clientMappings:o?',
  IdentityProvider: `alias:s displayName:s? internalId:s providerId:s enabled:b updateProfileFirstLoginMode:s? trustEmail:b?
    storeToken:b? addReadTokenRoleOnCreate:b? authenticateByDefault:b? linkOnly:b? hideOnLogin:b?
    firstBrokerLoginFlowAlias:s? postBrokerLoginFlowAlias:s? organizationId:s? config:m types:ss?`,
  IdentityProviderMapper: 'id:s name:s identityProviderAlias:s identityProviderMapper:s config:m',
  Factory: 'id:s name:s',
  MapperType: 'id:s name:s category:s helpText:s properties:l',
  Event: `id:s? time:n type:s realmId:s clientId:s? userId:s? sessionId:s? ipAddress:s? error:s? details:m?`,
  AdminEvent: `id:s? time:n realmId:s authDetails:o operationType:s resourceType:s resourcePath:s representation:s?
    error:s? details:m?`,
  EventsConfig: `eventsEnabled:b eventsExpiration:n? eventsListeners:ss enabledEventTypes:ss adminEventsEnabled:b
    adminEventsDetailsEnabled:b`,
  Session: `id:s username:s userId:s ipAddress:s start:n lastAccess:n rememberMe:b clients:m transientUser:b`,
  SessionStat: 'id:s clientId:s active:s offline:s',
  Link: 'identityProvider:s userId:s userName:s',
  Consent: 'clientId:s grantedClientScopes:ss createdDate:n? lastUpdatedDate:n? additionalGrants:l?',
  Component: 'id:s name:s providerId:s providerType:s parentId:s subType:s? config:ml',
  ComponentType: 'id:s helpText:s properties:l clientProperties:l? metadata:o?',
  Flow: 'id:s alias:s description:s providerId:s topLevel:b builtIn:b authenticationExecutions:l',
  Execution: `id:s requirement:s displayName:s alias:s? description:s? requirementChoices:ss configurable:b
    authenticationFlow:b? providerId:s? authenticationConfig:s? flowId:s? level:n index:n priority:n`,
  RequiredAction: 'alias:s name:s providerId:s enabled:b defaultAction:b priority:n config:m',
  Unregistered: 'providerId:s name:s',
  Provider: 'id:s displayName:s description:s supportsSecret:b?',
  AuthenticatorConfig: 'id:s alias:s config:m',
  ConfigDescription: 'name:s providerId:s helpText:s properties:l',
  RequiredActionConfig: 'config:m',
  Properties: 'properties:l',
  Keys: 'active:m keys:Key[]',
  Key: `providerId:s providerPriority:n kid:s status:s type:s algorithm:s publicKey:s? certificate:s? use:s
    validTo:n?`,
  Certificate: 'privateKey:s? publicKey:s? certificate:s? kid:s? jwks:s?',
  Organization: `id:s name:s alias:s enabled:b description:s? redirectUrl:s? attributes:ml? domains:Domain[]? members:l?
    identityProviders:l?`,
  Domain: 'name:s verified:b',
  Invitation: `id:s organizationId:s email:s firstName:s? lastName:s? sentDate:n expiresAt:n status:s inviteLink:s?`,
  InitialAccess: 'id:s token:s? timestamp:n expiration:n count:n remainingCount:n',
  GlobalResult: 'successRequests:ss? failedRequests:ss?',
  WhoAmI: 'userId:s realm:s displayName:s locale:s createRealm:b realm_access:ml temporary:b?',
  ProfileConfig: 'attributes:ProfileAttribute[] groups:l unmanagedAttributePolicy:s?',
  ProfileAttribute: `name:s displayName:s? validations:o? annotations:o? required:o? permissions:o? selector:o? group:s?
    multivalued:b? defaultValue:s?`,
  ProfileMetadata: 'attributes:MetadataAttribute[] groups:l',
  MetadataAttribute: `name:s displayName:s? required:b readOnly:b validators:o? annotations:o? group:s? multivalued:b
    defaultValue:s?`,
  Attack: `disabled:b numFailures:n numSecondaryAuthFailures:n? numTemporaryLockouts:n lastFailure:n lastIPFailure:s
    failedLoginNotBefore:n`,
  Impersonation: 'sameRealm:b redirect:s',
  ImportResults: 'overwritten:n added:n skipped:n results:l',
  Profiles: 'profiles:l globalProfiles:l?',
  Policies: 'policies:l globalPolicies:l?',
  Message: 'key:s value:s source:s?',
  ServerInfo: `systemInfo:o cpuInfo:o? memoryInfo:o profileInfo:o features:l cryptoInfo:o themes:o socialProviders:l
    identityProviders:l clientImporters:l providers:o protocolMapperTypes:o builtinProtocolMappers:o clientInstallations:o
    componentTypes:o passwordPolicies:l enums:o
    parameterizedScopeTypes:l?`,
};

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts = (value) => Array.isArray(value) && value.every((item) => typeof item === 'string');
const kKinds = {
  s: (value) => typeof value === 'string',
  n: (value) => typeof value === 'number',
  b: (value) => typeof value === 'boolean',
  o: isObject,
  l: Array.isArray,
  ss: isTexts,
  m: (value) => isObject(value) && Object.values(value).every((item) => typeof item === 'string'),
  ml: (value) => isObject(value) && Object.values(value).every(isTexts),
};

const parsed = new Map(Object.entries(kMembers).map(([shape, text]) => [
  shape,
  new Map(text.trim().split(/\s+/).map((word) => {
    const [, name, kind, mark] = /^([^:]+):([A-Za-z]+(?:\[\])?)(\??)$/.exec(word);
    return [name, { kind, isOptional: mark === '?' }];
  })),
]));

// Answers that are no representation.
const kPlain = {
  nothing: (value) => value === undefined || value === '' || value === null,
  absent: (value) => value === null || value === undefined,
  number: kKinds.n,
  boolean: kKinds.b,
  text: kKinds.s,
  texts: isTexts,
  textsByName: kKinds.m,
  listsByName: kKinds.ml,
  object: isObject,
  list: Array.isArray,
  bytes: (value) => value instanceof ArrayBuffer && value.byteLength > 0,
};

/// Fails unless `value` is what the shape says. `Name[]` is a list of such.
export function checkShape(value, shape, where = shape) {
  if (shape.endsWith('[]')) {
    assert.ok(Array.isArray(value), `${where}: not a list: ${JSON.stringify(value)?.slice(0, 200)}`);
    value.forEach((item, index) => checkShape(item, shape.slice(0, -2), `${where}[${index}]`));
    return;
  }
  if (kPlain[shape]) {
    assert.ok(kPlain[shape](value), `${where}: not ${shape}: ${JSON.stringify(value)?.slice(0, 200)}`);
    return;
  }
  const members = parsed.get(shape);
  assert.ok(members, `no shape ${shape}`);
  assert.ok(isObject(value), `${where}: not an object: ${JSON.stringify(value)?.slice(0, 200)}`);
  for (const [name, { kind, isOptional }] of members) {
    const member = value[name];
    if (member === undefined || member === null) {
      assert.ok(isOptional, `${where}: member ${name} is missing in ${JSON.stringify(value).slice(0, 300)}`);
    } else if (kKinds[kind]) {
      assert.ok(kKinds[kind](member), `${where}.${name}: not of kind ${kind}: ${JSON.stringify(member).slice(0, 200)}`);
    } else {
      checkShape(member, kind, `${where}.${name}`);
    }
  }
  const unknown = Object.keys(value).filter((name) => !members.has(name));
  assert.deepEqual(unknown, [], `${where}: members that no representation of this kind has`);
}

/// An answer that is a list must hold something where the table shows a shape of its items.
export function checkAnswer(value, shape) {
  checkShape(value, shape);
  if (shape.endsWith('[]')) assert.ok(value.length > 0, `${shape}: the list is empty, its items were not compared`);
}
