#include "http/chunk_reader.h"

#include <algorithm>

namespace cardea::http {
namespace {

constexpr std::size_t kDigitsMax = 8;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_text(char c) { return c == '\t' || (c >= ' ' && c != 0x7f) || static_cast<unsigned char>(c) >= 0x80; }

}  // namespace

std::size_t ChunkReader::feed(std::string_view bytes, std::string& body) {
  std::size_t used = 0;
  while (used < bytes.size() && state_ == State::kReading) {
    if (at_ == At::kData) {
      const auto data = bytes.substr(used, size_);
      body.append(data);
      used += data.size();
      size_ -= data.size();
      if (size_ == 0) at_ = At::kDataReturn;
    } else {
      step(bytes[used++]);
    }
  }
  return used;
}

void ChunkReader::step(char c) {
  if (at_ != At::kDataReturn && at_ != At::kDataLineFeed && ++head_bytes_ > head_bytes_max_) {
    return refuse(State::kMalformed);
  }
  switch (at_) {
    case At::kSizeFirst:
    case At::kSize:
      return take_digit(c);
    case At::kExtension:
      if (c == '\r') return expect(c, '\r', At::kSizeLineFeed);
      return is_text(c) ? void() : refuse(State::kMalformed);
    case At::kSizeLineFeed:
      return end_size_line(c);
    case At::kDataReturn:
      return expect(c, '\r', At::kDataLineFeed);
    case At::kDataLineFeed:
      head_bytes_ = 0;
      return expect(c, '\n', At::kSizeFirst);
    case At::kTrailerFirst:
      if (c == '\r') return expect(c, '\r', At::kLastLineFeed);
      at_ = At::kTrailer;
      return is_text(c) ? void() : refuse(State::kMalformed);
    case At::kTrailer:
      if (c == '\r') return expect(c, '\r', At::kTrailerLineFeed);
      return is_text(c) ? void() : refuse(State::kMalformed);
    case At::kTrailerLineFeed:
      return expect(c, '\n', At::kTrailerFirst);
    case At::kLastLineFeed:
      return refuse(c == '\n' ? State::kComplete : State::kMalformed);
    case At::kData:
      return;
  }
}

void ChunkReader::take_digit(char c) {
  const int digit = hex_value(c);
  if (digit >= 0) {
    if (head_bytes_ > kDigitsMax) return refuse(State::kMalformed);
    size_ = size_ * 16 + static_cast<std::size_t>(digit);
    at_ = At::kSize;
    return;
  }
  if (at_ == At::kSizeFirst) return refuse(State::kMalformed);
  if (c == '\r') return expect(c, '\r', At::kSizeLineFeed);
  if (c != ';') return refuse(State::kMalformed);
  at_ = At::kExtension;
}

void ChunkReader::end_size_line(char c) {
  if (c != '\n') return refuse(State::kMalformed);
  head_bytes_ = 0;
  if (size_ > body_left_) return refuse(State::kTooLarge);
  body_left_ -= size_;
  at_ = size_ == 0 ? At::kTrailerFirst : At::kData;
}

void ChunkReader::expect(char c, char wanted, At next) {
  if (c != wanted) return refuse(State::kMalformed);
  at_ = next;
}

}  // namespace cardea::http
