// What makes up the cells of tables: parts of wire objects as kubectl's users read them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace apiserver {

using Path = std::initializer_list<std::string_view>;

inline constexpr std::string_view kNone = "<none>";
inline constexpr std::string_view kUnknown = "<unknown>";

base::Json text(std::string_view value);

// 0 if there is no integer at the path.
std::int64_t integer_at(const base::Json& object, Path path);

// The elements of a list, none if there is no list at the path.
const boost::json::array& list_at(const base::Json& object, Path path);

// The text at the path, or `otherwise` if it is missing or empty.
std::string text_or(const base::Json& object, Path path, std::string_view otherwise);

// "a,b", or "<none>" without parts.
std::string joined(const std::vector<std::string>& parts);

// The element of a list with that type, as of conditions and addresses; nullptr if there is none.
const base::Json* typed_element(const boost::json::array& list, std::string_view type);

// How long ago a time in text was: "5m", or "<unknown>" if the text is no time.
std::string age(std::string_view time, base::Time now);

// A selector of labels: "app=web,tier=front", or "<none>".
std::string labels_text(const base::Json* labels);

// The names or the images of the containers of a pod spec: "app,sidecar".
std::string containers_text(const base::Json& pod_spec, std::string_view member);

// Pods: READY, STATUS and RESTARTS.
struct PodSummary {
  std::int64_t ready = 0;
  std::int64_t containers = 0;
  std::string status;
  std::int64_t restarts = 0;
  std::string last_restart;  // a time, or ""
};
PodSummary summary_of_pod(const base::Json& pod);

}  // namespace apiserver
