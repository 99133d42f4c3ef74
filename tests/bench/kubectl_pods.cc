#include "bench/kubectl_pods.h"

#include <fmt/format.h>

#include <string_view>

namespace bench {

namespace {

constexpr std::size_t kPodsPerOwner = 50;
constexpr std::size_t kNodes = 2'500;

// What differs stands between two @.
constexpr std::string_view kPod = R"({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "annotations": {
                    "checksum/config": "8e2f0a4c1f6f5c0d5f0b9f0a2d3e4c5b6a798877",
                    "prometheus.io/port": "9102",
                    "prometheus.io/scrape": "true"
                },
                "creationTimestamp": "2026-01-01T10:@minute@:00Z",
                "generateName": "@owner@-",
                "labels": {
                    "app.kubernetes.io/component": "server",
                    "app.kubernetes.io/instance": "@app@",
                    "app.kubernetes.io/name": "@app@",
                    "pod-template-hash": "5d4f8c7b9d"
                },
                "name": "@name@",
                "namespace": "team-@team@",
                "ownerReferences": [
                    {
                        "apiVersion": "apps/v1",
                        "blockOwnerDeletion": true,
                        "controller": true,
                        "kind": "ReplicaSet",
                        "name": "@owner@",
                        "uid": "0a1b2c3d-0000-4000-8000-@ownerid@"
                    }
                ],
                "resourceVersion": "@version@",
                "uid": "9f8e7d6c-0000-4000-8000-@id@"
            },
            "spec": {
                "containers": [
                    {
                        "args": [
                            "--listen=:8080",
                            "--log-format=json",
                            "--config=/etc/server/config.yaml"
                        ],
                        "env": [
                            {
                                "name": "GOMEMLIMIT",
                                "value": "460MiB"
                            }
                        ],
                        "image": "registry.example.com/shop/@app@:1.42.0",
                        "imagePullPolicy": "IfNotPresent",
                        "name": "server",
                        "ports": [
                            {
                                "containerPort": 8080,
                                "name": "http",
                                "protocol": "TCP"
                            }
                        ],
                        "resources": {
                            "limits": {
                                "memory": "512Mi"
                            },
                            "requests": {
                                "cpu": "@cpu@m",
                                "memory": "512Mi"
                            }
                        },
                        "terminationMessagePath": "/dev/termination-log",
                        "terminationMessagePolicy": "File",
                        "volumeMounts": [
                            {
                                "mountPath": "/etc/server",
                                "name": "config"
                            },
                            {
                                "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
                                "name": "kube-api-access-@random@",
                                "readOnly": true
                            }
                        ]
                    }
                ],
                "dnsPolicy": "ClusterFirst",
                "enableServiceLinks": true,@node@
                "preemptionPolicy": "PreemptLowerPriority",
                "priority": 0,
                "restartPolicy": "Always",
                "schedulerName": "default-scheduler",
                "securityContext": {},
                "serviceAccount": "default",
                "serviceAccountName": "default",
                "terminationGracePeriodSeconds": 30,
                "tolerations": [
                    {
                        "effect": "NoExecute",
                        "key": "node.kubernetes.io/not-ready",
                        "operator": "Exists",
                        "tolerationSeconds": 300
                    },
                    {
                        "effect": "NoExecute",
                        "key": "node.kubernetes.io/unreachable",
                        "operator": "Exists",
                        "tolerationSeconds": 300
                    }
                ],
                "volumes": [
                    {
                        "configMap": {
                            "defaultMode": 420,
                            "name": "@app@"
                        },
                        "name": "config"
                    },
                    {
                        "name": "kube-api-access-@random@",
                        "projected": {
                            "defaultMode": 420,
                            "sources": [
                                {
                                    "serviceAccountToken": {
                                        "expirationSeconds": 3607,
                                        "path": "token"
                                    }
                                }
                            ]
                        }
                    }
                ]
            },
            "status": @status@
        })";

constexpr std::string_view kPending = R"({
                "conditions": [
                    {
                        "lastProbeTime": null,
                        "lastTransitionTime": "2026-01-01T10:00:00Z",
                        "message": "0/2500 nodes are available: 2500 Insufficient cpu.",
                        "reason": "Unschedulable",
                        "status": "False",
                        "type": "PodScheduled"
                    }
                ],
                "phase": "Pending",
                "qosClass": "Burstable"
            })";

constexpr std::string_view kRunning = R"({
                "conditions": [
                    {
                        "lastProbeTime": null,
                        "lastTransitionTime": "2026-01-01T10:00:00Z",
                        "status": "True",
                        "type": "Ready"
                    },
                    {
                        "lastProbeTime": null,
                        "lastTransitionTime": "2026-01-01T10:00:00Z",
                        "status": "True",
                        "type": "PodScheduled"
                    }
                ],
                "containerStatuses": [
                    {
                        "containerID": "containerd://6f1c0f0d9e8a7b6c5d4e3f2a1b0c9d8e",
                        "image": "registry.example.com/shop/server:1.42.0",
                        "imageID": "registry.example.com/shop/server@sha256:0f1e2d3c4b5a6978",
                        "lastState": {},
                        "name": "server",
                        "ready": true,
                        "restartCount": 0,
                        "started": true,
                        "state": {
                            "running": {
                                "startedAt": "2026-01-01T10:00:05Z"
                            }
                        }
                    }
                ],
                "hostIP": "10.0.12.34",
                "phase": "Running",
                "podIP": "10.1.56.78",
                "qosClass": "Burstable",
                "startTime": "2026-01-01T10:00:00Z"
            })";

std::string value_of(std::string_view mark, std::size_t number) {
  const std::size_t owner = number / kPodsPerOwner;
  const bool is_pending = number % 2 == 0;
  if (mark == "minute") return fmt::format("{:02}", owner % 60);
  if (mark == "owner") return fmt::format("server-{:05}-5d4f8c7b9d", owner);
  if (mark == "app") return fmt::format("server-{:05}", owner);
  if (mark == "name") return fmt::format("server-{:05}-5d4f8c7b9d-{:05x}", owner, number);
  if (mark == "team") return fmt::format("{:02}", owner % 40);
  if (mark == "ownerid") return fmt::format("{:012}", owner);
  if (mark == "id") return fmt::format("{:012}", number);
  if (mark == "version") return fmt::format("{}", 1'000'000 + number);
  if (mark == "cpu") return fmt::format("{}", 100 + 50 * (owner % 30));
  if (mark == "random") return fmt::format("{:05x}", number * 7 % 1'048'576);
  if (mark == "status") return std::string(is_pending ? kPending : kRunning);
  if (mark != "node") return "";
  return is_pending ? ""
                    : fmt::format("\n                \"nodeName\": \"ip-10-0-{}-{}.ec2.internal\",",
                                  number % kNodes / 250, number % kNodes % 250);
}

}  // namespace

std::string kubectl_pod(std::size_t number) {
  std::string text;
  text.reserve(8192);
  std::string_view rest = kPod;
  while (!rest.empty()) {
    std::size_t mark = rest.find('@');
    text += rest.substr(0, mark);
    if (mark == std::string_view::npos) break;
    rest.remove_prefix(mark + 1);
    std::size_t end = rest.find('@');
    text += value_of(rest.substr(0, end), number);
    rest.remove_prefix(end + 1);
  }
  return text;
}

std::size_t write_kubectl_pods(std::FILE* file, std::size_t pods) {
  std::size_t size = 0;
  auto write = [&](std::string_view text) {
    size += text.size();
    return std::fwrite(text.data(), 1, text.size(), file) == text.size();
  };
  bool is_written = write("{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n");
  for (std::size_t number = 0; number < pods && is_written; ++number) {
    is_written = write(number == 0 ? "        " : ",\n        ") && write(kubectl_pod(number));
  }
  is_written = is_written && write(
                                 "\n    ],\n    \"kind\": \"List\",\n    \"metadata\": {\n"
                                 "        \"resourceVersion\": \"\"\n    }\n}\n");
  return is_written && std::fflush(file) == 0 ? size : 0;
}

}  // namespace bench
