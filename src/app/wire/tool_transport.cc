#include "app/wire/tool_transport.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <iterator>

#include "app/command.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/text.h"
#include "http/curl_loop.h"
#include "http/fetcher.h"
#include "tool/tool.h"

namespace cardea::app {
namespace {

namespace fs = std::filesystem;

/// What an operator's own network is made of.
constexpr const char* kPrivateRanges[] = {"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                          "::1/128",     "fc00::/7",   "fe80::/10"};

http::OutboundRules operator_rules() {
  http::OutboundRules rules;
  rules.loopback_allowed = true;
  for (const auto* text : kPrivateRanges) {
    if (const auto range = http::parse_address_range(text)) rules.listed.push_back(*range);
  }
  return rules;
}

std::optional<std::string> read_text(const std::string& path) {
  if (path == "-") return std::string{std::istreambuf_iterator<char>(std::cin), {}};
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return std::nullopt;
  return text;
}

/// Beside the target and then over it, so that nobody reads half of it and its mode holds from the first byte.
bool write_private(const std::string& path, std::string_view text) {
  std::error_code error;
  const auto folder = fs::path(path).parent_path();
  if (!folder.empty() && !fs::exists(folder, error)) {
    fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
    if (error) return false;
  }
  const auto beside = path + ".new";
  ::unlink(beside.c_str());
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return false;
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool closed = ::close(file) == 0;
  return written && closed && ::rename(beside.c_str(), path.c_str()) == 0;
}

std::vector<std::string> trust_paths(const Environment& environment) {
  for (const auto* name : {"CARDEA_TRUSTSTORE_PATHS", "KC_TRUSTSTORE_PATHS"}) {
    const auto found = environment.find(name);
    if (found == environment.end()) continue;
    std::vector<std::string> paths;
    for (const auto part : split(found->second, ',')) paths.emplace_back(trim(part));
    return paths;
  }
  return {};
}

}  // namespace

int run_tool_command(const std::vector<std::string>& arguments, const Environment& environment, std::FILE* out,
                     std::FILE* err) {
  const auto trust = http::TrustStore::load(trust_paths(environment));
  if (!trust) {
    fmt::print(err, "cardea: {}\n", trust.error());
    return kExitRefused;
  }
  const SystemClock clock;
  Metrics metrics;
  const auto rules = operator_rules();
  http::CurlLoop loop(1);
  http::CurlFetcher fetcher(loop, rules, *trust, clock, metrics);
  const tool::Dependencies deps{.call =
                                    [&fetcher](web::FetchRequest request) {
                                      std::promise<web::Fetched> promise;
                                      fetcher.fetch(std::move(request), [&promise](web::Fetched fetched) {
                                        promise.set_value(std::move(fetched));
                                      });
                                      return promise.get_future().get();
                                    },
                                .read_file = read_text,
                                .write_private_file = write_private,
                                .environment = {environment.begin(), environment.end()},
                                .clock = clock,
                                .out = out,
                                .err = err};
  const int code = tool::run_tool(arguments, deps);
  loop.stop();
  return code;
}

}  // namespace cardea::app
