// A stand-in for the server, the terminal and the disk, for tests of the commands.
#pragma once

#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tool/tool.h"

namespace cardea::tool {

class FakeClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return {}; }
  [[nodiscard]] std::chrono::nanoseconds steady() const override { return at; }
  std::chrono::nanoseconds at{std::chrono::hours(1)};
};

/// A server that answers from a table and notes what it was asked; and the terminal and disk beside it.
struct World {
  std::map<std::string, web::FetchResponse> answers;
  std::vector<web::FetchRequest> asked;
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> environment{{"HOME", "/home/op"}, {"CARDEA_ADMIN_PASSWORD", "pw"}};
  std::vector<std::string> trusted, prompts;
  std::optional<std::string> typed;
  FakeClock clock;
  std::FILE* out = std::tmpfile();
  std::FILE* err = std::tmpfile();

  World() {
    answers["POST /realms/master/protocol/openid-connect/token"] = {
        200, {}, R"({"access_token":"at","refresh_token":"rt","expires_in":60})"};
  }
  ~World() {
    std::fclose(out);
    std::fclose(err);
  }

  int run(std::vector<std::string> arguments) {
    const Dependencies deps{.call = [this](web::FetchRequest request) -> web::Fetched {
                              asked.push_back(request);
                              const auto path = web::text_of(request.url).substr(std::string("http://sso.test").size());
                              const auto found = answers.find(std::string(web::name(request.method)) + " " + path);
                              if (found == answers.end()) return web::FetchResponse{404, {}, R"({"error":"Not here"})"};
                              return found->second;
                            },
                            .read_file = [this](const std::string& path) -> std::optional<std::string> {
                              const auto found = files.find(path);
                              return found == files.end() ? std::nullopt : std::optional(found->second);
                            },
                            .write_private_file =
                                [this](const std::string& path, std::string_view text) {
                                  files[path] = text;
                                  return true;
                                },
                            .ask_secret = [this](const std::string& prompt) -> std::optional<std::string> {
                              prompts.push_back(prompt);
                              return typed;
                            },
                            .trust = [this](const std::string& path) -> std::optional<std::string> {
                              trusted.push_back(path);
                              return files.contains(path) ? std::nullopt : std::optional(path + " cannot be read");
                            },
                            .environment = environment,
                            .clock = clock,
                            .out = out,
                            .err = err};
    return run_tool(arguments, deps);
  }

  static std::string text(std::FILE* file) {
    std::fflush(file);
    std::rewind(file);
    std::string all(1 << 16, '\0');
    all.resize(std::fread(all.data(), 1, all.size(), file));
    return all;
  }

  [[nodiscard]] std::vector<std::string> calls() const {
    std::vector<std::string> lines;
    for (const auto& request : asked)
      lines.push_back(std::string(web::name(request.method)) + " " + web::text_of(request.url).substr(15));
    return lines;
  }
};

}  // namespace cardea::tool
