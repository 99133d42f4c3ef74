#include "engine/shapes.h"

#include <boost/container_hash/hash.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/daemons.h"
#include "engine/relax.h"
#include "model/requirements.h"

namespace engine {

namespace {

// Adds what tells most pods apart to a hash. What is left out only makes equal hashes more likely.
class Hasher {
 public:
  std::size_t value() const { return hash_; }

  template <class T>
  void add(const T& value) {
    boost::hash_combine(hash_, value);
  }
  void add(const model::Labels& labels) {
    for (const auto& [key, value] : labels) {
      add(key);
      add(value);
    }
  }
  template <class Expression>
  void add_expressions(const std::vector<Expression>& expressions) {
    for (const Expression& expression : expressions) {
      add(expression.key);
      add(expression.operator_);
      add(expression.values);
    }
  }
  void add(const model::LabelSelector& selector) {
    add(selector.matchLabels);
    add_expressions(selector.matchExpressions);
  }
  void add(const model::NodeAffinity& affinity) {
    if (affinity.requiredDuringSchedulingIgnoredDuringExecution) {
      for (const auto& term :
           affinity.requiredDuringSchedulingIgnoredDuringExecution->nodeSelectorTerms) {
        add_expressions(term.matchExpressions);
      }
    }
    for (const auto& term : affinity.preferredDuringSchedulingIgnoredDuringExecution) {
      add(term.weight);
      add_expressions(term.preference.matchExpressions);
    }
  }
  void add(const model::PodAffinityTerm& term) {
    add(term.topologyKey);
    if (term.labelSelector) add(*term.labelSelector);
  }
  void add(const model::PodAffinity& affinity) {
    for (const auto& term : affinity.requiredDuringSchedulingIgnoredDuringExecution) {
      add(term);
    }
    for (const auto& term : affinity.preferredDuringSchedulingIgnoredDuringExecution) {
      add(term.weight);
      add(term.podAffinityTerm);
    }
  }
  void add(const model::PodSpec& spec) {
    add(spec.nodeSelector);
    for (const auto& toleration : spec.tolerations) {
      add(toleration.key);
      add(toleration.value);
    }
    for (const auto& constraint : spec.topologySpreadConstraints) {
      add(constraint.maxSkew);
      add(constraint.topologyKey);
      if (constraint.labelSelector) add(*constraint.labelSelector);
    }
    if (!spec.affinity) return;
    if (spec.affinity->nodeAffinity) add(*spec.affinity->nodeAffinity);
    if (spec.affinity->podAffinity) add(*spec.affinity->podAffinity);
    if (spec.affinity->podAntiAffinity) add(*spec.affinity->podAntiAffinity);
  }

 private:
  std::size_t hash_ = 0;
};

// Whether two pods of equal requests and labels are of one shape.
bool are_alike(const model::Pod& one, const model::Pod& other) {
  const model::PodSpec& a = *one.spec;
  const model::PodSpec& b = *other.spec;
  if (&a == &b) return true;
  return a.nodeSelector == b.nodeSelector && a.affinity == b.affinity &&
         a.tolerations == b.tolerations &&
         a.topologySpreadConstraints == b.topologySpreadConstraints;
}

bool uses_claims(const model::Pod& pod) {
  return std::ranges::any_of(pod.spec->volumes, [](const model::Volume& volume) {
    return volume.persistentVolumeClaim || volume.ephemeral;
  });
}

}  // namespace

Shapes::Shapes(const Snapshot& snapshot, const Volumes& volumes, States& states,
               Tolerance& tolerance, RequestTable& requests, LabelClasses& labels)
    : settings_(snapshot.settings),
      has_settling_nodes_(std::ranges::any_of(snapshot.nodes, &NodeState::is_settling)),
      volumes_(volumes),
      states_(states),
      tolerance_(tolerance),
      requests_(requests),
      labels_(labels) {
  for (const NodeState& node : snapshot.leaving) {
    if (node.node && node.deleting()) deleting_nodes_.insert(node.node->metadata.name);
  }
}

bool Shapes::may_disturb(const model::Pod& pod) const {
  return !has_settling_nodes_ || pod.status.phase == "Pending" ||
         deleting_nodes_.contains(pod.spec->nodeName);
}

base::Result<std::size_t> Shapes::add(const std::shared_ptr<const model::Pod>& pod) {
  LabelsId labels = labels_.intern(*pod);
  bool has_own_state = has_settling_nodes_ || uses_claims(*pod) || may_be_resized(*pod);
  if (has_own_state) return find_or_add(pod, labels);
  auto [known, is_new] = by_spec_.try_emplace({&*pod->spec, labels}, 0);
  if (is_new) {
    base::Result<std::size_t> found = find_or_add(pod, labels);
    known->second = found.value();  // only claims of volumes can be missing
    return found;
  }
  ++shapes_[known->second].count;
  return known->second;
}

base::Result<std::size_t> Shapes::find_or_add(const std::shared_ptr<const model::Pod>& pod,
                                              LabelsId labels) {
  RequestsId requests = requests_.intern(*pod);
  HostPorts ports = host_ports_of(*pod->spec);
  bool is_dra = uses_dra(*pod->spec);
  bool disturbs = may_disturb(*pod);
  std::vector<Wanted> volumes(1, Wanted{states_.intern({}), std::nullopt});
  std::optional<AttachedVolumes> attached(std::in_place);
  if (uses_claims(*pod)) {
    auto alternatives = volumes_.alternatives(*pod);
    if (!alternatives) return std::unexpected(alternatives.error());
    volumes.clear();
    for (const model::Requirements& alternative : *alternatives) {
      volumes.push_back(states_.wanted(alternative));
    }
    attached = volumes_.attached_by(*pod);
    // Which claims they are matters only where somebody counts them.
    if (attached && !volumes_.has_limits()) attached->clear();
  }

  Hasher hasher;
  hasher.add(requests);
  hasher.add(labels);
  hasher.add(*pod->spec);
  std::vector<std::size_t>& same_hash = by_hash_[hasher.value()];
  for (std::size_t candidate : same_hash) {
    Shape& shape = shapes_[candidate];
    if (shape.requests == requests && shape.labels == labels && shape.ports == ports &&
        shape.uses_dra == is_dra && shape.may_disturb == disturbs && shape.volumes == volumes &&
        shape.attached == attached && are_alike(*shape.pod, *pod)) {
      ++shape.count;
      return candidate;
    }
  }
  same_hash.push_back(shapes_.size());
  Shape& shape = shapes_.emplace_back();
  shape.pod = pod;
  shape.count = 1;
  shape.requests = requests;
  shape.labels = labels;
  shape.ports = std::move(ports);
  shape.uses_dra = is_dra;
  shape.may_disturb = disturbs;
  shape.volumes = std::move(volumes);
  shape.attached = std::move(attached);
  shape.forms.push_back(form_of(pod->spec));
  return shapes_.size() - 1;
}

Form* Shapes::relaxed(std::size_t shape, std::size_t form, bool may_tolerate) {
  std::deque<Form>& forms = shapes_[shape].forms;
  if (form + 1 == forms.size()) {
    base::Shared<model::PodSpec> spec = forms[form].spec;
    std::optional<std::string> dropped = relax(spec.edit(), may_tolerate);
    if (!dropped) return nullptr;
    forms.push_back(form_of(std::move(spec)));
    forms.back().dropped = forms[form].dropped;
    forms.back().dropped.edit().push_back(std::move(*dropped));
  }
  return &forms[form + 1];
}

Form Shapes::form_of(base::Shared<model::PodSpec> spec) {
  Form form;
  model::Requirements strict = model::strict_requirements_of(*spec);
  bool respects = settings_.preference_policy == PreferencePolicy::Respect;
  form.wanted = states_.wanted(respects ? model::requirements_of(*spec) : strict);
  form.strict = states_.wanted(strict);
  form.tolerations = tolerance_.intern(spec->tolerations);
  form.spec = std::move(spec);
  return form;
}

}  // namespace engine
