// What is typed at a prompt for a password does not show on the terminal.
#pragma once

#include <termios.h>

namespace cardea::app {

/// Shows nothing of what is typed on `terminal` while it lives; nothing happens when that is no terminal. A signal that
/// ends the program meanwhile (Ctrl-C) shows it again first: the terminal outlives the program. One at a time.
class HiddenTyping {
 public:
  explicit HiddenTyping(int terminal);
  ~HiddenTyping();
  HiddenTyping(const HiddenTyping&) = delete;
  HiddenTyping& operator=(const HiddenTyping&) = delete;

 private:
  int terminal_;
  bool is_hidden_ = false;
  termios shown_{};
};

}  // namespace cardea::app
