// A new file that only its owner reads. Written under a name beside its own and given that at the end, so that a half
// one is never taken for a whole one, and never over one that is there.
#pragma once

#include <string>
#include <string_view>

namespace cardea::app {

class SecretFile {
 public:
  explicit SecretFile(std::string path);
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;
  ~SecretFile();

  void write(std::string_view text);
  /// Where it grows until it is finished, for a library that writes files itself.
  [[nodiscard]] const std::string& draft() const { return part_; }
  /// Why it cannot be written; empty while all is well.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// The file is there, whole and on the disk, or the answer says why not.
  [[nodiscard]] std::string finish();

 private:
  void fail();

  std::string path_, part_, problem_;
  int descriptor_ = -1;
  bool is_done_ = false;
};

}  // namespace cardea::app
