// Whatever a browser brings back and whatever a token endpoint answers: no crash; a callback has a state and exactly
// one of code and error; an answer that is taken has an access token; what goes into the log is short and of one line.
#include "base/assert.h"
#include "upstream/code_flow.h"

namespace {

using namespace cardea;

bool is_line(std::string_view text) { return text.find_first_of("\r\n") == std::string_view::npos; }

void check_callback(std::string_view text) {
  const auto form = web::Form::parse(text);
  if (!form) return;
  const auto callback = upstream::read_callback(*form);
  if (!callback) return;
  CARDEA_ASSERT(!callback->state.empty() && callback->code.empty() != callback->error.empty());
  CARDEA_ASSERT(is_line(callback->error) && is_line(callback->error_description));
}

void check_answer(std::string_view text, int status) {
  const auto answer =
      upstream::read_token_answer(web::FetchResponse{.status = status, .headers = {}, .body = std::string(text)});
  if (answer) {
    CARDEA_ASSERT(status == 200 && !answer->access_token.empty());
  } else {
    CARDEA_ASSERT(!answer.error().error.empty() && is_line(answer.error().error + answer.error().description));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_callback(text);
  check_answer(text, 200);
  check_answer(text, 400);
  return 0;
}
