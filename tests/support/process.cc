#include "support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "base/check.h"

namespace support {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) {
    result.push_back(const_cast<char*>(text.c_str()));
  }
  result.push_back(nullptr);
  return result;
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment) {
  std::array<int, 2> ends{};
  base::check(pipe2(ends.data(), O_CLOEXEC) == 0, "a pipe can be made");
  pipe_ = ends[0];
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  std::vector<char*> argv = pointers(arguments);
  std::vector<char*> envp = pointers(environment);
  int error = posix_spawn(&child_, argv[0], &actions, nullptr, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error == 0) return;
  child_ = -1;
  output_ = "cannot run " + arguments[0];
}

Process::~Process() {
  if (child_ > 0) {
    signal(SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  close(pipe_);
}

bool Process::read_some(std::chrono::seconds patience) {
  pollfd watched{pipe_, POLLIN, 0};
  auto milliseconds = std::chrono::milliseconds(patience).count();
  if (poll(&watched, 1, static_cast<int>(milliseconds)) <= 0) return false;
  std::array<char, 4096> block{};
  ssize_t size = read(pipe_, block.data(), block.size());
  if (size <= 0) return false;
  output_.append(block.data(), static_cast<std::size_t>(size));
  return true;
}

bool Process::wait_for(std::string_view text, std::chrono::seconds patience) {
  while (output_.find(text) == std::string::npos) {
    if (!read_some(patience)) return false;
  }
  return true;
}

int Process::finish(std::chrono::seconds patience) {
  while (read_some(patience)) {
  }
  if (child_ <= 0) return -1;
  pollfd at_end{pipe_, POLLIN, 0};
  bool is_silent = poll(&at_end, 1, 0) == 0;  // and not at the end of its output
  if (is_silent) signal(SIGKILL);
  int status = 0;
  waitpid(child_, &status, 0);
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void Process::signal(int number) {
  if (child_ > 0) kill(child_, number);
}

}  // namespace support
