// The texts of the pages in every language: web/theme/messages/<language>.json, embedded. A text is looked for among
// the realm's own, then in the language, then in English (architecture section 6). "{0}" stands for the first value, as
// in MessageFormat; texts are plain, and templates escape them.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "web/asset.h"

namespace cardea::web {

inline constexpr std::string_view kEnglish = "en";

class Messages {
 public:
  /// A language is read when it is first asked for; a file that is no object of texts is a bug. Keeps the memory of
  /// `assets`.
  explicit Messages(std::span<const Asset> assets = embedded_assets());
  /// Null: the language is not there, or does not have the text.
  [[nodiscard]] const std::string* find(std::string_view language, std::string_view key) const;
  [[nodiscard]] bool has(std::string_view language) const { return languages_.contains(language); }
  /// The key of an English text, which is found by what it says; null: there is no such text.
  [[nodiscard]] const std::string* key_of(std::string_view english) const;
  /// The program's own, read once.
  [[nodiscard]] static const Messages& embedded();

 private:
  struct Language {
    std::string_view file;
    mutable std::once_flag once;
    mutable std::map<std::string, std::string, std::less<>> texts;
  };
  const Language* read(std::string_view language) const;

  std::map<std::string, Language, std::less<>> languages_;
  mutable std::once_flag keys_once_;
  mutable std::map<std::string, std::string, std::less<>> keys_;  // by their English texts
};

/// The texts of one page.
class Texts {
 public:
  /// A realm's own text, or none.
  using Override = std::function<std::optional<std::string>(std::string_view language, std::string_view key)>;

  explicit Texts(std::string language = std::string(kEnglish), Override override = {})
      : language_(std::move(language)), override_(std::move(override)) {}
  [[nodiscard]] const std::string& language() const { return language_; }
  /// The text with the values filled in; the key when there is no such text.
  [[nodiscard]] std::string operator()(std::string_view key, const std::vector<std::string>& values = {}) const;
  /// The same before anything is filled in.
  [[nodiscard]] std::string pattern(std::string_view key) const;
  /// "${key}" is the text of the key, anything else is itself: names of scopes, attributes, clients.
  [[nodiscard]] std::string resolve(std::string_view name) const;
  /// A sentence that the code says in English, in this language: the text of the same words, or the one whose "{0}"
  /// stands for what follows the first colon ("Invalid parameter: {0}"). Others stay as they are.
  [[nodiscard]] std::string said(std::string_view english) const;

 private:
  std::string language_;
  Override override_;
};

/// Replaces "{0}" and so on; a number without a value goes. "{0,choice,0#minutes|1#minute|1<minutes}" is the last text
/// whose number the value reaches ("#") or passes ("<"), as in MessageFormat.
[[nodiscard]] std::string fill_in(std::string_view text, const std::vector<std::string>& values);

/// The language's own name for itself; the tag when it has none.
[[nodiscard]] std::string language_name(std::string_view language);
/// Arabic, Hebrew and others.
[[nodiscard]] bool is_right_to_left(std::string_view language);

/// The first of `accepted` (an Accept-Language header, or a list of ui_locales) that is among `supported`, compared
/// without case and without region where need be. Weights are heeded. None: empty.
[[nodiscard]] std::string choose_language(std::string_view accepted, const std::vector<std::string>& supported);

}  // namespace cardea::web
