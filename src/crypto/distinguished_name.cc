#include "crypto/distinguished_name.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>

#include "base/encoding.h"
#include "base/text.h"
#include "crypto/x509.h"

namespace cardea::crypto {
namespace {

constexpr std::size_t kNameBytesMax = 4096;
constexpr std::size_t kPartsMax = 32;

struct Type {
  std::string_view name, oid;
};
/// RFC 4514 section 3, and the ones that certificates of people and hosts have besides.
constexpr std::array kTypes = {
    Type{"CN", "2.5.4.3"},
    Type{"L", "2.5.4.7"},
    Type{"ST", "2.5.4.8"},
    Type{"O", "2.5.4.10"},
    Type{"OU", "2.5.4.11"},
    Type{"C", "2.5.4.6"},
    Type{"STREET", "2.5.4.9"},
    Type{"DC", "0.9.2342.19200300.100.1.25"},
    Type{"UID", "0.9.2342.19200300.100.1.1"},
    Type{"SERIALNUMBER", "2.5.4.5"},
    Type{"EMAILADDRESS", "1.2.840.113549.1.9.1"},
    Type{"E", "1.2.840.113549.1.9.1"},
    Type{"GIVENNAME", "2.5.4.42"},
    Type{"SURNAME", "2.5.4.4"},
};

bool is_dotted(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

std::optional<std::string> oid_of(std::string_view type) {
  if (is_dotted(type)) return std::string(type);
  for (const auto& known : kTypes) {
    if (equal_ignoring_ascii_case(known.name, type)) return std::string(known.oid);
  }
  return std::nullopt;
}

/// RFC 4518 section 2.6.1, as far as ASCII goes.
std::string prepared(std::string_view value) {
  std::string out;
  for (const auto word : split_words(value)) out.append(out.empty() ? "" : " ").append(word);
  return ascii_lower(out);
}

void sort_sets(DistinguishedName& name) {
  std::ranges::sort(name, [](const NamePart& a, const NamePart& b) {
    return std::tie(a.set, a.type, a.value) < std::tie(b.set, b.type, b.value);
  });
}

/// One value of the text: up to an unescaped separator, which stays.
class ValueReader {
 public:
  explicit ValueReader(std::string_view text) : rest_(text) {}

  std::optional<std::string> type() {
    const auto equals = rest_.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto name = trim(rest_.substr(0, equals));
    rest_.remove_prefix(equals + 1);
    return oid_of(name);
  }
  std::optional<std::string> value() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    if (rest_.starts_with('#')) return std::nullopt;
    std::string out;
    while (!rest_.empty() && !is_separator(rest_.front())) {
      if (rest_.front() == '\\') {
        if (!escape(out)) return std::nullopt;
        continue;
      }
      if (rest_.front() == '"' || rest_.front() == '<' || rest_.front() == '>') return std::nullopt;
      out.push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    if (!is_utf8(out) || out.find('\0') != std::string::npos) return std::nullopt;
    return prepared(out);
  }
  /// '\0' at the end.
  char separator() {
    if (rest_.empty()) return '\0';
    const char found = rest_.front();
    rest_.remove_prefix(1);
    return found;
  }

 private:
  static bool is_separator(char c) { return c == ',' || c == '+' || c == ';'; }
  bool escape(std::string& out) {
    if (rest_.size() >= 3) {
      if (const auto byte = hex_decode(rest_.substr(1, 2))) {
        out.append(*byte);
        rest_.remove_prefix(3);
        return true;
      }
    }
    constexpr std::string_view kSpecial = " \"#+,;<=>\\";
    if (rest_.size() < 2 || kSpecial.find(rest_[1]) == std::string_view::npos) return false;
    out.push_back(rest_[1]);
    rest_.remove_prefix(2);
    return true;
  }

  std::string_view rest_;
};

std::optional<std::string> oid_text(const ASN1_OBJECT* object) {
  std::array<char, 128> text{};
  const int size = OBJ_obj2txt(text.data(), text.size(), object, 1);
  if (size <= 0 || static_cast<std::size_t>(size) >= text.size()) return std::nullopt;
  return std::string(text.data(), static_cast<std::size_t>(size));
}

std::optional<std::string> value_text(const ASN1_STRING* string) {
  unsigned char* bytes = nullptr;
  const int size = ASN1_STRING_to_UTF8(&bytes, string);
  if (size < 0) return std::nullopt;
  std::string text(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  // A zero byte ends the name for whoever reads it as a C text: no name at all.
  if (text.find('\0') != std::string::npos || text.size() > kNameBytesMax) return std::nullopt;
  return prepared(text);
}

std::optional<DistinguishedName> read_name(const X509_NAME* name) {
  DistinguishedName parts;
  const int count = X509_NAME_entry_count(name);
  if (count <= 0 || static_cast<std::size_t>(count) > kPartsMax) return std::nullopt;
  for (int i = 0; i < count; ++i) {
    const auto* entry = X509_NAME_get_entry(name, i);
    auto type = oid_text(X509_NAME_ENTRY_get_object(entry));
    auto value = value_text(X509_NAME_ENTRY_get_data(entry));
    if (!type || !value) return std::nullopt;
    parts.push_back({std::move(*type), std::move(*value), X509_NAME_ENTRY_set(entry)});
  }
  sort_sets(parts);
  return parts;
}

}  // namespace

std::optional<DistinguishedName> parse_distinguished_name(std::string_view text) {
  if (text.empty() || text.size() > kNameBytesMax) return std::nullopt;
  DistinguishedName parts;
  ValueReader reader(text);
  int set = 0;
  while (true) {
    auto type = reader.type();
    if (!type || parts.size() == kPartsMax) return std::nullopt;
    auto value = reader.value();
    if (!value) return std::nullopt;
    parts.push_back({std::move(*type), std::move(*value), set});
    const char separator = reader.separator();
    if (separator == '\0') break;
    if (separator != '+') ++set;
  }
  for (auto& part : parts) part.set = set - part.set;  // the text has the most significant last
  sort_sets(parts);
  return parts;
}

std::optional<DistinguishedName> subject_of_certificate(std::string_view der) {
  const auto certificate = read_x509(der);
  if (!certificate) return std::nullopt;
  return read_name(X509_get_subject_name(certificate.get()));
}

std::string to_text(const DistinguishedName& name) {
  std::string text;
  for (auto part = name.rbegin(); part != name.rend(); ++part) {
    if (!text.empty()) text.push_back(std::prev(part)->set == part->set ? '+' : ',');
    const auto* known = std::ranges::find(kTypes, part->type, &Type::oid);
    text.append(known == kTypes.end() ? std::string_view(part->type) : known->name).push_back('=');
    text.append(part->value);
  }
  return text;
}

}  // namespace cardea::crypto
