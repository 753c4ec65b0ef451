// Who and what is in the stand-in's directory: plain data, made anew for each start, and a test's to change.
import { createHmac } from 'node:crypto';

export const kConsumers = '9188040d-6c67-4c5b-b112-36a304b66dad';
export const kTenant = '6f0d1d0e-1111-4222-8333-444455556666';
export const kOtherTenant = '7a1e2e1f-1111-4222-8333-444455557777';
export const kPassword = 'correct horse';

/// A GUID made of a kind and a number.
export function guid(kind, number) {
  return `${kind.padStart(8, '0')}-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

export function pairwise(tenant, oid, client) {
  return createHmac('sha256', tenant).update(`${oid}|${client}`).digest('base64url');
}

/// `app`: `{ id, secret, redirectUris }`, known in every tenant (a multi-tenant registration).
export function makeDirectory(app) {
  const groups = new Map();
  const addGroup = (number, members) => {
    const id = guid('9a', number);
    groups.set(id, { id, displayName: `Group ${number}`, members: new Set(members) });
    return id;
  };
  const person = (tenant, number, name, mail, more = {}) => ({
    tenant, oid: guid('0b', number), upn: `${name}@contoso.example`, mail, displayName: `${name[0].toUpperCase()}${name.slice(1)} Ray`,
    givenName: name[0].toUpperCase() + name.slice(1), surname: 'Ray', enabled: true, roles: [], claims: {}, ...more,
  });
  const users = [
    person(kTenant, 1, 'uma', 'uma.ray@contoso.example'),
    person(kTenant, 2, 'max', 'max@contoso.example'),
    person(kTenant, 3, 'gus', 'gus@partner.example', { upn: 'gus_partner.example#EXT#@contoso.example', claims: { acct: 1 } }),
    person(kTenant, 4, 'dan', 'dan@contoso.example', { enabled: false }),
    person(kOtherTenant, 5, 'eva', 'eva@fabrikam.example', { upn: 'eva@fabrikam.example' }),
    person(kConsumers, 6, 'pia', 'pia@outlook.example', { upn: 'pia@outlook.example' }),
  ];
  const [uma, max] = users;
  for (let i = 1; i <= 5; ++i) addGroup(i, [uma.oid]);
  for (let i = 100; i < 410; ++i) addGroup(i, [max.oid]); // direct
  for (let i = 500; i < 540; ++i) addGroup(i, [guid('9a', 100)]); // around one of those
  return {
    app, users, groups, tenants: [kTenant, kOtherTenant, kConsumers],
    find: (login) => users.find((user) => user.upn.toLowerCase() === `${login}`.trim().toLowerCase()),
    byOid: (oid) => users.find((user) => user.oid === oid),
    /// Ids of groups: those with the person as a member, or also those around them.
    groupsOf(oid, transitive) {
      const found = new Set([...groups.values()].filter((group) => group.members.has(oid)).map((group) => group.id));
      if (transitive) {
        for (const id of found) for (const group of groups.values()) if (group.members.has(id)) found.add(group.id);
      }
      return [...found];
    },
  };
}
