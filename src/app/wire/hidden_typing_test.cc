#include "app/wire/hidden_typing.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace cardea::app {
namespace {

/// Both ends of a terminal that nobody sits at.
struct Terminal {
  Terminal() : master(::posix_openpt(O_RDWR | O_NOCTTY)) {
    EXPECT_EQ(::grantpt(master), 0);
    EXPECT_EQ(::unlockpt(master), 0);
    slave = ::open(::ptsname(master), O_RDWR | O_NOCTTY);
    EXPECT_GE(slave, 0);
  }
  ~Terminal() {
    ::close(slave);
    ::close(master);
  }
  [[nodiscard]] bool shows() const {
    termios now{};
    EXPECT_EQ(::tcgetattr(slave, &now), 0);
    return (now.c_lflag & ECHO) != 0;
  }
  int master, slave = -1;
};

/// How a program ends that is told `signal` at a prompt.
int ended_by(const Terminal& terminal, int signal) {
  const auto child = ::fork();
  if (child == 0) {
    // Whatever this process was started with, or another test left.
    std::signal(signal, SIG_DFL);
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_UNBLOCK, &all, nullptr);
    constexpr rlimit kNoCore{0, 0};
    ::setrlimit(RLIMIT_CORE, &kNoCore);
    const HiddenTyping hidden(terminal.slave);
    ::raise(signal);
    ::_exit(1);  // it should have ended
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFSIGNALED(status) ? WTERMSIG(status) : -1;
}

TEST(HiddenTyping, a_program_that_is_ended_at_the_prompt_leaves_a_terminal_that_shows) {
  const Terminal terminal;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    EXPECT_EQ(ended_by(terminal, signal), signal);
    EXPECT_TRUE(terminal.shows()) << signal;
  }
}

TEST(HiddenTyping, hides_until_it_ends_and_gives_signals_back) {
  const Terminal terminal;
  {
    const HiddenTyping hidden(terminal.slave);
    EXPECT_FALSE(terminal.shows());
  }
  EXPECT_TRUE(terminal.shows());
  struct sigaction now{};
  ::sigaction(SIGINT, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

TEST(HiddenTyping, leaves_what_is_no_terminal_alone) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  {
    const HiddenTyping hidden(ends[0]);
  }
  const Terminal terminal;
  {
    const HiddenTyping hidden(terminal.slave);
    EXPECT_FALSE(terminal.shows());
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace cardea::app
