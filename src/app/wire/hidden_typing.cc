#include "app/wire/hidden_typing.h"

#include <array>
#include <csignal>

#include "base/assert.h"

namespace cardea::app {
namespace {

constexpr std::array kEnding = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

// What a signal's handler needs: it is given nothing. Written before the handlers are set, and not while they are.
int hidden_terminal = -1;
termios shown_before{};
std::array<struct sigaction, kEnding.size()> handled_before{};

/// Only what a handler may call (signal-safety(7)). The signal's own effect comes when this returns: SA_RESETHAND.
void show_and_end(int signal) {
  ::tcsetattr(hidden_terminal, TCSANOW, &shown_before);
  ::raise(signal);
}

}  // namespace

HiddenTyping::HiddenTyping(int terminal) : terminal_(terminal) {
  if (::tcgetattr(terminal, &shown_) != 0) return;
  CARDEA_ASSERT(hidden_terminal < 0);
  hidden_terminal = terminal;
  shown_before = shown_;
  for (std::size_t i = 0; i < kEnding.size(); ++i) {
    ::sigaction(kEnding[i], nullptr, &handled_before[i]);
    if (handled_before[i].sa_handler == SIG_IGN) continue;  // nohup
    struct sigaction handle{};
    handle.sa_handler = &show_and_end;
    handle.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(kEnding[i], &handle, nullptr);
  }
  auto hidden = shown_;
  hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  is_hidden_ = ::tcsetattr(terminal, TCSAFLUSH, &hidden) == 0;
}

HiddenTyping::~HiddenTyping() {
  if (hidden_terminal != terminal_) return;
  if (is_hidden_) ::tcsetattr(terminal_, TCSAFLUSH, &shown_);
  for (std::size_t i = 0; i < kEnding.size(); ++i) ::sigaction(kEnding[i], &handled_before[i], nullptr);
  hidden_terminal = -1;
}

}  // namespace cardea::app
