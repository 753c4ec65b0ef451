// The one place that touches the process: its arguments and its environment.
#include <unistd.h>

#include <cstring>

#include "app/command.h"

int main(int count, char** values) {
  const std::vector<std::string> arguments(values + (count > 0 ? 1 : 0), values + count);
  cardea::app::Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const char* equals = std::strchr(*entry, '=');
    if (equals != nullptr)
      environment.emplace(std::string(*entry, static_cast<std::size_t>(equals - *entry)), equals + 1);
  }
  return cardea::app::run_command(arguments, environment, stdout, stderr);
}
