#include "web/form.h"

#include <algorithm>

#include "base/limits.h"
#include "base/secret.h"
#include "base/text.h"

namespace cardea::web {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Undoes the form encoding of one name or value; the caller has bounded its length.
Result<std::string, FormError> decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool plain_ascii = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+') {
      c = ' ';
    } else if (c == '%') {
      const int high = i + 1 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return refuse(FormError::kMalformed);
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return refuse(FormError::kMalformed);
    plain_ascii = plain_ascii && static_cast<unsigned char>(c) < 0x80;
    out.push_back(c);
  }
  if (!plain_ascii && !is_utf8(out)) return refuse(FormError::kMalformed);
  return out;
}

constexpr std::size_t kEncodedPerByte = 3;  // "%XX"

void encode(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (alphanumeric || c == '-' || c == '.' || c == '_' || c == '~') {
      out.push_back(c);
    } else if (c == ' ') {
      out.push_back('+');
    } else {
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
}

}  // namespace

Form& Form::operator=(Form&& other) noexcept {
  parameters_.swap(other.parameters_);
  return *this;
}

Form::~Form() {
  for (auto& [name, value] : parameters_) wipe(value);
}

Result<Form, FormError> Form::parse(std::string_view text) {
  Form form;
  while (!text.empty()) {
    const auto end = text.find('&');
    const auto pair = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (pair.empty()) continue;  // "a=1&&b=2"
    if (form.parameters_.size() == kFormParametersMax) return refuse(FormError::kTooManyParameters);
    const auto equals = std::min(pair.find('='), pair.size());
    const auto raw_value = pair.substr(std::min(equals + 1, pair.size()));
    if (equals > kEncodedPerByte * kParameterNameBytesMax) return refuse(FormError::kTooLong);
    if (raw_value.size() > kEncodedPerByte * kParameterBytesMax) return refuse(FormError::kTooLong);
    auto name = decode(pair.substr(0, equals));
    if (!name) return refuse(name.error());
    auto value = decode(raw_value);
    if (!value) return refuse(value.error());
    if (name->size() > kParameterNameBytesMax || value->size() > kParameterBytesMax) return refuse(FormError::kTooLong);
    form.parameters_.emplace_back(std::move(*name), std::move(*value));
  }
  return form;
}

Result<void, FormError> Form::add_checked(std::string name, std::string value) {
  if (parameters_.size() == kFormParametersMax) return refuse(FormError::kTooManyParameters);
  if (name.size() > kParameterNameBytesMax || value.size() > kParameterBytesMax) return refuse(FormError::kTooLong);
  for (const auto& text : {std::string_view(name), std::string_view(value)}) {
    if (text.contains('\0') || !is_utf8(text)) return refuse(FormError::kMalformed);
  }
  add(std::move(name), std::move(value));
  return {};
}

std::optional<std::string_view> Form::value(std::string_view name) const {
  for (const auto& [known, value] : parameters_) {
    if (known == name && !value.empty()) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Form::raw(std::string_view name) const {
  for (const auto& [known, value] : parameters_) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::string_view Form::value_or(std::string_view name, std::string_view fallback) const {
  return value(name).value_or(fallback);
}

std::optional<std::string_view> Form::first_repeated(std::initializer_list<std::string_view> may_repeat) const {
  for (std::size_t i = 1; i < parameters_.size(); ++i) {
    if (std::find(may_repeat.begin(), may_repeat.end(), parameters_[i].first) != may_repeat.end()) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if (parameters_[i].first == parameters_[j].first) return parameters_[i].first;
    }
  }
  return std::nullopt;
}

void append_form(std::string& out, std::string_view name, std::string_view value) {
  if (!out.empty() && out.back() != '&' && out.back() != '?') out.push_back('&');
  encode(out, name);
  out.push_back('=');
  encode(out, value);
}

}  // namespace cardea::web
