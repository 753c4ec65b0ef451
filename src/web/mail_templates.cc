#include "web/mail_templates.h"

#include <kainjow/mustache.hpp>

#include "base/assert.h"
#include "base/text.h"
#include "web/messages.h"

namespace cardea::web {
namespace {

namespace mustache = kainjow::mustache;

constexpr std::string_view kLayout = "mail/layout.html";
constexpr std::string_view kLink = "{0}";
constexpr std::string_view kEmptyLine = "\n\n";

mustache::mustache parse(std::span<const Asset> assets) {
  const auto* asset = find_asset(kLayout, assets);
  CARDEA_ASSERT(asset != nullptr);
  for (const auto* tag : {"{{{", "{{&", "{{="}) CARDEA_ASSERT(asset->bytes.find(tag) == std::string_view::npos);
  mustache::mustache parsed{std::string(asset->bytes)};
  CARDEA_ASSERT(parsed.is_valid());
  return parsed;
}

/// Text, or the link when `href` is set.
mustache::data piece(std::string text, const std::string& href = {}) {
  mustache::data out{mustache::data::type::object};
  out.set("text", mustache::data{std::move(text)});
  if (href.empty()) {
    out.set("link", mustache::data{false});
  } else {
    out.set("link", mustache::data{href});
  }
  return out;
}

/// The places of the link are found before anything is filled in: no value can stand for one.
mustache::data paragraph(std::string_view text, const MailWords& words) {
  mustache::data pieces{mustache::data::type::list};
  const auto parts = words.link.empty() ? std::vector{text} : split(text, kLink);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) pieces.push_back(piece(words.link_label, words.link));
    if (!parts[i].empty()) pieces.push_back(piece(fill_in(parts[i], words.values)));
  }
  mustache::data out{mustache::data::type::object};
  out.set("pieces", std::move(pieces));
  return out;
}

mustache::data paragraphs(const MailWords& words) {
  mustache::data out{mustache::data::type::list};
  for (const auto text : split(words.body, kEmptyLine)) {
    if (const auto trimmed = trim(text); !trimmed.empty()) out.push_back(paragraph(trimmed, words));
  }
  return out;
}

mustache::data text_or_none(const std::string& text) {
  return text.empty() ? mustache::data{false} : mustache::data{text};
}

}  // namespace

struct MailTemplates::Parsed {
  mustache::mustache layout;
};

MailTemplates::MailTemplates(std::span<const Asset> assets) : layout_(new Parsed{parse(assets)}) {}

MailTemplates::~MailTemplates() = default;

MailText MailTemplates::render(const MailWords& words) const {
  mustache::data data{mustache::data::type::object};
  data.set("language", mustache::data{words.language});
  data.set("dir", mustache::data{is_right_to_left(words.language) ? "rtl" : "ltr"});
  data.set("brand", mustache::data{words.brand});
  data.set("logo", text_or_none(words.logo));
  data.set("paragraphs", paragraphs(words));
  MailText out{.subject = std::string(trim(words.subject)), .text = fill_in(words.body, words.values), .html = {}};
  out.text.push_back('\n');
  layout_->layout.render(data, [&out](const std::string& part) { out.html.append(part); });
  return out;
}

}  // namespace cardea::web
