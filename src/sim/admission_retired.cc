#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "model/meta.h"
#include "sim/admission.h"
#include "sim/errors.h"
#include "sim/object_meta.h"

namespace sim {
namespace {

using base::Json;
using base::Result;
using boost::json::object;

Json text(std::string_view value) { return Json(boost::json::string(value)); }

// Keeps the objects of today that belong to a retired one in step with it.
class Conversions {
 public:
  Conversions(Store& store, const Resource& retired, model::ClassDefaults class_defaults)
      : store_(store), retired_(retired), class_defaults_(std::move(class_defaults)) {}

  // Whether the object converts and all that it converts to could be written.
  Result<void> check(const Stored& stored, const WriteOptions& options) const {
    model::Conversion conversion = convert(stored, options);
    if (!conversion.errors.empty()) {
      return invalid_object(retired_, meta_text(stored.json, "name"), conversion.errors);
    }
    for (const Json& wanted : conversion.objects) {
      Result<StoredPtr> written = write(stored, wanted, true);
      if (!written) return std::unexpected(written.error());
    }
    if (options.warnings != nullptr) {
      options.warnings->insert(options.warnings->end(), conversion.warnings.begin(),
                               conversion.warnings.end());
    }
    return {};
  }

  // Requires: check() passed just now.
  void apply(const Stored& stored) const {
    model::Conversion conversion = convert(stored, {});
    for (const Json& wanted : conversion.objects) {
      Result<StoredPtr> written = write(stored, wanted, false);
      base::check(written.has_value(), "what was checked can be written");
    }
    remove_others(stored, conversion.objects);
  }

 private:
  model::Conversion convert(const Stored& stored, const WriteOptions& options) const {
    model::ConvertOptions convert_options;
    convert_options.strict = options.field_validation == FieldValidation::strict;
    convert_options.fill_in = class_defaults_;
    return model::convert(stored.json, convert_options);
  }

  const Resource& resource_of(const Json& wanted) const {
    const Resource* found = store_.find_kind(base::string_at(wanted, {"apiVersion"}),
                                             base::string_at(wanted, {"kind"}));
    base::check(found != nullptr, "a retired kind converts to kinds that are served");
    return *found;
  }

  static bool is_owned_by(const Stored& object, std::string_view uid) {
    const auto& owners = object.object.metadata().ownerReferences;
    return std::ranges::find(owners, uid, &model::OwnerReference::uid) != owners.end();
  }

  Result<StoredPtr> write(const Stored& owner, const Json& wanted, bool dry_run) const {
    const Resource& resource = resource_of(wanted);
    std::string_view name = meta_text(wanted, "name");
    WriteOptions options;
    options.dry_run = dry_run;
    StoredPtr existing = store_.get(resource, "", name);
    if (existing == nullptr) {
      Json created = wanted;
      metadata_of(created)["ownerReferences"] = boost::json::array{reference_to(owner)};
      return store_.create(resource, "", std::move(created), options);
    }
    if (!is_owned_by(*existing, meta_text(owner.json, "uid")))
      return taken(owner, resource, *existing);
    Json updated = existing->json;
    updated.get_object()["spec"] = wanted.at("spec");
    for (std::string_view map : {"labels", "annotations"}) {
      const Json* members = base::find_path(wanted, {"metadata", map});
      if (members == nullptr) continue;
      Json& target = metadata_of(updated)[map];
      if (target.is_null()) target = object();
      for (const auto& member : members->as_object()) {
        target.as_object()[member.key()] = member.value();
      }
    }
    return store_.update(resource, "", name, std::move(updated), options);
  }

  Json reference_to(const Stored& owner) const {
    return {{"apiVersion", text(retired_.api_version())},
            {"kind", text(retired_.kind)},
            {"name", text(meta_text(owner.json, "name"))},
            {"uid", text(meta_text(owner.json, "uid"))},
            {"controller", true},
            {"blockOwnerDeletion", true}};
  }

  std::unexpected<base::Error> taken(const Stored& owner, const Resource& resource,
                                     const Stored& existing) const {
    std::string_view name = meta_text(existing.json, "name");
    const auto& owners = existing.object.metadata().ownerReferences;
    std::string whose = owners.empty() ? "one that was applied by itself"
                                       : fmt::format("one that belongs to {} \"{}\"",
                                                     owners.front().kind, owners.front().name);
    return base::fail(
        base::Code::conflict,
        fmt::format("{} \"{}\" converts to {} \"{}\", but there is {} already: delete it or rename "
                    "the {}",
                    retired_.qualified_plural(), meta_text(owner.json, "name"),
                    resource.qualified_plural(), name, whose, retired_.kind));
  }

  // What an earlier version of the object converted to and this one does not.
  void remove_others(const Stored& owner, const std::vector<Json>& wanted) const {
    std::string_view uid = meta_text(owner.json, "uid");
    for (model::Kind kind : {model::Kind::NodePool, model::Kind::EC2NodeClass}) {
      const Resource& resource = store_.resource_of(kind);
      for (const StoredPtr& item : store_.list(resource).items) {
        bool is_wanted = std::ranges::any_of(wanted, [&](const Json& object) {
          return base::string_at(object, {"kind"}) == resource.kind &&
                 meta_text(object, "name") == meta_text(item->json, "name");
        });
        if (is_wanted || !is_owned_by(*item, uid)) continue;
        Result<StoredPtr> removed = store_.remove(resource, "", meta_text(item->json, "name"));
        base::check(removed.has_value(), "what was listed can be deleted");
      }
    }
  }

  Store& store_;
  const Resource& retired_;
  model::ClassDefaults class_defaults_;
};

}  // namespace

void install_retired_admission(Store& store, const model::ClassDefaults& class_defaults) {
  for (const Resource& resource : store.resources()) {
    if (!model::is_convertible(resource.api_version(), resource.kind)) continue;
    auto conversions = std::make_shared<const Conversions>(store, resource, class_defaults);
    store.validate(resource,
                   [conversions](const Stored*, const Stored& after, const WriteOptions& options) {
                     bool is_status = options.subresource == "status";
                     return is_status ? Result<void>() : conversions->check(after, options);
                   });
    store.follow(resource, [conversions](const Stored& after) { conversions->apply(after); });
  }
}

}  // namespace sim
