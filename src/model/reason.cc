#include "model/reason.h"

#include <fmt/format.h>

#include <string_view>

namespace model {
namespace {

// What stands before the text of a reason; the whole error where there is no text.
std::string_view phrase_of(Reason::Code code) {
  switch (code) {
    case Reason::Code::ignored:
    case Reason::Code::avoids_karpenter: return "ignoring pod";
    case Reason::Code::dra: return "dynamic resource allocation is not supported";
    case Reason::Code::no_nodepools: return "no dynamic nodepools found";
    case Reason::Code::no_types_left:
      return "nodepool requirements filtered out all available instance types";
    case Reason::Code::taint: return "did not tolerate taint";
    case Reason::Code::requirements: return "incompatible requirements";
    case Reason::Code::volumes: return "incompatible volume requirements";
    case Reason::Code::host_port: return "host port is taken";
    case Reason::Code::resources: return "exceeds node resources";
    case Reason::Code::limits: return "all available instance types exceed limits for nodepool";
    case Reason::Code::node_limit: return "node limits have been exhausted for nodepool";
    case Reason::Code::none:
    case Reason::Code::instance_types:
    case Reason::Code::min_values:
    case Reason::Code::topology:
    case Reason::Code::reserved_offering:
    case Reason::Code::several: return "";
  }
  return "";
}

}  // namespace

std::string Reason::to_string() const {
  if (code == Code::several) {
    std::string all;
    for (const Reason& part : parts) {
      if (!all.empty()) all += "; ";
      all += part.to_string();
    }
    return all;
  }
  std::string result(phrase_of(code));
  if (!result.empty() && !text.empty()) result += code == Code::taint ? " " : ", ";
  result += text;
  bool names_nodepool = code == Code::limits || code == Code::node_limit;
  if (names_nodepool && !nodepool.empty()) result += fmt::format(" (NodePool={})", nodepool);
  return result;
}

}  // namespace model
