// A provider as Entra ID for the hub's figures: signs one person in without asking, with as many groups as wanted, and can
// stop answering. In the process of the driver, on the core of the load.
import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import http from 'node:http';

export const kTenant = '6f0d1d0e-1111-4222-8333-444455556666';
export const kClient = '0b8f3c52-aaaa-4bbb-8ccc-ddddeeee0001';
export const kSecret = 'entra-secret-of-the-bench';
const kInToken = 200; // more are too many for a token (entra.md section 6)
const kPage = 999; // entries of a delta

const personId = (number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const groupId = (number) => `11111111-0000-4000-8000-${String(number).padStart(12, '0')}`;

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

export async function startUpstream() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const sign = (claims) => {
    const text = `${part({ alg: 'RS256', kid: 'bench', typ: 'JWT' })}.${part(claims)}`;
    return `${text}.${createSign('sha256').update(text).sign(privateKey, 'base64url')}`;
  };
  const upstream = { groups: [], person: { oid: randomUUID(), name: 'uma' }, stalls: false, waiting: [], calls: 0 };
  const nonces = new Map();
  const server = http.createServer((incoming, outgoing) => {
    const parts = [];
    incoming.on('data', (data) => parts.push(data));
    incoming.on('end', () => {
      const body = Buffer.concat(parts).toString();
      answer(new URL(incoming.url, upstream.origin), new URLSearchParams(body), outgoing, body);
    });
  });
  const json = (outgoing, value) => outgoing.writeHead(200, { 'content-type': 'application/json' }).end(value instanceof Buffer ? value : JSON.stringify(value));

  // ---- the directory: each person is in `each` groups, by their numbers, until somebody moves them
  const directory = { users: 0, groups: 0, each: 0, moved: new Map(), log: [] };
  function groupsOf(id) {
    const number = Number(id.slice(24));
    if (!(number < directory.users)) return undefined;
    const from = directory.moved.get(number) ?? number;
    return Array.from({ length: directory.each }, (_, i) => groupId((from + i * 7919) % directory.groups));
  }
  const linkTo = (kind, name, at) => `${upstream.origin}/v1.0/${kind}/delta?${name}=${at}`;
  function delta(kind, url) {
    upstream.pages += 1;
    const latest = url.searchParams.get('$deltatoken') === 'latest';
    const from = Number(url.searchParams.get('$skiptoken') ?? (latest ? directory.log.length : url.searchParams.get('$deltatoken') ?? 0));
    if (kind === 'users') {
      const until = Math.min(directory.users, from + kPage);
      const value = Array.from({ length: Math.max(0, until - from) }, (_, i) => ({ id: personId(from + i), accountEnabled: true }));
      return { value, [until < directory.users ? '@odata.nextLink' : '@odata.deltaLink']: linkTo('users', until < directory.users ? '$skiptoken' : '$deltatoken', until) };
    }
    const until = Math.min(directory.log.length, from + kPage);
    return { value: directory.log.slice(from, until), [until < directory.log.length ? '@odata.nextLink' : '@odata.deltaLink']: linkTo('groups', until < directory.log.length ? '$skiptoken' : '$deltatoken', until) };
  }
  function batch(body) {
    return { responses: JSON.parse(body).requests.map(({ id, url }) => {
      const groups = groupsOf(url.split('/')[2]);
      return groups ? { id, status: 200, headers: {}, body: { value: groups } } : { id, status: 404, headers: {}, body: { error: { code: 'Request_ResourceNotFound' } } };
    }) };
  }
  upstream.pages = 0;
  upstream.setDirectory = (users, groups, each) => Object.assign(directory, { users, groups, each });
  /// The first `count` people are in other groups.
  upstream.move = (count) => {
    for (let number = 0; number < count; ++number) {
      const from = directory.moved.get(number) ?? number;
      directory.moved.set(number, from + 1);
      for (const [at, removed] of [[from, true], [from + 1, false]]) {
        directory.log.push({ id: groupId(at % directory.groups), 'members@delta': [{ '@odata.type': '#microsoft.graph.user', id: personId(number), ...(removed ? { '@removed': { reason: 'deleted' } } : {}) }] });
      }
    }
  };

  function answer(url, form, outgoing, body) {
    upstream.calls += 1;
    upstream.first ??= Date.now();
    upstream.last = Date.now();
    switch (url.pathname.replace(`/${kTenant}`, '')) {
      case '/discovery/v2.0/keys':
        return json(outgoing, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'bench', use: 'sig' }] });
      case '/oauth2/v2.0/authorize': {
        const code = randomUUID();
        nonces.set(code, url.searchParams.get('nonce'));
        const back = new URL(url.searchParams.get('redirect_uri'));
        back.searchParams.set('state', url.searchParams.get('state'));
        back.searchParams.set('code', code);
        return outgoing.writeHead(302, { location: back.href }).end();
      }
      case '/oauth2/v2.0/token':
        if (upstream.stalls) return upstream.waiting.push(outgoing);
        if (form.get('grant_type') === 'client_credentials') return json(outgoing, { token_type: 'Bearer', expires_in: 3599, access_token: 'graph-app' });
        return json(outgoing, tokens(form.get('code')));
      case '/v1.0/me':
        return json(outgoing, { id: upstream.person.oid, userPrincipalName: `${upstream.person.name}@contoso.example` });
      case '/v1.0/me/getMemberObjects':
        return json(outgoing, upstream.ids);
      case '/v1.0/directoryObjects/getByIds':
        if (!directory.groups) return json(outgoing, { value: [] });
        return json(outgoing, { value: JSON.parse(body).ids.map((id) => ({ id, displayName: `Group ${Number(id.slice(24))}` })) });
      case '/v1.0/users/delta':
        return json(outgoing, delta('users', url));
      case '/v1.0/groups/delta':
        return json(outgoing, delta('groups', url));
      case '/v1.0/$batch':
        return json(outgoing, batch(body));
      default:
        return outgoing.writeHead(404).end();
    }
  }

  function tokens(code) {
    const { oid, name } = upstream.person;
    const now = Math.floor(Date.now() / 1000);
    const groups = upstream.groups.length <= kInToken ? { groups: upstream.groups } : { _claim_names: { groups: 'src1' }, _claim_sources: { src1: {} } };
    const id_token = sign({ iss: `${upstream.origin}/${kTenant}/v2.0`, aud: kClient, tid: kTenant, oid, sub: oid, iat: now, nbf: now, exp: now + 3600,
      nonce: nonces.get(code), preferred_username: `${name}@contoso.example`, email: `${name}@contoso.example`, name: 'Uma Udo', given_name: 'Uma', family_name: 'Udo', ...groups });
    nonces.delete(code);
    return { token_type: 'Bearer', expires_in: 3600, access_token: 'graph', id_token };
  }

  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  upstream.origin = `http://127.0.0.1:${server.address().port}`;
  /// Somebody new, in that many groups: they are who signs in next.
  upstream.setGroups = (count, name) => {
    const groups = Array.from({ length: count }, () => randomUUID());
    const made = { groups, ids: Buffer.from(JSON.stringify({ value: groups })), person: { oid: randomUUID(), name } };
    upstream.use(made);
    return made;
  };
  upstream.use = (somebody) => Object.assign(upstream, somebody);
  upstream.stop = () => { server.closeAllConnections(); server.close(); };
  upstream.setGroups(0, 'uma');
  return upstream;
}

/// The provider's record in the realm.
export const providerRecord = (origin) => ({ alias: 'up', providerId: 'entra', enabled: true,
  config: { clientId: kClient, clientSecret: kSecret, authorizationUrl: `${origin}/${kTenant}/oauth2/v2.0/authorize`, tokenUrl: `${origin}/${kTenant}/oauth2/v2.0/token`,
    userInfoUrl: `${origin}/v1.0/me`, jwksUrl: `${origin}/${kTenant}/discovery/v2.0/keys`, issuer: `${origin}/${kTenant}/v2.0`, groupsMode: 'transitive', syncMode: 'FORCE' } });
