#include "kube/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <memory>
#include <system_error>

namespace kube {
namespace {

namespace asio = boost::asio;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kReapPeriod{5};

// The environment of the child: what was asked for, then ours without those names.
std::vector<std::string> environment_of(const ChildCommand& command) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : command.env)
    variables.push_back(fmt::format("{}={}", name, value));
  for (char** own = environ; *own != nullptr; ++own) {
    std::string_view variable = *own;
    std::string_view name = variable.substr(0, variable.find('='));
    bool is_replaced = false;
    for (const auto& [other, value] : command.env)
      is_replaced |= other == name;
    if (!is_replaced) variables.emplace_back(variable);
  }
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Starts it with its output going to `output`. Returns 0 or why not.
int spawn(const ChildCommand& command, int output, pid_t& child) {
  std::vector<std::string> arguments{command.command};
  arguments.insert(arguments.end(), command.args.begin(), command.args.end());
  std::vector<std::string> variables = environment_of(command);
  std::vector<char*> argv = pointers_to(arguments);
  std::vector<char*> envp = pointers_to(variables);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  int error =
      posix_spawnp(&child, command.command.c_str(), &actions, nullptr, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

asio::awaitable<base::Result<std::string>> run_child(asio::any_io_executor executor,
                                                     ChildCommand command) {
  auto failed = [&](std::string_view why) {
    return base::fail(base::Code::unavailable, fmt::format("{}: {}", command.command, why));
  };
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) co_return failed(std::generic_category().message(errno));
  asio::posix::stream_descriptor output(executor, ends[0]);
  pid_t child = 0;
  int error = spawn(command, ends[1], child);
  close(ends[1]);
  if (error != 0) co_return failed(std::generic_category().message(error));

  // Killing it ends its output, which ends the reading below.
  struct Life {
    bool is_over = false;
    bool is_late = false;
  };
  auto life = std::make_shared<Life>();
  asio::steady_timer deadline(executor, command.timeout);
  deadline.async_wait([life, child](const boost::system::error_code& cancelled) {
    if (cancelled || life->is_over) return;
    life->is_late = true;
    kill(child, SIGKILL);
  });
  std::string text;
  std::array<char, 4096> block;
  bool is_too_long = false;
  while (true) {
    auto [ended, count] = co_await output.async_read_some(asio::buffer(block), kAsTuple);
    if (ended) break;
    is_too_long |= text.size() + count > command.output_bytes;
    if (!is_too_long) text.append(block.data(), count);
  }
  int status = 0;
  asio::steady_timer wait(executor);
  while (waitpid(child, &status, WNOHANG) == 0) {
    wait.expires_after(kReapPeriod);
    co_await wait.async_wait(kAsTuple);
  }
  life->is_over = true;
  deadline.cancel();
  if (life->is_late)
    co_return failed(fmt::format("no answer within {} s", command.timeout.count()));
  if (is_too_long) co_return failed("its output is too long");
  bool is_good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (!is_good) {
    co_return failed(WIFEXITED(status) ? fmt::format("exit code {}", WEXITSTATUS(status))
                                       : fmt::format("signal {}", WTERMSIG(status)));
  }
  co_return text;
}

}  // namespace kube
