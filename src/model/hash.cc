#include "model/hash.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>

#include "base/quantity.h"
#include "model/validate_parts.h"

namespace model {
namespace {

using Hash = std::uint64_t;
using Path = std::initializer_list<std::string_view>;

constexpr Hash kOffset = 0xcbf29ce484222325;
constexpr Hash kPrime = 0x100000001b3;

// FNV-1, which multiplies before it mixes in the byte (API-320, LIF-202).
Hash mix(Hash hash, unsigned char byte) { return (hash * kPrime) ^ byte; }

Hash mix_number(Hash hash, std::uint64_t number) {
  for (int shift = 0; shift < 64; shift += 8) {
    hash = mix(hash, static_cast<unsigned char>(number >> shift));
  }
  return hash;
}

Hash hash_text(std::string_view text) {
  Hash hash = kOffset;
  for (char byte : text)
    hash = mix(hash, static_cast<unsigned char>(byte));
  return hash;
}

Hash hash_number(std::uint64_t number) { return mix_number(kOffset, number); }

Hash hash_pair(Hash first, Hash second) { return mix_number(mix_number(kOffset, first), second); }

// A struct: its type name, then each field that counts, in the order of declaration (LIF-204).
class StructHash {
 public:
  explicit StructHash(std::string_view type_name) : hash_(hash_text(type_name)) {}

  // A field without a value does not count.
  StructHash& field(std::string_view name, std::optional<Hash> value) {
    if (!value) return *this;
    hash_ = hash_number(hash_ ^ hash_pair(hash_text(name), *value));
    any_ = true;
    return *this;
  }

  Hash always() const { return hash_; }
  // No value if no field counted: such a struct is zero and does not count itself.
  std::optional<Hash> unless_zero() const { return any_ ? std::optional(hash_) : std::nullopt; }

 private:
  Hash hash_;
  bool any_ = false;
};

// The member at the path, or nullptr if it is not given; null counts as not given.
const base::Json* given(const base::Json& value, Path path) {
  const base::Json* found = base::find_path(value, path);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::optional<Hash> text_at(const base::Json& value, Path path) {
  std::string_view text = base::string_at(value, path);
  return text.empty() ? std::nullopt : std::optional(hash_text(text));
}

std::optional<Hash> map_at(const base::Json& value, Path path) {
  const base::Json* map = given(value, path);
  if (map == nullptr) return std::nullopt;
  Hash hash = 0;
  for (const auto& member : map->get_object()) {
    const boost::json::string& text = member.value().get_string();
    hash ^= hash_pair(hash_text(member.key()), hash_text(text));
  }
  return hash_number(hash);
}

// The order of the list does not matter, and equal taints cancel each other out (API-324).
std::optional<Hash> taints_at(const base::Json& value, Path path) {
  const base::Json* taints = given(value, path);
  if (taints == nullptr) return std::nullopt;
  Hash hash = 0;
  for (const base::Json& taint : taints->get_array()) {
    hash ^= StructHash("Taint")
                .field("Key", text_at(taint, {"key"}))
                .field("Value", text_at(taint, {"value"}))
                .field("Effect", text_at(taint, {"effect"}))
                .always();
  }
  return hash;
}

std::optional<Hash> nanoseconds(base::Duration duration) {
  return hash_number(static_cast<std::uint64_t>(duration.count()));
}

// A grace period of 0s counts as an empty struct (LIF-205).
std::optional<Hash> grace_period(const std::optional<DurationText>& period) {
  if (!period) return std::nullopt;
  StructHash hash("Duration");
  if (period->value.count() != 0) hash.field("Duration", nanoseconds(period->value));
  return hash.always();
}

// Never is the absence of a duration and does not count; 0s counts (LIF-205).
std::optional<Hash> expiry(const std::optional<NillableDuration>& expire_after) {
  if (!expire_after || !expire_after->value) return std::nullopt;
  return StructHash("NillableDuration")
      .field("Duration", nanoseconds(*expire_after->value))
      .always();
}

// `read` is the same template as `wire`, with its durations read.
std::string hash_template(const base::Json& wire, const NodeClaimTemplate& read) {
  std::optional<Hash> node_class =
      StructHash("NodeClassReference")
          .field("Kind", text_at(wire, {"spec", "nodeClassRef", "kind"}))
          .field("Name", text_at(wire, {"spec", "nodeClassRef", "name"}))
          .field("Group", text_at(wire, {"spec", "nodeClassRef", "group"}))
          .unless_zero();
  std::optional<Hash> metadata =
      StructHash("ObjectMeta")
          .field("Labels", map_at(wire, {"metadata", "labels"}))
          .field("Annotations", map_at(wire, {"metadata", "annotations"}))
          .unless_zero();
  std::optional<Hash> spec =
      StructHash("NodeClaimTemplateSpec")
          .field("Taints", taints_at(wire, {"spec", "taints"}))
          .field("StartupTaints", taints_at(wire, {"spec", "startupTaints"}))
          .field("NodeClassRef", node_class)
          .field("TerminationGracePeriod", grace_period(read.spec.terminationGracePeriod))
          .field("ExpireAfter", expiry(read.spec.expireAfter))
          .unless_zero();
  return std::to_string(
      StructHash("NodeClaimTemplate").field("ObjectMeta", metadata).field("Spec", spec).always());
}

// Optional scalars of a node class count as soon as they are given, "", 0 and false too (API-326).
std::optional<Hash> given_text(const base::Json& value, std::string_view name) {
  const base::Json* text = given(value, {name});
  if (text == nullptr) return std::nullopt;
  const boost::json::string& written = text->get_string();
  return hash_text(std::string_view(written.data(), written.size()));
}

std::optional<Hash> given_bool(const base::Json& value, std::string_view name) {
  const base::Json* found = given(value, {name});
  if (found == nullptr) return std::nullopt;
  return mix(kOffset, found->get_bool() ? 1 : 0);
}

std::optional<Hash> given_int64(const base::Json& value, std::string_view name) {
  const base::Json* found = given(value, {name});
  if (found == nullptr) return std::nullopt;
  return hash_number(static_cast<std::uint64_t>(found->get_int64()));
}

// Four bytes (API-321).
std::optional<Hash> given_int32(const base::Json& value, std::string_view name) {
  const base::Json* found = given(value, {name});
  if (found == nullptr) return std::nullopt;
  auto number = static_cast<std::uint32_t>(found->get_int64());
  Hash hash = kOffset;
  for (int shift = 0; shift < 32; shift += 8)
    hash = mix(hash, static_cast<unsigned char>(number >> shift));
  return hash;
}

// A plain number counts unless it is 0.
std::optional<Hash> number_unless_zero(const base::Json& value, std::string_view name) {
  const base::Json* found = given(value, {name});
  if (found == nullptr || found->get_int64() == 0) return std::nullopt;
  return given_int32(value, name);
}

// A size counts in its canonical spelling: 1024Gi as 1Ti (API-332).
std::optional<Hash> given_size(const base::Json& value, std::string_view name) {
  const base::Json* found = given(value, {name});
  if (found == nullptr) return std::nullopt;
  std::string_view text(found->get_string());
  base::Result<base::Quantity> size = base::Quantity::parse(text);
  return hash_text(size ? size->to_string() : std::string(text));
}

Hash hash_block_device(const base::Json& ebs) {
  return StructHash("BlockDevice")
      .field("DeleteOnTermination", given_bool(ebs, "deleteOnTermination"))
      .field("Encrypted", given_bool(ebs, "encrypted"))
      .field("IOPS", given_int64(ebs, "iops"))
      .field("KMSKeyID", given_text(ebs, "kmsKeyID"))
      .field("SnapshotID", given_text(ebs, "snapshotID"))
      .field("Throughput", given_int64(ebs, "throughput"))
      .field("VolumeInitializationRate", given_int32(ebs, "volumeInitializationRate"))
      .field("VolumeSize", given_size(ebs, "volumeSize"))
      .field("VolumeType", given_text(ebs, "volumeType"))
      .always();
}

Hash hash_mapping(const base::Json& mapping) {
  const base::Json* ebs = given(mapping, {"ebs"});
  const base::Json* root = given(mapping, {"rootVolume"});
  bool is_root = root != nullptr && root->get_bool();
  return StructHash("BlockDeviceMapping")
      .field("DeviceName", given_text(mapping, "deviceName"))
      .field("EBS", ebs == nullptr ? std::nullopt : std::optional(hash_block_device(*ebs)))
      .field("RootVolume", is_root ? given_bool(mapping, "rootVolume") : std::nullopt)
      .always();
}

Hash hash_interface(const base::Json& interface) {
  return StructHash("NetworkInterface")
      .field("NetworkCardIndex", number_unless_zero(interface, "networkCardIndex"))
      .field("DeviceIndex", number_unless_zero(interface, "deviceIndex"))
      .field("InterfaceType", text_at(interface, {"interfaceType"}))
      .always();
}

std::optional<Hash> list_at(const base::Json& spec, std::string_view name,
                            Hash (*hash_of)(const base::Json& element)) {
  const base::Json* list = given(spec, {name});
  if (list == nullptr) return std::nullopt;
  Hash hash = 0;
  for (const base::Json& element : list->get_array())
    hash ^= hash_of(element);
  return hash;
}

std::optional<Hash> object_at(const base::Json& spec, std::string_view name,
                              Hash (*hash_of)(const base::Json& object)) {
  const base::Json* object = given(spec, {name});
  return object == nullptr ? std::nullopt : std::optional(hash_of(*object));
}

Hash hash_placement_group(const base::Json& selector) {
  return StructHash("PlacementGroupSelector")
      .field("Name", given_text(selector, "name"))
      .field("ID", given_text(selector, "id"))
      .always();
}

Hash hash_metadata_options(const base::Json& options) {
  return StructHash("MetadataOptions")
      .field("HTTPEndpoint", given_text(options, "httpEndpoint"))
      .field("HTTPProtocolIPv6", given_text(options, "httpProtocolIPv6"))
      .field("HTTPPutResponseHopLimit", given_int64(options, "httpPutResponseHopLimit"))
      .field("HTTPTokens", given_text(options, "httpTokens"))
      .always();
}

Hash hash_connection_tracking(const base::Json& tracking) {
  return StructHash("ConnectionTracking")
      .field("TCPEstablishedTimeout", given_int32(tracking, "tcpEstablishedTimeout"))
      .field("UDPStreamTimeout", given_int32(tracking, "udpStreamTimeout"))
      .field("UDPTimeout", given_int32(tracking, "udpTimeout"))
      .always();
}

Hash hash_cpu_options(const base::Json& options) {
  return StructHash("CPUOptions")
      .field("NestedVirtualization", given_text(options, "nestedVirtualization"))
      .always();
}

// API-332, in the order of the fields there.
Hash hash_class_spec(const base::Json& spec) {
  return StructHash("EC2NodeClassSpec")
      .field("PlacementGroupSelector",
             object_at(spec, "placementGroupSelector", hash_placement_group))
      .field("AssociatePublicIPAddress", given_bool(spec, "associatePublicIPAddress"))
      .field("UserData", given_text(spec, "userData"))
      .field("Role", text_at(spec, {"role"}))
      .field("InstanceProfile", given_text(spec, "instanceProfile"))
      .field("Tags", map_at(spec, {"tags"}))
      .field("BlockDeviceMappings", list_at(spec, "blockDeviceMappings", hash_mapping))
      .field("InstanceStorePolicy", given_text(spec, "instanceStorePolicy"))
      .field("NetworkInterfaces", list_at(spec, "networkInterfaces", hash_interface))
      .field("DetailedMonitoring", given_bool(spec, "detailedMonitoring"))
      .field("MetadataOptions", object_at(spec, "metadataOptions", hash_metadata_options))
      .field("ConnectionTracking", object_at(spec, "connectionTracking", hash_connection_tracking))
      .field("Context", given_text(spec, "context"))
      .field("CPUOptions", object_at(spec, "cpuOptions", hash_cpu_options))
      .always();
}

// A text as JSON, with the characters that could end a script escaped as well (API-331).
void print_escaped(std::string_view text, std::string& out) {
  std::string plain = base::print_json(base::Json(boost::json::string(text)));
  for (std::size_t at = 0; at < plain.size(); ++at) {
    std::string_view rest = std::string_view(plain).substr(at);
    if (rest.front() == '<' || rest.front() == '>' || rest.front() == '&') {
      out += rest.front() == '<' ? "\\u003c" : rest.front() == '>' ? "\\u003e" : "\\u0026";
    } else if (rest.starts_with("\xe2\x80\xa8") || rest.starts_with("\xe2\x80\xa9")) {
      out += rest[2] == '\xa8' ? "\\u2028" : "\\u2029";
      at += 2;
    } else {
      out += rest.front();
    }
  }
}

// Compact, members sorted at every depth.
void print_sorted(const base::Json& value, std::string& out) {
  if (const auto* object = value.if_object()) {
    std::map<std::string_view, const base::Json*> members;
    for (const auto& member : *object)
      members.emplace(member.key(), &member.value());
    char separator = '{';
    for (const auto& [key, member] : members) {
      out += separator;
      print_escaped(key, out);
      out += ':';
      print_sorted(*member, out);
      separator = ',';
    }
    out += object->empty() ? "{}" : "}";
  } else if (const auto* array = value.if_array()) {
    char separator = '[';
    for (const base::Json& element : *array) {
      out += separator;
      print_sorted(element, out);
      separator = ',';
    }
    out += array->empty() ? "[]" : "]";
  } else if (const auto* text = value.if_string()) {
    print_escaped(*text, out);
  } else if (const double* number = value.if_double()) {
    out += fmt::to_string(*number);
  } else {
    out += base::print_json(value);
  }
}

std::string kubelet_text(const std::optional<base::Json>& kubelet) {
  const auto* members = kubelet ? kubelet->if_object() : nullptr;
  if (members == nullptr || members->empty()) return "null";
  std::string text;
  print_sorted(*kubelet, text);
  return text;
}

}  // namespace

std::string node_pool_hash(const NodePool& node_pool) {
  const NodeClaimTemplate& node_template = node_pool.spec.template_;
  return hash_template(base::to_json(node_template), node_template);
}

base::Result<std::string> node_pool_hash(const base::Json& node_pool) {
  const base::Json* wire = given(node_pool, {"spec", "template"});
  if (wire == nullptr) return base::invalid("spec.template: is required");
  // Reading it as the struct proves the types of all that is looked at in the wire form.
  base::Result<NodeClaimTemplate> read = base::from_json<NodeClaimTemplate>(*wire);
  if (!read) return base::invalid("spec.template." + read.error().message);
  return hash_template(*wire, *read);
}

std::string node_class_hash(const EC2NodeClass& node_class, std::string_view ca_bundle) {
  std::string family = effective_family(node_class.spec);
  Hash hash = hash_class_spec(base::to_json(node_class.spec));
  hash ^= hash_text(family.empty() ? "Custom" : family);
  hash ^= hash_text(ca_bundle);
  hash ^= hash_text(kubelet_text(node_class.spec.kubelet));
  return std::to_string(hash);
}

}  // namespace model
