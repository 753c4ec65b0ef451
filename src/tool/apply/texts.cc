// Texts of pages and mails in the realm's own words (keycloak.md section 6.12): `localizationTexts`.
#include "base/uri.h"
#include "tool/apply/differences.h"
#include "tool/apply/parts.h"

namespace cardea::tool {
namespace {

void apply_locale(Run& run, const std::string& at, const std::string& locale, const json::object& want) {
  const auto present = run.find(at);
  const auto have = present && present->is_object() ? present->as_object() : json::object();
  json::object changed;
  std::vector<std::string> details;
  for (const auto& difference : differences(have, want)) {
    changed[difference.path] = difference.want;
    details.push_back(describe(difference));
  }
  if (!changed.empty()) run.change("texts of locale " + locale, web::Method::kPost, at, changed, std::move(details));
  for (const auto& [key, text] : have) {
    if (!want.contains(key)) run.prune("text of locale " + locale + ":", key, at + "/" + percent_encode(key));
  }
}

}  // namespace

void apply_texts(Run& run, const std::string& realm, const json::object& document) {
  if (!document.contains("localizationTexts")) return;
  const auto& wanted = object_of(document, "localizationTexts");
  const auto texts = realm + "/localization";
  for (const auto& [locale, want] : wanted) {
    const std::string name(locale);
    for (const auto& [key, text] : want.as_object()) {
      if (!text.is_string()) return run.fail("localizationTexts." + name + "." + std::string(key) + " must be a text");
    }
    apply_locale(run, texts + "/" + percent_encode(name), name, want.as_object());
  }
  if (!run.options().prune) return;
  for (const auto& locale : texts_of(run.list(texts))) {
    if (!wanted.contains(locale)) run.prune("texts of locale", locale, texts + "/" + percent_encode(locale));
  }
}

}  // namespace cardea::tool
