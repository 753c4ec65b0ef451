#include "app/generate.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>
#include <map>

#include "admin/seam/openapi.h"
#include "app/settings/show.h"
#include "app/wire/database.h"
#include "app/wire/provider.h"
#include "base/clock.h"

namespace cardea::app {

namespace {

/// All routes, from a server that is joined but never listens, on a database that is gone afterwards.
Result<std::string, std::string> routes_reference() {
  char name[] = "/tmp/cardea-routes-XXXXXX";
  if (mkdtemp(name) == nullptr) return refuse(std::string("cannot make a folder in /tmp"));
  const std::filesystem::path folder(name);
  ServerSettings settings;
  settings.data_dir = folder / "data";
  const SystemClock clock;
  SystemRandom random;
  ConsoleLog log(LogLevel::kError, LogFormat::kText);
  std::string page =
      "# Routes\n\n"
      "Everything the public port answers; the management port is apart. `start-dev` has the playground in "
      "addition.\n\n"
      "| Path | Methods |\n| --- | --- |\n";
  {
    auto database = OpenDatabase::open(settings, {}, log, random);
    if (!database) return refuse(std::move(database.error()));
    const Provider provider({(*database)->repositories(), (*database)->sealer(), clock, random, log}, {}, false);
    std::map<std::string, std::string> methods;  // by path
    for (const auto& route : provider.routes()) {
      const auto space = route.find(' ');
      auto& list = methods[route.substr(space + 1)];
      list.append(list.empty() ? "" : ", ").append(route, 0, space);
    }
    for (const auto& [path, list] : methods) page.append("| `").append(path).append("` | ").append(list).append(" |\n");
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return page;
}

}  // namespace

int generate(const std::string& topic, std::FILE* out, std::FILE* err) {
  const auto page = topic == "options"   ? Result<std::string, std::string>(options_reference())
                    : topic == "routes"  ? routes_reference()
                    : topic == "openapi" ? Result<std::string, std::string>(admin::openapi_json())
                                         : refuse(std::string("gen knows the pages options, routes and openapi"));
  if (!page) {
    fmt::print(err, "cardea: {}\n", page.error());
    return 2;
  }
  fmt::print(out, "{}", *page);
  return 0;
}

}  // namespace cardea::app
