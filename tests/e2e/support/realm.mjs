// The realm of these tests (realm.json), with its applications moved to the ports they really have.
import { readFileSync } from 'node:fs';

const kFile = new URL('../realm.json', import.meta.url);

/// `ports`: { 4001: 38211 } moves the application of http://localhost:4001 to another port.
/// `change`: called with the realm to alter it for one test.
export function villageRealm(ports = {}, change = () => {}) {
  let text = readFileSync(kFile, 'utf8');
  for (const [written, real] of Object.entries(ports)) text = text.replaceAll(`localhost:${written}/`, `localhost:${real}/`)
    .replaceAll(`localhost:${written}"`, `localhost:${real}"`);
  const realm = JSON.parse(text);
  change(realm);
  return realm;
}

export const kPeople = {
  ada: 'ada-pass-1',
  bert: 'bert-pass-2',
  cleo: 'cleo-pass-3',
  dora: 'dora-pass-4',
  ella: 'ella-temp-5',
  emil: 'emil-temp-5',
  finn: 'finn-pass-6',
  gus: 'gus-pässwörd-ключ-7',
};

export const kSecrets = {
  web: 'web-secret-1',
  'auth-js': 'auth-js-secret-2',
  apache: 'apache-secret-3',
  robot: 'robot-secret-4',
  'reports-api': 'reports-secret-5',
};
