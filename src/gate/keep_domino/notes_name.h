// Names of people as Domino writes them, "CN=Ann Lee/OU=R/O=Acme", and their LDAP spelling "cn=Ann Lee,ou=R,o=Acme"
// (RFC 4514). A separator inside a value is escaped and never makes two parts of one: a name cannot become another
// person's (guides.md G1-19).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cardea::gate {

inline constexpr std::size_t kNameBytesMax = 1024;
inline constexpr std::size_t kNamePartsMax = 16;

/// True for a full name: parts KEY=value joined by "/", the first of them CN, keys letters and digits, values not
/// empty, "/" and "\" in a value written "\/" and "\\".
[[nodiscard]] bool is_notes_name(std::string_view name);

/// The Notes form of an LDAP name: keys in upper case, "," becomes "/". Escapes of RFC 4514 section 2.4 ("\,", "\2C")
/// and the quotes of RFC 2253 section 4 are undone, and what Notes needs escaped is escaped. Absent when it does not
/// parse, does not begin with cn, has an empty value, a part of several attributes ("+") or control characters.
[[nodiscard]] std::optional<std::string> notes_name_from_ldap(std::string_view name);

}  // namespace cardea::gate
