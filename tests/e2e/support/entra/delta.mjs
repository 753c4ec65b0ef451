// Graph for an application by itself: deltas of users and groups, members, and $batch (entra.md section 12). A delta is what
// differs from the directory as it was when its link was given, so tests just change the directory.
import { randomUUID } from 'node:crypto';

const kGroup = '#microsoft.graph.group';
const kUser = '#microsoft.graph.user';

function snapshotOf(directory, tenant) {
  return { users: new Map(directory.users.filter((user) => user.tenant === tenant).map((user) => [user.oid, user.enabled])),
    groups: new Map([...directory.groups].map(([id, group]) => [id, { displayName: group.displayName, members: new Set(group.members) }])) };
}
const kNothing = { users: new Map(), groups: new Map() };

function usersSince(before, now) {
  const changed = [...now.users].filter(([id, enabled]) => before.users.get(id) !== enabled).map(([id, accountEnabled]) => ({ id, accountEnabled }));
  const gone = [...before.users.keys()].filter((id) => !now.users.has(id)).map((id) => ({ id, '@removed': { reason: 'changed' } }));
  return [...changed, ...gone];
}

function groupsSince(before, now) {
  const typeOf = (id) => (now.groups.has(id) || before.groups.has(id) ? kGroup : kUser);
  const out = [];
  for (const [id, group] of now.groups) {
    const was = before.groups.get(id) ?? { members: new Set() };
    const members = [...[...group.members].filter((member) => !was.members.has(member)).map((member) => ({ '@odata.type': typeOf(member), id: member })),
      ...[...was.members].filter((member) => !group.members.has(member)).map((member) => ({ '@odata.type': typeOf(member), id: member, '@removed': { reason: 'deleted' } }))];
    if (members.length || was.displayName !== group.displayName) out.push({ id, displayName: group.displayName, ...(members.length ? { 'members@delta': members } : {}) });
  }
  return [...out, ...[...before.groups.keys()].filter((id) => !now.groups.has(id)).map((id) => ({ id, '@removed': { reason: 'changed' } }))];
}

/// One page of `entra.deltas`, which keeps what links stand for.
function deltaPage(entra, kind, url) {
  const at = (token, name) => `${entra.origin}/v1.0/${kind}/delta?${name}=${token}`;
  const fresh = (value) => { const token = randomUUID(); entra.deltas.set(token, value); return token; };
  const skip = url.searchParams.get('$skiptoken');
  const token = url.searchParams.get('$deltatoken');
  let rest, after;
  if (skip) {
    if (!entra.deltas.has(skip)) return undefined;
    ({ rest, after } = entra.deltas.get(skip));
  } else {
    after = snapshotOf(entra.directory, entra.directory.tenants[0]);
    if (token && token !== 'latest' && !entra.deltas.has(token)) return undefined;
    const before = token === 'latest' ? after : token ? entra.deltas.get(token) : kNothing;
    rest = kind === 'users' ? usersSince(before, after) : groupsSince(before, after);
  }
  const size = entra.faults.pageMax ?? 200;
  const page = { '@odata.context': '...', value: rest.slice(0, size) };
  if (rest.length > size) page['@odata.nextLink'] = at(fresh({ rest: rest.slice(size), after }), '$skiptoken');
  else page['@odata.deltaLink'] = at(fresh(after), '$deltatoken');
  return page;
}

/// `[status, body, headers]` of a request by the application, or undefined: it is not one of these.
export function serveApplication(entra, url, method, body) {
  const { directory, faults } = entra;
  const path = decodeURIComponent(url.pathname).replace(/^\/v1\.0/, '');
  const fail = (status, code, headers = {}) => [status, { error: { code, message: code } }, headers];
  const person = /^\/users\/([^/]+)\/(getMemberObjects|memberOf)/.exec(path);
  if (path === '/$batch') {
    const { requests } = JSON.parse(body);
    if (requests.length > 20 || new Set(requests.map(({ id }) => id)).size < requests.length) return fail(400, 'BadRequest');
    const responses = requests.map((each) => {
      const [status, answer, headers] = faults.batchThrottled > 0 ? fail(429, 'TooManyRequests', { 'Retry-After': `${faults.retryAfter}` })
        : serveApplication(entra, new URL(`${entra.origin}/v1.0${each.url}`), each.method, JSON.stringify(each.body ?? {})) ?? fail(400, 'BadRequest');
      return { id: each.id, status, headers: headers ?? {}, body: answer };
    });
    faults.batchThrottled = Math.max(0, (faults.batchThrottled ?? 0) - 1);
    return [200, { responses: responses.reverse() }];
  }
  if (faults.withoutConsent) return fail(403, 'Authorization_RequestDenied');
  const delta = /^\/(users|groups)\/delta$/.exec(path);
  if (delta) {
    const page = faults.forgotten ? undefined : deltaPage(entra, delta[1], url);
    return page ? [200, page] : fail(410, 'syncStateNotFound', { location: `${entra.origin}/v1.0/${delta[1]}/delta` });
  }
  if (person) {
    if (!directory.byOid(person[1])) return fail(404, 'Request_ResourceNotFound');
    if (person[2] === 'getMemberObjects') return [200, { value: directory.groupsOf(person[1], true) }];
    return [200, { value: directory.groupsOf(person[1], false).map((id) => ({ '@odata.type': kGroup, id, displayName: directory.groups.get(id).displayName })) }];
  }
  const members = /^\/groups\/([^/]+)\/transitiveMembers\/microsoft\.graph\.user$/.exec(path);
  if (members) {
    if (!directory.groups.has(members[1])) return fail(404, 'Request_ResourceNotFound');
    return [200, { value: directory.users.filter((user) => directory.groupsOf(user.oid, true).includes(members[1])).map((user) => ({ id: user.oid })) }];
  }
  if (path === '/directoryObjects/getByIds' && method === 'POST') {
    const { ids } = JSON.parse(body);
    if (ids.length > 1000) return fail(400, 'Request_BadRequest');
    return [200, { value: ids.filter((id) => directory.groups.has(id)).map((id) => ({ '@odata.type': kGroup, id, displayName: directory.groups.get(id).displayName })) }];
  }
  return undefined;
}
