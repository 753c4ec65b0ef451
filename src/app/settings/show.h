// The options as text: for `cardea config show`, and for the generated page docs/reference/options.md.
#pragma once

#include <string>

#include "app/settings/read_settings.h"

namespace cardea::app {

/// One line for each option: name, value, source. Secrets show as asterisks.
[[nodiscard]] std::string show_configuration(const Configuration& configuration);

/// The option reference in Markdown.
[[nodiscard]] std::string options_reference();

}  // namespace cardea::app
