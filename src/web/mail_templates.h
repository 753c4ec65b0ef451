// Words of mails: mustache templates embedded in the program. A mail is web/theme/mail/<name>.txt, whose first line is
// its subject ("Subject: ..."), and web/theme/mail/<name>.html, which is put into mail/layout.html at {{> content}}.
// HTML is escaped as pages are; text is not.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "web/asset.h"

namespace cardea::web {

struct MailText {
  std::string subject;
  std::string text;
  std::string html;
};

/// Values of a mail: texts, and {{#items}}{{.}}{{/items}}. An empty text is false for a section.
struct MailValues {
  std::map<std::string, std::string> texts;
  std::vector<std::string> items;
};

class MailTemplates {
 public:
  /// Parses every mail of `assets`, which are not kept; a broken one is a bug.
  explicit MailTemplates(std::span<const Asset> assets = embedded_assets());
  ~MailTemplates();
  /// A mail that does not exist is a bug. Safe from any thread.
  [[nodiscard]] MailText render(std::string_view name, const MailValues& values) const;

 private:
  struct Parsed;
  std::map<std::string, std::unique_ptr<Parsed>, std::less<>> mails_;
};

}  // namespace cardea::web
