// node web/build.mjs OUT: builds the consoles and writes OUT/consoles.cc, which carries every file in the program
// (src/web/console_files.h). Each file that shrinks is kept as gzip and as brotli and not as it is.
//
// What was built is kept in $CARDEA_CACHE, or ~/.cache/cardea, under the hash of everything it was made from, so that
// all build folders and clones share it and npm runs only when the lock file has changed. One build at a time holds the
// lock of that folder.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";
import { messageFiles } from "./messages.mjs";

const web = path.dirname(fileURLToPath(import.meta.url));
const sources = ["package.json", "package-lock.json", ".npmrc", "vite.config.mjs", "build.mjs", "messages.mjs", "console", "account", "shared"];
const cache = process.env.CARDEA_CACHE ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "cardea");
const kKeepMilliseconds = 30 * 24 * 3600 * 1000;
const kIncompressible = /\.(woff2?|png|jpe?g|webp)$/;

const say = (text) => process.stderr.write(`consoles: ${text}\n`);

function filesBelow(folder) {
  const found = [];
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) found.push(...filesBelow(file));
    else if (!entry.name.endsWith("~")) found.push(file);
  }
  return found.sort();
}

const inputFiles = () =>
  sources.flatMap((name) => {
    const file = path.join(web, name);
    return fs.statSync(file).isDirectory() ? filesBelow(file) : [file];
  });

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(path.relative(web, file)).update("\0").update(fs.readFileSync(file)).update("\0");
  return hash.digest("hex").slice(0, 16);
}

// npm's packages, by lock file; vite runs beside them on a copy of the sources.
function workFolder() {
  const work = path.join(cache, `npm-${hashOf(["package.json", "package-lock.json", ".npmrc"].map((name) => path.join(web, name)))}`);
  fs.mkdirSync(work, { recursive: true });
  for (const name of sources) fs.rmSync(path.join(work, name), { recursive: true, force: true });
  for (const name of sources) fs.cpSync(path.join(web, name), path.join(work, name), { recursive: true });
  if (fs.existsSync(path.join(work, "installed"))) return work;
  say("installing npm packages");
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: work, stdio: "inherit" });
  fs.writeFileSync(path.join(work, "installed"), "");
  return work;
}

/// The built files as {name, bytes}, and which of them each console's page loads.
function build(work) {
  say("building the pages (about a minute)");
  execFileSync(process.execPath, [path.join(work, "node_modules/vite/bin/vite.js"), "build", "--emptyOutDir"], { cwd: work, stdio: "inherit" });
  const dist = path.join(work, "dist");
  const manifest = JSON.parse(fs.readFileSync(path.join(dist, "manifest.json"), "utf8"));
  fs.rmSync(path.join(dist, "manifest.json"));
  const files = filesBelow(dist).map((file) => ({ name: path.basename(file), bytes: fs.readFileSync(file) }));
  for (const [folder, prefix] of [["console", "admin"], ["account", "account"]]) {
    for (const file of filesBelow(path.join(work, folder, "public"))) {
      files.push({ name: `${prefix}.${path.basename(file)}`, bytes: fs.readFileSync(file) });
    }
  }
  files.push(...messageFiles(path.join(work, "node_modules")));
  const pages = { admin: pageOf(manifest, "console/main.jsx"), account: pageOf(manifest, "account/main.jsx") };
  return { files, pages };
}

function pageOf(manifest, entry) {
  const styles = new Set();
  const modules = new Set();
  const visit = (key) => {
    const chunk = manifest[key];
    for (const name of chunk.imports ?? []) {
      if (modules.has(manifest[name].file)) continue;
      visit(name);
      modules.add(manifest[name].file);
    }
    for (const name of chunk.css ?? []) styles.add(name);
  };
  visit(entry);
  return { script: manifest[entry].file, modules: [...modules], styles: [...styles] };
}

function compress(folder, { files, pages }) {
  say(`compressing ${files.length} files`);
  const names = [];
  for (const { name, bytes } of files.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (kIncompressible.test(name)) {
      fs.writeFileSync(path.join(folder, name), bytes);
    } else {
      fs.writeFileSync(path.join(folder, `${name}.gz`), zlib.gzipSync(bytes, { level: 9 }));
      const parameters = { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_LGWIN]: 22 };
      fs.writeFileSync(path.join(folder, `${name}.br`), zlib.brotliCompressSync(bytes, { params: parameters }));
    }
    names.push({ name, size: bytes.length });
  }
  fs.writeFileSync(path.join(folder, "index.json"), JSON.stringify({ files: names, pages }));
}

/// The folder of what these sources give, built when it is not there.
function built(hash) {
  const folder = path.join(cache, `consoles-${hash}`);
  if (!fs.existsSync(path.join(folder, "index.json"))) {
    fs.rmSync(folder, { recursive: true, force: true });
    const fresh = `${folder}.new`;
    fs.rmSync(fresh, { recursive: true, force: true });
    fs.mkdirSync(fresh, { recursive: true });
    compress(fresh, build(workFolder()));
    fs.renameSync(fresh, folder);
  }
  const now = new Date();
  fs.utimesSync(folder, now, now);
  return folder;
}

function forgetOld() {
  for (const name of fs.readdirSync(cache)) {
    const file = path.join(cache, name);
    if (/^(consoles|npm)-/.test(name) && Date.now() - fs.statSync(file).mtimeMs > kKeepMilliseconds) fs.rmSync(file, { recursive: true });
  }
}

const quoted = (text) => `"${text.replace(/[\\"]/g, "\\$&")}"`;

function writeTable(out, folder, hash) {
  const { files, pages } = JSON.parse(fs.readFileSync(path.join(folder, "index.json"), "utf8"));
  let blobs = "";
  let externs = "";
  let rows = "";
  const blob = (symbol, file) => {
    blobs += `    ".balign 16\\n${symbol}: .incbin \\"${file}\\"\\n${symbol}_end: .byte 0\\n"\n`;
    externs += `extern "C" const char ${symbol}[], ${symbol}_end[];\n`;
    return `bytes(${symbol}, ${symbol}_end)`;
  };
  files.forEach(({ name, size }, i) => {
    const from = path.join(out, "files", name);
    const plain = fs.existsSync(from) ? blob(`cardea_console_${i}`, from) : "{}";
    const gzip = fs.existsSync(`${from}.gz`) ? blob(`cardea_console_${i}_gz`, `${from}.gz`) : "{}";
    const brotli = fs.existsSync(`${from}.br`) ? blob(`cardea_console_${i}_br`, `${from}.br`) : "{}";
    rows += `      {${quoted(name)}, ${size}, ${plain}, ${gzip}, ${brotli}},\n`;
  });
  const list = (names) => `{${names.map(quoted).join(", ")}}`;
  const page = (name) => `{${quoted(name)}, ${quoted(pages[name].script)}, ${list(pages[name].modules)}, ${list(pages[name].styles)}}`;
  return `// Generated by web/build.mjs.
#include "web/console_files.h"

asm(".pushsection .rodata\\n"
${blobs}    ".popsection\\n");

${externs}
namespace cardea::web {

const ConsoleFiles& embedded_consoles() {
  const auto bytes = [](const char* begin, const char* end) {
    return std::string_view(begin, static_cast<std::size_t>(end - begin));
  };
  static const ConsoleFiles kConsoles = {${quoted(hash)}, {
${rows}  }, {${page("admin")}, ${page("account")}}};
  return kConsoles;
}

}  // namespace cardea::web
`;
}

function main(out) {
  if (process.env.CARDEA_CONSOLES_LOCKED === undefined) {
    fs.mkdirSync(cache, { recursive: true });
    const again = spawnSync("flock", [path.join(cache, "lock"), process.execPath, fileURLToPath(import.meta.url), out],
      { stdio: "inherit", env: { ...process.env, CARDEA_CONSOLES_LOCKED: "1" } });
    process.exit(again.status ?? 1);
  }
  const hash = hashOf(inputFiles());
  const folder = built(hash);
  fs.rmSync(path.join(out, "files"), { recursive: true, force: true });
  fs.mkdirSync(out, { recursive: true });
  fs.cpSync(folder, path.join(out, "files"), { recursive: true });
  fs.writeFileSync(path.join(out, "consoles.cc"), writeTable(out, folder, hash));
  forgetOld();
}

main(path.resolve(process.argv[2]));
