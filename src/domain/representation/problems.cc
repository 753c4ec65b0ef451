#include "domain/representation/problems.h"

#include <algorithm>

#include "base/json.h"
#include "base/limits.h"

namespace cardea {
namespace {

constexpr std::size_t kNameBytesMax = 100;

bool is_plain(std::string_view name) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kNameBytesMax && std::ranges::all_of(name, is_word);
}

/// Cut before a byte that begins a character.
std::string_view cut(std::string_view name) {
  if (name.size() <= kNameBytesMax) return name;
  auto end = kNameBytesMax;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  return name.substr(0, end);
}

}  // namespace

std::string JsonPath::str() const {
  std::string out;
  append_to(out);
  return out;
}

void JsonPath::append_to(std::string& out) const {
  if (parent_ == nullptr) return;
  parent_->append_to(out);
  if (index_ != kNoIndex) {
    out += '[';
    out += std::to_string(index_);
    out += ']';
  } else if (is_plain(member_)) {
    if (!out.empty()) out += '.';
    out += member_;
  } else {
    out += '[';
    append_json_string(out, cut(member_));
    out += ']';
  }
}

void RepresentationProblems::add(const JsonPath& at, std::string_view text) {
  ++total_;
  if (list_.size() < kRepresentationProblemsMax) list_.push_back({at.str(), std::string(text)});
}

std::string RepresentationProblems::describe() const {
  std::string out;
  for (const auto& problem : list_) {
    if (!out.empty()) out += '\n';
    if (!problem.path.empty()) out += problem.path + ": ";
    out += problem.text;
  }
  if (total_ > list_.size()) out += "\nand " + std::to_string(total_ - list_.size()) + " more";
  return out;
}

}  // namespace cardea
