#include "engine/shapes.h"

#include <boost/container_hash/hash.hpp>

#include "engine/daemons.h"
#include "engine/relax.h"
#include "model/requirements.h"
#include "model/resources.h"

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
  void add(const model::ResourceList& list) {
    for (const auto& [resource, quantity] : list) {
      add(resource);
      add(static_cast<std::uint64_t>(quantity.nanos()));
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

// Whether two pods of equal requests and ports are of one shape. An ephemeral volume names its
// claim after the pod, so no two pods share one.
bool are_alike(const model::Pod& one, const model::Pod& other) {
  const model::PodSpec& a = *one.spec;
  const model::PodSpec& b = *other.spec;
  auto is_ephemeral = [](const model::Volume& volume) { return volume.ephemeral.has_value(); };
  return one.metadata.namespace_ == other.metadata.namespace_ &&
         one.metadata.labels == other.metadata.labels && a.nodeSelector == b.nodeSelector &&
         a.affinity == b.affinity && a.tolerations == b.tolerations &&
         a.topologySpreadConstraints == b.topologySpreadConstraints && a.volumes == b.volumes &&
         std::ranges::none_of(a.volumes, is_ephemeral);
}

}  // namespace

base::Result<std::size_t> Shapes::add(const std::shared_ptr<const model::Pod>& pod) {
  model::ResourceList requests = model::requests_of(*pod);
  HostPorts ports = host_ports_of(*pod->spec);
  bool is_dra = uses_dra(*pod->spec);

  Hasher hasher;
  hasher.add(pod->metadata.namespace_);
  hasher.add(pod->metadata.labels);
  hasher.add(requests);
  hasher.add(*pod->spec);
  std::vector<std::size_t>& same_hash = by_hash_[hasher.value()];
  for (std::size_t candidate : same_hash) {
    Shape& shape = shapes_[candidate];
    if (shape.requests == requests && shape.ports == ports && shape.uses_dra == is_dra &&
        are_alike(*shape.pod, *pod)) {
      ++shape.count;
      return candidate;
    }
  }
  auto alternatives = volumes_.alternatives(*pod);
  if (!alternatives) return std::unexpected(alternatives.error());
  same_hash.push_back(shapes_.size());
  Shape& shape = shapes_.emplace_back();
  shape.pod = pod;
  shape.count = 1;
  shape.requests = std::move(requests);
  shape.ports = std::move(ports);
  shape.uses_dra = is_dra;
  for (const model::Requirements& alternative : *alternatives) {
    shape.volumes.push_back(states_.wanted(alternative));
  }
  shape.attached = volumes_.attached_by(*pod);
  shape.forms.push_back(form_of(*pod->spec));
  return shapes_.size() - 1;
}

Form* Shapes::relaxed(std::size_t shape, std::size_t form, bool may_tolerate) {
  std::deque<Form>& forms = shapes_[shape].forms;
  if (form + 1 == forms.size()) {
    model::PodSpec spec = forms[form].spec;
    if (!relax(spec, may_tolerate)) return nullptr;
    forms.push_back(form_of(std::move(spec)));
  }
  return &forms[form + 1];
}

Form Shapes::form_of(model::PodSpec spec) {
  model::Requirements strict = model::strict_requirements_of(spec);
  bool respects = settings_.preference_policy == PreferencePolicy::Respect;
  Wanted wanted = states_.wanted(respects ? model::requirements_of(spec) : strict);
  Wanted wanted_strictly = states_.wanted(strict);
  TolerationsId tolerations = tolerance_.intern(spec.tolerations);
  return {std::move(spec), std::move(wanted), std::move(wanted_strictly), {}, false, tolerations};
}

}  // namespace engine
