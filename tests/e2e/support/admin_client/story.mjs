// Calls every method of a resource class of npm @keycloak/keycloak-admin-client from a table, and writes the page that
// says what was seen.
//
// A part of the table is a function of the world that gives rows: [method, effect, shape, run]. `run` calls the method,
// asserts the effect by reading it back, and returns the method's own answer, which is compared with the shape
// (shapes.mjs). What Keycloak has and this server has not is a row of `refusals`: 501, in words a person understands.
import assert from 'node:assert/strict';

import { checkAnswer } from './shapes.mjs';

/// The refusal of a call: its status and the server's words.
export async function refusal(call) {
  try {
    await call;
  } catch (error) {
    const data = error.responseData ?? {};
    return { status: error.response?.status ?? error.responseStatusCode, words: data.errorMessage ?? data.error };
  }
  assert.fail('the call was not refused');
}

export const names = (list, member = 'name') => list.map((item) => item[member]).sort();

const kNotOffered = '501'; // a feature this server does not have
const kRefused = 'refused'; // what Keycloak refuses as well
const isPlain = (shape) => shape === kNotOffered || shape === kRefused;

/// Rows for methods of a feature this server does not have: each is called and refused in the same clear way.
export function refusals(calls) {
  return Object.entries(calls).map(([method, call]) => [
    method, 'refused: 501, the feature is not offered', kNotOffered,
    async () => assert.deepEqual(await refusal(call()), { status: 501, words: 'Feature not enabled' }),
  ]);
}

const kOfTheBase = new Set(['makeRequest', 'makeUpdateRequest']);

/// The methods of a resource class: its fields that are functions, and what its prototype has.
export function methodsOf(resource) {
  const own = Object.keys(resource).filter((name) => typeof resource[name] === 'function' && !kOfTheBase.has(name));
  const inherited = Object.getOwnPropertyNames(Object.getPrototypeOf(resource)).filter((name) => name !== 'constructor');
  return [...own, ...inherited].sort();
}

/// Runs all rows, whatever fails, and fails with everything that did.
export async function callAll(rows) {
  const failures = [];
  for (const [method, , shape, run] of rows) {
    try {
      const answer = await run();
      if (!isPlain(shape)) checkAnswer(answer, shape);
    } catch (error) {
      const data = error.responseData ? ` ${error.response.status} ${JSON.stringify(error.responseData)}` : '';
      const place = /support\/admin_client\/((?!story)\w+\.mjs:\d+)/.exec(error.stack.replaceAll(/shapes\.mjs:\d+/g, ''))?.[1] ?? '';
      failures.push(`${method} (${place}): ${error.message}${data}`);
    }
  }
  assert.ok(failures.length === 0, `${failures.length} of ${rows.length}:\n${failures.join('\n')}`);
}

/// docs/reference/admin-client.md.
export function page(version, parts) {
  const count = (rows, wanted) => rows.filter(([, , shape]) => wanted(shape)).length;
  const summary = (name, rows) => `| ${name} | ${rows.length} | ${count(rows, (shape) => !isPlain(shape))} | ` +
    `${count(rows, (shape) => shape === kRefused)} | ${count(rows, (shape) => shape === kNotOffered)} |`;
  const all = Object.values(parts).flat();
  const lines = [
    '# The admin client of npm',
    '',
    `Every method of every resource class of \`@keycloak/keycloak-admin-client\` ${version}, called on a filled realm. For`,
    'each one: the effect, as it was read back; and the shape its answer was compared with, member by member. What',
    'this server does not have (SAML, UMA authorization, workflows, user federation and others) answers 501.',
    '',
    'Written by `tests/e2e/clients/admin_client.test.mjs` (with `CARDEA_E2E_WRITE_REFERENCE=1`), which fails when this page',
    'is not what it saw.',
    '',
    '| Resource | Methods | Work | Refused, as by Keycloak | Answer 501 |',
    '| --- | --- | --- | --- | --- |',
    ...Object.entries(parts).map(([name, rows]) => summary(name, rows)),
    summary('all', all),
  ];
  for (const [name, rows] of Object.entries(parts)) {
    lines.push('', `## ${name}`, '', '| Method | Effect, read back | Shape |', '| --- | --- | --- |');
    lines.push(...rows.map(([method, effect, shape]) => `| \`${method}\` | ${effect} | ${shape} |`));
  }
  return `${lines.join('\n')}\n`;
}
