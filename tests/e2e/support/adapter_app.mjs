// An application behind npm keycloak-connect, Keycloak's adapter for Node.js: what Express and its sessions give the
// adapter, and no more.
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import Keycloak from 'keycloak-connect';

/// Sessions as express-session keeps them in memory.
class Sessions {
  #known = new Map();
  #cookie;

  constructor(cookie) {
    this.#cookie = cookie; // of its own: cookies are for all ports of a host
  }

  get(id, done) {
    done(null, this.#known.get(id));
  }

  set(id, session, done = () => {}) {
    this.#known.set(id, session);
    done(null);
  }

  /// The session of a request, made when there is none.
  of(request, response) {
    const id = new RegExp(`${this.#cookie}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1];
    if (id && this.#known.has(id)) return this.#known.get(id);
    const session = { id: randomUUID() };
    this.set(session.id, session);
    response.setHeader('set-cookie', `${this.#cookie}=${session.id}; Path=/; HttpOnly`);
    return session;
  }

  /// How many of them hold tokens.
  get signedIn() {
    return [...this.#known.values()].filter((session) => session['keycloak-token']).length;
  }
}

/// What Express puts on requests and responses.
function dress(request, response) {
  const url = new URL(request.url, `http://${request.headers.host}`);
  Object.assign(request, {
    originalUrl: request.url, path: url.pathname, protocol: 'http', hostname: url.hostname,
    query: Object.fromEntries(url.searchParams),
  });
  response.status = (code) => Object.assign(response, { statusCode: code });
  response.send = (text) => response.end(text);
  response.redirect = (location) => response.writeHead(302, { location }).end();
}

async function runAll(steps, request, response) {
  for (const step of steps) {
    const goesOn = await new Promise((resolve) => {
      response.once('finish', () => resolve(false));
      step(request, response, () => resolve(true));
    });
    if (!goesOn) return;
  }
  response.status(404).end();
}

/// Starts it on `port`. `routes`: path to what `protect` is given (undefined: anybody signed in). A route that lets the
/// caller in answers with the claims of the access token.
export async function startAdapterApp(config, port, routes) {
  const sessions = new Sessions(`session-of-${config.resource}`);
  const keycloak = new Keycloak({ store: sessions }, config);
  const middleware = keycloak.middleware({ logout: '/logout', admin: '/k' });
  const answer = (request, response) => response.end(JSON.stringify(request.kauth.grant.access_token.content));
  const server = http.createServer((request, response) => {
    dress(request, response);
    request.session = sessions.of(request, response);
    const route = Object.hasOwn(routes, request.path) ? [keycloak.protect(routes[request.path]), answer] : [];
    const open = request.path === '/' ? [(_, out) => out.end('welcome')] : [];
    runAll([...middleware, ...open, ...route], request, response);
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { keycloak, sessions, url: `http://localhost:${port}`, close: () => server.close() };
}
