// One line for each test, the reason for each failure, and the counts appended to CARDEA_E2E_COUNTS as "passed failed
// skipped", so that `run` can add up several databases. Works alike on Node.js 18, where files are tests of their own,
// and on later ones.
import { appendFileSync } from 'node:fs';
import path from 'node:path';

function reasonOf(error) {
  const cause = error?.cause instanceof Error ? error.cause : error;
  return String(cause?.stack ?? cause).split('\n').filter((line) => !/node:internal/.test(line)).slice(0, 40).join('\n');
}

export default async function* report(source) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const failures = [];
  let failedInFile = 0;
  let heading = '';
  for await (const { type, data } of source) {
    if (type === 'test:stderr' || type === 'test:stdout') yield data.message;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const isFile = /\.test\.mjs$/.test(data.name);
    if (isFile && (type === 'test:pass' || failedInFile > 0)) {
      failedInFile = 0;
      continue;
    }
    const file = data.file ? path.basename(data.file) : '';
    if (file && file !== heading) yield `${(heading = file)}\n`;
    const outcome = data.skip !== undefined ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    ++count[outcome];
    const mark = { passed: 'ok', failed: 'NOT OK', skipped: 'skipped' }[outcome];
    yield `  ${mark.padEnd(8)}${data.name} (${Math.round(data.details.duration_ms)} ms)\n`;
    if (outcome !== 'failed') continue;
    ++failedInFile;
    const reason = reasonOf(data.details.error);
    failures.push(`${data.name}\n${reason}`);
    yield `${reason.replace(/^/gm, '      ')}\n`;
  }
  if (failures.length) yield `\nFailures:\n\n${failures.join('\n\n')}\n`;
  if (process.env.CARDEA_E2E_COUNTS) {
    appendFileSync(process.env.CARDEA_E2E_COUNTS, `${count.passed} ${count.failed} ${count.skipped}\n`);
  }
}
