// What frames a mail: web/theme/mail/layout.html, embedded in the program. Its words are a text of the message bundles
// (web/messages.h) in which {0} stands for the link and an empty line begins a paragraph; both parts are made of that,
// text and HTML. HTML is escaped as pages are; text is not.
#pragma once

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

struct MailWords {
  std::string language;  // of all the words
  std::string brand;     // whose mail it is, for its foot
  std::string logo;      // an address; empty: none
  std::string subject;
  std::string body;                 // as it stands in the bundle
  std::vector<std::string> values;  // for the numbers in it; the link is the first, when there is one
  std::string link;                 // empty: none, and {0} is a value as any other
  std::string link_label;           // what HTML says in its place
};

class MailTemplates {
 public:
  /// Parses the layout in `assets`, which are not kept; a broken one is a bug.
  explicit MailTemplates(std::span<const Asset> assets = embedded_assets());
  ~MailTemplates();
  /// Safe from any thread.
  [[nodiscard]] MailText render(const MailWords& words) const;

 private:
  struct Parsed;
  std::unique_ptr<Parsed> layout_;
};

}  // namespace cardea::web
