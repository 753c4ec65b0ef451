// `cardea apply` against a running server: a second run of a file changes nothing, whatever it holds; what is not applied
// is told; and with --prune the lists of the file are the lists of the realm.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { kOnlyCardea, runCommand, startServer, temporaryFolder } from '../harness.mjs';

const server = await startServer();
const home = temporaryFolder();
const who = ['--server', server.base, '--user', server.admin.username];
const environment = { HOME: home, CARDEA_ADMIN_PASSWORD: server.admin.password };

async function done(...args) {
  const ended = await runCommand(args, { environment, cwd: home });
  assert.equal(ended.code, 0, ended.all);
  return ended.output;
}
const admin = async (realm, resource, ...more) => JSON.parse(await done('admin', 'get', resource, '-r', realm, ...more, ...who));
const names = (list) => list.map(({ name }) => name).sort();

let files = 0;
async function apply(document, ...flags) {
  const file = path.join(home, `realm-${++files}.json`);
  writeFileSync(file, JSON.stringify(document));
  return done('apply', file, ...flags, ...who);
}
async function applyTwice(document) {
  const told = await apply(document);
  assert.match(await apply(document), new RegExp(`^(! .*\n)*Realm ${document.realm} is as it should be\\.\n$`));
  return told;
}

/// An id of another server, a new one each time.
const foreign = () => `6f9619ff-8b86-4d11-b42d-${(++files).toString(16).padStart(12, '0')}`;
const provider = { alias: 'hub', providerId: 'oidc', config: { clientId: 'c', authorizationUrl: 'https://hub.example.test/a', tokenUrl: 'https://hub.example.test/t' } };
const mapper = (name) => ({ name, identityProviderAlias: 'hub', identityProviderMapper: 'hardcoded-attribute-idp-mapper', config: { attribute: 'a', 'attribute.value': 'b', syncMode: 'INHERIT' } });

test('a_second_run_changes_nothing_with_texts_default_groups_and_ids_of_another_server', kOnlyCardea, async () => {
  const village = {
    id: foreign(), realm: 'village', enabled: true, internationalizationEnabled: true, supportedLocales: ['en', 'fr'],
    groups: [{ id: foreign(), name: 'g1', subGroups: [{ id: foreign(), name: 'below' }] }, { id: foreign(), name: 'g2' }],
    defaultGroups: ['/g1', '/g1/below'],
    localizationTexts: { en: { hello: 'one' }, fr: { hello: 'un' } },
    roles: {
      realm: [{ id: foreign(), name: 'boss', containerId: foreign(), composites: { client: { ca: ['editor'] } } }],
      client: { ca: [{ id: foreign(), name: 'editor' }], cb: [{ id: foreign(), name: 'editor' }] },
    },
    clients: [{ id: foreign(), clientId: 'ca' }, { id: foreign(), clientId: 'cb', protocolMappers: [{ id: foreign(), name: 'm', protocol: 'openid-connect', protocolMapper: 'oidc-audience-mapper', config: { 'included.custom.audience': 'x' } }] }],
    clientScopes: [{ id: foreign(), name: 's1', protocol: 'openid-connect' }],
    identityProviders: [{ ...provider, internalId: foreign() }],
    identityProviderMappers: [{ ...mapper('im'), id: foreign() }],
    users: [{ id: foreign(), username: 'ada', enabled: true, createdTimestamp: 1700000000000, groups: ['/g1/below'], realmRoles: ['boss'], clientRoles: { cb: ['editor'] }, clientConsents: [{ clientId: 'ca', grantedClientScopes: [] }], federatedIdentities: [{ identityProvider: 'hub', userId: '7', userName: 'seven' }] }],
    userProfile: { unmanagedAttributePolicy: 'ADMIN_EDIT', groups: [{ name: 'wear' }], attributes: [{ name: 'shoe', group: 'wear' }] },
  };
  assert.match(await applyTwice(village), /^! user ada: clientConsents are not applied/m);
  assert.deepEqual(await admin('village', 'localization/fr'), { hello: 'un' });
  assert.deepEqual((await admin('village', 'default-groups')).map((group) => group.path).sort(), ['/g1', '/g1/below']);
  const profile = await admin('village', 'users/profile');
  assert.equal(profile.unmanagedAttributePolicy, 'ADMIN_EDIT');
  assert.ok(names(profile.groups).includes('wear') && names(profile.attributes).includes('shoe'));
  const [{ id: ada }] = await admin('village', 'users', '-q', 'username=ada');
  assert.deepEqual((await admin('village', `users/${ada}/federated-identity`)).map(({ userId }) => userId), ['7']);

  // A text changed, a default group added, and the other client's role of one name.
  village.localizationTexts.en.hello = 'two';
  village.defaultGroups.push('/g2');
  village.roles.realm[0].composites.client.cb = ['editor'];
  assert.match(await applyTwice(village), /Realm village: 3 changes\./);
  assert.deepEqual(await admin('village', 'localization/en'), { hello: 'two' });
  assert.equal((await admin('village', 'default-groups')).length, 3);
  assert.deepEqual(names(await admin('village', 'roles/boss/composites')), ['editor', 'editor']);
});

test('what_the_server_itself_exports_is_applied_without_a_change', kOnlyCardea, async () => {
  const whole = JSON.parse(await done('admin', 'create', 'partial-export', '-r', 'village', '-q', 'exportClients=true', '-q', 'exportGroupsAndRoles=true', '-o', ...who));
  assert.equal(whole.realm, 'village');
  assert.match(await apply(whole), /Realm village is as it should be\.\n$/);
});

test('mappers_come_without_their_provider_and_a_member_that_nobody_takes_is_told', kOnlyCardea, async () => {
  assert.match(await applyTwice({ realm: 'village', identityProviderMappers: [mapper('im'), mapper('alone')], defaultRoles: ['x'] }), /^! realm village: the server does not take defaultRoles$/m);
  assert.deepEqual(names(await admin('village', 'identity-provider/instances/hub/mappers')), ['alone', 'im']);
});

test('prune_leaves_what_the_lists_of_the_file_name', kOnlyCardea, async () => {
  const full = {
    realm: 'pruned', enabled: true, clients: [{ clientId: 'app' }, { clientId: 'old' }],
    roles: { realm: [{ name: 'x' }, { name: 'y' }, { name: 'admin' }, { name: 'boss', composites: { realm: ['x', 'y'] } }], client: { app: [{ name: 'admin' }, { name: 'reader' }], old: [{ name: 'reader' }] } },
    groups: [{ name: 'g', subGroups: [{ name: 's1' }, { name: 's2' }] }],
    users: [{ username: 'ada', enabled: true, clientRoles: { app: ['admin', 'reader'], old: ['reader'] }, realmRoles: ['x', 'admin'] }],
    identityProviders: [provider], identityProviderMappers: [mapper('m1')],
    userProfile: { attributes: [{ name: 'shoe' }] },
    localizationTexts: { en: { hello: 'one' }, fr: { hello: 'un' } },
  };
  await applyTwice(full);
  const less = structuredClone(full);
  less.roles.realm = [{ name: 'x' }, { name: 'y' }, { name: 'boss', composites: { realm: ['x'] } }];
  less.roles.client = { app: [{ name: 'reader' }] };
  less.groups[0].subGroups = [{ name: 's1' }];
  less.users[0].clientRoles = { app: ['reader'] };
  less.users[0].realmRoles = ['x'];
  less.identityProviderMappers = [];
  less.userProfile.attributes = [];
  less.localizationTexts = { en: {} };
  const listed = async () => {
    const [{ id: app }] = await admin('pruned', 'clients', '-q', 'clientId=app');
    const [{ id: group }] = await admin('pruned', 'groups');
    const [{ id: ada }] = await admin('pruned', 'users', '-q', 'username=ada');
    const roles = await admin('pruned', `users/${ada}/role-mappings`);
    return {
      boss: names(await admin('pruned', 'roles/boss/composites')),
      app: names(await admin('pruned', `clients/${app}/roles`)),
      below: names(await admin('pruned', `groups/${group}/children`)),
      ada: names(roles.realmMappings),
      adaAtClients: Object.fromEntries(Object.entries(roles.clientMappings).map(([name, { mappings }]) => [name, names(mappings)])),
      mappers: names(await admin('pruned', 'identity-provider/instances/hub/mappers')),
      attributes: names((await admin('pruned', 'users/profile')).attributes).filter((name) => name === 'shoe' || name === 'email'),
      texts: [await admin('pruned', 'localization/en'), await admin('pruned', 'localization')],
    };
  };
  const before = await listed();
  assert.match(await apply(less), /Realm pruned is as it should be\./, 'nothing goes unasked');
  const told = await apply(less, '--prune', '--dry-run');
  for (const line of ['- role admin', '~ role boss - role y', '- role of client app: admin', '- group /g/s2', '- mapper of identity provider hub: m1', '~ profile of people - attribute shoe', '- text of locale en: hello', '- texts of locale fr'])
    assert.ok(told.includes(`${line}\n`), `${line} is not told:\n${told}`);
  assert.deepEqual(await listed(), before, 'a dry run changes nothing');
  await apply(less, '--prune');
  assert.deepEqual(await listed(), {
    boss: ['x'], app: ['reader'], below: ['s1'], ada: ['default-roles-pruned', 'x'], adaAtClients: { app: ['reader'] }, mappers: [], attributes: ['email'], texts: [{}, ['en']],
  });
  assert.match(await apply(less, '--prune'), /Realm pruned is as it should be\.\n$/);
});

test('the_server_logs_nothing_secret_and_no_error', () => server.stop());
