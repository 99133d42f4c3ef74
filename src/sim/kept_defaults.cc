#include "sim/kept_defaults.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/base64.h"
#include "base/check.h"
#include "sim/core_defaults.h"
#include "sim/object_meta.h"

namespace sim {
namespace {

using base::Json;
using base::Result;
using boost::json::array;
using boost::json::object;

constexpr std::string_view kDefaultClass = "storageclass.kubernetes.io/is-default-class";

Json text(std::string_view value) { return Json(boost::json::string(value)); }

// nullptr if there is none.
object* spec_of(Json& value) {
  Json* spec = value.get_object().if_contains("spec");
  return spec == nullptr ? nullptr : spec->if_object();
}

// The addresses and ports of a cluster's Services.
class Services {
 public:
  explicit Services(Store& store) : store_(store) {}

  void fill_in(const Stored* before, Json& service) {
    object* spec = spec_of(service);
    if (spec == nullptr) return;
    set_default(*spec, "type", "ClusterIP");
    set_default(*spec, "sessionAffinity", "None");
    if (spec->at("type") == "ExternalName") return;
    for (std::string_view member : {"clusterIP", "clusterIPs"}) {
      const Json* old =
          before == nullptr ? nullptr : base::find_path(before->json, {"spec", member});
      if (old != nullptr) set_default(*spec, member, *old);
    }
    if (!spec->contains("clusterIP")) spec->emplace("clusterIP", text(free_address()));
    set_default(*spec, "clusterIPs", array{spec->at("clusterIP")});
    set_default(*spec, "internalTrafficPolicy", "Cluster");
    set_default(*spec, "ipFamilies", array{"IPv4"});
    set_default(*spec, "ipFamilyPolicy", "SingleStack");
    fill_in_ports(before, *spec);
  }

 private:
  void fill_in_ports(const Stored* before, object& spec) {
    Json* ports = spec.if_contains("ports");
    if (ports == nullptr || !ports->is_array()) return;
    bool is_outside = spec.at("type") == "NodePort" || spec.at("type") == "LoadBalancer";
    for (Json& element : ports->get_array()) {
      object* port = element.if_object();
      if (port == nullptr) continue;
      set_default(*port, "protocol", "TCP");
      if (const Json* number = port->if_contains("port")) set_default(*port, "targetPort", *number);
      if (!is_outside || port->contains("nodePort")) continue;
      const Json* old = port_before(before, *port);
      port->emplace("nodePort", old == nullptr ? Json(kFirstNodePort + next_port_++) : *old);
    }
  }

  static const Json* port_before(const Stored* before, const object& port) {
    const Json* ports =
        before == nullptr ? nullptr : base::find_path(before->json, {"spec", "ports"});
    const Json* number = port.if_contains("port");
    if (ports == nullptr || !ports->is_array() || number == nullptr) return nullptr;
    for (const Json& old : ports->get_array()) {
      const Json* old_number = base::find_path(old, {"port"});
      if (old_number != nullptr && *old_number == *number)
        return base::find_path(old, {"nodePort"});
    }
    return nullptr;
  }

  std::string free_address() {
    const Resource* services = store_.find_kind("v1", "Service");
    std::vector<StoredPtr> items = store_.list(*services).items;
    std::string address;
    auto has_it = [&](const StoredPtr& item) {
      return base::string_at(item->json, {"spec", "clusterIP"}) == address;
    };
    do {
      ++next_address_;
      address = fmt::format("10.96.{}.{}", next_address_ / 250 % 250, next_address_ % 250 + 4);
    } while (std::ranges::any_of(items, has_it));
    return address;
  }

  static constexpr std::int64_t kFirstNodePort = 30'000;

  Store& store_;
  std::uint32_t next_address_ = 0;
  std::int64_t next_port_ = 0;
};

void default_secret(Json& secret) {
  object& members = secret.get_object();
  set_default(members, "type", "Opaque");
  Json* given = members.if_contains("stringData");
  if (given == nullptr || !given->is_object()) return;
  object texts = std::move(given->get_object());
  members.erase("stringData");
  Json& data = members["data"];
  if (!data.is_object()) data = object();
  for (const auto& member : texts) {
    const auto* value = member.value().if_string();
    data.get_object()[member.key()] = text(base::base64(value == nullptr ? "" : *value));
  }
}

// The default StorageClass that was made last, then by name; "" if there is none.
std::string default_storage_class(const Store& store) {
  std::pair<std::string, std::string> best;  // its time, its name
  for (const StoredPtr& item :
       store.list(*store.find_kind("storage.k8s.io/v1", "StorageClass")).items) {
    if (base::string_at(item->json, {"metadata", "annotations", kDefaultClass}) != "true") continue;
    std::pair candidate{std::string(meta_text(item->json, "creationTimestamp")),
                        std::string(meta_text(item->json, "name"))};
    if (best.second.empty() || candidate.first > best.first) best = std::move(candidate);
  }
  return best.second;
}

void default_claim(const Store& store, const Stored* before, Json& claim) {
  object* spec = spec_of(claim);
  if (spec == nullptr) return;
  set_default(*spec, "volumeMode", "Filesystem");
  if (before != nullptr) return;
  if (!spec->contains("storageClassName")) {
    std::string name = default_storage_class(store);
    if (!name.empty()) spec->emplace("storageClassName", text(name));
  }
  Json& status = claim.get_object()["status"];
  if (!status.is_object()) status = {{"phase", "Pending"}};
}

void default_volume(const Stored* before, Json& volume) {
  object* spec = spec_of(volume);
  if (spec == nullptr) return;
  set_default(*spec, "volumeMode", "Filesystem");
  set_default(*spec, "persistentVolumeReclaimPolicy", "Retain");
  Json& status = volume.get_object()["status"];
  if (before == nullptr && !status.is_object()) status = {{"phase", "Pending"}};
}

void default_storage_class(Json& storage_class) {
  object& members = storage_class.get_object();
  set_default(members, "reclaimPolicy", "Delete");
  set_default(members, "volumeBindingMode", "Immediate");
}

template <class Function>
void admit(Store& store, std::string_view api_version, std::string_view kind, Function fill_in) {
  const Resource* resource = store.find_kind(api_version, kind);
  base::check(resource != nullptr, "the kind is served");
  store.admit(
      *resource,
      [fill_in](const Stored* before, Json& object, const WriteOptions& options) -> Result<void> {
        if (options.subresource != "status") fill_in(before, object);
        return {};
      });
}

}  // namespace

void install_kept_defaults(Store& store) {
  auto services = std::make_shared<Services>(store);
  admit(store, "v1", "Service",
        [services](const Stored* before, Json& service) { services->fill_in(before, service); });
  admit(store, "v1", "Secret", [](const Stored*, Json& secret) { default_secret(secret); });
  admit(store, "v1", "PersistentVolumeClaim",
        [&store](const Stored* before, Json& claim) { default_claim(store, before, claim); });
  admit(store, "v1", "PersistentVolume", default_volume);
  admit(store, "storage.k8s.io/v1", "StorageClass",
        [](const Stored*, Json& value) { default_storage_class(value); });
}

}  // namespace sim
