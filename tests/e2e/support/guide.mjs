// The examples of a guide, for tests that run them: what the guide says and what is tested is one text.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { kRoot } from '../harness.mjs';

/// The code blocks of docs/guides/<name> in `language`, each without its fence.
export function examplesOf(name, language) {
  const text = readFileSync(path.join(kRoot, 'docs/guides', name), 'utf8');
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].filter((block) => block[2] === language)
    .map(([, indent, , body]) => body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}

/// The one of them that says `words`.
export function exampleWith(name, language, words) {
  const found = examplesOf(name, language).filter((text) => text.includes(words));
  assert.equal(found.length, 1, `one ${language} example of ${name} says ${words}`);
  return found[0];
}

/// The directives inside the braces that follow `head` in a configuration, one line each, blocks whole.
export function insideOf(configuration, head) {
  const start = configuration.indexOf(`${head} {`);
  assert.ok(start >= 0, `${head} is in:\n${configuration}`);
  const from = configuration.indexOf('{', start) + 1;
  let depth = 1, at = from;
  for (; depth > 0; ++at) {
    assert.ok(at < configuration.length, `${head} has no end`);
    depth += { '{': 1, '}': -1 }[configuration[at]] ?? 0;
  }
  return { lines: configuration.slice(from, at - 1).split('\n').filter((line) => line.trim()), end: at };
}

/// What the example leaves out with "# ... the rest as printed for <head>" comes from the printed piece, save what it says itself.
export function filledIn(example, printed) {
  return example.replace(/^ *# \.\.\. the rest as printed for "(.*)"$/gm, (_, head, offset) => {
    const block = example.slice(example.lastIndexOf('{', offset) + 1, offset);
    const said = new Set(block.split('\n').map((line) => line.trim().split(/ +/)[0]).filter((word) => word && word !== '#'));
    return insideOf(printed, head).lines.filter((line) => !said.has(line.trim().split(/ +/)[0])).join('\n');
  });
}
