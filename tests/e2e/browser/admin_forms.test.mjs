// Every form of the administration console that makes something, filled in by a person: what it made is read back through
// the admin API. No request fails on the way, no script complains and no error toast comes up. Realm, client, client
// scope and mapper are made so by the walks of guides/.
import assert from 'node:assert/strict';
import { after } from 'node:test';

import { kOnlyCardea, startServer } from '../harness.mjs';
import { AdminApi } from '../support/admin_api.mjs';
import { AdminConsole } from '../support/admin_console.mjs';
import { journey } from '../support/browser.mjs';
import { kConsolePatience, settled } from '../support/console.mjs';
import { MailSink } from '../support/mail_sink.mjs';
import { villageRealm } from '../support/realm.mjs';

const sink = await new MailSink().listen();
const server = await startServer({ realm: villageRealm({}, (realm) => {
  realm.organizationsEnabled = true;
  realm.internationalizationEnabled = true;
  realm.supportedLocales = ['en', 'de'];
  realm.smtpServer = sink.smtpServer;
}) });
after(async () => {
  await server.stop();
  sink.close();
});
const api = new AdminApi(server, 'village');

/// A person at one page of the console.
class Person extends AdminConsole {
  async open(hash) {
    await this.page.evaluate((to) => { location.hash = to; }, `#/village${hash}`);
    await this.page.locator('h1').first().waitFor();
    await settled(this.page);
  }

  /// A form is filled in, sent and answered by a green note.
  async make(fields, send) {
    for (const [testid, value] of Object.entries(fields)) await this.fill(testid, value);
    await this.at(send).click();
    await this.done(/\w/);
  }

  /// A file of a form: what the console reads of it stands in `field` afterwards.
  async upload(name, content, field, value, within = this.page) {
    await within.locator('input[type="file"]').first().setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(content)) });
    await this.page.waitForFunction(([testid, wanted]) => document.querySelector(`[data-testid="${testid}"]`)?.value === wanted, [field, value]);
    await settled(this.page);
  }

  /// Addresses of a provider are written by hand, not read from its discovery document.
  async withoutDiscovery() {
    const box = this.page.locator('#kc-discovery-endpoint-switch');
    await this.page.locator('.pf-v5-c-switch', { has: box }).click();
    assert.equal(await box.isChecked(), false);
  }
}

/// `one of them is called so`, or the list.
function named(list, name, member = 'name') {
  const found = list.find((item) => item[member] === name);
  assert.ok(found, `no ${name} among ${list.map((item) => item[member]).join(', ')}`);
  return found;
}

/// What is made, where, and how it is read back. They run in this order, in one window.
const kForms = {
  user: async (person) => {
    await person.open('/users/add-user');
    await person.make({ username: 'maud', email: 'maud@example.com', firstName: 'Maud', lastName: 'Miller' }, 'user-creation-save');
    assert.equal((await api.user('maud')).email, 'maud@example.com');
  },
  group: async (person) => {
    await person.open('/groups');
    await person.at('openCreateGroupModal').or(person.at('no-groups-in-this-realm-empty-action')).first().click();
    await person.make({ name: 'bakers' }, 'createGroup');
    const bakers = named(await api.get('/groups'), 'bakers');
    await person.open(`/groups/${bakers.id}`);
    await person.at('openCreateGroupModal').or(person.at('no-groups-in-this-sub-group-empty-action')).first().click();
    await person.make({ name: 'early' }, 'createGroup');
    named(await api.get(`/groups/${bakers.id}/children`), 'early');
  },
  realm_role: async (person) => {
    await person.open('/roles/new');
    await person.make({ name: 'baker', description: 'Bakes' }, 'save');
    assert.equal((await api.get('/roles/baker')).description, 'Bakes');
  },
  client_role: async (person) => {
    const { id } = await api.client('account');
    await person.open(`/clients/${id}/roles/new`);
    await person.make({ name: 'oven', description: 'Heats' }, 'save');
    assert.equal((await api.get(`/clients/${id}/roles/oven`)).clientRole, true);
  },
  initial_access_token: async (person) => {
    await person.open('/clients/initialAccessToken/create');
    await person.at('save').click();
    const token = await person.page.getByRole('dialog').getByRole('textbox').inputValue();
    assert.match(token, /^ey[\w-]+\./);
    server.keepSecret(token);
    assert.equal((await api.get('/clients-initial-access')).at(-1).remainingCount, 1);
    await person.page.getByRole('dialog').getByRole('button').first().click();
  },
  registration_policy: async (person) => {
    await person.open('/clients/client-registration/anonymous/client-disabled');
    await person.make({ name: 'Off at first' }, 'save');
    named(await api.get('/components?type=org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy'), 'Off at first');
  },
  flow_step_and_subflow: async (person) => {
    await person.open('/authentication/flows/create');
    await person.make({ alias: 'mill', description: 'Of the mill' }, 'create');
    await person.at('addExecution').click();
    await person.at('auth-cookie').check();
    await person.at('modal-add').click();
    await person.done(/\w/);
    await person.at('addSubFlow').click();
    await person.make({ name: 'gate' }, 'modal-add');
    const made = await api.get('/authentication/flows/mill/executions');
    assert.deepEqual(made.map(({ providerId, displayName }) => providerId ?? displayName), ['auth-cookie', 'gate']);
  },
  organization: async (person) => {
    await person.open('/organizations/new');
    await person.make({ name: 'Mill', domains0: 'mill.example' }, 'save');
    assert.deepEqual(named(await api.get('/organizations'), 'Mill').domains, [{ name: 'mill.example', verified: false }]);
  },
  organization_group: async (person) => {
    const { id } = named(await api.get('/organizations'), 'Mill');
    await person.open(`/organizations/${id}/groups`);
    await person.at('openCreateGroupModal').or(person.page.locator('[data-testid^="no-groups-in-this"][data-testid$="-empty-action"]')).first().click();
    await person.make({ name: 'millers' }, 'createGroup');
    assert.equal(named(await api.get(`/organizations/${id}/groups`), 'millers').path, '/millers');
    assert.ok(!(await api.get('/groups')).some(({ name }) => name === 'millers'), 'no group of the realm');
  },
  attribute: async (person) => {
    await person.open('/realm-settings/user-profile/attributes/add-attribute');
    await person.make({ name: 'flour' }, 'attribute-create');
    named((await api.get('/users/profile')).attributes, 'flour');
  },
  attribute_group: async (person) => {
    await person.open('/realm-settings/user-profile/attributesGroup/new');
    await person.make({ name: 'larder' }, 'saveGroupBtn');
    named((await api.get('/users/profile')).groups, 'larder');
  },
  client_profile_and_executor: async (person) => {
    await person.open('/realm-settings/client-policies/profiles/add-profile');
    await person.make({ name: 'careful', description: 'Of care' }, 'saveCreateProfile');
    await person.at('addExecutor').click();
    await person.page.locator('#kc-executor').click();
    await person.at('pkce-enforcer').click();
    await person.make({}, 'addExecutor-saveBtn');
    const made = named((await api.get('/client-policies/profiles')).profiles, 'careful');
    assert.deepEqual(made.executors.map(({ executor }) => executor), ['pkce-enforcer']);
  },
  client_policy_and_condition: async (person) => {
    await person.open('/realm-settings/client-policies/policies/add-client-policy');
    await person.make({ name: 'everybody' }, 'saveCreatePolicy');
    await person.at('addCondition').click();
    await person.page.locator('#provider').click();
    await person.at('any-client').click();
    await person.make({}, 'addCondition-saveBtn');
    const made = named((await api.get('/client-policies/policies')).policies, 'everybody');
    assert.deepEqual(made.conditions.map(({ condition }) => condition), ['any-client']);
  },
  identity_provider_and_mapper: async (person) => {
    await person.open('/identity-providers/github/add');
    await person.make({ 'config.clientId': 'mill', 'config.clientSecret': server.keepSecret('github-secret-of-the-mill') }, 'createProvider');
    assert.equal((await api.get('/identity-provider/instances/github')).config.clientId, 'mill');
    await person.open('/identity-providers/github/github/mappers/create');
    await person.choose(person.page.locator('#identityProviderMapper'), 'Hardcoded Attribute');
    await person.make({ name: 'of the mill', attribute: 'flour', 'attribute.value': 'rye' }, 'new-mapper-save-button');
    assert.equal(named(await api.get('/identity-provider/instances/github/mappers'), 'of the mill').config['attribute.value'], 'rye');
  },
  oidc_provider: async (person) => {
    await person.open('/identity-providers/oidc/add');
    await person.fill('alias', 'town');
    await person.withoutDiscovery();
    await person.make({ 'config.authorizationUrl': 'https://town.example/auth', 'config.tokenUrl': 'https://town.example/token',
      'config.clientId': 'mill', 'config.clientSecret': server.keepSecret('town-secret-of-the-mill') }, 'createProvider');
    assert.equal((await api.get('/identity-provider/instances/town')).config.tokenUrl, 'https://town.example/token');
  },
  keycloak_oidc_provider_from_a_file: async (person) => {
    await person.open('/identity-providers/keycloak-oidc/add');
    await person.fill('alias', 'county');
    await person.withoutDiscovery();
    const issuer = 'https://county.example/realms/county';
    const at = `${issuer}/protocol/openid-connect`;
    await person.upload('openid-configuration.json', { issuer, authorization_endpoint: `${at}/auth`, token_endpoint: `${at}/token`,
      userinfo_endpoint: `${at}/userinfo`, end_session_endpoint: `${at}/logout`, jwks_uri: `${at}/certs` }, 'config.tokenUrl', `${at}/token`);
    await person.make({ 'config.clientId': 'mill', 'config.clientSecret': server.keepSecret('county-secret-of-the-mill') }, 'createProvider');
    const made = await api.get('/identity-provider/instances/county');
    assert.equal(made.providerId, 'keycloak-oidc');
    assert.deepEqual([made.config.issuer, made.config.jwksUrl, made.config.logoutUrl], [issuer, `${at}/certs`, `${at}/logout`]);
  },
  oauth2_provider: async (person) => {
    await person.open('/identity-providers/oauth2/add');
    await person.fill('alias', 'guild');
    await person.withoutDiscovery();
    await person.make({ 'config.authorizationUrl': 'https://guild.example/auth', 'config.tokenUrl': 'https://guild.example/token',
      'config.userInfoUrl': 'https://guild.example/me', 'config.clientId': 'mill', 'config.clientSecret': server.keepSecret('guild-secret-of-the-mill'),
      'config.userIDClaim': 'id' }, 'createProvider');
    const made = await api.get('/identity-provider/instances/guild');
    assert.deepEqual([made.providerId, made.config.userInfoUrl, made.config.userIDClaim], ['oauth2', 'https://guild.example/me', 'id']);
  },
  jwt_authorization_grant_provider: async (person) => {
    await person.open('/identity-providers/jwt-authorization-grant/add');
    await person.make({ alias: 'robots', 'config.issuer': 'https://robots.example', 'config.jwksUrl': 'https://robots.example/keys' }, 'createProvider');
    const made = await api.get('/identity-provider/instances/robots');
    assert.deepEqual([made.providerId, made.config.issuer, made.config.jwksUrl], ['jwt-authorization-grant', 'https://robots.example', 'https://robots.example/keys']);
  },
  client_from_a_file: async (person) => {
    await person.open('/clients/import-client');
    const mapper = { name: 'oven', protocol: 'openid-connect', protocolMapper: 'oidc-hardcoded-claim-mapper',
      config: { 'claim.name': 'oven', 'claim.value': 'hot', 'jsonType.label': 'String', 'access.token.claim': 'true' } };
    await person.upload('kiln.json', { clientId: 'kiln', name: 'The kiln', protocol: 'openid-connect', publicClient: true,
      redirectUris: ['https://kiln.example/*'], attributes: { 'pkce.code.challenge.method': 'S256' }, protocolMappers: [mapper] }, 'clientId', 'kiln');
    await person.button('Save').click();
    await person.done(/\w/);
    const made = await api.client('kiln');
    assert.deepEqual([made.name, made.publicClient, made.redirectUris], ['The kiln', true, ['https://kiln.example/*']]);
    assert.equal(made.attributes['pkce.code.challenge.method'], 'S256');
    assert.deepEqual(made.protocolMappers.map(({ name, config }) => [name, config['claim.value']]), [['oven', 'hot']]);
  },
  organization_invitations: async (person) => {
    const { id } = named(await api.get('/organizations'), 'Mill');
    await person.open(`/organizations/${id}/members`);
    await person.at('organization-invitations-tab').click();
    await settled(person.page);
    await person.button('Invite new user').click();
    await person.make({ email: 'nell@example.com', firstName: 'Nell', lastName: 'Miller' }, 'save');
    const made = named(await api.get(`/organizations/${id}/invitations`), 'nell@example.com', 'email');
    assert.deepEqual([made.status, made.firstName, made.organizationId], ['PENDING', 'Nell', id]);
    assert.match((await sink.take('nell@example.com')).text, /Mill/);
    await person.page.locator('#invite-member-toggle').click();
    await person.page.getByRole('menuitem', { name: 'Invite realm user' }).click();
    const dialog = person.page.getByRole('dialog');
    await dialog.getByRole('row', { name: 'maud@example.com' }).getByRole('checkbox').check();
    await person.make({}, 'add');
    named(await api.get(`/organizations/${id}/invitations`), 'maud@example.com', 'email');
    assert.match((await sink.take('maud@example.com')).link, /^http/);
  },
  passkey_policies: async (person) => {
    await person.open('/authentication/policies');
    await person.at('webauthnPolicy').click();
    await person.make({ webAuthnPolicyRpEntityName: 'The mill' }, 'save');
    await person.open('/authentication/flows');
    await person.open('/authentication/policies');
    await person.at('webauthnPasswordlessPolicy').click();
    await person.turn('webAuthnPolicyPasswordlessPasskeysEnabled', true);
    await person.make({ webAuthnPolicyPasswordlessRpEntityName: 'The inn' }, 'save');
    const realm = await api.get('');
    assert.deepEqual([realm.webAuthnPolicyRpEntityName, realm.webAuthnPolicyResidentKey], ['The mill', 'not specified']);
    assert.deepEqual([realm.webAuthnPolicyPasswordlessRpEntityName, realm.webAuthnPolicyPasswordlessResidentKey], ['The inn', 'required']);
  },
  key_provider: async (person) => {
    await person.open('/realm-settings/keys/providers');
    await person.at('addProviderDropdown').click();
    await person.at('option-ecdsa-generated').click();
    await person.make({ name: 'curve' }, 'add-provider-button');
    assert.equal(named(await api.get('/components?type=org.keycloak.keys.KeyProvider'), 'curve').providerId, 'ecdsa-generated');
  },
  text: async (person) => {
    await person.open('/realm-settings/localization');
    await person.at('rs-localization-realm-overrides-tab').click();
    await person.at('add-translationBtn').or(person.at('no-translations-empty-action')).first().click();
    await person.make({ key: 'loginTitle', value: 'The mill' }, 'add-translation-confirm-button');
    assert.equal((await api.get('/localization/en')).loginTitle, 'The mill');
  },
  realm_from_a_file: async (person) => {  // the last one: the console goes to the new realm
    await person.open('/realms');
    await person.at('add-realm').click();
    const dialog = person.page.getByRole('dialog');
    await person.upload('hamlet.json', { realm: 'hamlet', displayName: 'The hamlet', enabled: true, accessTokenLifespan: 123,
      roles: { realm: [{ name: 'reeve' }] }, users: [{ username: 'hal', enabled: true, realmRoles: ['reeve'] }],
      clients: [{ clientId: 'well', publicClient: true, redirectUris: ['https://well.example/*'] }] }, 'realm', 'hamlet', dialog);
    await person.make({}, 'create');
    const made = new AdminApi(server, 'hamlet');
    const realm = await made.get('');
    assert.deepEqual([realm.displayName, realm.accessTokenLifespan], ['The hamlet', 123]);
    assert.equal((await made.client('well')).publicClient, true);
    const { id } = await made.user('hal');
    named(await made.get(`/users/${id}/role-mappings/realm`), 'reeve');
  },
};

/// Faults of the console's own pages: that of a mapper leaves a field without a label, and that of a client policy is drawn
/// once, when the policy was made, before it knows where it is.
const kOfTheConsole = /identity_provider_and_mapper: .*Text input requires either an id or aria-label/;
const kDrawnTooEarly = /client-policies\/\S+\/edit-policy: (TypeError: Cannot read properties of undefined|Error: Missing ":policyName" param)/;

journey('every_form_makes_what_the_api_reads_back', kOnlyCardea, async ({ page, problems }) => {
  const person = new Person(server, page);
  await person.signIn('village');
  page.setDefaultTimeout(kConsolePatience);
  const wrong = [];
  for (const [name, fillIn] of Object.entries(kForms)) {
    await fillIn(person).catch((error) => wrong.push(`${name}: ${error.message.slice(0, 600)}`));
    wrong.push(...(await person.watch.take()).map(({ page: where, what }) => `${name}: ${where} ${what}`));
    await page.keyboard.press('Escape');
  }
  problems.splice(0, Infinity, ...problems.filter((words) => !kDrawnTooEarly.test(words)));
  assert.deepEqual(wrong.filter((words) => !kOfTheConsole.test(words)), []);
});
