// Databases on the PostgreSQL server of this run (CARDEA_E2E_POSTGRES): one for every Cardea that is started.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/// Makes an empty database. `address` carries no user and password, as --db-url wants it.
export async function freshDatabase() {
  const server = process.env.CARDEA_E2E_POSTGRES;
  assert.ok(server, 'CARDEA_E2E_POSTGRES is not set: tests/e2e/run starts a PostgreSQL and sets it');
  const name = `e2e_${randomBytes(6).toString('hex')}`;
  execFileSync('psql', ['-X', '-q', '-d', server, '-c', `CREATE DATABASE ${name}`], { stdio: ['ignore', 'ignore', 'inherit'] });
  const url = new URL(server);
  return {
    address: `postgresql://${url.host}/${name}`,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
}
