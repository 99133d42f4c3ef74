// Where the API server is and how to prove who we are: from a kubeconfig as kubectl reads it, or from the
// service account of the pod that we run in.
//
// Files that a kubeconfig names are taken from its folder. Client certificates and CA bundles are read once;
// a token's file is read again whenever it is used (credentials.h).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/client.h"

namespace kube {

// A program that prints an ExecCredential (client.authentication.k8s.io).
struct ExecPlugin {
  std::string apiVersion;
  std::string command;
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;
  std::string installHint;
  bool provideClusterInfo = false;
};

struct Identity {
  std::string token;
  std::string token_file;  // wins over `token`
  std::string username;    // basic authentication
  std::string password;
  std::optional<ExecPlugin> exec;
};

struct Connection {
  std::string server;      // "https://10.0.0.1:6443", without a slash at its end
  std::string namespace_;  // of the context, or of the pod that we run in; may be empty
  net::ClientOptions http;
  Identity identity;
  bool is_in_cluster = false;
};

// What is read of the outside, so that tests can stand in for it.
struct Surroundings {
  std::function<std::optional<std::string>(std::string_view name)> environment;
  std::function<base::Result<std::string>(const std::string& path)> read_file;
};
// The file system, with that environment.
Surroundings surroundings_with(
    std::function<std::optional<std::string>(std::string_view name)> environment);

// A kubeconfig's current context. `path` is where it lies, for its relative paths and for errors. An error
// names the file, the entry and what is missing or not supported (auth-provider plug-ins are not).
base::Result<Connection> read_kubeconfig(std::string_view text, const std::string& path,
                                         const Surroundings& surroundings);

// LIF-284: the file named by KUBECONFIG if it is set, else the service account that is mounted, else
// ~/.kube/config.
base::Result<Connection> find_connection(const Surroundings& surroundings);

}  // namespace kube
