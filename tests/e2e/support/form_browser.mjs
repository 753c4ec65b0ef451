// A browser without JavaScript: follows redirects, keeps cookies by path and flags, reads and posts forms. Fast enough
// to sign in hundreds of times, and strict where browsers are: an HttpOnly cookie stays out of `document_cookies`.
import http from 'node:http';
import https from 'node:https';
import assert from 'node:assert/strict';

const kRedirectsMax = 12;
const kEntities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

export function unescapeHtml(text) {
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name) => {
    if (/^#x/i.test(name)) return String.fromCodePoint(parseInt(name.slice(2), 16));
    if (name.startsWith('#')) return String.fromCodePoint(parseInt(name.slice(1), 10));
    return kEntities[name.toLowerCase()] ?? whole;
  });
}

function attributesOf(tag) {
  const found = {};
  for (const match of tag.matchAll(/([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s">]+)))?/g)) {
    const name = match[1].toLowerCase();
    if (!(name in found)) found[name] = unescapeHtml(match[2] ?? match[3] ?? match[4] ?? '');
  }
  return found;
}

export class Page {
  constructor(status, headers, text, url) {
    Object.assign(this, { status, headers, text, url });
  }

  get title() {
    return unescapeHtml(/<title>([\s\S]*?)<\/title>/.exec(this.text)?.[1] ?? '').trim();
  }

  /// The page's words, without markup.
  get words() {
    const body = this.text.replace(/<(script|style)[\s\S]*?<\/\1>/g, ' ').replace(/<[^>]*>/g, ' ');
    return unescapeHtml(body).replace(/\s+/g, ' ').trim();
  }

  json() {
    return JSON.parse(this.text);
  }

  /// The first form that has an attribute `id` or a field named `wanted`, or the only one when nothing is wanted.
  form(wanted) {
    for (const match of this.text.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)) {
      const head = attributesOf(match[1]);
      const fields = {};
      for (const field of match[2].matchAll(/<(?:input|button)\b([^>]*)>/gi)) {
        const { name, value = '', type = 'text', ...rest } = attributesOf(field[1]);
        if (name && type !== 'submit' && (type !== 'checkbox' || 'checked' in rest)) fields[name] = value;
      }
      if (wanted && head.id !== wanted && !(wanted in fields)) continue;
      return { action: new URL(head.action ?? '', this.url).href, method: (head.method ?? 'get').toUpperCase(), fields };
    }
    assert.fail(`no form ${wanted ?? ''} on ${this.url} (${this.status}): ${this.words.slice(0, 300)}`);
  }
}

/// One request, no cookies, no redirects. `localAddress`: the loopback address it comes from, where that matters.
export function request(url, { method = 'GET', headers = {}, body, form, ca, localAddress } = {}) {
  const payload = form ? new URLSearchParams(form).toString() : body;
  const sent = { ...headers };
  if (form) sent['content-type'] = 'application/x-www-form-urlencoded';
  if (payload !== undefined) sent['content-length'] = Buffer.byteLength(payload);
  const target = new URL(url);
  const transport = target.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const outgoing = transport.request(target, { method, headers: sent, ca, localAddress, timeout: 20_000 }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve(new Page(answer.statusCode, answer.headers, Buffer.concat(parts).toString('utf8'), target.href)));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in 20 s from ${method} ${url}`)));
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

export class FormBrowser {
  #cookies = new Map(); // "host path name" to { name, value, host, path, httpOnly, sameSite, secure }

  constructor({ ca } = {}) {
    this.ca = ca;
  }

  get cookies() {
    return [...this.#cookies.values()];
  }

  cookie(name) {
    return this.cookies.find((cookie) => cookie.name === name);
  }

  forget() {
    this.#cookies.clear();
  }

  #take(lines, url) {
    for (const line of lines ?? []) {
      const [pair, ...rest] = line.split(';');
      const at = pair.indexOf('=');
      const flags = Object.fromEntries(rest.map((flag) => {
        const [name, ...value] = flag.trim().split('=');
        return [name.toLowerCase(), value.join('=')];
      }));
      const cookie = {
        name: pair.slice(0, at).trim(),
        value: pair.slice(at + 1).trim(),
        host: url.hostname,
        path: flags.path ?? '/',
        httpOnly: 'httponly' in flags,
        secure: 'secure' in flags,
        sameSite: flags.samesite,
      };
      const key = `${cookie.host} ${cookie.path} ${cookie.name}`;
      const dead = Number(flags['max-age'] ?? 1) <= 0 || Date.parse(flags.expires ?? '2999-01-01') <= Date.now();
      if (dead) this.#cookies.delete(key);
      else this.#cookies.set(key, cookie);
    }
  }

  #header(url) {
    const fits = (cookie) => cookie.host === url.hostname &&
      (url.pathname === cookie.path || url.pathname.startsWith(cookie.path.replace(/\/?$/, '/')));
    return this.cookies.filter(fits).map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  /// One request with this browser's cookies; redirects are returned, not followed.
  async send(url, options = {}) {
    const target = new URL(url);
    const cookie = this.#header(target);
    const headers = { accept: 'text/html,*/*;q=0.8', ...(cookie && { cookie }), ...options.headers };
    const page = await request(target, { ...options, headers, ca: this.ca });
    this.#take(page.headers['set-cookie'], target);
    return page;
  }

  /// Follows redirects as a browser does until an address starts with `until` (returned unvisited, status 302) or a page.
  async open(url, { until, ...options } = {}) {
    let page = await this.send(url, options);
    for (let hop = 0; page.status >= 300 && page.status < 400 && page.headers.location; ++hop) {
      assert.ok(hop < kRedirectsMax, `more than ${kRedirectsMax} redirects from ${url}`);
      const next = new URL(page.headers.location, page.url);
      if (until && next.href.startsWith(until)) return new Page(302, page.headers, '', next.href);
      page = await this.send(next);
    }
    return page;
  }

  /// Fills in the form `wanted` of `page` and posts it.
  submit(page, values = {}, { wanted, until } = {}) {
    const form = page.form(wanted);
    return this.open(form.action, { method: form.method, form: { ...form.fields, ...values }, until });
  }
}
