#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "model/convert_parts.h"
#include "model/defaults.h"
#include "model/kinds.h"
#include "model/labels.h"
#include "model/validate_parts.h"

namespace model {
namespace {

using base::Json;

// Leftovers of release 1.0 on objects of today (API-365).
constexpr std::string_view kKubeletAnnotation =
    "compatibility.karpenter.sh/v1beta1-kubelet-conversion";
constexpr std::string_view kUbuntuAnnotation = "compatibility.karpenter.k8s.aws/v1beta1-ubuntu";
constexpr std::string_view kLeftovers[] = {
    kKubeletAnnotation,
    kUbuntuAnnotation,
    "compatibility.karpenter.sh/v1beta1-nodeclass-reference",
    "karpenter.sh/stored-version-migrated",
    "compatibility.karpenter.k8s.aws/kubelet-drift-hash",
};

bool is_today(const Json& document, std::string_view kind) {
  return base::string_at(document, {"kind"}) == kind &&
         base::string_at(document, {"apiVersion"}).ends_with("/v1");
}

// What a pool brings to its class.
struct Claimant {
  std::size_t document = 0;
  std::string pool;
  std::string class_name;
  std::string path;  // where the settings stand
  std::optional<Json> kubelet;
  bool is_annotation = false;               // of a pool of today
  NodeClassReference* reference = nullptr;  // of a pool that is converted
};

class Together {
 public:
  Together(std::span<const Json> documents, std::vector<Draft> drafts, std::vector<Report> reports)
      : documents_(documents.begin(), documents.end()),
        drafts_(std::move(drafts)),
        reports_(std::move(reports)),
        made_(documents_.size()) {}

  std::vector<Conversion> convert() {
    for (std::size_t index = 0; index < documents_.size(); ++index)
      drop_leftovers(index);
    name_inline_classes();
    move_kubelets();
    set_expiry_of_claims();
    return finish();
  }

 private:
  // A class of the input under a name: a document's own, or one of today.
  struct Class {
    std::size_t document = 0;
    bool is_today = false;
  };

  void drop_leftovers(std::size_t index) {
    Json& document = documents_[index];
    bool is_pool = is_today(document, "NodePool");
    bool is_known =
        is_pool || is_today(document, "NodeClaim") || is_today(document, "EC2NodeClass");
    const Json* annotations = base::find_path(document, {"metadata", "annotations"});
    if (!is_known || annotations == nullptr || !annotations->is_object()) return;
    std::string kubelet(base::string_at(*annotations, {kKubeletAnnotation}));
    if (is_pool && !kubelet.empty()) read_annotation(index, kubelet);
    if (std::string_view(base::string_at(*annotations, {kUbuntuAnnotation}))
            .contains("incompatible")) {
      reports_[index].error("metadata.annotations",
                            "the class used Ubuntu images that can no longer be looked up by "
                            "family; give amiSelectorTerms");
    }
    auto& members = document.as_object().at("metadata").as_object();
    auto& kept = members.at("annotations").as_object();
    bool was_empty = kept.empty();
    for (std::string_view name : kLeftovers)
      kept.erase(name);
    if (kept.empty() && !was_empty) members.erase("annotations");
  }

  void read_annotation(std::size_t index, const std::string& text) {
    const std::string path = fmt::format("metadata.annotations[{}]", kKubeletAnnotation);
    Report& report = reports_[index];
    base::Result<Json> value = base::parse_json(text);
    if (!value) return report.error(path, value.error().message);
    base::Result<ProvisionerKubelet> old = base::from_json<ProvisionerKubelet>(*value);
    if (!old) return report.error(path, old.error().message);
    Claimant claimant;
    claimant.document = index;
    claimant.pool = base::string_at(documents_[index], {"metadata", "name"});
    claimant.class_name =
        base::string_at(documents_[index], {"spec", "template", "spec", "nodeClassRef", "name"});
    claimant.path = path;
    claimant.kubelet = convert_kubelet(*old, path, report);
    claimant.is_annotation = true;
    claimants_.push_back(std::move(claimant));
  }

  static std::string family_of(const EC2NodeClass& node_class) {
    return effective_family(node_class.spec);
  }

  // The class of a document that is a class, old or of today.
  std::optional<EC2NodeClass> class_in(std::size_t index) const {
    if (drafts_[index].node_class) return drafts_[index].node_class;
    if (!is_today(documents_[index], "EC2NodeClass")) return std::nullopt;
    base::Result<EC2NodeClass> read = base::from_json<EC2NodeClass>(documents_[index]);
    if (!read) return std::nullopt;
    return std::move(*read);
  }

  std::map<std::string, Class> classes() const {
    std::map<std::string, Class> result;
    for (std::size_t index = 0; index < documents_.size(); ++index) {
      std::optional<EC2NodeClass> found = class_in(index);
      if (found) result.emplace(found->metadata.name, Class{index, !drafts_[index].node_class});
    }
    return result;
  }

  // API-394. The kubelet settings of such a pool go to its own class at once.
  void name_inline_classes() {
    std::map<std::string, Json> taken;
    for (std::size_t index = 0; index < documents_.size(); ++index) {
      std::optional<EC2NodeClass> found = class_in(index);
      if (found) taken.emplace(found->metadata.name, base::to_json(found->spec));
    }
    for (std::size_t index = 0; index < drafts_.size(); ++index) {
      std::optional<PoolDraft>& draft = drafts_[index].pool;
      if (!draft || !draft->inline_class) continue;
      EC2NodeClass& node_class = *draft->inline_class;
      if (draft->kubelet) {
        fit_kubelet(*draft->kubelet, family_of(node_class), draft->kubelet_path, reports_[index]);
        node_class.spec.kubelet = *draft->kubelet;
      }
      Json spec = base::to_json(node_class.spec);
      std::string base_name = node_class.metadata.name;
      std::string name = base_name;
      for (int number = 1; taken.contains(name) && taken.at(name) != spec; ++number) {
        name = number == 1 ? base_name + "-provider"
                           : fmt::format("{}-provider-{}", base_name, number);
      }
      taken.emplace(name, std::move(spec));
      node_class.metadata.name = name;
      draft->pool.spec.template_.spec.nodeClassRef.name = name;
      made_[index].push_back(node_class);
    }
  }

  // API-450 to API-454.
  void move_kubelets() {
    for (std::size_t index = 0; index < drafts_.size(); ++index) {
      std::optional<PoolDraft>& draft = drafts_[index].pool;
      if (!draft || draft->inline_class) continue;
      Claimant claimant;
      claimant.document = index;
      claimant.pool = draft->pool.metadata.name;
      claimant.reference = &draft->pool.spec.template_.spec.nodeClassRef;
      claimant.class_name = claimant.reference->name;
      claimant.path = draft->kubelet_path;
      claimant.kubelet = draft->kubelet;
      claimants_.push_back(std::move(claimant));
    }
    std::ranges::sort(claimants_, {}, [](const Claimant& claimant) {
      return std::tuple(claimant.class_name, claimant.pool, claimant.document);
    });
    std::map<std::string, Class> known = classes();
    for (std::size_t begin = 0; begin < claimants_.size();) {
      std::size_t end = begin;
      while (end < claimants_.size() &&
             claimants_[end].class_name == claimants_[begin].class_name) {
        ++end;
      }
      std::span<Claimant> group(claimants_.data() + begin, end - begin);
      auto found = known.find(group.front().class_name);
      if (found == known.end()) {
        tell_missing_class(group);
      } else {
        give_kubelet(group, found->second, known);
      }
      begin = end;
    }
  }

  // API-452
  void tell_missing_class(std::span<const Claimant> group) {
    for (const Claimant& claimant : group) {
      if (!claimant.kubelet) continue;
      reports_[claimant.document].error(
          claimant.path, fmt::format("belongs to the EC2NodeClass \"{}\" today, which is not here; "
                                     "add it to the input",
                                     claimant.class_name));
    }
  }

  void give_kubelet(std::span<Claimant> group, const Class& of_input,
                    const std::map<std::string, Class>& known) {
    EC2NodeClass node_class = *class_in(of_input.document);
    std::optional<Json> own = of_input.is_today ? node_class.spec.kubelet : std::nullopt;
    if (own && !may_replace(group, *own, of_input.document)) return;
    std::vector<std::pair<std::optional<Json>, std::string>> copies;  // settings, class's name
    for (Claimant& claimant : group) {
      auto same = std::ranges::find_if(
          copies, [&](const auto& copy) { return copy.first == claimant.kubelet; });
      if (same == copies.end()) {
        std::string name = claimant.class_name;
        if (!copies.empty()) name = free_name(claimant, known);
        copies.emplace_back(claimant.kubelet, name);
        same = copies.end() - 1;
        place(claimant, node_class, name, of_input);
      }
      point_to(claimant, same->second);
    }
    if (copies.size() > 1) {
      std::vector<std::string_view> pools;
      for (const Claimant& claimant : group)
        pools.push_back(claimant.pool);
      reports_[of_input.document].warn(
          "spec.kubelet", fmt::format("the pools {} brought different settings: the class is "
                                      "copied, and the nodes of those that point to a copy drift",
                                      fmt::join(pools, ", ")));
    }
  }

  // API-453: whether a class of today takes what its pools bring.
  bool may_replace(std::span<const Claimant> group, const Json& own, std::size_t document) {
    bool brings = std::ranges::any_of(
        group, [](const Claimant& claimant) { return claimant.kubelet.has_value(); });
    Report& report = reports_[document];
    if (!brings) {
      report.warn("spec.kubelet", "is kept, though the old pools of the class had no settings");
      return false;
    }
    for (const Claimant& claimant : group) {
      if (claimant.is_annotation || claimant.kubelet == own) continue;
      if (!claimant.kubelet) continue;
      report.error("spec.kubelet",
                   fmt::format("differs from the settings of the pool \"{}\"", claimant.pool));
      return false;
    }
    bool by_annotation = std::ranges::any_of(group, &Claimant::is_annotation);
    if (by_annotation) {
      report.warn("spec.kubelet", "is replaced by the settings that the pool's annotation holds");
    }
    return by_annotation;
  }

  std::string free_name(const Claimant& claimant, const std::map<std::string, Class>& known) const {
    auto is_taken = [&](const std::string& name) {
      if (known.contains(name)) return true;
      return std::ranges::any_of(made_, [&](const std::vector<EC2NodeClass>& classes) {
        return std::ranges::any_of(
            classes, [&](const EC2NodeClass& made) { return made.metadata.name == name; });
      });
    };
    std::string base_name = fmt::format("{}-{}", claimant.class_name, claimant.pool);
    std::string name = base_name;
    for (int number = 2; is_taken(name); ++number)
      name = fmt::format("{}-{}", base_name, number);
    return name;
  }

  // Gives the settings to the class itself, or to a copy of it that follows the pool.
  void place(const Claimant& claimant, EC2NodeClass node_class, const std::string& name,
             const Class& of_input) {
    node_class.spec.kubelet = claimant.kubelet;
    if (claimant.kubelet) {
      fit_kubelet(*node_class.spec.kubelet, family_of(node_class), claimant.path,
                  reports_[claimant.document]);
    }
    if (name != claimant.class_name) {
      node_class.metadata.name = name;
      made_[claimant.document].push_back(std::move(node_class));
    } else if (of_input.is_today) {
      if (!claimant.kubelet) return;
      Json& spec = documents_[of_input.document].as_object()["spec"];
      spec.as_object()["kubelet"] = *node_class.spec.kubelet;
    } else {
      drafts_[of_input.document].node_class->spec.kubelet = node_class.spec.kubelet;
    }
  }

  void point_to(const Claimant& claimant, const std::string& name) {
    if (claimant.reference != nullptr) {
      claimant.reference->name = name;
      return;
    }
    Json& document = documents_[claimant.document];
    if (name == claimant.class_name) return;
    document.at("spec").at("template").at("spec").at("nodeClassRef").as_object()["name"] =
        boost::json::string(name);
  }

  // API-423, API-438
  void set_expiry_of_claims() {
    for (Draft& draft : drafts_) {
      if (!draft.claim) continue;
      std::string_view pool = value_of(draft.claim->metadata.labels, kNodePoolLabel);
      draft.claim->spec.expireAfter = NillableDuration{std::chrono::hours(720), "720h"};
      for (const Draft& other : drafts_) {
        if (!other.pool || other.pool->pool.metadata.name != pool) continue;
        draft.claim->spec.expireAfter = other.pool->pool.spec.template_.spec.expireAfter;
      }
    }
  }

  std::vector<Json> objects_of(std::size_t index) const {
    const Draft& draft = drafts_[index];
    std::vector<Json> result;
    if (draft.pool) {
      Json pool = to_json(Object(draft.pool->pool));
      auto& spec = pool.as_object().at("spec").as_object();
      const auto* written = draft.pool->limits ? draft.pool->limits->if_object() : nullptr;
      if (Json* limits = spec.if_contains("limits"); limits != nullptr && written != nullptr) {
        for (auto& limit : limits->as_object())
          limit.value() = written->at(limit.key());
      }
      result.push_back(std::move(pool));
    }
    if (draft.node_class) result.push_back(to_json(Object(*draft.node_class)));
    if (draft.claim) result.push_back(to_json(Object(*draft.claim)));
    bool is_old = draft.pool || draft.node_class || draft.claim;
    if (!is_old) result.push_back(documents_[index]);
    for (const EC2NodeClass& node_class : made_[index])
      result.push_back(to_json(Object(node_class)));
    return result;
  }

  // API-364: what is there twice is written once, and is an error if the two differ.
  std::vector<Conversion> finish() {
    std::map<std::vector<std::string>, Json> written;
    std::vector<Conversion> result;
    for (std::size_t index = 0; index < documents_.size(); ++index) {
      Report& report = reports_[index];
      std::vector<Json> objects;
      if (report.error_count() == 0 && !report.is_dropped()) {
        for (Json& object : objects_of(index)) {
          std::vector<std::string> key;
          for (std::string_view member : {"apiVersion", "kind"})
            key.emplace_back(base::string_at(object, {member}));
          for (std::string_view member : {"namespace", "name"})
            key.emplace_back(base::string_at(object, {"metadata", member}));
          auto [place, is_new] = written.emplace(key, object);
          if (is_new || key.back().empty()) {
            objects.push_back(std::move(object));
          } else if (place->second != object) {
            report.error("metadata.name", fmt::format("a second {} \"{}\" that differs from the "
                                                      "first",
                                                      key[1], key[3]));
          }
        }
      }
      result.push_back(std::move(report).finish(std::move(objects)));
    }
    return result;
  }

  std::vector<Json> documents_;
  std::vector<Draft> drafts_;
  std::vector<Report> reports_;
  std::vector<std::vector<EC2NodeClass>> made_;  // classes that follow the pool of a document
  std::vector<Claimant> claimants_;
};

}  // namespace

std::string old_field(std::string_view field, std::span<const OldField> names) {
  for (const OldField& name : names) {
    if (!field.starts_with(name.field)) continue;
    return fmt::format("{}{}", name.old_field, field.substr(name.field.size()));
  }
  return std::string(field);
}

void check_pool(NodePool pool, std::span<const OldField> names, Report& report) {
  fill_in_defaults(pool);
  std::vector<Fault> faults = admission_faults(pool);
  for (const Fault& fault : faults)
    report.error(old_field(fault.field, names), fault.message);
  if (!faults.empty()) return;
  for (const std::string& fault : runtime_faults(pool))
    report.error("spec", fault);
}

void check_class(EC2NodeClass node_class, std::span<const OldField> names, Report& report) {
  fill_in_defaults(node_class);
  for (const Fault& fault : admission_faults(node_class))
    report.error(old_field(fault.field, names), fault.message);
}

std::vector<Conversion> convert_together(std::span<const Json> documents, std::vector<Draft> drafts,
                                         std::vector<Report> reports) {
  return Together(documents, std::move(drafts), std::move(reports)).convert();
}

}  // namespace model
