#include "app/wire/master_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "base/encoding.h"
#include "base/text.h"
#include "crypto/seal.h"

namespace cardea::app {

namespace {

constexpr std::string_view kAdvice =
    " Make one with: (umask 077; openssl rand -base64 32 > FILE), and keep a copy: without it the data cannot be read";

/// A file descriptor that closes itself.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::optional<SecretBytes> decode_key(std::string_view text) {
  const auto trimmed = trim(text);
  auto bytes = base64_decode(trimmed);
  if (!bytes) bytes = base64url_decode(trimmed);
  if (!bytes || bytes->size() != crypto::kSealKeyBytes) return std::nullopt;
  return SecretBytes(std::move(*bytes));
}

/// Absent file: an empty optional. `private_only`: others must not be able to read it.
Result<std::optional<SecretBytes>, std::string> read_key(const std::string& path, bool private_only) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT) return std::nullopt;
    return refuse("cannot read the master key " + path + ": " + std::strerror(errno));
  }
  struct stat about{};
  if (fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode))
    return refuse("the master key " + path + " is not a file");
  if (private_only && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return refuse("the master key " + path + " is open to others; run: chmod 600 " + path);
  std::string text(256, '\0');
  const auto length = ::read(file.get(), text.data(), text.size());
  text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  auto key = decode_key(text);
  wipe(text);
  if (!key) return refuse("the master key " + path + " is not 32 bytes in base64." + std::string(kAdvice));
  return key;
}

/// Writes a new key so that it is complete and on the disk before it has its name.
Result<SecretBytes, std::string> make_key(const std::string& path, Random& random) {
  std::string bytes(crypto::kSealKeyBytes, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  SecretBytes key(std::move(bytes));
  auto text = base64_encode(key.reveal()) + "\n";
  const auto draft = path + ".new";
  ::unlink(draft.c_str());
  const File file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  const bool written = file.get() >= 0 &&
                       ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       fsync(file.get()) == 0 && ::link(draft.c_str(), path.c_str()) == 0;
  const std::string why = std::strerror(errno);
  wipe(text);
  ::unlink(draft.c_str());
  if (!written) return refuse("cannot write the master key " + path + ": " + why);
  return key;
}

}  // namespace

Result<MasterKey, std::string> load_master_key(const ServerSettings& settings, const Environment& environment,
                                               bool may_make, Random& random) {
  if (!settings.master_key.empty()) {
    auto key = decode_key(settings.master_key.reveal());
    if (!key) return refuse("KC_MASTER_KEY is not 32 bytes in base64." + std::string(kAdvice));
    return MasterKey{std::move(*key), "KC_MASTER_KEY"};
  }
  if (!settings.master_key_file.empty()) {
    auto key = read_key(settings.master_key_file, true);
    if (!key) return refuse(std::move(key.error()));
    if (!*key) return refuse("there is no master key at " + settings.master_key_file + "." + std::string(kAdvice));
    return MasterKey{std::move(**key), settings.master_key_file};
  }
  if (const auto folder = environment.find("CREDENTIALS_DIRECTORY"); folder != environment.end()) {
    const auto path = folder->second + "/cardea-master-key";
    auto key = read_key(path, false);  // systemd itself keeps others out of that folder
    if (!key) return refuse(std::move(key.error()));
    if (*key) return MasterKey{std::move(**key), path};
  }
  const auto path = settings.data_dir + "/master.key";
  auto key = read_key(path, true);
  if (!key) return refuse(std::move(key.error()));
  if (*key) return MasterKey{std::move(**key), path, true};
  if (!may_make)
    return refuse("there is no master key: " + path +
                  " is absent, and the database may have been made with another one. " +
                  "Give it by master-key-file or KC_MASTER_KEY." + std::string(kAdvice));
  auto made = make_key(path, random);
  if (!made) return refuse(std::move(made.error()));
  return MasterKey{std::move(*made), path, true, true};
}

Result<crypto::Sealer, std::string> open_sealer(const MasterKey& master, std::string_view wrapped) {
  auto sealer = crypto::unwrap(master.bytes, wrapped);
  if (sealer) return std::move(*sealer);
  if (sealer.error() == crypto::SealError::kWrongKey)
    return refuse("the master key from " + master.source + " is not the one this database was made with");
  return refuse("the data key in the database is damaged: " + std::string(crypto::describe(sealer.error())));
}

}  // namespace cardea::app
