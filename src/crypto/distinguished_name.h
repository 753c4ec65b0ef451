// Names in certificates (RFC 5280 section 4.1.2.4) and as text (RFC 4514): read into one form, so that two spellings of
// one name compare equal (RFC 8705 section 2.1.2; RFC 4517 caseIgnoreMatch) and nothing else does.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardea::crypto {

struct NamePart {
  std::string type;   // dotted object identifier
  std::string value;  // UTF-8, ASCII letters in lower case, spaces at the ends and doubled ones gone
  int set = 0;        // parts of one relative name have the same
  friend auto operator<=>(const NamePart&, const NamePart&) = default;
};

/// Most significant first, as certificates have them; parts of one relative name are sorted.
using DistinguishedName = std::vector<NamePart>;

/// RFC 4514 text, which has the most significant last: "CN=app,O=Example". Types by name or dotted identifier; escapes
/// "\\," and "\\2C"; "#hex" values are refused. Absent when it is no such text, empty or longer than 4 kB.
[[nodiscard]] std::optional<DistinguishedName> parse_distinguished_name(std::string_view text);

/// The subject of a certificate; absent when the bytes are no certificate or the name has other than text in it.
[[nodiscard]] std::optional<DistinguishedName> subject_of_certificate(std::string_view der);

/// A name as RFC 4514 text in one spelling, for patterns: types of section 3 by name, the most significant last.
[[nodiscard]] std::string to_text(const DistinguishedName& name);

}  // namespace cardea::crypto
