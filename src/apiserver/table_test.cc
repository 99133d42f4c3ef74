#include "apiserver/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "sim/sim_clock.h"

namespace apiserver {
namespace {

using base::Json;
using ::testing::ElementsAre;

class TableTest : public ::testing::Test {
 protected:
  const sim::Resource& resource(std::string_view api_version, std::string_view kind) {
    const sim::Resource* found = store_.find_kind(api_version, kind);
    EXPECT_NE(found, nullptr) << kind;
    return *found;
  }

  Json table(const sim::Resource& resource, std::string_view json,
             IncludeObject include = IncludeObject::metadata) {
    auto stored = std::make_shared<sim::Stored>();
    stored->json = sim::WireForm(*base::parse_json(json), std::make_shared<sim::OpenForms>(1));
    sim::StoredPtr object = stored;
    return TableWriter(resource, include)
        .write({&object, 1}, {{"resourceVersion", "5"}}, clock_.now());
  }

  // "NAME=web STATUS=Running", the wide columns in parentheses.
  std::vector<std::string> row(std::string_view api_version, std::string_view kind,
                               std::string_view json) {
    Json made = table(resource(api_version, kind), json);
    const auto& columns = made.at("columnDefinitions").as_array();
    const auto& cells = made.at("rows").as_array().at(0).at("cells").as_array();
    EXPECT_EQ(columns.size(), cells.size());
    std::vector<std::string> result;
    for (std::size_t at = 0; at < cells.size(); ++at) {
      std::string cell =
          cells[at].is_string() ? std::string(cells[at].get_string()) : base::print_json(cells[at]);
      std::string text = std::string(base::string_at(columns[at], {"name"})) + "=" + cell;
      result.push_back(columns[at].at("priority") == Json(0) ? text : "(" + text + ")");
    }
    return result;
  }

  std::string pod_status(std::string_view json) {
    std::vector<std::string> cells = row("v1", "Pod", json);
    return cells[1] + " " + cells[2] + " " + cells[3];
  }

  boost::asio::io_context context_;
  sim::SimClock clock_{context_, *base::parse_time("2026-01-01T01:00:00Z")};
  sim::Store store_{clock_, base::Random(1)};
};

TEST_F(TableTest, is_what_kubectl_asks_for) {
  Json made = table(resource("v1", "ConfigMap"),
                    R"({"metadata": {"name": "c", "creationTimestamp": "2026-01-01T00:30:00Z"},
                        "data": {"a": "1", "b": "2"}})");
  EXPECT_EQ(base::print_json(made),
            R"({"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"5"},)"
            R"("columnDefinitions":[)"
            R"({"name":"Name","type":"string","format":"name","description":"","priority":0},)"
            R"({"name":"Data","type":"integer","format":"","description":"","priority":0},)"
            R"({"name":"Age","type":"string","format":"","description":"","priority":0}],)"
            R"("rows":[{"cells":["c",2,"30m"],"object":{"kind":"PartialObjectMetadata",)"
            R"("apiVersion":"meta.k8s.io/v1","metadata":{"name":"c",)"
            R"("creationTimestamp":"2026-01-01T00:30:00Z"}}}]})");
}

TEST_F(TableTest, rows_carry_what_was_asked_for) {
  const sim::Resource& secret = resource("v1", "Secret");
  std::string_view json = R"({"metadata": {"name": "s"}, "type": "Opaque"})";
  auto carried = [&](IncludeObject include) {
    return base::print_json(table(secret, json, include).at("rows").as_array().at(0).at("object"));
  };
  EXPECT_EQ(carried(IncludeObject::none), "null");
  EXPECT_EQ(carried(IncludeObject::object), R"({"metadata":{"name":"s"},"type":"Opaque"})");
}

TEST_F(TableTest, pods) {
  EXPECT_THAT(row("v1", "Pod", R"({
        "metadata": {"name": "web", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"nodeName": "n1", "containers": [{"name": "a"}, {"name": "b"}]},
        "status": {"phase": "Running", "podIP": "10.0.0.9", "containerStatuses": [
          {"name": "a", "ready": true, "restartCount": 2, "state": {"running": {}},
           "lastState": {"terminated": {"finishedAt": "2026-01-01T00:55:00Z"}}},
          {"name": "b", "ready": false, "state": {"running": {}}}]}})"),
              ElementsAre("Name=web", "Ready=1/2", "Status=Running", "Restarts=2 (5m ago)",
                          "Age=60m", "(IP=10.0.0.9)", "(Node=n1)", "(Nominated Node=<none>)",
                          "(Readiness Gates=<none>)"));
}

TEST_F(TableTest, a_pod_says_what_holds_it_up) {
  EXPECT_EQ(pod_status(R"({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}]},
                           "status": {"phase": "Pending"}})"),
            "Ready=0/1 Status=Pending Restarts=0");
  EXPECT_EQ(pod_status(R"({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}]},
                           "status": {"phase": "Pending", "containerStatuses": [
                             {"state": {"waiting": {"reason": "ContainerCreating"}}}]}})"),
            "Ready=0/1 Status=ContainerCreating Restarts=0");
  EXPECT_EQ(pod_status(R"({"metadata": {"name": "p", "deletionTimestamp": "2026-01-01T00:00:00Z"},
                           "spec": {"containers": [{"name": "a"}]},
                           "status": {"phase": "Running"}})"),
            "Ready=0/1 Status=Terminating Restarts=0");
  EXPECT_EQ(pod_status(R"({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}]},
                           "status": {"phase": "Pending", "conditions": [
                             {"type": "PodScheduled", "status": "False",
                              "reason": "SchedulingGated"}]}})"),
            "Ready=0/1 Status=SchedulingGated Restarts=0");
  EXPECT_EQ(pod_status(R"({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}]},
                           "status": {"phase": "Failed", "containerStatuses": [
                             {"name": "a", "state": {"terminated": {"exitCode": 3}}}]}})"),
            "Ready=0/1 Status=ExitCode:3 Restarts=0");
}

TEST_F(TableTest, init_containers_come_first_and_sidecars_count) {
  std::string_view spec = R"("spec": {"initContainers": [{"name": "i"},
        {"name": "s", "restartPolicy": "Always"}], "containers": [{"name": "a"}]})";
  auto pod = [&](std::string_view statuses) {
    return R"({"metadata": {"name": "p"}, )" + std::string(spec) +
           R"(, "status": {"phase": "Pending",
        "initContainerStatuses": [)" +
           std::string(statuses) + "]}}";
  };
  EXPECT_EQ(pod_status(pod(R"({"name": "i", "state": {"running": {}}})")),
            "Ready=0/2 Status=Init:0/2 Restarts=0");
  EXPECT_EQ(pod_status(pod(R"({"name": "i", "restartCount": 1,
                               "state": {"terminated": {"exitCode": 1, "reason": "Error"}}})")),
            "Ready=0/2 Status=Init:Error Restarts=1");
  EXPECT_EQ(pod_status(pod(R"({"name": "i", "state": {"terminated": {"exitCode": 0}}},
                              {"name": "s", "started": true, "ready": true,
                               "state": {"running": {}}})")),
            "Ready=1/2 Status=Pending Restarts=0");
}

TEST_F(TableTest, nodes) {
  EXPECT_THAT(row("v1", "Node", R"({
        "metadata": {"name": "n", "creationTimestamp": "2026-01-01T00:59:50Z",
                     "labels": {"node-role.kubernetes.io/worker": ""}},
        "spec": {"unschedulable": true},
        "status": {"conditions": [{"type": "Ready", "status": "True"}],
                   "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}],
                   "nodeInfo": {"kubeletVersion": "v1.32.0", "osImage": "AL2023"}}})"),
              ElementsAre("Name=n", "Status=Ready,SchedulingDisabled", "Roles=worker", "Age=10s",
                          "Version=v1.32.0", "(Internal-IP=10.0.0.1)", "(External-IP=<none>)",
                          "(OS-Image=AL2023)", "(Kernel-Version=<unknown>)",
                          "(Container-Runtime=<unknown>)"));
  EXPECT_EQ(row("v1", "Node", R"({"metadata": {"name": "n"}})")[1], "Status=Unknown");
  EXPECT_EQ(row("v1", "Node", R"({"metadata": {"name": "n"}, "status": {"conditions":
                                  [{"type": "Ready", "status": "Unknown"}]}})")[1],
            "Status=NotReady");
}

TEST_F(TableTest, workloads) {
  std::string_view deployment = R"({
    "metadata": {"name": "d", "creationTimestamp": "2026-01-01T00:00:00Z"},
    "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "d"}},
             "template": {"spec": {"nodeSelector": {"k": "v"}, "containers": [
               {"name": "a", "image": "x:1"}, {"name": "b", "image": "y"}]}}},
    "status": {"replicas": 3, "readyReplicas": 2, "updatedReplicas": 1, "availableReplicas": 2,
               "desiredNumberScheduled": 4, "numberReady": 3}})";
  EXPECT_THAT(row("apps/v1", "Deployment", deployment),
              ElementsAre("Name=d", "Ready=2/3", "Up-to-date=1", "Available=2", "Age=60m",
                          "(Containers=a,b)", "(Images=x:1,y)", "(Selector=app=d)"));
  EXPECT_THAT(row("apps/v1", "ReplicaSet", deployment),
              ElementsAre("Name=d", "Desired=3", "Current=3", "Ready=2", "Age=60m",
                          "(Containers=a,b)", "(Images=x:1,y)", "(Selector=app=d)"));
  EXPECT_THAT(row("apps/v1", "DaemonSet", deployment),
              ElementsAre("Name=d", "Desired=4", "Current=0", "Ready=3", "Up-to-date=0",
                          "Available=0", "Node Selector=k=v", "Age=60m", "(Containers=a,b)",
                          "(Images=x:1,y)", "(Selector=app=d)"));
}

TEST_F(TableTest, budgets_events_services) {
  EXPECT_THAT(row("policy/v1", "PodDisruptionBudget",
                  R"({"metadata": {"name": "b", "creationTimestamp": "2026-01-01T00:00:00Z"},
                      "spec": {"minAvailable": "50%"}, "status": {"disruptionsAllowed": 1}})"),
              ElementsAre("Name=b", "Min Available=50%", "Max Unavailable=N/A",
                          "Allowed Disruptions=1", "Age=60m"));
  EXPECT_THAT(row("v1", "Event",
                  R"({"metadata": {"name": "e.1"}, "type": "Warning", "reason": "FailedScheduling",
                      "involvedObject": {"kind": "Pod", "name": "p"}, "message": "0/1 nodes",
                      "source": {"component": "default-scheduler"}, "count": 3,
                      "firstTimestamp": "2026-01-01T00:00:00Z",
                      "lastTimestamp": "2026-01-01T00:59:00Z"})"),
              ElementsAre("Last Seen=60s", "Type=Warning", "Reason=FailedScheduling",
                          "Object=pod/p", "(Subobject=)", "(Source=default-scheduler)",
                          "Message=0/1 nodes", "(First Seen=60m)", "(Count=3)", "(Name=e.1)"));
  EXPECT_THAT(row("v1", "Service",
                  R"({"metadata": {"name": "s"}, "spec": {"clusterIP": "10.1.0.1",
                      "selector": {"b": "2", "a": "1"},
                      "ports": [{"port": 80, "nodePort": 30000},
                                {"port": 53, "protocol": "UDP"}]}})"),
              ElementsAre("Name=s", "Type=ClusterIP", "Cluster-IP=10.1.0.1", "External-IP=<none>",
                          "Port(s)=80:30000/TCP,53/UDP", "Age=<unknown>", "(Selector=a=1,b=2)"));
}

TEST_F(TableTest, API_008_custom_resources_have_their_printer_columns) {
  EXPECT_THAT(row("karpenter.sh/v1", "NodePool",
                  R"({"metadata": {"name": "default", "creationTimestamp": "2026-01-01T00:00:00Z"},
                      "spec": {"weight": 7, "template": {"spec": {"nodeClassRef": {"name": "c"}}}},
                      "status": {"nodes": 2, "resources": {"cpu": "8"}, "conditions": [
                        {"type": "Ready", "status": "True"}]}})"),
              ElementsAre("Name=default", "NodeClass=c", "Nodes=2", "Ready=True", "Age=60m",
                          "(Weight=7)", "(CPU=8)", "(Memory=null)"));
}

TEST_F(TableTest, a_kind_without_columns_shows_name_and_age) {
  EXPECT_THAT(row("karpenter.kwok.sh/v1alpha1", "KWOKNodeClass", R"({"metadata": {"name": "n"}})"),
              ElementsAre("Name=n", "Age=<unknown>"));
}

TEST_F(TableTest, jobs) {
  auto cells = [&](std::string_view status) {
    std::vector<std::string> all = row("batch/v1", "Job",
                                       R"({"metadata": {"name": "j"}, "spec": {"completions": 3},
                                   "status": )" +
                                           std::string(status) + "}");
    return all[1] + " " + all[2] + " " + all[3];
  };
  EXPECT_EQ(cells("{}"), "Status=Running Completions=0/3 Duration=");
  EXPECT_EQ(cells(R"({"succeeded": 2, "startTime": "2026-01-01T00:59:30Z"})"),
            "Status=Running Completions=2/3 Duration=30s");
  EXPECT_EQ(cells(R"({"succeeded": 3, "startTime": "2026-01-01T00:30:00Z",
                      "completionTime": "2026-01-01T00:30:07Z",
                      "conditions": [{"type": "Complete", "status": "True"}]})"),
            "Status=Complete Completions=3/3 Duration=7s");
}

TEST_F(TableTest, claims_and_volumes) {
  EXPECT_THAT(
      row("v1", "PersistentVolumeClaim", R"({"metadata": {"name": "c",
            "creationTimestamp": "2026-01-01T00:59:00Z"},
          "spec": {"volumeName": "v", "storageClassName": "fast", "volumeMode": "Filesystem"},
          "status": {"phase": "Bound", "capacity": {"storage": "1Gi"},
                     "accessModes": ["ReadWriteOnce", "ReadOnlyMany"]}})"),
      ElementsAre("Name=c", "Status=Bound", "Volume=v", "Capacity=1Gi", "Access Modes=RWO,ROX",
                  "StorageClass=fast", "Age=60s", "(VolumeMode=Filesystem)"));
  EXPECT_THAT(row("v1", "PersistentVolume", R"({"metadata": {"name": "v",
            "creationTimestamp": "2026-01-01T00:59:00Z"},
          "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOncePod"],
                   "persistentVolumeReclaimPolicy": "Delete", "storageClassName": "fast",
                   "claimRef": {"namespace": "team", "name": "c"}}, "status": {"phase": "Bound"}})"),
              ElementsAre("Name=v", "Capacity=1Gi", "Access Modes=RWOP", "Reclaim Policy=Delete",
                          "Status=Bound", "Claim=team/c", "StorageClass=fast", "Reason=", "Age=60s",
                          "(VolumeMode=<none>)"));
}

}  // namespace
}  // namespace apiserver
