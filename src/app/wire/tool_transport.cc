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
#include "app/wire/hidden_typing.h"
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

/// A line of standard input; on a terminal nobody reads along.
std::optional<std::string> ask_secret(const std::string& prompt) {
  fmt::print(stderr, "{}", prompt);
  std::string line;
  bool is_read = false;
  {
    const HiddenTyping hidden(STDIN_FILENO);
    is_read = static_cast<bool>(std::getline(std::cin, line));
  }
  fmt::print(stderr, "\n");
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return is_read ? std::optional(std::move(line)) : std::nullopt;
}

/// Calls with what is trusted at the first one.
class Caller {
 public:
  Caller(std::vector<std::string> paths, http::TrustStore trust) : paths_(std::move(paths)), trust_(std::move(trust)) {}
  ~Caller() { loop_.stop(); }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  web::Fetched call(web::FetchRequest request) {
    if (!fetcher_) fetcher_.emplace(loop_, rules_, trust_, clock_, metrics_);
    std::promise<web::Fetched> promise;
    fetcher_->fetch(std::move(request), [&promise](web::Fetched fetched) { promise.set_value(std::move(fetched)); });
    return promise.get_future().get();
  }
  std::optional<std::string> trust(const std::string& path) {
    if (fetcher_) return "what is trusted is said before the first call";
    paths_.push_back(path);
    auto store = http::TrustStore::load(paths_);
    if (!store) return store.error() + " (a truststore is a PEM file; keytool -exportcert -rfc writes one)";
    trust_ = std::move(*store);
    return std::nullopt;
  }
  [[nodiscard]] const Clock& clock() const { return clock_; }

 private:
  std::vector<std::string> paths_;
  http::TrustStore trust_;
  SystemClock clock_;
  Metrics metrics_;
  http::OutboundRules rules_ = operator_rules();
  http::CurlLoop loop_{1};
  std::optional<http::CurlFetcher> fetcher_;
};

}  // namespace

int run_tool_command(const std::vector<std::string>& arguments, const Environment& environment, std::FILE* out,
                     std::FILE* err) {
  auto paths = trust_paths(environment);
  auto trust = http::TrustStore::load(paths);
  if (!trust) {
    fmt::print(err, "cardea: {}\n", trust.error());
    return kExitRefused;
  }
  Caller caller(std::move(paths), std::move(*trust));
  const tool::Dependencies deps{
      .call = [&caller](web::FetchRequest request) { return caller.call(std::move(request)); },
      .read_file = read_text,
      .write_private_file = write_private,
      .ask_secret = ask_secret,
      .trust = [&caller](const std::string& path) { return caller.trust(path); },
      .environment = {environment.begin(), environment.end()},
      .clock = caller.clock(),
      .out = out,
      .err = err};
  return tool::run_tool(arguments, deps);
}

}  // namespace cardea::app
