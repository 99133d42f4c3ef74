#include "model/hash.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>

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

}  // namespace model
