// The CustomResourceDefinitions on a real API server: it takes and refuses what `joiner check` does, on every
// object of tests/manifests. A row with `server: takes` is refused by Joiner alone.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "app/documents.h"
#include "app/real_clock.h"
#include "base/patch.h"
#include "base/yaml.h"
#include "control_plane/real_cluster.h"
#include "kube/api_client.h"
#include "model/kinds.h"
#include "support/rule_rows.h"

namespace control_plane {
namespace {

using base::Json;
using support::changes_of;

// One request after the other, as the cluster's administrator.
class Server {
 public:
  explicit Server(RealCluster& cluster)
      : clock_(context_), client_(context_.get_executor(), clock_, admin(cluster), outside_, {}) {}

  base::Result<Json> call(kube::ApiRequest request) {
    auto answer =
        boost::asio::co_spawn(context_, client_.call(std::move(request)), boost::asio::use_future);
    context_.restart();
    context_.run();
    return answer.get();
  }

 private:
  kube::Connection admin(RealCluster& cluster) {
    const std::string& path = cluster.kubectl().kubeconfig();
    auto text = outside_.read_file(path);
    auto connection = kube::read_kubeconfig(text.value(), path, outside_);
    return connection.value();
  }

  boost::asio::io_context context_;
  app::RealClock clock_;
  kube::Surroundings outside_ = kube::surroundings_with(
      [](std::string_view) -> std::optional<std::string> { return std::nullopt; });
  kube::ApiClient client_;
};

class Crds : public ::testing::TestWithParam<std::string> {
 protected:
  std::string path_of(const Json& object) const {
    const model::KindInfo* kind = model::find_kind(base::string_at(object, {"apiVersion"}),
                                                   base::string_at(object, {"kind"}));
    std::string_view name = base::string_at(object, {"metadata", "namespace"});
    std::string place = kind->namespaced ? fmt::format("/namespaces/{}", name) : "";
    return fmt::format("/apis/{}{}/{}", kind->api_version(), place, kind->plural);
  }

  base::Result<Json> send(std::string method, std::string path, const Json& object, bool is_tried) {
    kube::ApiRequest request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.body = object;
    request.query.push_back({"fieldValidation", "Strict"});
    if (is_tried) request.query.push_back({"dryRun", "All"});
    return server_.call(std::move(request));
  }

  // What the API server says to the object, or to the update of the row's `before` to it.
  base::Result<void> verdict(const Json& row, const Json& change) {
    Json object = base_;
    const Json* before = base::find_path(row, {"before"});
    if (before != nullptr) base::apply_merge_patch(object, *before);
    std::string path = path_of(object);
    if (before == nullptr) {
      base::apply_merge_patch(object, change);
      base::Result<Json> made = send("POST", path, object, true);
      if (!made) return std::unexpected(made.error());
      return {};
    }
    base::Result<Json> stored = send("POST", path, object, false);
    EXPECT_TRUE(stored) << (stored ? "" : stored.error().message);
    if (!stored) return {};
    std::string name = fmt::format("{}/{}", path, base::string_at(*stored, {"metadata", "name"}));
    Json changed = *stored;
    base::apply_merge_patch(changed, change);
    base::Result<Json> updated = send("PUT", name, changed, true);
    EXPECT_TRUE(send("DELETE", name, Json(), false));
    if (!updated) return std::unexpected(updated.error());
    return {};
  }

  RealCluster& cluster_ = RealCluster::get();
  Server server_{cluster_};
  Json base_;
};

TEST_P(Crds, the_api_server_judges_as_check_does) {
  auto file = app::read_sources("tests/manifests/" + GetParam() + ".yaml");
  ASSERT_EQ(file.objects.size(), 1u);
  const Json& content = file.objects.front().value();
  base_ = *base::find_path(content, {"base"});
  std::string_view space = base::string_at(base_, {"metadata", "namespace"});
  if (!space.empty()) cluster_.kubectl().ok(fmt::format("create namespace {}", space));
  for (const Json& row : base::find_path(content, {"rules"})->as_array()) {
    SCOPED_TRACE(base::string_at(row, {"rule"}));
    for (const Json& change : changes_of(row, "passes")) {
      base::Result<void> said = verdict(row, change);
      EXPECT_TRUE(said) << base::print_json(change) << "\n" << said.error().message;
    }
    bool is_taken = base::string_at(row, {"server"}) == "takes";
    for (const Json& entry : changes_of(row, "fails")) {
      const Json* own = base::find_path(entry, {"change"});
      base::Result<void> said = verdict(row, own == nullptr ? entry : *own);
      EXPECT_EQ(said.has_value(), is_taken) << base::print_json(entry) << "\n"
                                            << (said ? "is taken" : said.error().message);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Of, Crds,
                         ::testing::Values("node_pool", "node_claim", "node_overlay",
                                           "capacity_buffer", "kwok_node_class", "ec2_node_class"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace control_plane
