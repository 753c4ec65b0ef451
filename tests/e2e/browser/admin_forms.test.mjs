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
import { villageRealm } from '../support/realm.mjs';

const server = await startServer({ realm: villageRealm({}, (realm) => {
  realm.organizationsEnabled = true;
  realm.internationalizationEnabled = true;
  realm.supportedLocales = ['en', 'de'];
}) });
after(() => server.stop());
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
    await person.turn('showMetaData', false).catch(() => person.page.locator('.pf-v5-c-switch').first().click());
    await person.make({ 'config.authorizationUrl': 'https://town.example/auth', 'config.tokenUrl': 'https://town.example/token',
      'config.clientId': 'mill', 'config.clientSecret': server.keepSecret('town-secret-of-the-mill') }, 'createProvider');
    assert.equal((await api.get('/identity-provider/instances/town')).config.tokenUrl, 'https://town.example/token');
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
