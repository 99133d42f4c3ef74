// What proves who we are, in each request: made from a kubeconfig's identity, and kept for as long as it is
// good. A token's file is read again once a minute (the kubelet rotates it); a plug-in is run again when what
// it gave expires or is refused.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "kube/kubeconfig.h"
#include "ports/clock.h"
#include "ports/task.h"

namespace kube {

struct Proof {
  std::string authorization;    // the header's value; empty: none
  std::string certificate_pem;  // a plug-in may give a client certificate instead
  std::string key_pem;
  int generation = 0;  // another number: the certificate may be another one
};

class Credentials {
 public:
  Credentials(boost::asio::any_io_executor executor, ports::Clock& clock,
              const Connection& connection, Surroundings surroundings);

  // Errors: a plug-in that fails (its install hint is added), a token file that cannot be read and was
  // never read before.
  ports::Task<base::Result<Proof>> proof();

  // The server answered 401: what is kept is not used again.
  void refused();

 private:
  ports::Task<base::Result<Proof>> ask_plugin();
  base::Result<Proof> read_token();

  boost::asio::any_io_executor executor_;
  ports::Clock& clock_;
  std::string server_;
  std::string ca_pem_;
  Identity identity_;
  Surroundings surroundings_;
  std::optional<Proof> kept_;
  std::optional<base::Time> good_until_;  // not set: for ever
  int generation_ = 0;
  bool is_asking_ = false;  // a plug-in runs once, for all who wait
};

// What a plug-in printed, as a proof and its end. `version` is the API version that it must bear.
struct PluginAnswer {
  Proof proof;
  std::optional<base::Time> expires;
};
base::Result<PluginAnswer> read_exec_credential(std::string_view text, std::string_view version);

}  // namespace kube
