#include "apiserver/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "sim/cluster.h"
#include "sim/sim_clock.h"

namespace apiserver {
namespace {

using base::Json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr std::string_view kTable = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

class Recorder final : public net::Stream {
 public:
  void write(std::string_view chunk) override { text += chunk; }
  void end() override { has_ended = true; }

  // "ADDED web" for each event so far, and forgets them.
  std::vector<std::string> take() {
    std::vector<std::string> events;
    while (!text.empty()) {
      std::size_t end = text.find('\n');
      Json event = *base::parse_json(text.substr(0, end));
      events.push_back(std::string(base::string_at(event, {"type"})) + " " +
                       std::string(base::string_at(event, {"object", "metadata", "name"})));
      last = event.at("object");
      text.erase(0, end + 1);
    }
    return events;
  }

  std::string text;
  Json last;
  bool has_ended = false;
};

class ApiTest : public ::testing::Test {
 protected:
  net::Reply reply(std::string method, std::string path, net::Fields query = {},
                   std::string body = "", std::string type = "application/json",
                   std::string_view accept = "application/json") {
    net::Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.query = std::move(query);
    request.headers = {{"accept", std::string(accept)}, {"content-type", std::move(type)}};
    request.body = std::move(body);
    return api_.handle(request);
  }

  // The answer's body; its status goes to status_.
  template <class... Arguments>
  Json call(Arguments&&... arguments) {
    net::Reply made = reply(std::forward<Arguments>(arguments)...);
    response_ = std::get<net::Response>(made);
    status_ = response_.status;
    return base::parse_json(response_.body).value_or(Json(boost::json::string(response_.body)));
  }

  Json create_pod(const std::string& name, std::string_view labels = "{}",
                  const std::string& space = "default") {
    return call("POST", "/api/v1/namespaces/" + space + "/pods", net::Fields{},
                R"({"metadata": {"name": ")" + name + R"(", "labels": )" + std::string(labels) +
                    R"(}, "spec": {"containers": [{"name": "c", "image": "i"}]}})");
  }

  std::vector<std::string> names(const Json& list) {
    std::vector<std::string> result;
    for (const Json& item : list.at("items").as_array()) {
      result.emplace_back(base::string_at(item, {"metadata", "name"}));
    }
    return result;
  }

  std::string message(const Json& status) {
    EXPECT_EQ(base::string_at(status, {"kind"}), "Status");
    return std::string(base::string_at(status, {"reason"})) + ": " +
           std::string(base::string_at(status, {"message"}));
  }

  void deliver() { clock_.run(std::nullopt); }

  boost::asio::io_context context_;
  sim::SimClock clock_{context_, *base::parse_time("2026-01-01T00:00:00Z")};
  sim::Cluster cluster_{clock_, base::Random(1)};
  Api api_{cluster_.store(), [this] { return clock_.now(); }};
  net::Response response_;
  int status_ = 0;
};

TEST_F(ApiTest, says_what_it_is) {
  EXPECT_EQ(base::string_at(call("GET", "/version"), {"gitVersion"}), "v1.32.0+joiner");
  for (const char* path : {"/healthz", "/livez", "/readyz"}) {
    EXPECT_EQ(call("GET", path), Json("ok")) << path;
    EXPECT_EQ(status_, 200);
  }
}

TEST_F(ApiTest, discovery_lists_groups_and_resources) {
  EXPECT_EQ(base::print_json(call("GET", "/api").at("versions")), R"(["v1"])");
  Json groups = call("GET", "/apis");
  std::vector<std::string> found;
  for (const Json& group : groups.at("groups").as_array()) {
    found.emplace_back(base::string_at(group, {"preferredVersion", "groupVersion"}));
  }
  EXPECT_THAT(found, Contains("apps/v1"));
  EXPECT_THAT(found, Contains("karpenter.sh/v1"));
  Json apps = call("GET", "/apis/apps/v1");
  std::string text = base::print_json(apps);
  EXPECT_THAT(text, HasSubstr(R"("name":"deployments","singularName":"deployment",)"
                              R"("namespaced":true,"kind":"Deployment")"));
  EXPECT_THAT(text, HasSubstr(R"("shortNames":["deploy"],"categories":["all"])"));
  EXPECT_THAT(text, HasSubstr(R"({"name":"deployments/scale","singularName":"","namespaced":true,)"
                              R"("group":"autoscaling","version":"v1","kind":"Scale",)"
                              R"("verbs":["get","patch","update"]})"));
  EXPECT_THAT(base::print_json(call("GET", "/api/v1")),
              HasSubstr(R"("name":"pods/eviction","singularName":"","namespaced":true,)"
                        R"("group":"policy","version":"v1","kind":"Eviction")"));
}

TEST_F(ApiTest, openapi_lets_kubectl_apply_and_explain) {
  Json index = call("GET", "/openapi/v3");
  EXPECT_EQ(base::string_at(index, {"paths", "apis/karpenter.sh/v1", "serverRelativeURL"}),
            "/openapi/v3/apis/karpenter.sh/v1");
  Json document = call("GET", "/openapi/v3/apis/karpenter.sh/v1");
  const Json& patch = document.at("paths").at("/apis/karpenter.sh/v1/nodepools/{name}").at("patch");
  EXPECT_EQ(base::string_at(patch, {"x-kubernetes-group-version-kind", "kind"}), "NodePool");
  EXPECT_THAT(base::print_json(patch.at("parameters")), HasSubstr(R"("name":"fieldValidation")"));
  const Json& schemas = document.at("components").at("schemas");
  EXPECT_EQ(base::string_at(schemas, {"NodePool", "properties", "spec", "$ref"}),
            "#/components/schemas/NodePoolSpec");
  EXPECT_EQ(base::string_at(schemas, {"NodePoolSpec", "properties", "weight", "type"}), "integer");
  call("GET", "/openapi/v2");
  EXPECT_EQ(status_, 404);
}

TEST_F(ApiTest, creates_and_gets_in_any_of_its_formats) {
  EXPECT_EQ(base::string_at(create_pod("web"), {"metadata", "name"}), "web");
  EXPECT_EQ(status_, 201);
  EXPECT_EQ(base::string_at(call("GET", "/api/v1/namespaces/default/pods/web"), {"kind"}), "Pod");
  EXPECT_EQ(status_, 200);
  call("POST", "/api/v1/namespaces/default/configmaps", net::Fields{},
       "metadata:\n  name: c\ndata:\n  a: b\n", "application/yaml");
  EXPECT_EQ(status_, 201);
  Json table = call("GET", "/api/v1/namespaces/default/pods/web", net::Fields{}, "", "", kTable);
  EXPECT_EQ(base::string_at(table, {"kind"}), "Table");
  Json partial = call("GET", "/api/v1/namespaces/default/pods/web", net::Fields{}, "", "",
                      "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io");
  EXPECT_EQ(base::string_at(partial, {"kind"}), "PartialObjectMetadata");
  EXPECT_FALSE(partial.as_object().contains("spec"));
}

TEST_F(ApiTest, lists_by_namespace_and_selectors) {
  create_pod("a", R"({"app": "web"})");
  create_pod("b", R"({"app": "db"})");
  create_pod("c", R"({"app": "web"})", "kube-system");
  Json all = call("GET", "/api/v1/pods");
  EXPECT_EQ(base::string_at(all, {"kind"}), "PodList");
  EXPECT_EQ(base::string_at(all, {"apiVersion"}), "v1");
  EXPECT_EQ(base::string_at(all, {"metadata", "resourceVersion"}),
            std::to_string(cluster_.store().version()));
  EXPECT_THAT(names(all), ElementsAre("a", "b", "c"));
  EXPECT_THAT(names(call("GET", "/api/v1/namespaces/default/pods")), ElementsAre("a", "b"));
  EXPECT_THAT(names(call("GET", "/api/v1/pods", net::Fields{{"labelSelector", "app in (web)"}})),
              ElementsAre("a", "c"));
  EXPECT_THAT(names(call("GET", "/api/v1/pods", net::Fields{{"fieldSelector", "metadata.name=b"}})),
              ElementsAre("b"));
  EXPECT_EQ(message(call("GET", "/api/v1/pods", net::Fields{{"labelSelector", "a b"}})),
            "BadRequest: unable to parse label selector: \"a b\"");
  EXPECT_EQ(status_, 400);
}

TEST_F(ApiTest, errors_say_code_reason_and_which_object) {
  Json missing = call("GET", "/apis/apps/v1/namespaces/default/deployments/x");
  EXPECT_EQ(status_, 404);
  EXPECT_EQ(message(missing), "NotFound: deployments.apps \"x\" not found");
  EXPECT_EQ(base::print_json(missing.at("details")),
            R"({"name":"x","group":"apps","kind":"deployments"})");
  create_pod("web");
  EXPECT_EQ(message(create_pod("web")), "AlreadyExists: pods \"web\" already exists");
  EXPECT_EQ(status_, 409);
  Json invalid = create_pod("We_b");
  EXPECT_EQ(status_, 422);
  EXPECT_EQ(base::string_at(invalid, {"details", "kind"}), "Pod");
  const Json& cause = invalid.at("details").at("causes").as_array().at(0);
  EXPECT_EQ(base::string_at(cause, {"field"}), "metadata.name");
  EXPECT_THAT(std::string(base::string_at(cause, {"message"})),
              HasSubstr("Invalid value: \"We_b\": a lowercase RFC 1123 subdomain"));
}

TEST_F(ApiTest, each_fault_of_an_invalid_object_is_a_cause) {
  Json invalid =
      call("POST", "/apis/apps/v1/namespaces/default/deployments", net::Fields{},
           R"({"metadata": {"name": "D, x"}, "spec": {"selector": {"matchLabels": {"a": "b"}},
               "replicas": -1, "template": {"metadata": {"labels": {"a": "c"}},
               "spec": {"containers": [{"name": "c", "image": "i"}]}}}})");
  EXPECT_EQ(status_, 422);
  for (const Json& cause : invalid.at("details").at("causes").as_array()) {
    std::string both = std::string(base::string_at(cause, {"field"})) + ": " +
                       std::string(base::string_at(cause, {"message"}));
    EXPECT_THAT(std::string(base::string_at(invalid, {"message"})), HasSubstr(both));
    EXPECT_THAT(std::string(base::string_at(cause, {"field"})),
                ::testing::MatchesRegex("(metadata|spec)\\.[a-zA-Z.]+"));
  }
}

TEST_F(ApiTest, what_it_does_not_serve_is_refused_in_a_sentence) {
  create_pod("web");
  EXPECT_EQ(message(call("GET", "/api/v1/namespaces/default/pods/web/log")),
            "NotImplemented: the embedded demonstration cluster does not serve logs (no program "
            "runs in its containers); use a real cluster");
  EXPECT_EQ(status_, 501);
  EXPECT_THAT(message(call("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")),
              HasSubstr("does not serve authorization"));
  EXPECT_THAT(message(call("PATCH", "/api/v1/namespaces/default/pods/web", net::Fields{}, "{}",
                           "application/apply-patch+yaml")),
              HasSubstr("UnsupportedMediaType: the embedded demonstration cluster does not serve "
                        "server-side apply"));
  EXPECT_EQ(status_, 415);
  EXPECT_EQ(message(call("GET", "/apis/none/v1/things")),
            "NotFound: the server could not find the requested resource");
  call("PUT", "/api/v1/namespaces/default/pods");
  EXPECT_EQ(status_, 405);
  call("GET", "/api/v1/pods", net::Fields{}, "", "", "application/vnd.kubernetes.protobuf");
  EXPECT_EQ(status_, 406);
  call("POST", "/api/v1/namespaces/default/pods", net::Fields{}, "x", "text/plain");
  EXPECT_EQ(status_, 415);
  EXPECT_THAT(message(call("POST", "/api/v1/namespaces/default/pods", net::Fields{}, "{")),
              HasSubstr("BadRequest: the body of the request is no JSON"));
}

TEST_F(ApiTest, patches_by_their_content_type) {
  create_pod("web");
  std::string path = "/api/v1/namespaces/default/pods/web";
  Json merged = call("PATCH", path, net::Fields{}, R"({"metadata": {"labels": {"a": "1"}}})",
                     "application/merge-patch+json");
  EXPECT_EQ(base::string_at(merged, {"metadata", "labels", "a"}), "1");
  Json strategic = call("PATCH", path, net::Fields{}, R"({"metadata": {"labels": {"b": "2"}}})",
                        "application/strategic-merge-patch+json");
  EXPECT_EQ(base::string_at(strategic, {"metadata", "labels", "b"}), "2");
  Json listed =
      call("PATCH", path, net::Fields{}, R"([{"op": "remove", "path": "/metadata/labels/a"}])",
           "application/json-patch+json");
  EXPECT_EQ(base::print_json(listed.at("metadata").at("labels")), R"({"b":"2"})");
  call("PATCH", path, net::Fields{}, "{}", "application/json");
  EXPECT_EQ(status_, 415);
}

TEST_F(ApiTest, unknown_fields_are_refused_warned_of_or_ignored) {
  auto create = [&](const std::string& name, net::Fields query) {
    return call("POST", "/apis/policy/v1/namespaces/default/poddisruptionbudgets", std::move(query),
                R"({"metadata": {"name": ")" + name + R"("}, "spec": {"minAvailabel": 1}})");
  };
  EXPECT_THAT(message(create("a", {{"fieldValidation", "Strict"}})),
              HasSubstr("strict decoding error: unknown field \"spec.minAvailabel\""));
  EXPECT_EQ(status_, 400);
  create("b", {});
  EXPECT_EQ(status_, 201);
  EXPECT_THAT(response_.headers,
              Contains(Pair("Warning", "299 - \"unknown field \\\"spec.minAvailabel\\\"\"")));
  create("c", {{"fieldValidation", "Ignore"}});
  EXPECT_THAT(response_.headers, ElementsAre(Pair("Content-Type", "application/json")));
  create("d", {{"fieldValidation", "Maybe"}});
  EXPECT_EQ(status_, 400);
}

TEST_F(ApiTest, a_dry_run_changes_nothing) {
  call("POST", "/api/v1/namespaces/default/configmaps", net::Fields{{"dryRun", "All"}},
       R"({"metadata": {"name": "c"}})");
  EXPECT_EQ(status_, 201);
  call("GET", "/api/v1/namespaces/default/configmaps/c");
  EXPECT_EQ(status_, 404);
  call("POST", "/api/v1/namespaces/default/configmaps", net::Fields{{"dryRun", "Some"}}, "{}");
  EXPECT_EQ(status_, 400);
}

TEST_F(ApiTest, deletes_and_says_whether_the_object_is_gone) {
  std::string uid(base::string_at(create_pod("web"), {"metadata", "uid"}));
  Json gone = call("DELETE", "/api/v1/namespaces/default/pods/web");
  EXPECT_EQ(base::string_at(gone, {"status"}), "Success");
  EXPECT_EQ(base::string_at(gone, {"details", "uid"}), uid);
  call("POST", "/api/v1/namespaces/default/configmaps", net::Fields{},
       R"({"metadata": {"name": "held", "finalizers": ["example.com/f"]}})");
  Json held = call("DELETE", "/api/v1/namespaces/default/configmaps/held");
  EXPECT_EQ(base::string_at(held, {"kind"}), "ConfigMap");
  EXPECT_NE(base::string_at(held, {"metadata", "deletionTimestamp"}), "");
  create_pod("other");
  EXPECT_THAT(message(call("DELETE", "/api/v1/namespaces/default/pods/other", net::Fields{},
                           R"({"preconditions": {"uid": "x"}})")),
              HasSubstr("Conflict: "));
  call("DELETE", "/api/v1/namespaces/default/pods/other", net::Fields{},
       R"({"propagationPolicy": "Sideways"})");
  EXPECT_EQ(status_, 400);
}

TEST_F(ApiTest, deletes_what_a_selector_names) {
  create_pod("a", R"({"app": "web"})");
  create_pod("b", R"({"app": "db"})");
  call("DELETE", "/api/v1/namespaces/default/pods", net::Fields{{"labelSelector", "app=web"}});
  EXPECT_EQ(status_, 200);
  EXPECT_THAT(names(call("GET", "/api/v1/pods")), ElementsAre("b"));
}

TEST_F(ApiTest, scale_is_a_subresource_with_a_form_of_its_own) {
  call("POST", "/apis/apps/v1/namespaces/default/deployments", net::Fields{},
       R"({"metadata": {"name": "d"}, "spec": {"selector": {"matchLabels": {"a": "b"}},
           "template": {"metadata": {"labels": {"a": "b"}},
                        "spec": {"containers": [{"name": "c", "image": "i"}]}}}})");
  ASSERT_EQ(status_, 201);
  std::string path = "/apis/apps/v1/namespaces/default/deployments/d";
  EXPECT_EQ(call("GET", path + "/scale").at("spec").at("replicas"), Json(1));
  Json scaled = call("PATCH", path + "/scale", net::Fields{}, R"({"spec": {"replicas": 4}})",
                     "application/merge-patch+json");
  EXPECT_EQ(base::string_at(scaled, {"kind"}), "Scale");
  EXPECT_EQ(call("GET", path).at("spec").at("replicas"), Json(4));
  EXPECT_EQ(base::string_at(call("GET", path + "/status"), {"kind"}), "Deployment");
  call("GET", path + "/eviction");
  EXPECT_EQ(status_, 404);
}

TEST_F(ApiTest, binds_and_evicts_pods) {
  create_pod("web");
  std::string path = "/api/v1/namespaces/default/pods/web";
  call("POST", path + "/binding", net::Fields{}, R"({"target": {"kind": "Node", "name": "n1"}})");
  EXPECT_EQ(status_, 201);
  EXPECT_EQ(base::string_at(call("GET", path), {"spec", "nodeName"}), "n1");
  call("POST", path + "/binding", net::Fields{}, R"({"target": {"kind": "Node", "name": "n2"}})");
  EXPECT_EQ(status_, 409);
  call("POST", path + "/eviction", net::Fields{},
       R"({"deleteOptions": {"gracePeriodSeconds": 0}})");
  EXPECT_EQ(status_, 201);
  call("GET", path);
  EXPECT_EQ(status_, 404);
}

TEST_F(ApiTest, a_list_comes_in_pages_that_show_one_moment) {
  for (const char* name : {"a", "b", "c", "d", "e"})
    create_pod(name);
  const std::string path = "/api/v1/namespaces/default/pods";
  Json first = call("GET", path, net::Fields{{"limit", "2"}});
  EXPECT_THAT(names(first), ElementsAre("a", "b"));
  EXPECT_EQ(first.at("metadata").at("remainingItemCount"), Json(3));
  std::string place(base::string_at(first, {"metadata", "continue"}));
  call("DELETE", path + "/d");
  create_pod("ca");
  Json second = call("GET", path, net::Fields{{"limit", "2"}, {"continue", place}});
  EXPECT_THAT(names(second), ElementsAre("c", "d"));
  EXPECT_EQ(second.at("metadata").at("resourceVersion"),
            first.at("metadata").at("resourceVersion"));
  place = base::string_at(second, {"metadata", "continue"});
  Json table = call("GET", path, net::Fields{{"limit", "2"}, {"continue", place}}, "", "", kTable);
  EXPECT_EQ(table.at("rows").as_array().size(), 1U);
  EXPECT_EQ(base::string_at(table, {"metadata", "continue"}), "");
  EXPECT_THAT(names(call("GET", path, net::Fields{{"limit", "0"}})),
              ElementsAre("a", "b", "c", "ca", "e"));
}

TEST_F(ApiTest, a_page_holds_what_the_selector_names) {
  for (const char* name : {"a", "b", "c", "d"})
    create_pod(name, std::string_view(name) == "b" ? "{}" : R"({"app": "web"})");
  Json first = call("GET", "/api/v1/pods", net::Fields{{"limit", "2"}, {"labelSelector", "app"}});
  EXPECT_THAT(names(first), ElementsAre("a", "c"));
  EXPECT_FALSE(first.at("metadata").as_object().contains("remainingItemCount"));
  std::string place(base::string_at(first, {"metadata", "continue"}));
  EXPECT_THAT(names(call("GET", "/api/v1/pods",
                         net::Fields{{"continue", place}, {"labelSelector", "app"}})),
              ElementsAre("d"));
}

TEST_F(ApiTest, a_page_of_a_forgotten_moment_is_expired_and_says_how_to_go_on) {
  for (const char* name : {"a", "b", "c"})
    create_pod(name);
  Json first = call("GET", "/api/v1/pods", net::Fields{{"limit", "1"}});
  std::string place(base::string_at(first, {"metadata", "continue"}));
  for (int round = 0; round < 5'100; ++round) {
    create_pod("p", R"({"round": ")" + std::to_string(round) + R"("})");
    call("DELETE", "/api/v1/namespaces/default/pods/p");
  }
  Json expired = call("GET", "/api/v1/pods", net::Fields{{"limit", "1"}, {"continue", place}});
  EXPECT_EQ(status_, 410);
  EXPECT_THAT(message(expired), HasSubstr("Expired: The provided continue parameter is too old"));
  place = base::string_at(expired, {"metadata", "continue"});
  EXPECT_THAT(names(call("GET", "/api/v1/pods", net::Fields{{"continue", place}})),
              ElementsAre("b", "c"));
}

TEST_F(ApiTest, parameters_of_a_list_are_checked) {
  create_pod("a");
  std::string version = std::to_string(cluster_.store().version());
  create_pod("b");
  auto list = [&](net::Fields query) { return call("GET", "/api/v1/pods", std::move(query)); };
  EXPECT_THAT(names(list({{"resourceVersion", version}, {"resourceVersionMatch", "Exact"}})),
              ElementsAre("a"));
  EXPECT_THAT(names(list({{"resourceVersion", version}})), ElementsAre("a", "b"));
  EXPECT_THAT(message(list({{"resourceVersion", "999999"}})),
              HasSubstr("Timeout: Too large resource version: 999999"));
  EXPECT_THAT(message(list({{"resourceVersion", "soon"}})), HasSubstr("BadRequest: "));
  EXPECT_THAT(message(list({{"limit", "-1"}})), HasSubstr("BadRequest: limit"));
  for (const char* place : {"x", "1/", "1/default", "1/default/", "-1/default/a"}) {
    EXPECT_THAT(message(list({{"continue", place}})), HasSubstr("continue key is not valid"))
        << place;
  }
  EXPECT_THAT(message(list({{"continue", "1/default/a"}, {"resourceVersion", version}})),
              HasSubstr("not allowed when using continue"));
}

TEST_F(ApiTest, a_dry_run_of_any_verb_changes_nothing) {
  create_pod("a");
  std::uint64_t version = cluster_.store().version();
  const net::Fields dry{{"dryRun", "All"}};
  const std::string path = "/api/v1/namespaces/default/pods";
  call("POST", path, dry, R"({"metadata": {"generateName": "x-"},
       "spec": {"containers": [{"name": "c", "image": "i"}]}})");
  EXPECT_EQ(status_, 201);
  Json labelled = call("PATCH", path + "/a", dry, R"({"metadata": {"labels": {"b": "c"}}})",
                       "application/merge-patch+json");
  EXPECT_EQ(base::string_at(labelled, {"metadata", "labels", "b"}), "c");
  call("PUT", path + "/a", dry, base::print_json(labelled));
  EXPECT_EQ(status_, 200);
  call("POST", path + "/a/binding", dry, R"({"target": {"kind": "Node", "name": "n1"}})");
  EXPECT_EQ(status_, 201);
  call("POST", path + "/a/eviction", net::Fields{}, R"({"deleteOptions": {"dryRun": ["All"]}})");
  EXPECT_EQ(status_, 201);
  call("DELETE", path + "/a", dry);
  EXPECT_EQ(status_, 200);
  call("DELETE", path, dry);
  EXPECT_EQ(status_, 200);
  call("POST", path, net::Fields{{"dryRun", "Some"}}, "{}");
  EXPECT_EQ(status_, 400);
  EXPECT_EQ(cluster_.store().version(), version);
}

class WatchTest : public ApiTest {
 protected:
  // Opens the watch; it ends when the returned value goes.
  std::shared_ptr<void> open(net::Fields query,
                             std::string path = "/api/v1/namespaces/default/pods",
                             std::string_view accept = "application/json") {
    query.emplace_back("watch", "true");
    net::Reply made = reply("GET", std::move(path), std::move(query), "", "", accept);
    auto* streamed = std::get_if<net::StreamedResponse>(&made);
    EXPECT_NE(streamed, nullptr);
    if (streamed == nullptr) return nullptr;
    time_limit_ = streamed->time_limit;
    return streamed->open(stream_);
  }
  void label(const std::string& name, const std::string& value) {
    call("PATCH", "/api/v1/namespaces/default/pods/" + name, net::Fields{},
         R"({"metadata": {"labels": {"app": ")" + value + R"("}}})",
         "application/merge-patch+json");
  }

  Recorder stream_;
  std::optional<std::chrono::seconds> time_limit_;
};

TEST_F(WatchTest, begins_with_what_is_there_unless_a_version_is_given) {
  create_pod("a");
  std::string version = std::to_string(cluster_.store().version());
  create_pod("b");
  auto all = open({});
  EXPECT_THAT(stream_.take(), ElementsAre("ADDED a", "ADDED b"));
  auto any = open({{"resourceVersion", "0"}});
  EXPECT_THAT(stream_.take(), ElementsAre("ADDED a", "ADDED b"));
  all.reset();
  any.reset();
  auto since = open({{"resourceVersion", version}});
  deliver();
  EXPECT_THAT(stream_.take(), ElementsAre("ADDED b"));
  call("DELETE", "/api/v1/namespaces/default/pods/b");
  create_pod("elsewhere", "{}", "kube-system");
  deliver();
  EXPECT_THAT(stream_.take(), ElementsAre("DELETED b"));
  since.reset();
  create_pod("c");
  deliver();
  EXPECT_THAT(stream_.take(), ElementsAre());
}

TEST_F(WatchTest, a_bookmark_ends_the_initial_events) {
  create_pod("a");
  auto watch = open({{"sendInitialEvents", "true"},
                     {"allowWatchBookmarks", "true"},
                     {"resourceVersionMatch", "NotOlderThan"}});
  EXPECT_THAT(stream_.take(), ElementsAre("ADDED a", "BOOKMARK "));
  EXPECT_EQ(base::print_json(stream_.last),
            R"({"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":")" +
                std::to_string(cluster_.store().version()) +
                R"(","annotations":{"k8s.io/initial-events-end":"true"}}})");
}

TEST_F(WatchTest, bookmarks_go_on_for_those_who_allow_them) {
  create_pod("a");
  auto watch =
      open({{"allowWatchBookmarks", "true"}, {"labelSelector", "app=none"}}, "/api/v1/nodes");
  for (int round = 0; round < 1'100; ++round)
    label("a", std::to_string(round));
  deliver();
  EXPECT_THAT(stream_.take(), ElementsAre("BOOKMARK "));
  EXPECT_EQ(base::print_json(stream_.last),
            R"({"kind":"Node","apiVersion":"v1","metadata":{"resourceVersion":"1000"}})");
}

TEST_F(WatchTest, initial_events_are_for_those_who_take_any_later_version) {
  Json refused =
      call("GET", "/api/v1/pods", net::Fields{{"watch", "true"}, {"sendInitialEvents", "true"}});
  EXPECT_EQ(status_, 422);
  EXPECT_THAT(message(refused), HasSubstr("sendInitialEvents: Forbidden"));
}

TEST_F(WatchTest, objects_enter_and_leave_the_selection) {
  create_pod("a", R"({"app": "web"})");
  create_pod("b", R"({"app": "db"})");
  auto watch = open({{"labelSelector", "app=web"}});
  EXPECT_THAT(stream_.take(), ElementsAre("ADDED a"));
  label("b", "web");
  label("a", "db");
  label("a", "cache");
  deliver();
  EXPECT_THAT(stream_.take(), ElementsAre("ADDED b", "DELETED a"));
}

TEST_F(WatchTest, events_come_as_tables_if_asked_for) {
  auto watch = open({}, "/api/v1/pods", kTable);
  create_pod("a");
  deliver();
  ASSERT_EQ(stream_.take().size(), 1U);
  EXPECT_EQ(base::string_at(stream_.last, {"kind"}), "Table");
  EXPECT_EQ(stream_.last.at("rows").as_array().size(), 1U);
}

TEST_F(WatchTest, a_single_object_can_be_watched) {
  create_pod("a");
  create_pod("b");
  auto watch = open({}, "/api/v1/namespaces/default/pods/b");
  EXPECT_THAT(stream_.take(), ElementsAre("ADDED b"));
}

TEST_F(WatchTest, a_version_that_is_too_old_ends_it_with_an_error) {
  for (int round = 0; round < 5'100; ++round) {
    create_pod("p", R"({"round": ")" + std::to_string(round) + R"("})");
    call("DELETE", "/api/v1/namespaces/default/pods/p");
  }
  auto watch = open({{"resourceVersion", "1"}});
  EXPECT_THAT(stream_.take(), ElementsAre("ERROR "));
  EXPECT_EQ(base::string_at(stream_.last, {"reason"}), "Expired");
  EXPECT_EQ(stream_.last.at("code"), Json(410));
  EXPECT_TRUE(stream_.has_ended);
  call("GET", "/api/v1/pods", net::Fields{{"watch", "true"}, {"resourceVersion", "soon"}});
  EXPECT_EQ(status_, 400);
}

TEST_F(WatchTest, lasts_as_long_as_the_client_asked) {
  auto watch = open({{"timeoutSeconds", "307"}});
  EXPECT_EQ(time_limit_, std::chrono::seconds(307));
}

}  // namespace
}  // namespace apiserver
