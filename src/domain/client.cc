#include "domain/client.h"

namespace cardea {

std::string_view Client::attribute(std::string_view key) const {
  thread_local std::string wanted;  // asked a dozen times for a token: no memory of its own each time
  wanted.assign(key);
  const auto found = attributes.find(wanted);
  return found == attributes.end() ? std::string_view{} : std::string_view(found->second);
}

}  // namespace cardea
