#include <fmt/format.h>

#include <string>
#include <vector>

#include "model/crd.h"

// Each row cites the rule of api.md that it is made from. Where one expression has to hold for a list as a
// whole, it stands at the list; the lists are bounded so that the API server can bound the cost of its rules.

namespace model {
namespace {

// API-020 and API-022: keys of requirements, keys and values of taints.
constexpr std::string_view kKey =
    R"j("pattern": "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(\\/))?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$")j";

// API-198
constexpr std::string_view kSelectorTags =
    R"j({"maxProperties": 20, "x-kubernetes-validations": [
       {"message": "keys and values of tags may not be empty", "rule": "self.all(k, k != '' && self[k] != '')"
}]
})j";

constexpr std::string_view kByType =
    R"j({"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]})j";

std::string cel(std::string_view message, std::string_view rule) {
  return fmt::format(R"j({{"message": "{}", "rule": "{}"}})j", message, rule);
}

// Keys of a provider's domain that may be asked for (API-062), as a list of CEL.
std::string allowed_keys(std::string_view domain, std::span<const std::string_view> names) {
  std::string list;
  for (std::string_view name : names)
    list += fmt::format("{}'{}/{}'", list.empty() ? "" : ", ", domain, name);
  return list;
}

constexpr std::string_view kAwsNames[] = {
    "capacity-reservation-id",
    "capacity-reservation-interruptible",
    "capacity-reservation-type",
    "ec2nodeclass",
    "instance-accelerator-count",
    "instance-accelerator-manufacturer",
    "instance-accelerator-name",
    "instance-capability-flex",
    "instance-category",
    "instance-cpu",
    "instance-cpu-manufacturer",
    "instance-cpu-sustained-clock-speed-mhz",
    "instance-ebs-bandwidth",
    "instance-encryption-in-transit-supported",
    "instance-family",
    "instance-generation",
    "instance-gpu-count",
    "instance-gpu-manufacturer",
    "instance-gpu-memory",
    "instance-gpu-name",
    "instance-hypervisor",
    "instance-local-nvme",
    "instance-memory",
    "instance-network-bandwidth",
    "instance-size",
    "instance-tenancy",
    "nitro-sandbox",
    "placement-group-id",
    "placement-group-partition",
};
constexpr std::string_view kKwokNames[] = {"instance-cpu", "instance-family", "instance-memory",
                                           "instance-size", "kwoknodeclass"};

// API-060 to API-062: rules over keys k. The part before the first slash is compared by its end, textually.
// `keys` is the expression of the list of keys, `core` the keys of karpenter.sh that are allowed.
std::string key_rules(std::string_view keys, std::string_view core,
                      std::span<const std::string_view> aws = kAwsNames) {
  auto reserved = [&](std::string_view domain, std::string_view allowed) {
    return cel(fmt::format("the domain {} is reserved", domain),
               fmt::format("{}.all(k, k in [{}] || !k.split('/')[0].endsWith('{}'))", keys, allowed,
                           domain));
  };
  constexpr std::string_view kAws = "karpenter.k8s.aws";
  constexpr std::string_view kKwok = "karpenter.kwok.sh";
  return fmt::format("{}, {}, {}, {}", reserved("karpenter.sh", core),
                     reserved(kAws, allowed_keys(kAws, aws)),
                     reserved(kKwok, allowed_keys(kKwok, kKwokNames)),
                     cel("kubernetes.io/hostname cannot be asked for",
                         fmt::format("{}.all(k, k != 'kubernetes.io/hostname')", keys)));
}

// API-056
constexpr std::string_view kComparison =
    "self.all(x, !(x.operator in ['Gt', 'Lt', 'Gte', 'Lte']) || "
    "(has(x.values) && x.values.size() == 1 && x.values[0].matches('^[0-9]+$')))";

// API-055 to API-062 over a list of requirements.
std::string requirements(std::string_view allowed_core_keys) {
  return fmt::format(
      R"j({{"maxItems": 100, "x-kubernetes-validations": [{}, {}, {}, {}]}})j",
      cel("In needs values",
          "self.all(x, x.operator != 'In' || (has(x.values) && x.values.size() > 0))"),
      cel("Gt, Lt, Gte and Lte need one whole number that is not negative", kComparison),
      cel("In needs at least as many values as minValues says",
          "self.all(x, !(x.operator == 'In' && has(x.minValues)) || "
          "(has(x.values) && x.values.size() >= x.minValues))"),
      key_rules("self.map(x, x.key)", allowed_core_keys));
}

// API-141, API-142: those of an overlay, which have no minValues.
std::string overlay_requirements() {
  std::vector<std::string_view> names;
  for (std::string_view name : kAwsNames) {
    bool is_of_pools_alone = name.starts_with("capacity-reservation") ||
                             name.starts_with("placement-group") || name == "instance-tenancy";
    if (!is_of_pools_alone) names.push_back(name);
  }
  return fmt::format(
      R"j({{"maxItems": 100, "x-kubernetes-validations": [{}, {}, {}]}})j",
      cel("In and NotIn need values",
          "self.all(x, !(x.operator in ['In', 'NotIn']) || (has(x.values) && x.values.size() > "
          "0))"),
      cel("Gt, Lt, Gte and Lte need one whole number that is not negative", kComparison),
      key_rules("self.map(x, x.key)", "'karpenter.sh/capacity-type', 'karpenter.sh/nodepool'",
                names));
}

std::string with_key(std::string_view more) { return fmt::format("{{{}, {}}}", more, kKey); }

std::vector<SchemaRule> make_rules() {
  return {
      // API-022
      {"Taint", R"j({"required": ["effect", "key"]})j"},
      {"Taint.key", with_key(R"j("minLength": 1)j")},
      {"Taint.value", with_key(R"j("maxLength": 316)j")},
      {"Taint.effect", R"j({"enum": ["NoSchedule", "PreferNoSchedule", "NoExecute"]})j"},

      // API-023
      {"Condition",
       R"j({"required": ["lastTransitionTime", "message", "reason", "status", "type"]})j"},
      {"Condition.type", R"j({"maxLength": 316})j"},
      {"Condition.status", R"j({"enum": ["True", "False", "Unknown"]})j"},
      {"Condition.reason",
       R"j({"minLength": 1, "maxLength": 1024, "pattern": "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"})j"},
      {"Condition.message", R"j({"maxLength": 32768})j"},
      {"Condition.observedGeneration", R"j({"minimum": 0})j"},
      {"NodeClaim status.conditions[]",
       R"j({"required": ["lastTransitionTime", "status", "type"]})j"},
      {"NodeClaim status.conditions[].reason",
       R"j({"minLength": 0, "pattern": "^([A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?)?$"})j"},
      {"NodePool status.conditions", std::string(kByType)},
      {"NodeClaim status.conditions", std::string(kByType)},
      {"NodeOverlay status.conditions", std::string(kByType)},
      {"CapacityBuffer status.conditions", std::string(kByType)},

      // API-055 to API-059
      {"NodeRequirement", R"j({"required": ["key", "operator"]})j"},
      {"NodeRequirement.key", with_key(R"j("maxLength": 316)j")},
      {"NodeRequirement.operator",
       R"j({"enum": ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"]})j"},
      {"NodeRequirement.minValues", R"j({"minimum": 1, "maximum": 50})j"},
      {"NodeRequirement.values[]", R"j({"maxLength": 63})j"},

      // API-039
      {"NodeClassReference", R"j({"required": ["group", "kind", "name"]})j"},
      {"NodeClassReference.group", R"j({"minLength": 1, "pattern": "^[^/]*$"})j"},
      {"NodeClassReference.kind", R"j({"minLength": 1})j"},
      {"NodeClassReference.name", R"j({"minLength": 1})j"},

      // NodePool (API-033 to API-065, API-085, API-086)
      {"NodePool", R"j({"required": ["spec"]})j"},
      {"NodePoolSpec", R"j({"required": ["template"], "x-kubernetes-validations": [
       {"message": "replicas can be neither added nor removed",
        "rule": "has(self.replicas) == has(oldSelf.replicas)"},
       {"message": "with replicas, limits may hold nodes alone",
        "rule": "!has(self.replicas) || !has(self.limits) || self.limits.size() == 0 || (self.limits.size() == 1 && 'nodes' in self.limits)"},
       {"message": "with replicas there is no weight", "rule": "!has(self.replicas) || !has(self.weight)"}]})j"},
      {"NodePoolSpec.weight", R"j({"minimum": 1, "maximum": 100})j"},
      {"NodePoolSpec.replicas", R"j({"minimum": 0})j"},
      {"NodePoolSpec.disruption", R"j({"default": {"consolidateAfter": "0s"}})j"},
      {"NodePoolStatus.nodes", R"j({"default": 0})j"},
      {"NodeClaimTemplate", R"j({"required": ["spec"]})j"},
      {"NodeClaimTemplateSpec", R"j({"required": ["nodeClassRef", "requirements"]})j"},
      {"NodeClaimTemplateSpec.expireAfter", R"j({"default": "720h"})j"},
      {"NodeClaimTemplateSpec.requirements", requirements("'karpenter.sh/capacity-type'")},
      {"NodeClaimTemplateSpec.nodeClassRef", R"j({"x-kubernetes-validations": [
       {"message": "group cannot change", "rule": "self.group == oldSelf.group"},
       {"message": "kind cannot change", "rule": "self.kind == oldSelf.kind"}]})j"},
      {"TemplateMetadata.labels",
       fmt::format(R"j({{"maxProperties": 100, "x-kubernetes-validations": [{}]}})j",
                   key_rules("self", "'karpenter.sh/capacity-type'"))},
      {"TemplateMetadata.labels{}",
       R"j({"maxLength": 63, "pattern": "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$"})j"},
      {"Disruption", R"j({"required": ["consolidateAfter"]})j"},
      {"Disruption.consolidateAfter", R"j({"default": "0s"})j"},
      {"Disruption.consolidationPolicy",
       R"j({"default": "WhenEmptyOrUnderutilized", "enum": ["WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"]})j"},
      {"Disruption.budgets",
       R"j({"default": [{"nodes": "10%"}], "maxItems": 50, "x-kubernetes-validations": [
       {"message": "schedule and duration belong together",
        "rule": "self.all(x, has(x.schedule) == has(x.duration))"}]})j"},
      {"Budget", R"j({"required": ["nodes"]})j"},
      {"Budget.nodes", R"j({"default": "10%", "pattern": "^((100|[0-9]{1,2})%|[0-9]+)$"})j"},
      {"Budget.schedule",
       R"j({"pattern": "^(@(annually|yearly|monthly|weekly|daily|midnight|hourly))|((.+)\\s(.+)\\s(.+)\\s(.+)\\s(.+))$"})j"},
      {"Budget.duration", R"j({"pattern": "^((([0-9]+(h|m))|([0-9]+h[0-9]+m))(0s)?)$"})j"},
      {"Budget.reasons", R"j({"maxItems": 50, "x-kubernetes-list-type": "set"})j"},
      {"Budget.reasons[]", R"j({"enum": ["Underutilized", "Empty", "Drifted"]})j"},

      // NodeClaim (API-101 to API-107)
      {"NodeClaim", R"j({"required": ["spec"]})j"},
      {"NodeClaim spec", R"j({"x-kubernetes-validations": [
       {"message": "spec cannot change", "rule": "self == oldSelf"}]})j"},
      {"NodeClaimSpec", R"j({"required": ["nodeClassRef", "requirements"]})j"},
      {"NodeClaimSpec.expireAfter", R"j({"default": "720h"})j"},
      {"NodeClaimSpec.requirements",
       requirements("'karpenter.sh/capacity-type', 'karpenter.sh/nodepool'")},

      // EC2NodeClass (API-172 to API-207)
      {"EC2NodeClassSpec",
       R"j({"required": ["amiSelectorTerms", "securityGroupSelectorTerms", "subnetSelectorTerms"],
        "x-kubernetes-validations": [
       {"message": "give either role or instanceProfile", "rule": "has(self.role) != has(self.instanceProfile)"},
       {"message": "without an alias among amiSelectorTerms, amiFamily is needed",
        "rule": "has(self.amiFamily) || self.amiSelectorTerms.exists(x, has(x.alias))"},
       {"message": "amiFamily is that of the alias, or Custom",
        "rule": "!has(self.amiFamily) || self.amiFamily == 'Custom' || self.amiSelectorTerms.all(x, !has(x.alias) || x.alias.split('@')[0] == self.amiFamily.lowerAscii())"}]
})j"},
      {"EC2NodeClassSpec.amiFamily",
       R"j({"enum": ["AL2", "AL2023", "Bottlerocket", "Custom", "Windows2019", "Windows2022", "Windows2025"]})j"},
      {"EC2NodeClassSpec.role", R"j({"minLength": 1})j"},
      {"EC2NodeClassSpec.instanceProfile", R"j({"minLength": 1})j"},
      {"EC2NodeClassSpec.instanceStorePolicy", R"j({"enum": ["RAID0"]})j"},
      {"EC2NodeClassSpec.ipPrefixCount", R"j({"minimum": 0})j"},
      {"EC2NodeClassSpec.tags", R"j({"maxProperties": 50, "x-kubernetes-validations": [
       {"message": "keys of tags may not be empty", "rule": "self.all(k, k != '')"},
       {"message": "this tag is the controller's own",
        "rule": "self.all(k, !(k in ['eks:eks-cluster-name', 'karpenter.sh/nodepool', 'karpenter.sh/nodeclaim', 'karpenter.k8s.aws/ec2nodeclass']) && !k.startsWith('kubernetes.io/cluster'))"}]
})j"},
      {"EC2NodeClassSpec.subnetSelectorTerms",
       R"j({"minItems": 1, "maxItems": 30, "x-kubernetes-validations": [
       {"message": "a term needs tags or id", "rule": "self.all(x, has(x.tags) || has(x.id))"},
       {"message": "id excludes tags", "rule": "!self.all(x, has(x.id) && has(x.tags))"}]
})j"},
      {"SubnetSelectorTerm.id", R"j({"pattern": "subnet-[0-9a-z]+"})j"},
      {"SubnetSelectorTerm.tags", std::string(kSelectorTags)},
      {"EC2NodeClassSpec.securityGroupSelectorTerms",
       R"j({"minItems": 1, "maxItems": 30, "x-kubernetes-validations": [
       {"message": "a term needs tags, id or name", "rule": "self.all(x, has(x.tags) || has(x.id) || has(x.name))"},
       {"message": "id excludes tags and name", "rule": "!self.all(x, has(x.id) && (has(x.tags) || has(x.name)))"},
       {"message": "name excludes tags and id", "rule": "!self.all(x, has(x.name) && (has(x.tags) || has(x.id)))"}]
})j"},
      {"SecurityGroupSelectorTerm.id", R"j({"pattern": "sg-[0-9a-z]+"})j"},
      {"SecurityGroupSelectorTerm.tags", std::string(kSelectorTags)},
      {"EC2NodeClassSpec.amiSelectorTerms",
       R"j({"minItems": 1, "maxItems": 30, "x-kubernetes-validations": [
       {"message": "a term needs tags, id, name, alias or ssmParameter",
        "rule": "self.all(x, has(x.tags) || has(x.id) || has(x.name) || has(x.alias) || has(x.ssmParameter))"},
       {"message": "id excludes alias, tags, name and owner",
        "rule": "!self.exists(x, has(x.id) && (has(x.alias) || has(x.tags) || has(x.name) || has(x.owner)))"},
       {"message": "alias excludes id, tags, name and owner",
        "rule": "!self.exists(x, has(x.alias) && (has(x.id) || has(x.tags) || has(x.name) || has(x.owner)))"},
       {"message": "an alias must be the only term", "rule": "!(self.exists(x, has(x.alias)) && self.size() != 1)"}]
})j"},
      {"AMISelectorTerm.id", R"j({"pattern": "ami-[0-9a-z]+"})j"},
      {"AMISelectorTerm.tags", std::string(kSelectorTags)},
      {"AMISelectorTerm.alias",
       R"j({"maxLength": 30, "pattern": "^[a-zA-Z0-9]+@.+$", "x-kubernetes-validations": [
       {"message": "family is one of al2, al2023, bottlerocket, windows2019, windows2022, windows2025",
        "rule": "self.split('@')[0] in ['al2', 'al2023', 'bottlerocket', 'windows2019', 'windows2022', 'windows2025']"},
       {"message": "Windows families have the version latest alone",
        "rule": "!(self.split('@')[0] in ['windows2019', 'windows2022', 'windows2025']) || self.split('@')[1] == 'latest'"}]})j"},
      {"EC2NodeClassSpec.capacityReservationSelectorTerms",
       R"j({"maxItems": 30, "x-kubernetes-validations": [
       {"message": "a term needs tags, id or instanceMatchCriteria",
        "rule": "self.all(x, has(x.tags) || has(x.id) || has(x.instanceMatchCriteria))"},
       {"message": "id excludes the others",
        "rule": "!self.all(x, has(x.id) && (has(x.tags) || has(x.ownerID) || has(x.instanceMatchCriteria)))"}]
})j"},
      {"CapacityReservationSelectorTerm.id", R"j({"pattern": "^cr-[0-9a-z]+$"})j"},
      {"CapacityReservationSelectorTerm.ownerID", R"j({"pattern": "^[0-9]{12}$"})j"},
      {"CapacityReservationSelectorTerm.instanceMatchCriteria",
       R"j({"enum": ["open", "targeted"]})j"},
      {"CapacityReservationSelectorTerm.tags", std::string(kSelectorTags)},
      {"PlacementGroupSelector", R"j({"x-kubernetes-validations": [
       {"message": "give either name or id", "rule": "has(self.name) != has(self.id)"}]
})j"},
      {"PlacementGroupSelector.name", R"j({"minLength": 1})j"},
      {"PlacementGroupSelector.id", R"j({"pattern": "^pg-[0-9a-z]+$"})j"},
      {"EC2NodeClassSpec.blockDeviceMappings", R"j({"maxItems": 50, "x-kubernetes-validations": [
       {"message": "only one may be the root volume",
        "rule": "self.filter(x, has(x.rootVolume) && x.rootVolume).size() <= 1"}]})j"},
      {"BlockDevice", R"j({"x-kubernetes-validations": [
       {"message": "snapshotID or volumeSize is needed", "rule": "has(self.snapshotID) || has(self.volumeSize)"},
       {"message": "volumeInitializationRate needs a snapshotID",
        "rule": "!has(self.volumeInitializationRate) || (has(self.snapshotID) && self.snapshotID != '')"}]
})j"},
      {"BlockDevice.volumeSize",
       R"j({"pattern": "^((?:[1-9][0-9]{0,3}|[1-4][0-9]{4}|[5][0-8][0-9]{3}|59000)Gi|(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|[6][0-3][0-9]{3}|64000)G|([1-9]||[1-5][0-7]|58)Ti|([1-9]||[1-5][0-9]|6[0-3]|64)T)$"})j"},
      {"BlockDevice.volumeType",
       R"j({"enum": ["standard", "io1", "io2", "gp2", "sc1", "st1", "gp3"]})j"},
      {"BlockDevice.volumeInitializationRate", R"j({"minimum": 100, "maximum": 300})j"},
      {"EC2NodeClassSpec.networkInterfaces", R"j({"maxItems": 150, "x-kubernetes-validations": [
       {"message": "network card 0, device 0 must be there, as an interface",
        "rule": "self.size() == 0 || self.exists(x, x.networkCardIndex == 0 && x.deviceIndex == 0 && x.interfaceType == 'interface')"},
       {"message": "each pair of network card and device stands once",
        "rule": "self.all(x, self.exists_one(y, x.networkCardIndex == y.networkCardIndex && x.deviceIndex == y.deviceIndex))"},
       {"message": "at most one efa-only interface on a card",
        "rule": "self.all(x, x.interfaceType != 'efa-only' || self.exists_one(y, y.interfaceType == 'efa-only' && x.networkCardIndex == y.networkCardIndex))"}]
})j"},
      {"NetworkInterface",
       R"j({"required": ["deviceIndex", "interfaceType", "networkCardIndex"]})j"},
      {"NetworkInterface.deviceIndex", R"j({"minimum": 0})j"},
      {"NetworkInterface.networkCardIndex", R"j({"minimum": 0})j"},
      {"NetworkInterface.interfaceType", R"j({"enum": ["interface", "efa-only"]})j"},
      {"EC2NodeClassSpec.metadataOptions",
       R"j({"default": {"httpEndpoint": "enabled", "httpProtocolIPv6": "disabled", "httpPutResponseHopLimit": 1, "httpTokens": "required"}})j"},
      {"MetadataOptions.httpEndpoint",
       R"j({"default": "enabled", "enum": ["enabled", "disabled"]})j"},
      {"MetadataOptions.httpProtocolIPv6",
       R"j({"default": "disabled", "enum": ["enabled", "disabled"]})j"},
      {"MetadataOptions.httpPutResponseHopLimit",
       R"j({"default": 1, "minimum": 1, "maximum": 64})j"},
      {"MetadataOptions.httpTokens",
       R"j({"default": "required", "enum": ["required", "optional"]})j"},
      {"ConnectionTracking", R"j({"minProperties": 1})j"},
      {"ConnectionTracking.tcpEstablishedTimeout", R"j({"minimum": 60, "maximum": 432000})j"},
      {"ConnectionTracking.udpStreamTimeout", R"j({"minimum": 60, "maximum": 180})j"},
      {"ConnectionTracking.udpTimeout", R"j({"minimum": 30, "maximum": 60})j"},
      {"CPUOptions.nestedVirtualization", R"j({"enum": ["enabled", "disabled"]})j"},
      {"AMIStatus", R"j({"required": ["id", "requirements"]})j"},

      // NodeOverlay (API-141 to API-147)
      {"NodeOverlay", R"j({"required": ["spec"]})j"},
      {"NodeOverlaySpec", R"j({"required": ["requirements"], "x-kubernetes-validations": [
       {"message": "give at most one of price and priceAdjustment",
        "rule": "!has(self.price) || !has(self.priceAdjustment)"}]
})j"},
      {"NodeOverlay spec.requirements", overlay_requirements()},
      {"NodeOverlay spec.requirements[]", R"j({"required": ["key", "operator"]})j"},
      {"NodeOverlay spec.requirements[].key", with_key(R"j("maxLength": 316)j")},
      {"NodeOverlay spec.requirements[].operator",
       R"j({"enum": ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"]})j"},
      {"NodeOverlay spec.requirements[].values[]", R"j({"maxLength": 63})j"},
      {"NodeOverlaySpec.price", R"j({"pattern": "^\\d+(\\.\\d+)?$"})j"},
      {"NodeOverlaySpec.priceAdjustment",
       R"j({"pattern": "^(([+-]{1}(\\d*\\.?\\d+))|(\\+{1}\\d*\\.?\\d+%)|(^(-\\d{1,2}(\\.\\d+)?%)$)|(-100%))$"})j"},
      {"NodeOverlaySpec.capacity", R"j({"maxProperties": 100, "x-kubernetes-validations": [
       {"message": "cpu, memory, ephemeral-storage and pods cannot be changed",
        "rule": "self.all(k, !(k in ['cpu', 'memory', 'ephemeral-storage', 'pods']))"}]
})j"},
      {"NodeOverlaySpec.weight", R"j({"minimum": 1, "maximum": 10000})j"},

      // CapacityBuffer (API-156 to API-163)
      {"CapacityBufferSpec", R"j({"x-kubernetes-validations": [
       {"message": "give either podTemplateRef or scalableRef",
        "rule": "!(has(self.podTemplateRef) && has(self.scalableRef))"},
       {"message": "podTemplateRef needs replicas or limits",
        "rule": "!has(self.podTemplateRef) || has(self.replicas) || has(self.limits)"}]
})j"},
      {"CapacityBufferSpec.provisioningStrategy",
       R"j({"default": "buffer.x-k8s.io/active-capacity"})j"},
      {"CapacityBufferSpec.replicas", R"j({"minimum": 0})j"},
      {"CapacityBufferSpec.percentage", R"j({"minimum": 0})j"},
      {"CapacityBuffer spec.podTemplateRef.name", R"j({"minLength": 1})j"},
      {"ScalableReference", R"j({"required": ["kind", "name"]})j"},
      {"ScalableReference.kind", R"j({"minLength": 1})j"},
      {"ScalableReference.name", R"j({"minLength": 1})j"},

      // KWOKNodeClass (API-255, API-256)
      {"KWOKNodeClass status",
       R"j({"default": {"conditions": [{"type": "Ready", "status": "True", "reason": "Ready", "message": "",
         "lastTransitionTime": "2024-01-01T01:01:01Z"}]}})j"},
  };
}

}  // namespace

std::span<const SchemaRule> schema_rules() {
  static const std::vector<SchemaRule> rules = make_rules();
  return rules;
}

}  // namespace model
