// Translations: the server gives the texts of a realm, a console and a language as a list of {key, value}, the realm's
// own texts included (keycloak.md section 6.15).
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

function backend(urlOf) {
  return {
    type: "backend",
    init() {},
    read(language, namespace, done) {
      fetch(urlOf(language, namespace))
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`no texts: ${answer.status}`))))
        .then((rows) => done(null, Object.fromEntries(rows.map(({ key, value }) => [key, value]))))
        .catch((error) => done(error, null));
    },
  };
}

/// Starts the translator. `urlOf(language, namespace)` says where texts are; languages that lack one fall back to English.
export async function initMessages(urlOf, { language, namespace, missing = (key) => key }) {
  await i18next
    .use(backend(urlOf))
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: "en",
      ns: [namespace],
      defaultNS: namespace,
      nsSeparator: false,
      interpolation: { escapeValue: false }, // React escapes
      parseMissingKeyHandler: missing,
    });
  return i18next;
}
