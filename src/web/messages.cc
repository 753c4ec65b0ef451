#include "web/messages.h"

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <charconv>

#include "base/assert.h"
#include "base/json.h"
#include "base/text.h"

namespace cardea::web {
namespace {

constexpr std::string_view kFolder = "messages/";
constexpr std::string_view kEnding = ".json";
constexpr std::size_t kFileBytesMax = 1 << 20;
constexpr std::size_t kAcceptedMax = 32;

struct Wish {
  std::string language;
  int weight = 1000;
};

// "de-DE;q=0.8" as one wish; a weight that cannot be read is the least.
Wish parse_wish(std::string_view text) {
  const auto semicolon = text.find(';');
  Wish wish{.language = ascii_lower(trim(text.substr(0, semicolon)))};
  if (semicolon == std::string_view::npos) return wish;
  auto rest = trim(text.substr(semicolon + 1));
  if (!rest.starts_with("q=")) return wish;
  rest.remove_prefix(2);
  double weight = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), weight);
  wish.weight = error == std::errc() && weight >= 0 && weight <= 1 ? static_cast<int>(weight * 1000) : 0;
  return wish;
}

// The heaviest first; equal ones in their order.
std::multimap<int, Wish, std::greater<>> parse_wishes(std::string_view text) {
  std::multimap<int, Wish, std::greater<>> out;
  while (!text.empty() && out.size() < kAcceptedMax) {
    const auto end = std::min(text.find_first_of(", "), text.size());
    const auto item = trim(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
    if (item.empty() || item.starts_with(';')) continue;
    auto wish = parse_wish(item);
    if (wish.weight > 0) out.emplace(wish.weight, std::move(wish));
  }
  return out;
}

}  // namespace

Messages::Messages(std::span<const Asset> assets) {
  for (const auto& asset : assets) {
    if (!asset.path.starts_with(kFolder) || !asset.path.ends_with(kEnding)) continue;
    const auto language = asset.path.substr(kFolder.size(), asset.path.size() - kFolder.size() - kEnding.size());
    languages_[std::string(language)].file = asset.bytes;
  }
}

const Messages::Language* Messages::read(std::string_view language) const {
  const auto found = languages_.find(language);
  if (found == languages_.end()) return nullptr;
  const auto& read = found->second;
  std::call_once(read.once, [&read] {
    const auto parsed = parse_json(read.file, {.bytes_max = kFileBytesMax, .depth_max = 2});
    CARDEA_ASSERT(parsed.has_value() && parsed->is_object());
    for (const auto& [name, text] : parsed->get_object()) {
      CARDEA_ASSERT(text.is_string());
      read.texts.emplace(name, text.get_string());
    }
  });
  return &read;
}

const std::string* Messages::find(std::string_view language, std::string_view key) const {
  const auto* texts = read(language);
  if (texts == nullptr) return nullptr;
  const auto text = texts->texts.find(key);
  return text == texts->texts.end() ? nullptr : &text->second;
}

const std::string* Messages::key_of(std::string_view english) const {
  std::call_once(keys_once_, [this] {
    const auto* texts = read(kEnglish);
    if (texts == nullptr) return;
    for (const auto& [key, text] : texts->texts) keys_.emplace(text, key);
  });
  const auto found = keys_.find(english);
  return found == keys_.end() ? nullptr : &found->second;
}

const Messages& Messages::embedded() {
  static const Messages kEmbedded;
  return kEmbedded;
}

std::string Texts::operator()(std::string_view key, const std::vector<std::string>& values) const {
  return fill_in(pattern(key), values);
}

std::string Texts::pattern(std::string_view key) const {
  for (const std::string_view language : {std::string_view(language_), kEnglish}) {
    if (override_) {
      if (auto own = override_(language, key)) return std::move(*own);
    }
    if (const auto* text = Messages::embedded().find(language, key)) return *text;
  }
  return std::string(key);
}

std::string Texts::resolve(std::string_view name) const {
  if (!name.starts_with("${") || !name.ends_with('}')) return std::string(name);
  return (*this)(name.substr(2, name.size() - 3));
}

std::string Texts::said(std::string_view english) const {
  const auto& messages = Messages::embedded();
  if (const auto* key = messages.key_of(english)) return (*this)(*key);
  constexpr std::string_view kColon = ": ";
  const auto colon = english.find(kColon);
  if (colon == std::string_view::npos) return std::string(english);
  const auto value_at = colon + kColon.size();
  const auto* key = messages.key_of(std::string(english.substr(0, value_at)) + "{0}");
  return key == nullptr ? std::string(english) : (*this)(*key, {std::string(english.substr(value_at))});
}

namespace {

/// Of "0#minutes|1#minute|1<minutes"; a value that is no number takes the first.
std::string_view chosen(std::string_view choices, std::string_view value) {
  const auto number = parse_integer<std::int64_t>(value);
  std::optional<std::string_view> text;
  for (const auto choice : split(choices, '|')) {
    const auto end = choice.find_first_of("#<");
    if (end == std::string_view::npos) continue;
    const auto limit = parse_integer<std::int64_t>(choice.substr(0, end));
    const bool is_reached = number && limit && (choice[end] == '#' ? *number >= *limit : *number > *limit);
    if (is_reached || !text) text = choice.substr(end + 1);
  }
  return text.value_or(std::string_view{});
}

/// What stands for `argument` ("0", "0,choice,..."); none: it names no value.
std::optional<std::string_view> value_of(std::string_view argument, const std::vector<std::string>& values) {
  constexpr std::string_view kChoice = ",choice,";
  const auto end = argument.find(kChoice);
  const auto number = parse_integer<std::size_t>(argument.substr(0, end));
  if (!number) return std::nullopt;
  const auto value = *number < values.size() ? std::string_view(values[*number]) : std::string_view{};
  return end == std::string_view::npos ? value : chosen(argument.substr(end + kChoice.size()), value);
}

}  // namespace

std::string fill_in(std::string_view text, const std::vector<std::string>& values) {
  std::string out;
  while (true) {
    const auto open = text.find('{');
    out.append(text.substr(0, open));
    if (open == std::string_view::npos) return out;
    const auto close = text.find('}', open);
    const auto value =
        close == std::string_view::npos ? std::nullopt : value_of(text.substr(open + 1, close - open - 1), values);
    if (!value) {
      out.push_back('{');
      text.remove_prefix(open + 1);
      continue;
    }
    out.append(*value);
    text.remove_prefix(close + 1);
  }
}

std::string language_name(std::string_view language) {
  const std::string tag(language);
  const auto locale = icu::Locale::createCanonical(tag.c_str());
  icu::UnicodeString name;
  locale.getDisplayName(locale, name);
  if (name.isEmpty() || name == icu::UnicodeString::fromUTF8(tag)) return tag;
  // A language begins with a small letter in many of them; in a list of languages it does not.
  icu::UnicodeString first(name, 0, name.moveIndex32(0, 1));
  name.replace(0, name.moveIndex32(0, 1), first.toUpper(locale));
  std::string out;
  name.toUTF8String(out);
  return out;
}

bool is_right_to_left(std::string_view language) {
  return icu::Locale::createCanonical(std::string(language).c_str()).isRightToLeft() != 0;
}

std::string choose_language(std::string_view accepted, const std::vector<std::string>& supported) {
  for (const auto& [weight, wish] : parse_wishes(accepted)) {
    std::string_view language = wish.language;
    while (!language.empty()) {
      for (const auto& known : supported) {
        if (ascii_lower(known) == language) return known;
      }
      const auto dash = language.rfind('-');
      language = dash == std::string_view::npos ? std::string_view{} : language.substr(0, dash);
    }
  }
  return {};
}

}  // namespace cardea::web
