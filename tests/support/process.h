// A program that a test runs, with its output. Nothing here waits without end: a program that takes
// too long is ended, and the test sees what it said so far. Nothing outlives the test: the program
// and what it started form a process group that is ended with this object, and the system ends the
// program if the test itself is killed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace support {

inline constexpr std::chrono::seconds kPatience{60};

class Process {
 public:
  // arguments: the program's path first. environment: "NAME=value", nothing else is handed down.
  // Standard input is empty; error output goes with the rest.
  Process(const std::vector<std::string>& arguments, const std::vector<std::string>& environment);
  ~Process();  // ends it
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // True as soon as the output holds the text.
  bool wait_for(std::string_view text, std::chrono::seconds patience = kPatience);

  // Waits for the end; returns the exit code, or -1 if it was ended by a signal or by us.
  int finish(std::chrono::seconds patience = kPatience);

  void signal(int number);

  // True after finish() if the program left no process of its own behind.
  bool is_gone() const;

  const std::string& output() const { return output_; }

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  // False at the end of the output, or at the deadline.
  bool read_some(Deadline deadline);

  pid_t child_ = -1;
  pid_t group_ = -1;
  bool at_end_ = false;
  int pipe_ = -1;
  std::string output_;
};

}  // namespace support
