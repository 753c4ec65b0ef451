// One `cardea apply` on its way: what is read, what is written or would be, and what is told. After the first failure
// nothing is called any more; callers need not look until the end.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tool/api/admin_api.h"

namespace cardea::tool {

struct ApplyOptions {
  bool dry_run = false;  // tell, and write nothing
  bool prune = false;    // delete what the file does not name, in the lists that the file has
};

/// One change that was made, or would be.
struct Change {
  char sign;            // '+' made, '~' changed, '-' deleted, '!' not applied: it stands in the file and nowhere else
  std::string subject;  // "client netbird-client"
  std::vector<std::string> details;
};

class Run {
 public:
  /// `tell` is called for each change, when it is made.
  Run(AdminApi& api, ApplyOptions options, std::function<void(const Change&)> tell)
      : api_(api), options_(options), tell_(std::move(tell)) {}

  /// GET; nothing when it is missing or the run has failed.
  [[nodiscard]] std::optional<json::value> find(const std::string& path);
  /// GET of a list; empty when it is missing.
  [[nodiscard]] json::array list(const std::string& path);

  /// POST of `body`; the new id, empty in a dry run.
  std::string create(std::string_view what, std::string_view name, const std::string& path, const json::object& body);
  /// Says which members of `want` are not at `path`, where `create` made it: a server passes over what it does not
  /// know.
  void check(std::string_view what, std::string_view name, const std::string& path, const json::object& want);
  /// PUT, when `want` differs from `have`: of all of `have` with `want` over it, less the members of `leave_out`. What
  /// the server passes over is told and is no change, so that a second run changes nothing. Ids are the server's own.
  void update(std::string_view what, std::string_view name, const std::string& path, const json::object& have,
              const json::object& want, const std::vector<std::string_view>& leave_out = {});
  /// DELETE, when pruning was asked for; told as kept otherwise.
  void prune(std::string_view what, std::string_view name, const std::string& path);
  /// Any other change; `line` tells it.
  void change(std::string_view line, web::Method method, const std::string& path, const json::value& body = nullptr,
              std::vector<std::string> details = {});
  /// Tells what the file says and nobody can apply.
  void note(std::string line);
  void fail(std::string text);

  [[nodiscard]] bool failed() const { return !failure_.empty(); }
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] const ApplyOptions& options() const { return options_; }
  [[nodiscard]] int changes() const { return changes_; }

 private:
  [[nodiscard]] std::vector<std::string> not_taken(const std::string& path, const json::object& want);
  void tell_not_taken(std::string_view subject, const std::vector<std::string>& members);
  bool write(web::Method method, const std::string& path, const json::value& body, std::string& id);

  AdminApi& api_;
  ApplyOptions options_;
  std::function<void(const Change&)> tell_;
  std::string failure_;
  int changes_ = 0;
};

/// Members of `object` that are not in `names`.
[[nodiscard]] json::object without(const json::object& object, const std::vector<std::string_view>& names);
/// The member as a list; empty when it is absent or none.
[[nodiscard]] const json::array& array_of(const json::object& object, std::string_view name);
[[nodiscard]] const json::object& object_of(const json::object& object, std::string_view name);
/// The texts of a list of texts.
[[nodiscard]] std::vector<std::string> texts_of(const json::array& list);
/// The object of `list` whose `member` is `value`; null when there is none.
[[nodiscard]] const json::object* find_by(const json::array& list, std::string_view member, std::string_view value);

}  // namespace cardea::tool
