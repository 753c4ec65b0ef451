// Any bytes either are refused or decode to parameters that survive being written and read again.
#include <cstdint>

#include "base/assert.h"
#include "base/limits.h"
#include "base/text.h"
#include "web/form.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cardea::web::Form;
  const auto form = Form::parse({reinterpret_cast<const char*>(data), size});
  if (!form) return 0;
  CARDEA_ASSERT(form->parameters().size() <= cardea::kFormParametersMax);
  std::string written;
  for (const auto& [name, value] : form->parameters()) {
    CARDEA_ASSERT(cardea::is_utf8(name) && cardea::is_utf8(value));
    CARDEA_ASSERT(value.size() <= cardea::kParameterBytesMax && name.size() <= cardea::kParameterNameBytesMax);
    CARDEA_ASSERT(form->raw(name).has_value());
    cardea::web::append_form(written, name, value);
  }
  const auto again = Form::parse(written);
  CARDEA_ASSERT(again && again->parameters() == form->parameters());
  CARDEA_ASSERT(again->first_repeated() == form->first_repeated());
  return 0;
}
