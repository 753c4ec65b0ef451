// The part of Microsoft Graph that a sign-in uses (errors, paging, throttling as it has them).
import { randomUUID } from 'node:crypto';

import { serveApplication } from './delta.mjs';

const kDefaultPage = 100;

function send(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'request-id': randomUUID(), ...headers });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

function fail(response, status, code, message, headers) {
  send(response, status, { error: { code, message, innerError: { date: new Date().toISOString(), 'request-id': randomUUID() } } }, headers);
}

function shownUser(user) {
  return { '@odata.context': '...', businessPhones: [], displayName: user.displayName, givenName: user.givenName, id: user.oid, jobTitle: null,
    mail: user.mail, mobilePhone: null, officeLocation: null, preferredLanguage: null, surname: user.surname, userPrincipalName: user.upn };
}

/// `token`: `{ oid, scopes }` of the bearer token, or null. True when the path was Graph's.
export async function serveGraph(entra, url, request, response, body, token) {
  if (!url.pathname.startsWith('/v1.0/') && url.pathname !== '/oidc/userinfo') return false;
  entra.graphCalls.push(`${request.method} ${url.pathname}${url.search}`);
  const { directory, faults } = entra;
  if (token?.isApplication) {
    const answer = serveApplication(entra, url, request.method, body);
    if (!answer) return fail(response, 400, 'Request_BadRequest', '/me request is only valid with delegated authentication flow.'), true;
    return send(response, ...answer), true;
  }
  const user = token && directory.byOid(token.oid);
  if (!user) return fail(response, 401, 'InvalidAuthenticationToken', 'Access token is empty or invalid.'), true;
  if (faults.throttled > 0) {
    faults.throttled -= 1;
    return fail(response, 429, 'TooManyRequests', 'Too many requests.', { 'retry-after': `${faults.retryAfter}` }), true;
  }
  if (faults.graphDown) return fail(response, 503, 'ServiceUnavailable', 'Down.'), true;
  if (url.pathname === '/oidc/userinfo') return send(response, 200, { sub: token.sub, name: user.displayName, email: user.mail }), true;

  const readsNames = token.scopes.some((scope) => scope.endsWith('/GroupMember.Read.All')) && !faults.withoutConsent;
  const shownGroup = (id) => ({ '@odata.type': '#microsoft.graph.group', id, displayName: readsNames ? directory.groups.get(id).displayName : null });
  const path = url.pathname.replace(/^\/v1\.0/, '').replace(/^\/users\/[^/]+/, '/me');

  if (path === '/me') return send(response, 200, shownUser(user)), true;
  const listed = /^\/me\/(memberOf|transitiveMemberOf)(\/microsoft\.graph\.group)?$/.exec(path);
  if (listed) {
    if (faults.withoutConsent) return fail(response, 403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.'), true;
    const all = directory.groupsOf(user.oid, listed[1] === 'transitiveMemberOf');
    const size = Math.min(Number(url.searchParams.get('$top') ?? kDefaultPage), faults.pageMax ?? 999);
    const from = Number(url.searchParams.get('$skiptoken') ?? 0);
    const page = { '@odata.context': '...', value: all.slice(from, from + size).map(shownGroup) };
    if (from + size < all.length) {
      const next = new URL(url);
      next.searchParams.set('$skiptoken', `${from + size}`);
      page['@odata.nextLink'] = faults.nextLink ?? next.href;
    }
    return send(response, 200, page), true;
  }
  if (request.method !== 'POST') return fail(response, 404, 'Request_ResourceNotFound', 'Resource not found.'), true;
  const asked = JSON.parse(body || '{}');
  if (path === '/me/getMemberObjects' || path === '/me/getMemberGroups') {
    if (faults.withoutConsent) return fail(response, 403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.'), true;
    return send(response, 200, { value: directory.groupsOf(user.oid, true) }), true;
  }
  if (path === '/me/checkMemberGroups') {
    if ((asked.groupIds ?? []).length > 20) return fail(response, 400, 'Request_BadRequest', 'Too many.'), true;
    const all = directory.groupsOf(user.oid, true);
    return send(response, 200, { value: asked.groupIds.filter((id) => all.includes(id)) }), true;
  }
  if (path === '/directoryObjects/getByIds') {
    if ((asked.ids ?? []).length > 1000) return fail(response, 400, 'Request_BadRequest', 'Too many.'), true;
    return send(response, 200, { value: asked.ids.filter((id) => directory.groups.has(id)).map(shownGroup) }), true;
  }
  return fail(response, 404, 'Request_ResourceNotFound', 'Resource not found.'), true;
}
