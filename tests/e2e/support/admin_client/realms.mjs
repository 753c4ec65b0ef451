// The rows of realms, client policies and caches.
import assert from 'node:assert/strict';

import { until } from '../../harness.mjs';
import { request } from '../form_browser.mjs';
import { names, refusal } from './story.mjs';

export function realms({ kc, server, sink }) {
  const realm = 'shop';
  const signIn = (password) => request(server.endpoint('token', realm), {
    method: 'POST', form: { grant_type: 'password', client_id: 'admin-cli', username: 'rita', password },
  });
  const kPassword = server.keepSecret('a-password-of-rita');
  const makeRita = () => kc.users.create({
    username: 'rita', email: 'rita@example.org', firstName: 'Rita', lastName: 'R', enabled: true, emailVerified: true,
    credentials: [{ type: 'password', value: kPassword, temporary: false }],
  });
  let rita;
  let groupId;
  let access;
  return [
    ['create', 'the realm is found by its name; a second one is refused', 'RealmName', async () => {
      const made = await kc.realms.create({ realm: 'gone', enabled: true });
      assert.equal((await kc.realms.findOne({ realm: 'gone' })).enabled, true);
      assert.deepEqual(await refusal(kc.realms.create({ realm: 'gone' })), { status: 409, words: 'Realm gone already exists' });
      return made;
    }],
    ['find', 'lists the new realm beside master', 'Realm[]', async () => {
      const found = await kc.realms.find();
      assert.deepEqual(names(found, 'realm').filter((name) => ['gone', 'master'].includes(name)), ['gone', 'master']);
      return found;
    }],
    ['findOne', 'null for a realm that is not there', 'Realm', async () => {
      assert.equal(await kc.realms.findOne({ realm: 'nowhere' }), null);
      return kc.realms.findOne({ realm });
    }],
    ['update', 'the changed members, and no other', 'nothing', async () => {
      const before = await kc.realms.findOne({ realm });
      const answer = await kc.realms.update({ realm }, { displayName: 'The Shop', accessTokenLifespan: 120 });
      assert.deepEqual(await kc.realms.findOne({ realm }), { ...before, displayName: 'The Shop', accessTokenLifespan: 120 });
      return answer;
    }],
    ['del', 'the realm is gone', 'nothing', async () => {
      const answer = await kc.realms.del({ realm: 'gone' });
      assert.equal(await kc.realms.findOne({ realm: 'gone' }), null);
      return answer;
    }],
    ['partialImport', 'the imported user and group are found', 'ImportResults', async () => {
      const results = await kc.realms.partialImport({
        realm, rep: { ifResourceExists: 'FAIL', users: [{ username: 'imported', enabled: true }], groups: [{ name: 'imported' }] },
      });
      assert.equal(results.added, 2);
      const [user] = await kc.users.find({ username: 'imported' });
      const [group] = await kc.groups.find({ search: 'imported' });
      await kc.users.del({ id: user.id });
      await kc.groups.del({ id: group.id });
      return results;
    }],
    ['export', 'holds clients only when asked for', 'object', async () => {
      assert.equal((await kc.realms.export({ realm })).clients, undefined);
      const file = await kc.realms.export({ realm, exportClients: true, exportGroupsAndRoles: true });
      assert.ok(names(file.clients, 'clientId').includes('account'));
      assert.ok(names(file.roles.realm).includes('offline_access'));
      return file;
    }],
    ['addDefaultGroup', 'the group is among the default ones', 'nothing', async () => {
      groupId = (await kc.groups.create({ name: 'everybody' })).id;
      const answer = await kc.realms.addDefaultGroup({ realm, id: groupId });
      assert.deepEqual(names(await kc.realms.getDefaultGroups({ realm })), ['everybody']);
      return answer;
    }],
    ['getDefaultGroups', 'a new user is in it', 'Group[]', async () => {
      rita = (await makeRita()).id;
      assert.deepEqual(names(await kc.users.listGroups({ id: rita })), ['everybody']);
      return kc.realms.getDefaultGroups({ realm });
    }],
    ['removeDefaultGroup', 'there are no default groups', 'nothing', async () => {
      const answer = await kc.realms.removeDefaultGroup({ realm, id: groupId });
      assert.deepEqual(await kc.realms.getDefaultGroups({ realm }), []);
      return answer;
    }],
    ['getGroupByPath', 'the group of that path; 404 for one that leads nowhere', 'Group', async () => {
      const child = await kc.groups.createChildGroup({ id: groupId }, { name: 'inner' });
      const found = await kc.realms.getGroupByPath({ realm, path: 'everybody' });
      assert.deepEqual([found.id, (await kc.groups.findOne({ id: child.id })).parentId], [groupId, groupId]);
      assert.equal((await refusal(kc.realms.getGroupByPath({ realm, path: 'none' }))).status, 404);
      await kc.groups.del({ id: groupId });
      return found;
    }],
    ['updateConfigEvents', 'sign-ins are kept from now on', 'nothing', async () => {
      const answer = await kc.realms.updateConfigEvents({ realm },
        { eventsEnabled: true, enabledEventTypes: ['LOGIN', 'LOGIN_ERROR'], adminEventsEnabled: true, adminEventsDetailsEnabled: true });
      assert.deepEqual((await kc.realms.getConfigEvents({ realm })).enabledEventTypes.sort(), ['LOGIN', 'LOGIN_ERROR']);
      return answer;
    }],
    ['getConfigEvents', 'what was set', 'EventsConfig', async () => {
      const config = await kc.realms.getConfigEvents({ realm });
      assert.deepEqual([config.eventsEnabled, config.adminEventsEnabled], [true, true]);
      return config;
    }],
    ['findEvents', 'the sign-in of a person, found by its user', 'Event[]', async () => {
      assert.equal((await signIn(kPassword)).status, 200);
      const found = await until('the event to be kept', async () => {
        const events = await kc.realms.findEvents({ realm, user: rita, type: 'LOGIN' });
        return events.length ? events : null;
      });
      assert.equal(found.length, 1);
      return found;
    }],
    ['findAdminEvents', 'the change, who did it, and what it changed to', 'AdminEvent[]', async () => {
      await kc.users.update({ id: rita }, { lastName: 'Changed' });
      const found = await kc.realms.findAdminEvents({ realm, operationTypes: 'UPDATE', resourceTypes: 'USER' });
      assert.equal(found[0].resourcePath, `users/${rita}`);
      assert.match(found[0].representation, /Changed/);
      return found;
    }],
    ['clearEvents', 'none is left', 'nothing', async () => {
      const answer = await kc.realms.clearEvents({ realm });
      assert.deepEqual(await kc.realms.findEvents({ realm }), []);
      return answer;
    }],
    ['clearAdminEvents', 'none is left', 'nothing', async () => {
      const answer = await kc.realms.clearAdminEvents({ realm });
      assert.deepEqual(await kc.realms.findAdminEvents({ realm }), []);
      await kc.realms.updateConfigEvents({ realm }, { eventsEnabled: false, adminEventsEnabled: false });
      return answer;
    }],
    ['getClientSessionStats', 'one live session of admin-cli', 'SessionStat[]', async () => {
      const stats = await kc.realms.getClientSessionStats({ realm });
      assert.equal(stats.find(({ clientId }) => clientId === 'admin-cli').active, '1');
      return stats;
    }],
    ['deleteSession', 'the session is gone', 'nothing', async () => {
      const [session] = await kc.users.listSessions({ id: rita });
      const answer = await kc.realms.deleteSession({ realm, session: session.id, isOffline: false });
      assert.deepEqual(await kc.users.listSessions({ id: rita }), []);
      return answer;
    }],
    ['removeSession', 'the session is gone; null for one that is not there', 'nothing', async () => {
      await signIn(kPassword);
      const [session] = await kc.users.listSessions({ id: rita });
      const answer = await kc.realms.removeSession({ realm, sessionId: session.id });
      assert.deepEqual(await kc.users.listSessions({ id: rita }), []);
      assert.equal(await kc.realms.removeSession({ realm, sessionId: session.id }), null);
      return answer;
    }],
    ['logoutAll', 'nobody has a session', 'GlobalResult', async () => {
      await signIn(kPassword);
      const answer = await kc.realms.logoutAll({ realm });
      assert.deepEqual(await kc.users.listSessions({ id: rita }), []);
      assert.ok((await kc.realms.findOne({ realm })).notBefore > 0);
      return answer;
    }],
    ['pushRevocation', 'the client with an admin URL was told of the time', 'GlobalResult', async () => {
      const { id } = await kc.clients.create({ clientId: 'pushed', adminUrl: server.listener.url, redirectUris: ['https://p.example/'] });
      const answer = await kc.realms.pushRevocation({ realm });
      assert.deepEqual(answer.successRequests, [server.listener.url]);
      const told = server.listener.take('/k_push_not_before');
      assert.equal(told.action, 'PUSH_NOT_BEFORE');
      assert.equal(told.notBefore, (await kc.realms.findOne({ realm })).notBefore);
      await kc.clients.del({ id });
      await kc.users.del({ id: rita });
      return answer;
    }],
    ['getClientRegistrationPolicyProviders', 'the policies a realm may have', 'ComponentType[]', async () => {
      const found = await kc.realms.getClientRegistrationPolicyProviders({ realm });
      assert.ok(names(found, 'id').includes('trusted-hosts'));
      return found;
    }],
    ['createClientsInitialAccess', 'the token registers a client', 'InitialAccess', async () => {
      access = await kc.realms.createClientsInitialAccess({ realm }, { count: 2, expiration: 60 });
      server.keepSecret(access.token);
      const made = await request(`${server.issuer(realm)}/clients-registrations/openid-connect`, {
        method: 'POST', headers: { authorization: `Bearer ${access.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: ['https://registered.example/'] }),
      });
      assert.equal(made.status, 201, made.text);
      const [client] = await kc.clients.find({ clientId: made.json().client_id });
      await kc.clients.del({ id: client.id });
      return access;
    }],
    ['getClientsInitialAccess', 'one of its two uses is left; the token itself is not told', 'InitialAccess[]', async () => {
      const found = await kc.realms.getClientsInitialAccess({ realm });
      assert.deepEqual([found[0].remainingCount, found[0].token], [1, undefined]);
      return found;
    }],
    ['delClientsInitialAccess', 'none is left', 'nothing', async () => {
      const answer = await kc.realms.delClientsInitialAccess({ realm, id: access.id });
      assert.deepEqual(await kc.realms.getClientsInitialAccess({ realm }), []);
      return answer;
    }],
    ['getUsersManagementPermissions', 'refused as by a Keycloak without fine-grained permissions', '501', async () =>
      assert.equal((await refusal(kc.realms.getUsersManagementPermissions({ realm }))).status, 501)],
    ['updateUsersManagementPermissions', 'refused as by a Keycloak without fine-grained permissions', '501', async () =>
      assert.equal((await refusal(kc.realms.updateUsersManagementPermissions({ realm, enabled: true }))).status, 501)],
    ['getKeys', 'the active RS256 key is the one of the key set', 'Keys', async () => {
      const keys = await kc.realms.getKeys({ realm });
      const published = (await request(`${server.issuer(realm)}/protocol/openid-connect/certs`)).json();
      assert.ok(published.keys.some(({ kid }) => kid === keys.active.RS256));
      return keys;
    }],
    ['testSMTPConnection', 'the mail arrives at the address of the administrator; a closed port is an error', 'nothing', async () => {
      await sink.withAdministratorAddress('root@example.org');
      const answer = await kc.realms.testSMTPConnection({ realm }, sink.smtpServer);
      await sink.take('root@example.org');
      assert.equal((await refusal(kc.realms.testSMTPConnection({ realm }, { ...sink.smtpServer, port: '1' }))).status, 500);
      return answer;
    }],
    ['testLDAPConnection', 'refused: there is no user federation', '501', async () =>
      assert.equal((await refusal(kc.realms.testLDAPConnection({ realm }, { action: 'testConnection' }))).status, 501)],
    ['ldapServerCapabilities', 'refused: there is no user federation', '501', async () =>
      assert.equal((await refusal(kc.realms.ldapServerCapabilities({ realm }, {}))).status, 501)],
    ['addLocalization', 'the text is there', 'nothing', async () => {
      const answer = await kc.realms.addLocalization({ realm, selectedLocale: 'de', key: 'hello' }, 'Hallo');
      assert.deepEqual(await kc.realms.getRealmLocalizationTexts({ realm, selectedLocale: 'de' }), { hello: 'Hallo' });
      return answer;
    }],
    ['getRealmSpecificLocales', 'the locale of the text', 'texts', async () => {
      const locales = await kc.realms.getRealmSpecificLocales({ realm });
      assert.deepEqual(locales, ['de']);
      return locales;
    }],
    ['getRealmLocalizationTexts', 'none of another locale', 'textsByName', async () => {
      assert.deepEqual(await kc.realms.getRealmLocalizationTexts({ realm, selectedLocale: 'fr' }), {});
      return kc.realms.getRealmLocalizationTexts({ realm, selectedLocale: 'de' });
    }],
    ['deleteRealmLocalizationTexts', 'the text is gone', 'nothing', async () => {
      const answer = await kc.realms.deleteRealmLocalizationTexts({ realm, selectedLocale: 'de', key: 'hello' });
      assert.deepEqual(await kc.realms.getRealmLocalizationTexts({ realm, selectedLocale: 'de' }), {});
      return answer;
    }],
  ];
}

export function clientPolicies({ kc }) {
  const profile = { name: 'strict', description: 'PKCE', executors: [{ executor: 'pkce-enforcer', configuration: { 'auto-configure': true } }] };
  const policy = { name: 'all', enabled: true, conditions: [{ condition: 'any-client', configuration: {} }], profiles: ['strict'] };
  return [
    ['createProfiles', 'the profile is there; a second one of its name is refused', 'nothing', async () => {
      const answer = await kc.clientPolicies.createProfiles({ profiles: [profile] });
      assert.deepEqual((await kc.clientPolicies.listProfiles()).profiles, [profile]);
      assert.equal((await refusal(kc.clientPolicies.createProfiles({ profiles: [profile, profile] }))).status, 400);
      return answer;
    }],
    ['listProfiles', 'those of the realm', 'Profiles', () => kc.clientPolicies.listProfiles({ includeGlobalProfiles: true })],
    ['updatePolicy', 'the policy is there', 'nothing', async () => {
      const answer = await kc.clientPolicies.updatePolicy({ policies: [policy] });
      assert.deepEqual((await kc.clientPolicies.listPolicies()).policies, [policy]);
      return answer;
    }],
    ['listPolicies', 'none after the last one was taken away', 'Policies', async () => {
      const found = await kc.clientPolicies.listPolicies({ includeGlobalPolicies: true });
      assert.deepEqual(names(found.policies), ['all']);
      await kc.clientPolicies.updatePolicy({ policies: [] });
      await kc.clientPolicies.createProfiles({ profiles: [] });
      assert.deepEqual((await kc.clientPolicies.listPolicies()).policies, []);
      return found;
    }],
  ];
}

export function cache({ kc, server }) {
  const certs = async () => (await request(`${server.issuer('shop')}/protocol/openid-connect/certs`)).status;
  const cleared = (method) => async () => {
    const answer = await kc.cache[method]();
    assert.equal(await certs(), 200);
    assert.equal((await kc.realms.findOne({ realm: 'shop' })).realm, 'shop');
    return answer;
  };
  return [
    ['clearRealmCache', 'the realm is loaded anew and serves', 'nothing', cleared('clearRealmCache')],
    ['clearUserCache', 'users are read from the database: nothing is kept that could be stale', 'nothing', cleared('clearUserCache')],
    ['clearKeysCache', 'the keys of a client are fetched again', 'nothing', async () => {
      const { id } = await kc.clients.create({
        clientId: 'signs', serviceAccountsEnabled: true, clientAuthenticatorType: 'client-jwt',
        attributes: { 'use.jwks.url': 'true', 'jwks.url': `${server.listener.url}/jwks`, 'token.endpoint.auth.signing.alg': 'ES256' },
      });
      const sign = await server.listener.signer('signs', server.issuer('shop'));
      const ask = async () => (await request(server.endpoint('token', 'shop'), {
        method: 'POST',
        form: {
          grant_type: 'client_credentials', client_assertion: await sign(),
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        },
      })).status;
      assert.deepEqual([await ask(), await ask(), server.listener.keyFetches], [200, 200, 1]);
      const answer = await kc.cache.clearKeysCache();
      assert.deepEqual([await ask(), server.listener.keyFetches], [200, 2]);
      await kc.clients.del({ id });
      return answer;
    }],
    ['clearCrlCache', 'no list of revoked certificates is kept', 'nothing', cleared('clearCrlCache')],
  ];
}
