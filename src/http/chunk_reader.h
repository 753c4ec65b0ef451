// The chunked transfer coding (RFC 9112 section 7.1), one byte at a time and strict: sizes of at most eight digits,
// CRLF and nothing like it, extensions and trailers passed over and bounded. Beast's parser reads heads only: its chunk
// reader asserts on some splits of valid input and waits for more where the input is bad already.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cardea::http {

class ChunkReader {
 public:
  enum class State { kReading, kComplete, kTooLarge, kMalformed };

  /// `body_bytes_max` of data, `head_bytes_max` for each size line and for all trailers together.
  ChunkReader(std::size_t body_bytes_max, std::size_t head_bytes_max)
      : body_left_(body_bytes_max), head_bytes_max_(head_bytes_max) {}

  /// Takes bytes, appends the data in them to `body`, and returns how many it took: all, unless the body ends among
  /// them or it is refused.
  std::size_t feed(std::string_view bytes, std::string& body);
  [[nodiscard]] State state() const { return state_; }

 private:
  enum class At {
    kSizeFirst,
    kSize,
    kExtension,
    kSizeLineFeed,
    kData,
    kDataReturn,
    kDataLineFeed,
    kTrailerFirst,
    kTrailer,
    kTrailerLineFeed,
    kLastLineFeed,
  };

  void step(char c);
  void take_digit(char c);
  void end_size_line(char c);
  void expect(char c, char wanted, At next);
  void refuse(State why) { state_ = why; }

  State state_ = State::kReading;
  At at_ = At::kSizeFirst;
  std::size_t body_left_;
  std::size_t head_bytes_max_;
  std::size_t head_bytes_ = 0;  // of this size line, or of all trailers
  std::size_t size_ = 0;        // of this chunk, then what is left of it
};

}  // namespace cardea::http
