// What is wrong with a JSON representation, each with the path of the member, such as
// "clients[3].redirectUris: expected a list of strings". All problems are gathered, so that a file is mended in one go;
// no problem repeats a value from the file, which may be a secret.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cardea {

/// Where in a document we are: a chain of views on the stack. A path refers to its parent and to the name, which must
/// outlive it.
class JsonPath {
 public:
  JsonPath() = default;
  JsonPath(const JsonPath& parent, std::string_view member) : parent_(&parent), member_(member) {}
  JsonPath(const JsonPath& parent, std::size_t index) : parent_(&parent), index_(index) {}

  /// "users[2].attributes.phone"; names that are no plain words stand in brackets and quotes, escaped and cut short.
  [[nodiscard]] std::string str() const;

 private:
  void append_to(std::string& out) const;

  static constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);
  const JsonPath* parent_ = nullptr;
  std::string_view member_;
  std::size_t index_ = kNoIndex;
};

struct RepresentationProblem {
  std::string path;
  std::string text;
  friend bool operator==(const RepresentationProblem&, const RepresentationProblem&) = default;
};

class RepresentationProblems {
 public:
  /// Keeps the first kRepresentationProblemsMax and counts the rest.
  void add(const JsonPath& at, std::string_view text);

  [[nodiscard]] bool empty() const { return total_ == 0; }
  [[nodiscard]] const std::vector<RepresentationProblem>& list() const { return list_; }
  [[nodiscard]] std::size_t total() const { return total_; }
  /// One line each, and "and 7 more" when some were only counted.
  [[nodiscard]] std::string describe() const;

 private:
  std::vector<RepresentationProblem> list_;
  std::size_t total_ = 0;
};

}  // namespace cardea
