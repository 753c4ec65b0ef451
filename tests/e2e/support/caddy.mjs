// Debian's Caddy with the snippet that `cardea gate config caddy` prints, in front of an application: https by an authority
// of its own, on a loopback port.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { freePort, temporaryFolder, until } from '../harness.mjs';
import { request } from './form_browser.mjs';

const kBinary = '/usr/bin/caddy';

/// Starts Caddy; `snippet` is what the gate printed. Returns `{ origin, ca, errors(), stop() }`.
export async function startCaddy({ port, snippet, application, more = '' }) {
  assert.ok(existsSync(kBinary), 'needs the package caddy');
  const folder = temporaryFolder();
  const options = ['admin off', 'local_certs', 'skip_install_trust', `http_port ${await freePort()}`, 'auto_https disable_redirects'];
  const text = `{\n${options.map((line) => `    ${line}\n`).join('')}}\n${snippet.replaceAll('APPLICATION', application)}${more}`;
  const file = path.join(folder, 'Caddyfile');
  writeFileSync(file, text);
  const environment = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(kBinary, ['run', '--config', file, '--adapter', 'caddyfile'], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  process.on('exit', () => child.kill('SIGKILL'));
  let output = '';
  let ended = false;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part));
  const closed = new Promise((resolve) => child.on('close', () => resolve((ended = true))));
  const origin = `https://localhost:${port}`;
  const root = path.join(folder, 'caddy/pki/authorities/local/root.crt');
  const ca = await until('Caddy to answer', async () => {
    assert.ok(!ended, `Caddy ended:\n${output}\n${text}`);
    if (!existsSync(root)) return undefined;
    const authority = readFileSync(root);
    return (await request(`${origin}/gate/ready`, { ca: authority }).catch(() => null))?.status > 0 && authority;
  }, { seconds: 30, onTimeout: () => output });
  return {
    origin,
    ca,
    errors: () => output,
    async stop() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}
