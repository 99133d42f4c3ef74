// Objects for the judge's tests, written as their JSON.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "judge/placement.h"

namespace judge {

template <class T>
std::shared_ptr<const T> read(std::string_view json) {
  base::Result<base::Json> value = base::parse_json(json);
  EXPECT_TRUE(value) << (value ? "" : value.error().message);
  base::Result<T> object = base::from_json<T>(*value);
  EXPECT_TRUE(object) << (object ? "" : object.error().message);
  return std::make_shared<const T>(std::move(*object));
}

using Pods = std::vector<std::shared_ptr<const model::Pod>>;
using Nodes = std::vector<std::shared_ptr<const model::Node>>;

// A pod of that spec, called "pod" in the namespace "default".
inline std::shared_ptr<const model::Pod> pod(std::string_view spec,
                                             std::string_view labels = "{}") {
  return read<model::Pod>(R"({"metadata": {"name": "pod", "namespace": "default", "labels": )" +
                          std::string(labels) + R"(}, "spec": )" + std::string(spec) + "}");
}

// A node with room for 2 cpu, 4Gi and 3 pods.
inline std::shared_ptr<const model::Node> node(std::string_view labels = "{}",
                                               std::string_view spec = "{}",
                                               std::string_view name = "node") {
  return read<model::Node>(
      R"({"metadata": {"name": ")" + std::string(name) + R"(", "labels": )" + std::string(labels) +
      R"(}, "spec": )" + std::string(spec) +
      R"(, "status": {"allocatable": {"cpu": "2", "memory": "4Gi", "pods": "3"}}})");
}

inline std::string cpu(std::string_view amount) {
  return R"({"containers": [{"name": "app", "resources": {"requests": {"cpu": ")" +
         std::string(amount) + R"("}}}]})";
}

}  // namespace judge
