#include "web/page.h"

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <mutex>

#include "base/assert.h"
#include "base/text.h"
#include "base/uri.h"
#include "web/messages.h"

namespace cardea::web {
namespace {

namespace mustache = kainjow::mustache;

constexpr std::string_view kFolder = "templates/";
constexpr std::string_view kEnding = ".html";
constexpr int kIncludeDepthMax = 4;
constexpr std::size_t kNonceBytes = 18;

// An empty text is false, as mustache(5) wants it; the library would take it as true.
void set_text(mustache::data& out, const std::string& name, const std::string& text) {
  out.set(name, text.empty() ? mustache::data{false} : mustache::data{text});
}

mustache::data to_mustache(const PageData& data) {
  mustache::data out{mustache::data::type::object};
  for (const auto& [name, text] : data.texts()) set_text(out, name, text);
  for (const auto& [name, flag] : data.flags()) out.set(name, mustache::data{flag});
  for (const auto& [name, items] : data.lists()) {
    mustache::data list{mustache::data::type::list};
    for (const auto& item : items) list.push_back(to_mustache(item));
    out.set(name, std::move(list));
  }
  return out;
}

std::string_view template_text(std::span<const Asset> assets, std::string_view name) {
  const auto* asset = find_asset(std::string(kFolder).append(name).append(kEnding), assets);
  CARDEA_ASSERT(asset != nullptr);  // a {{> name}} without its file
  return asset->bytes;
}

// Replaces {{> name}} by the text of that template and {{> content}} by the page, so that a page is parsed once, here.
std::string expand(std::span<const Asset> assets, std::string_view text, std::string_view page, int depth) {
  CARDEA_ASSERT(depth <= kIncludeDepthMax);  // a template that includes itself
  std::string out;
  while (true) {
    const auto begin = text.find("{{>");
    out.append(text.substr(0, begin));
    if (begin == std::string_view::npos) return out;
    const auto end = text.find("}}", begin);
    CARDEA_ASSERT(end != std::string_view::npos);
    const auto name = trim(text.substr(begin + 3, end - begin - 3));
    out.append(expand(assets, template_text(assets, name == "content" ? page : name), page, depth + 1));
    text.remove_prefix(end + 2);
  }
}

void check_escapes_everything(std::string_view text) {
  for (const auto* tag : {"{{{", "{{&", "{{="}) CARDEA_ASSERT(text.find(tag) == std::string_view::npos);
}

// A source expression of CSP that cannot end its directive and is no wildcard or keyword.
bool is_plain_source(std::string_view source) {
  return source.find(':') != std::string_view::npos && std::ranges::all_of(source, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view("-._~:/[]%+").find(c) != std::string_view::npos;
         });
}

// The four kinds of shared headers: with HSTS or not, with X-Frame-Options or not.
std::vector<Header> make_shared(bool https, bool frame_options) {
  std::vector<Header> headers = {
      {"Referrer-Policy", "no-referrer"}, {"X-Content-Type-Options", "nosniff"}, {"X-Robots-Tag", "none"}};
  if (frame_options) headers.push_back({"X-Frame-Options", "SAMEORIGIN"});
  if (https) headers.push_back({"Strict-Transport-Security", "max-age=31536000; includeSubDomains"});
  return headers;
}

// The keys of every {{t:key}}.
std::vector<std::string> text_keys(std::string_view text) {
  constexpr std::string_view kOpen = "{{t:";
  std::vector<std::string> out;
  for (auto at = text.find(kOpen); at != std::string_view::npos; at = text.find(kOpen, at)) {
    at += kOpen.size();
    const auto end = text.find("}}", at);
    CARDEA_ASSERT(end != std::string_view::npos);
    out.emplace_back(text.substr(at, end - at));
    CARDEA_ASSERT(Messages::embedded().find(kEnglish, out.back()) != nullptr);  // a text nobody has written
  }
  std::ranges::sort(out);
  const auto [first, last] = std::ranges::unique(out);
  out.erase(first, last);
  return out;
}

}  // namespace

struct Pages::Templates {
  // Rendering reads the parsed template only (no lambdas, no partials at that point), though the library forgot a
  // const.
  struct Template {
    std::once_flag once;
    std::unique_ptr<mustache::mustache> parsed;
    std::vector<std::string> text_keys;
  };
  std::span<const Asset> assets;
  std::map<std::string, Template, std::less<>> by_name;

  const Template& parsed(std::string_view name) {
    const auto found = by_name.find(name);
    CARDEA_ASSERT(found != by_name.end());
    auto& page = found->second;
    std::call_once(page.once, [&] {
      check_escapes_everything(template_text(assets, name));
      const auto text = expand(assets, template_text(assets, "layout"), name, 0);
      page.parsed = std::make_unique<mustache::mustache>(text);
      CARDEA_ASSERT(page.parsed->is_valid());
      page.text_keys = text_keys(text);
    });
    return page;
  }
};

PageData& PageData::text(std::string name, std::string value) {
  texts_.insert_or_assign(std::move(name), std::move(value));
  return *this;
}

PageData& PageData::flag(std::string name, bool value) {
  flags_.insert_or_assign(std::move(name), value);
  return *this;
}

PageData& PageData::list(std::string name, std::vector<PageData> items) {
  lists_.insert_or_assign(std::move(name), std::move(items));
  return *this;
}

Pages::Pages(Random& random, std::span<const Asset> assets, std::string base_path)
    : random_(random), base_path_(std::move(base_path)), templates_(std::make_unique<Templates>()) {
  for (const auto& asset : assets) {
    if (!asset.path.starts_with(kFolder) || !asset.path.ends_with(kEnding)) continue;
    const auto name = asset.path.substr(kFolder.size(), asset.path.size() - kFolder.size() - kEnding.size());
    if (name != "layout") templates_->by_name.try_emplace(std::string(name));
  }
  templates_->assets = assets;
}

void Pages::parse_all() const {
  for (const auto& [name, page] : templates_->by_name) (void)templates_->parsed(name);
}

Pages::~Pages() = default;

Response Pages::render(std::string_view name, int status, const PageData& data, const PagePolicy& wanted) const {
  const auto& page = templates_->parsed(name);
  static const PageFrame kOurs;
  const auto& frame = wanted.frame == nullptr ? kOurs : *wanted.frame;
  auto policy = wanted;
  const auto nonce = random_handle(random_, kNonceBytes);
  auto values = to_mustache(data);
  values.set("nonce", mustache::data{nonce});
  values.set("base", mustache::data{base_path_});
  values.set("resources", mustache::data{asset_base_url()});
  const auto& texts = frame.texts;
  set_text(values, "brand", frame.name);
  set_text(values, "logo", frame.logo);
  set_text(values, "logo_dark", frame.logo_dark);
  set_text(values, "style", frame.style);
  if (!data.texts().contains("title")) set_text(values, "title", texts("loginTitle", {frame.name}));
  for (const auto* logo : {&frame.logo, &frame.logo_dark}) {
    if (const auto address = parse_uri(*logo); address && address->is_http())
      policy.images.push_back(address->origin());
  }
  values.set("lang", mustache::data{texts.language()});
  values.set("dir", mustache::data{is_right_to_left(texts.language()) ? "rtl" : "ltr"});
  for (const auto& key : page.text_keys) values.set("t:" + key, mustache::data{texts(key)});
  std::string html;
  page.parsed->render(values, [&html](const std::string& piece) { html.append(piece); });
  CARDEA_ASSERT(page.parsed->is_valid());

  auto response = html_response(status, std::move(html));
  response.add("Content-Security-Policy", content_security_policy(policy, nonce));
  if (!policy.frameable) response.add("X-Frame-Options", "DENY");
  if (!policy.frameable && !policy.popup) response.add("Cross-Origin-Opener-Policy", "same-origin");
  response.add("Permissions-Policy",
               "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), "
               "usb=()");
  response.add("Cache-Control", "no-store");
  return response;
}

std::string content_security_policy(const PagePolicy& policy, std::string_view nonce) {
  std::string csp = "default-src 'none'; style-src 'self'; img-src 'self' data:";
  for (const auto& image : policy.images) {
    if (is_plain_source(image)) csp.append(" ").append(image);
  }
  csp += "; base-uri 'none'";
  if (!policy.frameable) csp += "; frame-ancestors 'none'";
  csp += "; form-action 'self'";
  for (const auto& target : policy.form_targets) {
    if (is_plain_source(target)) csp.append(" ").append(target);
  }
  if (policy.script) {
    csp.append("; script-src 'nonce-").append(nonce).append("'; require-trusted-types-for 'script'");
  } else {
    csp += "; script-src 'none'";
  }
  std::string frames;
  for (const auto& frame : policy.frames) {
    if (is_plain_source(frame)) frames.append(" ").append(frame);
  }
  if (!frames.empty()) csp.append("; frame-src").append(frames);
  if (policy.connect_self) csp += "; connect-src 'self'";
  return csp;
}

void add_security_headers(Response& response, bool https) {
  static const std::vector<Header> kShared[2][2] = {{make_shared(false, false), make_shared(false, true)},
                                                    {make_shared(true, false), make_shared(true, true)}};
  const bool decides_on_framing = std::ranges::any_of(
      response.headers, [](const Header& header) { return header.name == "Content-Security-Policy"; });
  response.shared_headers = &kShared[https ? 1 : 0][decides_on_framing ? 0 : 1];
}

}  // namespace cardea::web
