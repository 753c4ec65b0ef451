// The texts of both consoles in every language: Java property files from the packages that carry them, turned into the
// lists of {key, value} that the consoles ask the server for. Names: texts.<console>.<language>.json.
import fs from "node:fs";
import path from "node:path";

const folders = {
  admin: "@keycloakify/keycloak-admin-ui/keycloak-theme/admin/i18n",
  account: "@keycloakify/keycloak-account-ui/keycloak-theme/account/i18n",
};

// The server is called by our name; what speaks of the other product (as an upstream identity provider) keeps its own.
const theirName = /\bKeycloak\b(?! OpenID| \/ RH-SSO| identity provider)/g;

const escapes = { t: "\t", n: "\n", r: "\r", f: "\f" };

function unescaped(text) {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (_, what) =>
    what.length === 5 ? String.fromCharCode(parseInt(what.slice(1), 16)) : (escapes[what] ?? what));
}

/// A property file (java.util.Properties) as a map.
export function parseProperties(text) {
  const rows = new Map();
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  for (let i = 0; i < lines.length; ++i) {
    let line = lines[i].replace(/^[ \t\f]+/, "");
    if (line === "" || line[0] === "#" || line[0] === "!") continue;
    while (/(^|[^\\])(\\\\)*\\$/.test(line) && i + 1 < lines.length) {
      line = line.slice(0, -1) + lines[++i].replace(/^[ \t\f]+/, "");
    }
    const [, key, value] = line.match(/^((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*(.*)$/s);
    rows.set(unescaped(key), unescaped(value));
  }
  return rows;
}

/// What the package lacks: in English the texts beside the console's sources, and in all what languages call themselves.
function ownTexts(console, language, languages) {
  const named = languages.map((code) => [`locale_${code}`, new Intl.DisplayNames([code], { type: "language" }).of(code)]);
  const beside = new URL(`${console === "admin" ? "console" : "account"}/texts.en.json`, import.meta.url);
  return [...named, ...(language === "en" ? Object.entries(JSON.parse(fs.readFileSync(beside, "utf8"))) : [])];
}

/// The console's texts of one language as the server serves them.
function messageFile(console, file, languages) {
  const language = languageOf(file);
  const texts = new Map(ownTexts(console, language, languages));
  for (const [key, value] of parseProperties(fs.readFileSync(file, "utf8"))) texts.set(key, value.replace(theirName, "Cardea"));
  const rows = [...texts].map(([key, value]) => ({ key, value }));
  return { name: `texts.${console}.${language}.json`, bytes: Buffer.from(JSON.stringify(rows)) };
}

const languageOf = (file) => path.basename(file, ".properties").replace("messages_", "").replaceAll("_", "-");

export function messageFiles(modules) {
  return Object.entries(folders).flatMap(([console, folder]) => {
    const files = fs.readdirSync(path.join(modules, folder)).filter((name) => /^messages_\w+\.properties$/.test(name)).sort();
    return files.map((name) => messageFile(console, path.join(modules, folder, name), files.map(languageOf)));
  });
}
