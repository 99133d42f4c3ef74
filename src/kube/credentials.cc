#include "kube/credentials.h"

#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <utility>

#include "base/base64.h"
#include "base/json.h"
#include "base/scan.h"
#include "kube/child.h"

namespace kube {
namespace {

using base::Result;
using ports::Task;

constexpr base::Duration kTokenPeriod = std::chrono::minutes(1);
// So that what is sent does not expire on its way.
constexpr base::Duration kEarly = std::chrono::seconds(10);
constexpr base::Duration kOthersPeriod = std::chrono::milliseconds(20);

std::string bearer(std::string_view token) { return fmt::format("Bearer {}", token); }

}  // namespace

Result<PluginAnswer> read_exec_credential(std::string_view text, std::string_view version) {
  Result<base::Json> value = base::parse_json(text);
  if (!value) return std::unexpected(value.error());
  if (base::string_at(*value, {"kind"}) != "ExecCredential") {
    return base::invalid("expected an object of kind ExecCredential");
  }
  std::string_view given = base::string_at(*value, {"apiVersion"});
  if (!version.empty() && given != version) {
    return base::invalid(
        fmt::format("its apiVersion is {}, the kubeconfig asks for {}", given, version));
  }
  PluginAnswer answer;
  std::string_view token = base::string_at(*value, {"status", "token"});
  if (!token.empty()) answer.proof.authorization = bearer(token);
  answer.proof.certificate_pem = base::string_at(*value, {"status", "clientCertificateData"});
  answer.proof.key_pem = base::string_at(*value, {"status", "clientKeyData"});
  if (answer.proof.authorization.empty() && answer.proof.certificate_pem.empty()) {
    return base::invalid("its status has neither a token nor a client certificate");
  }
  std::string_view expiry = base::string_at(*value, {"status", "expirationTimestamp"});
  if (!expiry.empty()) {
    Result<base::Time> time = base::parse_time(expiry);
    if (!time) return std::unexpected(time.error());
    answer.expires = *time;
  }
  return answer;
}

Credentials::Credentials(boost::asio::any_io_executor executor, ports::Clock& clock,
                         const Connection& connection, Surroundings surroundings)
    : executor_(std::move(executor)),
      clock_(clock),
      server_(connection.server),
      ca_pem_(connection.http.ca_pem),
      identity_(connection.identity),
      surroundings_(std::move(surroundings)) {}

Task<Result<Proof>> Credentials::proof() {
  while (is_asking_)
    co_await clock_.wait_until(clock_.now() + kOthersPeriod);
  bool is_good = kept_ && (!good_until_ || clock_.now() < *good_until_);
  if (is_good) co_return *kept_;
  if (identity_.exec) {
    is_asking_ = true;
    Result<Proof> given = co_await ask_plugin();
    is_asking_ = false;
    co_return given;
  }
  co_return read_token();
}

void Credentials::refused() { good_until_ = clock_.now(); }

Result<Proof> Credentials::read_token() {
  Proof proof;
  if (!identity_.token_file.empty()) {
    Result<std::string> text = surroundings_.read_file(identity_.token_file);
    // A file that is being replaced: the old token is good for a while longer.
    if (!text && !kept_) return std::unexpected(text.error());
    proof = text ? Proof{bearer(base::trimmed(*text)), "", "", 0} : *kept_;
    good_until_ = clock_.now() + kTokenPeriod;
  } else if (!identity_.token.empty()) {
    proof.authorization = bearer(identity_.token);
    good_until_.reset();
  } else if (!identity_.username.empty()) {
    proof.authorization =
        "Basic " + base::base64(fmt::format("{}:{}", identity_.username, identity_.password));
    good_until_.reset();
  }
  kept_ = proof;
  return proof;
}

Task<Result<Proof>> Credentials::ask_plugin() {
  const ExecPlugin& plugin = *identity_.exec;
  ChildCommand command;
  command.command = plugin.command;
  command.args = plugin.args;
  command.env = plugin.env;
  boost::json::object spec{{"interactive", false}};
  if (plugin.provideClusterInfo) {
    spec["cluster"] = {{"server", server_}, {"certificate-authority-data", base::base64(ca_pem_)}};
  }
  boost::json::object information{
      {"apiVersion", plugin.apiVersion}, {"kind", "ExecCredential"}, {"spec", std::move(spec)}};
  command.env.emplace_back("KUBERNETES_EXEC_INFO", base::print_json(information));
  Result<std::string> printed = co_await run_child(executor_, std::move(command));
  if (!printed) {
    base::Error error = printed.error();
    if (!plugin.installHint.empty()) error.message += "\n" + plugin.installHint;
    co_return std::unexpected(std::move(error));
  }
  Result<PluginAnswer> answer = read_exec_credential(*printed, plugin.apiVersion);
  if (!answer) {
    co_return base::fail(base::Code::unavailable,
                         fmt::format("{}: {}", plugin.command, answer.error().message));
  }
  answer->proof.generation = ++generation_;
  good_until_.reset();
  if (answer->expires) good_until_ = *answer->expires - kEarly;
  kept_ = answer->proof;
  co_return answer->proof;
}

}  // namespace kube
