// What is wrong with a configuration. Problems are collected, so that one run shows all of them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cardea::app {

struct Problem {
  std::string where;  // the spelling the person used: "--http-port", "KC_HTTP_PORT", "http-port in server.yaml"
  std::string text;   // what is wrong and what would be right; never the value of a secret
};

class Problems {
 public:
  void add(std::string where, std::string text) { items_.push_back({std::move(where), std::move(text)}); }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] const std::vector<Problem>& items() const { return items_; }

 private:
  std::vector<Problem> items_;
};

}  // namespace cardea::app
