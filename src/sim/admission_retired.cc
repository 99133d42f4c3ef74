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

// Keeps the objects of today that belong to retired ones in step with them. All retired objects of
// the cluster are converted together, since the settings of a pool may move to the class that
// another object makes.
class Conversions {
 public:
  Conversions(Store& store, std::vector<const Resource*> retired,
              model::ClassDefaults class_defaults)
      : store_(store), retired_(std::move(retired)), class_defaults_(std::move(class_defaults)) {}

  // Whether the object converts and all that it converts to could be written.
  Result<void> check(const Resource& resource, const Stored& stored,
                     const WriteOptions& options) const {
    bool is_strict = options.field_validation == FieldValidation::strict;
    model::Conversion conversion = std::move(convert(resource, stored, is_strict).front().second);
    if (!conversion.errors.empty()) {
      return invalid_object(resource, meta_text(stored.json, "name"), conversion.errors);
    }
    for (const Json& wanted : conversion.objects) {
      Result<StoredPtr> written = write(resource, stored, wanted, true);
      if (!written) return std::unexpected(written.error());
    }
    if (options.warnings != nullptr) {
      options.warnings->insert(options.warnings->end(), conversion.warnings.begin(),
                               conversion.warnings.end());
    }
    return {};
  }

  // Requires: check() passed just now.
  void apply(const Resource& resource, const Stored& stored) const {
    std::vector<Converted> all = convert(resource, stored, false);
    for (const Json& wanted : all.front().second.objects) {
      Result<StoredPtr> written = write(resource, stored, wanted, false);
      base::check(written.has_value(), "what was checked can be written");
    }
    remove_others(stored, all.front().second.objects);
    // What changes for the others follows them; what they cannot write now is told when they are
    // applied again.
    for (std::size_t index = 1; index < all.size(); ++index) {
      const auto& [owner, conversion] = all[index];
      if (!conversion.errors.empty()) continue;
      for (const Json& wanted : conversion.objects) {
        [[maybe_unused]] Result<StoredPtr> written =
            write(*owner.resource, *owner.stored, wanted, false);
      }
    }
  }

 private:
  struct Owner {
    const Resource* resource;
    const Stored* stored;
    StoredPtr kept;  // of the others, so that it stays
  };
  using Converted = std::pair<Owner, model::Conversion>;

  // The object itself first, then the others by kind and name.
  std::vector<Converted> convert(const Resource& resource, const Stored& stored,
                                 bool is_strict) const {
    std::vector<Owner> owners = {{&resource, &stored, nullptr}};
    std::string_view name = meta_text(stored.json, "name");
    for (const Resource* kind : retired_) {
      for (const StoredPtr& item : store_.list(*kind).items) {
        bool is_itself = kind == &resource && meta_text(item->json, "name") == name;
        if (!is_itself) owners.push_back({kind, item.get(), item});
      }
    }
    std::vector<Json> documents;
    for (const Owner& owner : owners)
      documents.push_back(owner.stored->json);
    model::ConvertOptions options;
    options.strict = is_strict;
    options.fill_in = class_defaults_;
    std::vector<model::Conversion> conversions = model::convert_all(documents, options);
    std::vector<Converted> result;
    for (std::size_t index = 0; index < owners.size(); ++index)
      result.emplace_back(std::move(owners[index]), std::move(conversions[index]));
    return result;
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

  Result<StoredPtr> write(const Resource& kind, const Stored& owner, const Json& wanted,
                          bool dry_run) const {
    const Resource& resource = resource_of(wanted);
    std::string_view name = meta_text(wanted, "name");
    WriteOptions options;
    options.dry_run = dry_run;
    StoredPtr existing = store_.get(resource, "", name);
    if (existing == nullptr) {
      Json created = wanted;
      metadata_of(created)["ownerReferences"] = boost::json::array{reference_to(kind, owner)};
      return store_.create(resource, "", std::move(created), options);
    }
    if (!is_owned_by(*existing, meta_text(owner.json, "uid")))
      return taken(kind, owner, resource, *existing);
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

  static Json reference_to(const Resource& kind, const Stored& owner) {
    return {{"apiVersion", text(kind.api_version())},
            {"kind", text(kind.kind)},
            {"name", text(meta_text(owner.json, "name"))},
            {"uid", text(meta_text(owner.json, "uid"))},
            {"controller", true},
            {"blockOwnerDeletion", true}};
  }

  static std::unexpected<base::Error> taken(const Resource& kind, const Stored& owner,
                                            const Resource& resource, const Stored& existing) {
    std::string_view name = meta_text(existing.json, "name");
    const auto& owners = existing.object.metadata().ownerReferences;
    std::string whose = owners.empty() ? "one that was applied by itself"
                                       : fmt::format("one that belongs to {} \"{}\"",
                                                     owners.front().kind, owners.front().name);
    return base::fail(
        base::Code::conflict,
        fmt::format("{} \"{}\" converts to {} \"{}\", but there is {} already: delete it or rename "
                    "the {}",
                    kind.qualified_plural(), meta_text(owner.json, "name"),
                    resource.qualified_plural(), name, whose, kind.kind));
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
  std::vector<const Resource*> retired_;
  model::ClassDefaults class_defaults_;
};

}  // namespace

void install_retired_admission(Store& store, const model::ClassDefaults& class_defaults) {
  std::vector<const Resource*> retired;
  for (const Resource& resource : store.resources()) {
    if (model::is_convertible(resource.api_version(), resource.kind)) retired.push_back(&resource);
  }
  auto conversions = std::make_shared<const Conversions>(store, retired, class_defaults);
  for (const Resource* resource : retired) {
    store.validate(*resource, [conversions, resource](const Stored*, const Stored& after,
                                                      const WriteOptions& options) {
      bool is_status = options.subresource == "status";
      return is_status ? Result<void>() : conversions->check(*resource, after, options);
    });
    store.follow(*resource, [conversions, resource](const Stored& after) {
      conversions->apply(*resource, after);
    });
  }
}

}  // namespace sim
