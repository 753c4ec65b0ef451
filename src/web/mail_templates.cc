#include "web/mail_templates.h"

#include <kainjow/mustache.hpp>

#include "base/assert.h"
#include "base/text.h"

namespace cardea::web {
namespace {

namespace mustache = kainjow::mustache;

constexpr std::string_view kFolder = "mail/";
constexpr std::string_view kText = ".txt";
constexpr std::string_view kHtml = ".html";
constexpr std::string_view kSubject = "Subject: ";
constexpr std::string_view kContent = "{{> content}}";

std::string bytes_of(std::span<const Asset> assets, const std::string& path) {
  const auto* asset = find_asset(path, assets);
  CARDEA_ASSERT(asset != nullptr);
  for (const auto* tag : {"{{{", "{{&", "{{="}) CARDEA_ASSERT(asset->bytes.find(tag) == std::string_view::npos);
  return std::string(asset->bytes);
}

mustache::mustache parse(const std::string& text, bool escapes) {
  mustache::mustache parsed(text);
  CARDEA_ASSERT(parsed.is_valid());
  if (!escapes) parsed.set_custom_escape([](const std::string& value) { return value; });
  return parsed;
}

std::string render_one(mustache::mustache& parsed, const mustache::data& values) {
  std::string out;
  parsed.render(values, [&out](const std::string& piece) { out.append(piece); });
  return out;
}

}  // namespace

struct MailTemplates::Parsed {
  mustache::mustache subject, text, html;
};

MailTemplates::MailTemplates(std::span<const Asset> assets) {
  for (const auto& asset : assets) {
    if (!asset.path.starts_with(kFolder) || !asset.path.ends_with(kText)) continue;
    const std::string name(asset.path.substr(kFolder.size(), asset.path.size() - kFolder.size() - kText.size()));
    const auto text = bytes_of(assets, std::string(asset.path));
    const auto end = text.find('\n');
    CARDEA_ASSERT(text.starts_with(kSubject) && end != std::string::npos);
    auto html = bytes_of(assets, std::string(kFolder) + "layout" + std::string(kHtml));
    const auto at = html.find(kContent);
    CARDEA_ASSERT(at != std::string::npos);
    html.replace(at, kContent.size(), bytes_of(assets, std::string(kFolder) + name + std::string(kHtml)));
    mails_.emplace(name, new Parsed{parse(text.substr(kSubject.size(), end - kSubject.size()), false),
                                    parse(text.substr(end + 1), false), parse(html, true)});
  }
}

MailTemplates::~MailTemplates() = default;

MailText MailTemplates::render(std::string_view name, const MailValues& values) const {
  const auto found = mails_.find(name);
  CARDEA_ASSERT(found != mails_.end());
  mustache::data data{mustache::data::type::object};
  for (const auto& [key, text] : values.texts) {
    if (text.empty()) {
      data.set(key, mustache::data{false});
    } else {
      data.set(key, mustache::data{text});
    }
  }
  mustache::data items{mustache::data::type::list};
  for (const auto& item : values.items) items.push_back(mustache::data{item});
  data.set("items", std::move(items));
  auto& parsed = *found->second;
  return {std::string(trim(render_one(parsed.subject, data))), render_one(parsed.text, data),
          render_one(parsed.html, data)};
}

}  // namespace cardea::web
