// The admin API over the wire, for a caller who signs in once and whose token is renewed as needed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "tool/api/server_options.h"
#include "tool/tool.h"

namespace cardea::tool {

inline constexpr std::size_t kAnswerBytesMax = 64u << 20;  // of one answer: a list of many users
inline constexpr milliseconds kCallTimeout{120'000};       // an import may take a while
inline constexpr std::size_t kDocumentDepthMax = 64;

struct ApiError {
  int status = 0;    // zero: no answer came
  std::string text;  // a sentence for the operator, with the server's own words
};

struct ApiAnswer {
  int status = 0;
  std::vector<web::Header> headers;
  std::string body;

  /// The last segment of `Location`: the id of what was made.
  [[nodiscard]] std::string created_id() const;
};

/// What `admin login` and `admin config truststore` wrote; empty when there is nothing, or --no-config.
[[nodiscard]] json::object read_session(const ServerOptions& options, const Dependencies& deps);

class AdminApi {
 public:
  /// Signs in with what `options` holds: a password, a client secret, or the session file. The error is a sentence.
  [[nodiscard]] static Result<AdminApi, std::string> sign_in(const ServerOptions& options, const Dependencies& deps);

  /// `path` below the server, with its query: "/admin/realms/demo/users?max=2". Statuses from 400 on are errors.
  [[nodiscard]] Result<ApiAnswer, ApiError> call(web::Method method, std::string_view path, std::string body = {},
                                                 const std::vector<web::Header>& headers = {});
  /// GET, read as JSON.
  [[nodiscard]] Result<json::value, ApiError> get(std::string_view path);
  /// GET of what may be missing: nothing when the status is 404.
  [[nodiscard]] Result<std::optional<json::value>, ApiError> find(std::string_view path);
  [[nodiscard]] Result<ApiAnswer, ApiError> post(std::string_view path, const json::value& body);
  [[nodiscard]] Result<ApiAnswer, ApiError> put(std::string_view path, const json::value& body);
  [[nodiscard]] Result<ApiAnswer, ApiError> remove(std::string_view path, std::string body = {});

  [[nodiscard]] const std::string& server() const { return server_; }
  /// Writes the session to `options.config`, for later commands; false when the file cannot be written.
  [[nodiscard]] bool keep_session() const;

 private:
  AdminApi(ServerOptions options, const Dependencies& deps);
  [[nodiscard]] std::optional<std::string> load_session();
  [[nodiscard]] std::optional<std::string> trust();
  [[nodiscard]] std::optional<std::string> renew();

  ServerOptions options_;
  const Dependencies* deps_;
  std::string server_;
  std::string access_token_, refresh_token_;
  std::chrono::nanoseconds renew_at_{};
  bool kept_ = false;  // the session came from the file, so a rotated token goes back there
};

}  // namespace cardea::tool
