#include "support/case_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/yaml.h"

namespace support {

namespace {

namespace json = boost::json;

// Members that were not given are passed over by a null.
using Object = json::object;

json::value take(Object& from, std::string_view key, json::value otherwise = nullptr) {
  json::value* found = from.if_contains(key);
  if (found == nullptr) return otherwise;
  json::value value = std::move(*found);
  from.erase(key);
  return value;
}

// As the API would have it, where people write numbers: 2 becomes "2".
json::value text(const json::value& value) {
  if (value.is_string() || value.is_null()) return value;
  if (const double* number = value.if_double()) return json::string(fmt::to_string(*number));
  return json::string(base::print_json(value));
}

Object texts(const json::value& value) {
  Object result;
  if (const Object* object = value.if_object()) {
    for (const auto& [key, member] : *object)
      result[key] = text(member);
  }
  return result;
}

void put(Object& into, std::string_view key, json::value value) {
  if (!value.is_null()) into[key] = std::move(value);
}

void put_texts(Object& into, const json::value& more) {
  for (auto& [key, value] : texts(more))
    into[key] = value;
}

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream stream{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;)
    words.push_back(word);
  return words;
}

// "team In red blue"
json::value requirement(const json::value& value) {
  if (!value.is_string()) return value;
  std::vector<std::string> words = words_of(value.get_string());
  Object object;
  if (!words.empty()) object["key"] = words[0];
  if (words.size() > 1) object["operator"] = words[1];
  json::array values;
  for (std::size_t index = 2; index < words.size(); ++index)
    values.emplace_back(words[index]);
  if (!values.empty()) object["values"] = std::move(values);
  return object;
}

// "dedicated=a:NoSchedule"; also a toleration of exactly this taint.
json::value taint(const json::value& value) {
  if (!value.is_string()) return value;
  std::string_view line = value.get_string();
  std::size_t colon = line.rfind(':');
  std::string_view place = line.substr(0, colon);
  std::size_t equals = place.find('=');
  Object object{{"key", place.substr(0, equals)}};
  if (equals != std::string_view::npos) object["value"] = place.substr(equals + 1);
  if (colon != std::string_view::npos) object["effect"] = line.substr(colon + 1);
  return object;
}

json::value toleration(const json::value& value) {
  json::value object = taint(value);
  if (value.is_string() && !object.get_object().contains("value")) {
    object.get_object()["operator"] = "Exists";
  }
  return object;
}

json::value each(const json::value& list, json::value (*convert)(const json::value&)) {
  if (!list.is_array()) return list;
  json::array result;
  for (const json::value& element : list.get_array())
    result.push_back(convert(element));
  return result;
}

// One term of required node affinity, beside what `affinity` holds already.
json::value with_required(json::value affinity, const json::value& requirements) {
  if (requirements.is_null()) return affinity;
  Object result = affinity.is_object() ? affinity.get_object() : Object();
  Object node = take(result, "nodeAffinity", Object()).get_object();
  node["requiredDuringSchedulingIgnoredDuringExecution"] =
      Object{{"nodeSelectorTerms",
              json::array{Object{{"matchExpressions", each(requirements, requirement)}}}}};
  result["nodeAffinity"] = std::move(node);
  return result;
}

// "ReplicaSet/web": the controller of a pod.
json::value owner_reference(const json::value& value) {
  if (!value.is_string()) return value;
  std::string_view line = value.get_string();
  std::size_t slash = line.find('/');
  return Object{{"apiVersion", "apps/v1"},
                {"kind", line.substr(0, slash)},
                {"name", line.substr(slash + 1)},
                {"uid", line.substr(slash + 1)},
                {"controller", true}};
}

class Expander {
 public:
  base::Result<CaseFile> expand(const json::value& document) {
    const Object* root = document.if_object();
    const json::value* given = root == nullptr ? nullptr : root->if_contains("given");
    if (given == nullptr || !given->is_object()) return base::invalid("a case has `given`");
    CaseFile file;
    if (const json::value* rules = root->if_contains("rules"); rules && rules->is_array()) {
      for (const json::value& rule : rules->get_array()) {
        file.rules.emplace_back(rule.get_string());
      }
    }
    for (const auto& [section, entries] : given->get_object()) {
      base::Result<void> done = expand_section(section, entries, file);
      if (!done) return std::unexpected(done.error());
    }
    file.objects = Object{{"apiVersion", "v1"}, {"kind", "List"}, {"items", std::move(items_)}};
    file.instance_types = std::move(types_);
    const json::value* expect = root->if_contains("expect");
    if (expect == nullptr || !expect->is_object()) return base::invalid("a case has `expect`");
    file.expect = *expect;
    return file;
  }

 private:
  base::Result<void> expand_section(std::string_view section, const json::value& entries,
                                    CaseFile& file) {
    if (section == "settings") {
      file.settings = entries;
      return {};
    }
    if (section == "objects" && entries.is_array()) {
      for (const json::value& object : entries.get_array())
        items_.push_back(object);
      return {};
    }
    if (!entries.is_object()) return base::invalid(fmt::format("`{}` is a map", section));
    for (const auto& [name, entry] : entries.get_object()) {
      if (!entry.is_object()) return base::invalid(fmt::format("{}: {} is a map", section, name));
      Object fields = entry.get_object();
      if (section == "types") {
        add_type(name, std::move(fields));
      } else if (section == "nodepools") {
        add_nodepool(name, std::move(fields));
      } else if (section == "nodes") {
        add_node(name, std::move(fields));
      } else if (section == "daemonsets") {
        add_daemon_set(name, std::move(fields));
      } else if (section == "pods") {
        add_pods(name, std::move(fields), "");
      } else {
        return base::invalid(fmt::format("there is no section `{}`", section));
      }
    }
    return {};
  }

  static Object resources(Object& fields) {
    Object result;
    put(result, "cpu", text(take(fields, "cpu")));
    put(result, "memory", text(take(fields, "memory")));
    put_texts(result, take(fields, "resources"));
    return result;
  }

  static json::value offering(std::string_view zone, std::string_view capacity_type,
                              const json::value& price) {
    auto in = [](std::string_view key, std::string_view value) {
      return Object{{"key", key}, {"operator", "In"}, {"values", json::array{value}}};
    };
    return Object{{"Price", price},
                  {"Available", true},
                  {"Requirements", json::array{in("topology.kubernetes.io/zone", zone),
                                               in("karpenter.sh/capacity-type", capacity_type)}}};
  }

  static json::value reservation(std::string_view zone, std::string_view id,
                                 const json::value& instances) {
    json::value made = offering(zone, "reserved", 0);
    made.get_object()["ReservationCapacity"] = instances;
    made.get_object()["Requirements"].get_array().push_back(
        Object{{"key", "karpenter.k8s.aws/capacity-reservation-id"},
               {"operator", "In"},
               {"values", json::array{id}}});
    return made;
  }

  // What is not had in some zones (a list), and what machines have in some beside the rest (a map).
  static void set_apart(json::array& offerings, const json::value& sold_out,
                        const json::value& more) {
    for (json::value& made : offerings) {
      const json::value& zone = made.at("Requirements").at(0).at("values").at(0);
      if (sold_out.is_array() && std::ranges::count(sold_out.get_array(), zone) > 0) {
        made.get_object()["Available"] = false;
      }
      if (more.is_object() && more.get_object().contains(zone.get_string())) {
        made.get_object()["CapacityOverride"] = texts(more.at(zone.get_string()));
      }
    }
  }

  void add_type(std::string_view name, Object fields) {
    json::value zones = take(fields, "zones", json::array{"a"});
    json::value price = take(fields, "price", 1);
    json::value spot = take(fields, "spot");
    json::value reserved = take(fields, "reserved");
    json::array offerings;
    for (const json::value& zone : zones.get_array()) {
      offerings.push_back(offering(zone.get_string(), "on-demand", price));
      if (!spot.is_null()) offerings.push_back(offering(zone.get_string(), "spot", spot));
    }
    if (reserved.is_object()) {
      for (const auto& [id, instances] : reserved.get_object()) {
        for (const json::value& zone : zones.get_array()) {
          offerings.push_back(reservation(zone.get_string(), id, instances));
        }
      }
    }
    json::array labels;
    for (auto& [key, value] : texts(take(fields, "labels"))) {
      labels.push_back(Object{{"key", key}, {"operator", "In"}, {"values", json::array{value}}});
    }
    for (const json::value& key : take(fields, "lacks", json::array()).get_array()) {
      labels.push_back(Object{{"key", key}, {"operator", "DoesNotExist"}});
    }
    set_apart(offerings, take(fields, "soldOut"), take(fields, "resourcesIn"));
    json::value pods = take(fields, "pods");
    Object all = resources(fields);
    put(all, "pods", text(pods));
    types_.push_back(Object{{"name", name},
                            {"architecture", take(fields, "arch", "amd64")},
                            {"operatingSystems", json::array{take(fields, "os", "linux")}},
                            {"resources", std::move(all)},
                            {"overhead", texts(take(fields, "overhead"))},
                            {"offerings", std::move(offerings)},
                            {"requirements", std::move(labels)}});
  }

  Object metadata(std::string_view name) {
    std::string uid = fmt::format("{}-{:04}", name, ++count_);
    return Object{{"name", name}, {"uid", uid}, {"creationTimestamp", time_text(count_)}};
  }

  static std::string time_text(std::int64_t second) {
    return fmt::format("2026-01-01T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60,
                       second % 60);
  }

  static Object node_class_reference() {
    return Object{{"group", "karpenter.k8s.aws"}, {"kind", "EC2NodeClass"}, {"name", "default"}};
  }

  void add_nodepool(std::string_view name, Object fields) {
    Object meta = metadata(name);
    if (take(fields, "terminating", false) == true) meta["deletionTimestamp"] = time_text(0);
    Object template_meta{{"labels", texts(take(fields, "labels"))},
                         {"annotations", texts(take(fields, "annotations"))}};
    Object pool_spec;
    put(pool_spec, "weight", take(fields, "weight"));
    put(pool_spec, "replicas", take(fields, "replicas"));
    pool_spec["limits"] = texts(take(fields, "limits"));
    Object status;
    if (take(fields, "ready", true) == false) {
      status["conditions"] = json::array{Object{{"type", "Ready"}, {"status", "False"}}};
    }
    // What is left is the template's spec.
    put(fields, "requirements", each(take(fields, "requirements"), requirement));
    put(fields, "taints", each(take(fields, "taints"), taint));
    put(fields, "startupTaints", each(take(fields, "startupTaints"), taint));
    fields["nodeClassRef"] = node_class_reference();
    pool_spec["template"] =
        Object{{"metadata", std::move(template_meta)}, {"spec", std::move(fields)}};
    items_.push_back(Object{{"apiVersion", "karpenter.sh/v1"},
                            {"kind", "NodePool"},
                            {"metadata", std::move(meta)},
                            {"spec", std::move(pool_spec)},
                            {"status", std::move(status)}});
  }

  void add_node(std::string_view name, Object fields) {
    json::value pool = take(fields, "nodepool");
    std::string state(take(fields, "state", "initialized").get_string());
    json::value pods = take(fields, "pods", 110);
    Object amounts = resources(fields);
    put(amounts, "pods", text(pods));
    Object labels;
    labels["topology.kubernetes.io/zone"] = take(fields, "zone", "a");
    labels["node.kubernetes.io/instance-type"] = take(fields, "type", "some-type");
    labels["kubernetes.io/hostname"] = name;
    labels["kubernetes.io/arch"] = "amd64";
    labels["kubernetes.io/os"] = "linux";
    if (!pool.is_null()) labels["karpenter.sh/nodepool"] = pool;
    put_texts(labels, take(fields, "labels"));
    json::value taints = each(take(fields, "taints"), taint);
    json::value startup_taints = each(take(fields, "startupTaints"), taint);
    json::value bound = take(fields, "bound");
    if (bound.is_object()) {
      for (auto& [pod, entry] : bound.get_object())
        add_pods(pod, entry.get_object(), name);
    }
    json::value promised = take(fields, "promised");
    Object status{{"capacity", amounts}, {"allocatable", amounts}};
    if (!pool.is_null()) {
      put_texts(amounts, promised);
      Object of_claim{{"capacity", amounts}, {"allocatable", amounts}};
      add_claim(name, labels, taints, startup_taints, of_claim, state);
    }
    if (state == "launched") return;
    if (state != "unregistered") labels["karpenter.sh/registered"] = "true";
    if (state == "initialized" || state == "deleting") {
      labels["karpenter.sh/initialized"] = "true";
    }
    Object meta = metadata(name);
    meta["labels"] = labels;
    Object spec{{"providerID", fmt::format("cloud://{}", name)}};
    put(spec, "taints", taints);
    if (state == "deleting" && pool.is_null()) meta["deletionTimestamp"] = time_text(0);
    items_.push_back(Object{{"apiVersion", "v1"},
                            {"kind", "Node"},
                            {"metadata", std::move(meta)},
                            {"spec", std::move(spec)},
                            {"status", std::move(status)}});
  }

  void add_claim(std::string_view name, const Object& labels, const json::value& taints,
                 const json::value& startup_taints, const Object& amounts, std::string_view state) {
    Object meta = metadata(name);
    meta["labels"] = labels;
    if (state == "deleting") meta["deletionTimestamp"] = time_text(0);
    Object spec{{"nodeClassRef", node_class_reference()}};
    put(spec, "taints", taints);
    put(spec, "startupTaints", startup_taints);
    Object status = amounts;
    status["providerID"] = fmt::format("cloud://{}", name);
    items_.push_back(Object{{"apiVersion", "karpenter.sh/v1"},
                            {"kind", "NodeClaim"},
                            {"metadata", std::move(meta)},
                            {"spec", std::move(spec)},
                            {"status", std::move(status)}});
  }

  static json::value ports(const json::value& numbers) {
    if (!numbers.is_array()) return nullptr;
    json::array result;
    for (const json::value& number : numbers.get_array()) {
      result.push_back(Object{{"containerPort", number}, {"hostPort", number}});
    }
    return result;
  }

  // What is left in `fields` once the short forms are taken out of it is the spec.
  static Object pod_spec(Object fields) {
    if (!fields.contains("containers")) {
      Object container{{"name", "app"}, {"image", "app"}};
      container["resources"] = Object{{"requests", resources(fields)}};
      put(container, "ports", ports(take(fields, "hostPorts")));
      fields["containers"] = json::array{std::move(container)};
    }
    json::value tolerations = each(take(fields, "tolerations"), toleration);
    json::value requirements = take(fields, "requires");
    json::value affinity = with_required(take(fields, "affinity"), requirements);
    Object spec = std::move(fields);
    put(spec, "affinity", std::move(affinity));
    put(spec, "tolerations", std::move(tolerations));
    return spec;
  }

  void add_daemon_set(std::string_view name, Object fields) {
    Object labels = texts(take(fields, "labels"));
    Object meta = metadata(name);
    meta["namespace"] = "kube-system";
    items_.push_back(
        Object{{"apiVersion", "apps/v1"},
               {"kind", "DaemonSet"},
               {"metadata", std::move(meta)},
               {"spec", Object{{"template", Object{{"metadata", Object{{"labels", labels}}},
                                                   {"spec", pod_spec(std::move(fields))}}}}}});
  }

  void add_pods(std::string_view name, Object fields, std::string_view node) {
    json::value replicas = take(fields, "replicas");
    json::value labels = texts(take(fields, "labels"));
    json::value annotations = texts(take(fields, "annotations"));
    json::value space = take(fields, "namespace", "default");
    json::value created = take(fields, "created");
    json::value owner = owner_reference(take(fields, "owner"));
    bool is_terminating = take(fields, "terminating", false) == true;
    json::value status = take(fields, "status");
    Object spec = pod_spec(std::move(fields));
    if (!node.empty()) spec["nodeName"] = node;
    std::int64_t count = replicas.is_null() ? 1 : replicas.as_int64();
    for (std::int64_t number = 1; number <= count; ++number) {
      Object meta =
          metadata(replicas.is_null() ? std::string(name) : fmt::format("{}-{}", name, number));
      meta["namespace"] = space;
      meta["labels"] = labels;
      meta["annotations"] = annotations;
      if (!created.is_null()) meta["creationTimestamp"] = time_text(created.as_int64());
      if (!owner.is_null()) meta["ownerReferences"] = json::array{owner};
      if (is_terminating) meta["deletionTimestamp"] = time_text(0);
      Object pod{{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", meta}, {"spec", spec}};
      put(pod, "status", status);
      items_.push_back(std::move(pod));
    }
  }

  json::array items_;
  json::array types_;
  std::int64_t count_ = 0;
};

}  // namespace

base::Result<CaseFile> read_case(const std::string& path) {
  std::ifstream stream(path);
  if (!stream) return base::fail(base::Code::not_found, path + ": no such file");
  std::ostringstream content;
  content << stream.rdbuf();
  auto documents = base::read_yaml(content.str());
  if (!documents) return std::unexpected(documents.error());
  if (documents->size() != 1) return base::invalid("a case is one YAML document");
  return expand_case(documents->front().value);
}

base::Result<CaseFile> expand_case(const base::Json& document) {
  return Expander().expand(document);
}

}  // namespace support
