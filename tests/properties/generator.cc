#include "properties/generator.h"

#include <fmt/format.h>

#include <initializer_list>
#include <ostream>
#include <string_view>
#include <utility>

namespace properties {
namespace {

namespace json = boost::json;

using Object = json::object;
using Array = json::array;
using Words = std::initializer_list<const char*>;

// Reads a seed number by number. Behind its end there are zeros.
class Draw {
 public:
  explicit Draw(const Seed& seed) : seed_(seed) {}

  int number() { return next_ < seed_.size() ? seed_[next_++] : 0; }
  bool chance(int percent) { return number() >= 100 - percent; }
  int below(int count) { return number() * count / 100; }

  const char* word(Words words) { return words.begin()[below(static_cast<int>(words.size()))]; }
  // At least one, in the order given.
  Array words(Words words) {
    Array some;
    for (const char* each : words) {
      if (chance(50)) some.emplace_back(each);
    }
    if (some.empty()) some.emplace_back(*words.begin());
    return some;
  }

 private:
  const Seed& seed_;
  std::size_t next_ = 0;
};

constexpr const char* kZone = "topology.kubernetes.io/zone";
constexpr const char* kHostname = "kubernetes.io/hostname";
constexpr const char* kCapacityType = "karpenter.sh/capacity-type";
constexpr const char* kArch = "kubernetes.io/arch";
constexpr const char* kType = "node.kubernetes.io/instance-type";

// An expression on a label that some machines have.
Object expression(Draw& draw) {
  int key = draw.below(9);
  const char* op = draw.word({"In", "In", "In", "NotIn", "NotIn", "Exists", "DoesNotExist"});
  bool has_values = std::string_view(op).ends_with("In");
  Object result{{"key", kZone}, {"operator", op}};
  Array values = draw.words({"a", "b", "c"});
  if (key == 1) result["key"] = kCapacityType, values = draw.words({"on-demand", "spot"});
  if (key == 2) result["key"] = "team", values = draw.words({"red", "blue"});
  if (key == 3) result["key"] = "size", values = draw.words({"small", "large"});
  if (key == 4) result["key"] = kArch, values = draw.words({"amd64", "arm64"});
  if (key == 5) result["key"] = kType, values = draw.words({"t1", "t2", "t3"});
  if (key == 6) {
    return {{"key", "generation"},
            {"operator", draw.word({"Gt", "Lt", "Gte", "Lte"})},
            {"values", Array{draw.word({"1", "2", "3"})}}};
  }
  if (key == 7) result["key"] = "rack", values = draw.words({"r1", "r2"});  // that nothing has
  if (key == 8) result["key"] = "failure-domain.beta.kubernetes.io/zone";
  if (has_values) result["values"] = std::move(values);
  return result;
}

Array expressions(Draw& draw) {
  Array list{expression(draw)};
  if (draw.chance(30)) list.push_back(expression(draw));
  return list;
}

Object selector(Draw& draw, const char* own) {
  switch (draw.below(5)) {
    case 0:
    case 1: return {{"matchLabels", Object{{"app", own}}}};
    case 2: return {{"matchLabels", Object{{"app", draw.word({"x", "y", "z"})}}}};
    case 3:
      return {{"matchExpressions",
               Array{Object{{"key", "app"}, {"operator", "In"}, {"values", Array{"x", "y"}}}}}};
    default: return {};
  }
}

const char* topology_key(Draw& draw) {
  return draw.word({kZone, kZone, kHostname, kHostname, kCapacityType, "team", "size", kArch});
}

Object node_affinity(Draw& draw) {
  Object result;
  if (draw.chance(60)) {
    Array terms;
    int count = 1 + draw.below(3);
    for (int term = 0; term < count; ++term)
      terms.push_back(Object{{"matchExpressions", expressions(draw)}});
    result["requiredDuringSchedulingIgnoredDuringExecution"] =
        Object{{"nodeSelectorTerms", std::move(terms)}};
  }
  if (draw.chance(40)) {
    Array terms;
    int count = 1 + draw.below(2);
    for (int term = 0; term < count; ++term) {
      terms.push_back(Object{{"weight", 1 + draw.below(3)},
                             {"preference", Object{{"matchExpressions", expressions(draw)}}}});
    }
    result["preferredDuringSchedulingIgnoredDuringExecution"] = std::move(terms);
  }
  return result;
}

Object pod_term(Draw& draw, const char* own) {
  Object term{{"topologyKey", topology_key(draw)}, {"labelSelector", selector(draw, own)}};
  switch (draw.below(9)) {
    case 8: term.erase("labelSelector"); break;
    case 5: term["namespaces"] = Array{"other"}; break;
    case 6: term["namespaceSelector"] = Object(); break;
    case 7: term["namespaceSelector"] = Object{{"matchLabels", Object{{"shop", "yes"}}}}; break;
    default: break;
  }
  return term;
}

Object pod_affinity(Draw& draw, const char* own) {
  Object result;
  bool is_preferred = draw.chance(35);
  Array terms;
  int count = 1 + draw.below(10) / 8;
  for (int number = 0; number < count; ++number) {
    Object term = pod_term(draw, own);
    if (is_preferred) term = {{"weight", 1 + draw.below(3)}, {"podAffinityTerm", term}};
    terms.push_back(std::move(term));
  }
  result[is_preferred ? "preferredDuringSchedulingIgnoredDuringExecution"
                      : "requiredDuringSchedulingIgnoredDuringExecution"] = std::move(terms);
  return result;
}

Array spreads(Draw& draw, const char* own) {
  Array list;
  int count = 1 + draw.below(10) / 7;
  for (int number = 0; number < count; ++number) {
    Object spread{{"maxSkew", 1 + draw.below(2)},
                  {"topologyKey", topology_key(draw)},
                  {"whenUnsatisfiable", draw.chance(30) ? "ScheduleAnyway" : "DoNotSchedule"},
                  {"labelSelector", selector(draw, own)}};
    if (draw.chance(15)) spread["minDomains"] = 2 + draw.below(2);
    if (draw.chance(15)) spread["nodeAffinityPolicy"] = "Ignore";
    if (draw.chance(20)) spread["nodeTaintsPolicy"] = "Honor";
    if (draw.chance(15)) spread["matchLabelKeys"] = Array{"revision"};
    if (draw.chance(8)) spread.erase("labelSelector");
    list.push_back(std::move(spread));
  }
  return list;
}

Array tolerations(Draw& draw) {
  Array list;
  if (draw.chance(60)) list.emplace_back("dedicated=a:NoSchedule");
  if (draw.chance(30)) list.emplace_back("soft:PreferNoSchedule");
  if (draw.chance(20)) list.push_back(Object{{"operator", "Exists"}});
  return list;
}

Array volumes(Draw& draw) {
  Array list;
  for (const char* name :
       {"new", "in-a", "in-b-or-c", "of-host", "missing", "of-gone", "unclassed"}) {
    if (!draw.chance(30)) continue;
    list.push_back(Object{{"name", name}, {"persistentVolumeClaim", Object{{"claimName", name}}}});
  }
  return list;
}

Object pod(const Seed& seed) {
  Draw draw(seed);
  Object fields{{"cpu", draw.word({"100m", "500m", "1", "1500m", "3", "7"})},
                {"memory", draw.word({"64Mi", "500Mi", "1Gi", "3Gi", "10Gi"})}};
  if (draw.chance(35)) fields["replicas"] = 2 + draw.below(4);
  const char* app = draw.word({"x", "y", "z"});
  Object labels{{"app", app}};
  if (draw.chance(30)) labels["revision"] = draw.word({"1", "2"});
  fields["labels"] = std::move(labels);
  if (draw.chance(15)) fields["namespace"] = "other";
  if (draw.chance(15)) {
    fields["nodeSelector"] = draw.chance(40) ? Object{{"team", draw.word({"red", "blue"})}}
                                             : Object{{kZone, draw.word({"a", "b", "c", "d"})}};
  }
  Object affinity;
  if (draw.chance(25)) affinity["nodeAffinity"] = node_affinity(draw);
  if (draw.chance(15)) affinity["podAffinity"] = pod_affinity(draw, app);
  if (draw.chance(20)) affinity["podAntiAffinity"] = pod_affinity(draw, app);
  if (!affinity.empty()) fields["affinity"] = std::move(affinity);
  if (draw.chance(30)) fields["topologySpreadConstraints"] = spreads(draw, app);
  if (draw.chance(30)) fields["tolerations"] = tolerations(draw);
  if (draw.chance(10)) fields["hostPorts"] = Array{8080 + draw.below(2)};
  if (draw.chance(10)) fields["resources"] = Object{{"example.com/gpu", 1}};
  if (draw.chance(15)) fields["volumes"] = volumes(draw);
  if (draw.chance(3)) {
    fields["resourceClaims"] = Array{Object{{"name", "gpu"}, {"resourceClaimName", "gpu"}}};
  }
  if (draw.chance(5)) fields["overhead"] = Object{{"cpu", "200m"}};
  if (draw.chance(10)) fields["cpu"] = draw.word({"333m", "1m", "0.7", "0"});
  if (draw.chance(10)) fields["memory"] = draw.word({"100M", "123456789", "1e9"});
  if (draw.chance(5)) fields["priority"] = draw.below(100);
  return fields;
}

Object instance_type(const Seed& seed) {
  Draw draw(seed);
  Object fields{{"cpu", draw.word({"2", "1", "4", "8", "16"})},
                {"memory", draw.word({"4Gi", "2Gi", "8Gi", "32Gi"})},
                {"price", 1 + draw.below(6)},
                {"zones", draw.words({"a", "b", "c"})}};
  if (draw.chance(50)) fields["spot"] = 1 + draw.below(4);
  if (draw.chance(15)) fields["arch"] = "arm64";
  if (draw.chance(20)) fields["pods"] = 2 + draw.below(3);
  if (draw.chance(15)) fields["resources"] = Object{{"example.com/gpu", 2}};
  if (draw.chance(30)) fields["overhead"] = Object{{"cpu", "100m"}, {"memory", "300Mi"}};
  Object labels;
  if (draw.chance(30)) labels["size"] = draw.word({"small", "large"});
  if (draw.chance(30)) labels["generation"] = draw.word({"1", "2", "3"});
  if (!labels.empty()) fields["labels"] = std::move(labels);
  if (draw.chance(10)) fields["reserved"] = Object{{draw.word({"r1", "r2"}), 1 + draw.below(2)}};
  if (draw.chance(15)) fields["soldOut"] = draw.words({"a", "b", "c"});
  if (draw.chance(10)) {
    Object more = draw.chance(50) ? Object{{"example.com/gpu", 1}} : Object{{"cpu", 32}};
    fields["resourcesIn"] = Object{{draw.word({"a", "b", "c"}), std::move(more)}};
  }
  if (draw.chance(10)) fields["lacks"] = Array{draw.word({"family", "tier"})};
  return fields;
}

Array taints(Draw& draw) {
  Array list;
  if (draw.chance(60)) list.emplace_back("dedicated=a:NoSchedule");
  if (draw.chance(50)) list.emplace_back("soft:PreferNoSchedule");
  return list;
}

Object nodepool(const Seed& seed) {
  Draw draw(seed);
  Object fields;
  if (draw.chance(30)) fields["weight"] = 1 + draw.below(3);
  if (draw.chance(25)) {
    Object limits;
    if (draw.chance(50)) limits["cpu"] = 2 + draw.below(12);
    if (draw.chance(30)) limits["memory"] = draw.word({"8Gi", "40Gi"});
    if (draw.chance(30)) limits["nodes"] = 1 + draw.below(3);
    if (draw.chance(10)) limits["example.com/gpu"] = 2 * draw.below(3);
    fields["limits"] = std::move(limits);
  }
  if (draw.chance(25)) fields["labels"] = Object{{"team", draw.word({"red", "blue"})}};
  if (draw.chance(25)) fields["taints"] = taints(draw);
  if (draw.chance(10)) fields["startupTaints"] = Array{"starting:NoSchedule"};
  Array requirements;
  if (draw.chance(35)) requirements.push_back(expression(draw));
  if (draw.chance(15)) requirements.push_back(expression(draw));
  if (draw.chance(20)) {
    requirements.push_back(Object{{"key", draw.word({kType, kZone, "size"})},
                                  {"operator", "Exists"},
                                  {"minValues", 1 + draw.below(3)}});
  }
  if (!requirements.empty()) fields["requirements"] = requirements;
  if (draw.chance(15)) {
    requirements.push_back(
        Object{{"key", "team"}, {"operator", "In"}, {"values", Array{"red", "blue"}}});
    fields["requirements"] = requirements;
  }
  if (draw.chance(4)) {
    fields["replicas"] = 1;
    fields.erase("weight");
    fields.erase("limits");
  }
  if (draw.chance(4)) fields["ready"] = false;
  return fields;
}

Object node(const Seed& seed) {
  Draw draw(seed);
  Object fields{{"cpu", draw.word({"4", "2", "8"})},
                {"memory", draw.word({"8Gi", "4Gi", "16Gi"})},
                {"zone", draw.word({"a", "b", "c"})},
                {"type", draw.word({"t1", "t2"})}};
  if (draw.chance(60)) {
    fields["nodepool"] = draw.word({"p1", "p2"});
    fields["state"] =
        draw.word({"initialized", "registered", "launched", "deleting", "unregistered"});
  }
  if (draw.chance(30)) fields["labels"] = Object{{"team", draw.word({"red", "blue"})}};
  if (draw.chance(30)) fields["taints"] = taints(draw);
  if (draw.chance(15)) fields["startupTaints"] = Array{"dedicated=a:NoSchedule"};
  if (draw.chance(15)) fields["pods"] = 2 + draw.below(2);
  if (draw.chance(10)) fields["labels"] = Object{{kHostname, draw.word({"h1", "h2"})}};
  if (draw.chance(15)) fields["promised"] = Object{{"cpu", 8}, {"example.com/gpu", 2}};
  if (draw.chance(10)) fields["resources"] = Object{{"example.com/gpu", draw.below(2)}};
  // The seed's rest makes up to two pods that are bound.
  int bound = draw.below(3);
  Object pods;
  for (int number = 0; number < bound; ++number) {
    auto begin = seed.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                                    seed.size(), 20U + 20U * static_cast<unsigned>(number)));
    Object made = pod(Seed(begin, seed.end()));
    made["cpu"] = "300m";
    made.erase("replicas");
    if (draw.chance(30)) {
      made["owner"] = draw.word({"DaemonSet/d1", "StatefulSet/s", "ReplicaSet/r"});
      if (made["owner"] == "DaemonSet/d1") made["namespace"] = "kube-system";
    }
    if (draw.chance(15)) made["terminating"] = true;
    if (draw.chance(10)) {
      made["annotations"] = Object{{"karpenter.sh/do-not-disrupt", "true"}};
    }
    pods[fmt::format("bound-{}", number + 1)] = std::move(made);
  }
  if (!pods.empty()) fields["bound"] = std::move(pods);
  return fields;
}

Object daemonset(const Seed& seed) {
  Draw draw(seed);
  Object fields{{"cpu", draw.word({"100m", "400m"})}, {"memory", "64Mi"}};
  if (draw.chance(25)) fields["nodeSelector"] = Object{{"team", "red"}};
  if (draw.chance(30)) fields["affinity"] = Object{{"nodeAffinity", node_affinity(draw)}};
  if (draw.chance(40)) fields["tolerations"] = tolerations(draw);
  if (draw.chance(20)) fields["hostPorts"] = Array{8080};
  if (draw.chance(10)) fields["resources"] = Object{{"example.com/gpu", 1}};
  if (draw.chance(5)) {
    fields["resourceClaims"] = Array{Object{{"name", "gpu"}, {"resourceClaimName", "gpu"}}};
  }
  return fields;
}

Object settings(const Seed& seed) {
  Draw draw(seed);
  Object result;
  if (draw.chance(15)) result["preference-policy"] = "Ignore";
  if (draw.chance(30)) result["min-values-policy"] = "BestEffort";
  if (draw.chance(15)) result["max-instance-types"] = 1 + draw.below(3);
  if (draw.chance(30)) result["reserved-mode"] = "Fallback";
  if (draw.chance(5)) result["reserved-capacity"] = false;
  return result;
}

Object named(const char* api_version, const char* kind, std::string_view name, bool has_namespace) {
  Object metadata{{"name", name}};
  if (has_namespace) metadata["namespace"] = "default";
  return {{"apiVersion", api_version}, {"kind", kind}, {"metadata", std::move(metadata)}};
}

void add_bound_claim(Array& objects, const char* name, Array zones, bool is_local) {
  Object claim = named("v1", "PersistentVolumeClaim", name, true);
  claim["metadata"].get_object()["annotations"] =
      Object{{"pv.kubernetes.io/bind-completed", "yes"}};
  claim["spec"] = Object{{"volumeName", name}};
  objects.push_back(std::move(claim));
  Object volume = named("v1", "PersistentVolume", name, false);
  Array terms;
  for (json::value& zone : zones) {
    Array all{Object{{"key", kZone}, {"operator", "In"}, {"values", Array{zone}}}};
    if (is_local) {
      all.push_back(Object{{"key", kHostname}, {"operator", "In"}, {"values", Array{"n1"}}});
    }
    terms.push_back(Object{{"matchExpressions", std::move(all)}});
  }
  Object spec{
      {"nodeAffinity", Object{{"required", Object{{"nodeSelectorTerms", std::move(terms)}}}}}};
  if (is_local) {
    spec["local"] = Object{{"path", "/data"}};
  } else {
    spec["csi"] = Object{{"driver", "ebs.csi.aws.com"}};
  }
  volume["spec"] = std::move(spec);
  objects.push_back(std::move(volume));
}

// Storage that pods may ask for, and where it can be attached.
void add_storage(Array& objects, std::size_t nodes) {
  Object waits = named("storage.k8s.io/v1", "StorageClass", "waits", false);
  waits["provisioner"] = "ebs.csi.aws.com";
  waits["volumeBindingMode"] = "WaitForFirstConsumer";
  waits["allowedTopologies"] = Array{Object{
      {"matchLabelExpressions", Array{Object{{"key", kZone}, {"values", Array{"a", "b"}}}}}}};
  objects.push_back(std::move(waits));
  Object unbound = named("v1", "PersistentVolumeClaim", "new", true);
  unbound["spec"] = Object{{"storageClassName", "waits"}};
  objects.push_back(std::move(unbound));
  Object of_gone = named("v1", "PersistentVolumeClaim", "of-gone", true);
  of_gone["spec"] = Object{{"volumeName", "gone"}};
  objects.push_back(std::move(of_gone));
  Object unclassed = named("v1", "PersistentVolumeClaim", "unclassed", true);
  unclassed["spec"] = Object{{"storageClassName", "gone"}};
  objects.push_back(std::move(unclassed));
  add_bound_claim(objects, "in-a", {"a"}, false);
  add_bound_claim(objects, "in-b-or-c", {"b", "c"}, false);
  add_bound_claim(objects, "of-host", {"a"}, true);
  for (std::size_t number = 1; number <= nodes; ++number) {
    Object limits = named("storage.k8s.io/v1", "CSINode", fmt::format("n{}", number), false);
    limits["spec"] = Object{
        {"drivers", Array{Object{{"name", "ebs.csi.aws.com"},
                                 {"nodeID", "n"},
                                 {"allocatable", Object{{"count", static_cast<int>(number)}}}}}}};
    objects.push_back(std::move(limits));
  }
}

template <class Make>
Object section(std::string_view prefix, const std::vector<Seed>& seeds, Make make) {
  Object entries;
  for (std::size_t index = 0; index < seeds.size(); ++index) {
    entries[fmt::format("{}{}", prefix, index + 1)] = make(seeds[index]);
  }
  return entries;
}

}  // namespace

base::Json given(const Cluster& cluster) {
  Object all;
  all["types"] = section("t", cluster.types, instance_type);
  all["nodepools"] = section("p", cluster.nodepools, nodepool);
  all["nodes"] = section("n", cluster.nodes, node);
  all["daemonsets"] = section("d", cluster.daemonsets, daemonset);
  all["pods"] = section("w", cluster.pods, pod);
  std::string text = base::print_json(all);
  Array objects;
  if (text.contains("\"volumes\"")) add_storage(objects, cluster.nodes.size());
  if (text.contains("namespace")) {
    Object shop = named("v1", "Namespace", "other", false);
    shop["metadata"].get_object()["labels"] = Object{{"shop", "yes"}};
    objects.push_back(std::move(shop));
    objects.push_back(named("v1", "Namespace", "default", false));
    objects.push_back(named("v1", "Namespace", "kube-system", false));
  }
  all["objects"] = std::move(objects);
  all["settings"] = settings(cluster.settings);
  return all;
}

std::string to_case(const Cluster& cluster) {
  std::string text = "rules: [SCH-355]\ngiven:\n";
  for (const auto& [name, entries] : given(cluster).get_object()) {
    if (entries.is_array()) {
      if (entries.get_array().empty()) continue;
      text += fmt::format("  {}:\n", std::string_view(name));
      for (const json::value& entry : entries.get_array())
        text += fmt::format("    - {}\n", base::print_json(entry));
      continue;
    }
    if (entries.get_object().empty()) continue;
    text += fmt::format("  {}:\n", std::string_view(name));
    for (const auto& [key, entry] : entries.get_object())
      text += fmt::format("    {}: {}\n", std::string_view(key), base::print_json(entry));
  }
  return text + "expect: {}\n";
}

void showValue(const Cluster& cluster, std::ostream& out) { out << "\n" << to_case(cluster); }

rc::Gen<Cluster> clusters() {
  constexpr int kNumbers = 60;
  auto seed = rc::gen::container<Seed>(kNumbers, rc::gen::resize(100, rc::gen::inRange(0, 100)));
  auto some = [&](int most) {
    return rc::gen::resize(most, rc::gen::container<std::vector<Seed>>(seed));
  };
  return rc::gen::build<Cluster>(
      rc::gen::set(&Cluster::types, some(6)), rc::gen::set(&Cluster::nodepools, some(3)),
      rc::gen::set(&Cluster::nodes, some(4)), rc::gen::set(&Cluster::daemonsets, some(2)),
      rc::gen::set(&Cluster::pods, some(12)), rc::gen::set(&Cluster::settings, seed));
}

}  // namespace properties
