#include "app/secret_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace cardea::app {

SecretFile::SecretFile(std::string path) : path_(std::move(path)), part_(path_ + ".part") {
  descriptor_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor_ < 0) problem_ = part_ + ": " + std::strerror(errno);
}

SecretFile::~SecretFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!is_done_ && descriptor_ >= 0) ::unlink(part_.c_str());
}

void SecretFile::write(std::string_view text) {
  while (problem_.empty() && !text.empty()) {
    const auto written = ::write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail();
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string SecretFile::finish() {
  if (problem_.empty() && ::fsync(descriptor_) != 0) fail();
  if (problem_.empty() && ::link(part_.c_str(), path_.c_str()) != 0) fail();
  if (problem_.empty()) {
    ::unlink(part_.c_str());
    is_done_ = true;
  }
  return problem_;
}

void SecretFile::fail() { problem_ = path_ + ": " + std::strerror(errno); }

}  // namespace cardea::app
