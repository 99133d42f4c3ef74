#include "support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "base/check.h"

namespace support {
namespace {

// A program that runs for a while must not wait for a test that does something else meanwhile.
constexpr int kPipeBytes = 1 << 20;

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) {
    result.push_back(const_cast<char*>(text.c_str()));
  }
  result.push_back(nullptr);
  return result;
}

// Never returns. Between fork and exec only what is safe in a process of many threads.
[[noreturn]] void become(char* const* argv, char* const* envp, int output, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // the test is gone already
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (dup2(nothing, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
      dup2(output, STDERR_FILENO) >= 0) {
    execve(argv[0], argv, envp);
  }
  constexpr std::string_view kSorry = "cannot run the program";
  [[maybe_unused]] ssize_t written = write(output, kSorry.data(), kSorry.size());
  _exit(127);
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment) {
  std::array<int, 2> ends{};
  base::check(pipe2(ends.data(), O_CLOEXEC) == 0, "a pipe can be made");
  pipe_ = ends[0];
  fcntl(pipe_, F_SETPIPE_SZ, kPipeBytes);  // less, if the system grants no more
  std::vector<char*> argv = pointers(arguments);
  std::vector<char*> envp = pointers(environment);
  pid_t parent = getpid();
  child_ = fork();
  base::check(child_ >= 0, "a process can be made");
  if (child_ == 0) become(argv.data(), envp.data(), ends[1], parent);
  group_ = child_;
  setpgid(child_, child_);  // whoever comes first
  close(ends[1]);
}

Process::~Process() {
  kill(-group_, SIGKILL);
  if (child_ > 0) waitpid(child_, nullptr, 0);
  close(pipe_);
}

bool Process::read_some(Deadline deadline) {
  auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Deadline::clock::now());
  pollfd watched{pipe_, POLLIN, 0};
  if (poll(&watched, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) <= 0) {
    return false;
  }
  std::array<char, 4096> block{};
  ssize_t size = read(pipe_, block.data(), block.size());
  if (size <= 0) {
    at_end_ = true;
    return false;
  }
  output_.append(block.data(), static_cast<std::size_t>(size));
  return true;
}

bool Process::wait_for(std::string_view text, std::chrono::seconds patience) {
  Deadline deadline = Deadline::clock::now() + patience;
  while (output_.find(text) == std::string::npos) {
    if (!read_some(deadline)) return false;
  }
  return true;
}

int Process::finish(std::chrono::seconds patience) {
  Deadline deadline = Deadline::clock::now() + patience;
  while (read_some(deadline)) {
  }
  if (child_ <= 0) return -1;
  if (!at_end_) kill(-group_, SIGKILL);
  int status = 0;
  waitpid(child_, &status, 0);
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void Process::signal(int number) {
  if (child_ > 0) kill(child_, number);
}

bool Process::is_gone() const { return child_ <= 0 && kill(-group_, 0) != 0 && errno == ESRCH; }

}  // namespace support
