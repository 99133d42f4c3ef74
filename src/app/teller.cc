#include "app/teller.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/pod.h"

namespace app {
namespace {

// Pods that are bound or fail within this time are told in one line.
constexpr base::Duration kGather = std::chrono::milliseconds(300);

std::string plural(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::string text_at(const base::Json& data, std::initializer_list<std::string_view> path) {
  return std::string(base::string_at(data, path));
}

std::uint64_t number_at(const base::Json& data, std::string_view field) {
  const base::Json* value = base::find_path(data, {field});
  return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

// "9 cpu, 1Gi memory and 9 pods"
std::string requests_text(const base::Json& data) {
  const base::Json* requests = base::find_path(data, {"requests"});
  if (requests == nullptr || !requests->is_object()) return "";
  std::string text;
  for (std::string_view resource : {"cpu", "memory"}) {
    std::string amount = text_at(*requests, {resource});
    if (amount.empty()) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", resource, amount);
  }
  return text;
}

// What else the cloud may choose; "" if there is nothing else.
std::string alternatives_text(const base::Json& data) {
  std::string types = text_at(data, {"instance-types"});
  return types.find(',') == std::string::npos ? "" : "; it may be any of " + types;
}

}  // namespace

Teller::Teller(Story& story, ports::Clock& clock, sim::Store& store, const sim::SimCloud& cloud,
               control::Journal& journal)
    : story_(story), clock_(clock), store_(store), cloud_(cloud) {
  journal.add_sink([this](const control::JournalEntry& entry) { on_journal(entry); });
  auto follow = [&](std::string_view api_version, std::string_view kind, auto handler) {
    const sim::Resource* resource = store.find_kind(api_version, kind);
    auto watch = store.watch(*resource, store.version(), std::move(handler));
    watches_.push_back(std::move(*watch));
  };
  follow("v1", "Event", [this](const sim::WatchEvent& event) { on_event(event); });
  follow("apps/v1", "Deployment", [this](const sim::WatchEvent& event) { on_workload(event); });
}

void Teller::tell(std::string kind, std::string text, base::Json data) {
  story_.tell({clock_.now(), std::move(kind), std::move(text), std::move(data)});
}

const sim::RunningInstance* Teller::instance_of(std::string_view providerID) {
  instances_ = cloud_.running();
  auto found = std::ranges::find(instances_, providerID, &sim::RunningInstance::providerID);
  return found == instances_.end() ? nullptr : &*found;
}

void Teller::on_journal(const control::JournalEntry& entry) {
  if (entry.source != "log") return;
  const base::Json& data = entry.data;
  std::string claim = text_at(data, {"NodeClaim", "name"});
  std::string node = text_at(data, {"Node", "name"});
  auto name_of = [&] {
    auto known = instance_names_.find(claim);
    return known == instance_names_.end() ? claim : fmt::format("{} ({})", claim, known->second);
  };
  if (entry.what == "waiting on additional pods to batch") {
    if (std::exchange(batch_is_news_, false)) {  // the same pods come back every 10 s
      tell_later("waiting for more pods to batch (1s without a new one, at most 10s)");
    }
  } else if (entry.what == "found provisionable pod(s)") {
    found_ = entry;
    batch_is_news_ = false;
  } else if (entry.what == "computed new nodeclaim(s) to fit pod(s)") {
    tell_found();
    tell("decision", fmt::format("packing computed: {} for {}",
                                 plural(number_at(data, "nodeclaims"), "new machine"),
                                 plural(number_at(data, "pods"), "pod")));
  } else if (entry.what == "created nodeclaim") {
    if (!scale_up_.created) scale_up_.created = entry.at;
    tell("decision",
         fmt::format("nodeclaim {} for {} ({}): {} in {} is the cheapest that fits, {} at {}/h{}",
                     claim, plural(number_at(data, "pods"), "pod"), requests_text(data),
                     text_at(data, {"cheapest", "instance-type"}),
                     text_at(data, {"cheapest", "zone"}),
                     text_at(data, {"cheapest", "capacity-type"}),
                     text_at(data, {"cheapest", "price"}), alternatives_text(data)),
         data);
  } else if (entry.what == "launched nodeclaim") {
    scale_up_.launched = entry.at;
    ++machines_launched_;
    std::string where =
        fmt::format("{} in {}", text_at(data, {"instance-type"}), text_at(data, {"zone"}));
    instance_names_[claim] = where;
    const sim::RunningInstance* instance = instance_of(text_at(data, {"provider-id"}));
    if (instance == nullptr) return;
    tell("machine",
         fmt::format("launched {} ({}) as {}, {} at {}/h", where, instance->instance_id,
                     instance->host_name, instance->capacity_type, instance->price.to_string()),
         data);
  } else if (entry.what == "registered nodeclaim") {
    tell("machine", fmt::format("node {} has joined", node), data);
  } else if (entry.what == "initialized nodeclaim") {
    scale_up_.ready = entry.at;
    tell("machine", fmt::format("node {} is ready", node), data);
  } else if (entry.what == "marking consolidatable") {
    if (has_pods(node)) return;  // a node at work is marked too, but stays
    tell("decision",
         fmt::format("node {} of nodeclaim {} has been empty long enough to go", node, name_of()),
         data);
  } else if (entry.what == "disrupting node(s)") {
    tell("decision",
         fmt::format("removing {} ({})", plural(number_at(data, "disrupted-node-count"), "node"),
                     text_at(data, {"reason"})),
         data);
  } else if (entry.what == "deleting expired nodeclaim") {
    tell("decision",
         fmt::format("nodeclaim {} has expired after {}", name_of(),
                     text_at(data, {"expire-after"})),
         data);
  } else if (entry.what == "tainted node") {
    tell("machine", fmt::format("node {} is closed to new pods (tainted)", node), data);
  } else if (entry.what == "deleted node") {
    tell("machine", fmt::format("node {} is drained and gone", node), data);
  } else if (entry.what == "deleted nodeclaim") {
    tell("machine", fmt::format("instance of nodeclaim {} is terminated", name_of()), data);
    instance_names_.erase(claim);
  } else if (entry.what == "could not schedule pod" || entry.what == "ignoring pod") {
    if (!has_new_pods_) return;  // said before
    tell_found();
    tell("warning",
         fmt::format("pod {} stays pending: {}", text_at(data, {"Pod", "name"}),
                     text_at(data, {"error"})),
         data);
  } else if (entry.what == "failed launching nodeclaim") {
    tell("warning",
         fmt::format("nodeclaim {} could not be launched: {}", claim, text_at(data, {"error"})),
         data);
  }
}

bool Teller::has_pods(std::string_view node) const {
  for (const sim::StoredPtr& stored : store_.list(store_.resource_of(model::Kind::Pod)).items) {
    const model::Pod& pod = stored->object.as<model::Pod>();
    const model::OwnerReference* owner = model::controller_of(pod.metadata);
    bool is_daemon = owner != nullptr && owner->kind == "DaemonSet";
    if (pod.spec->nodeName == node && !is_daemon) return true;
  }
  return false;
}

// A pass is told only if it leads to something: pods that wait for their machine come back in a
// pass every 10 s.
void Teller::tell_found() {
  if (!found_) return;
  if (!scale_up_.found) scale_up_.found = found_->at;
  tell("decision",
       fmt::format("found {}", plural(number_at(found_->data, "pod-count"), "provisionable pod")),
       found_->data);
  found_.reset();
  has_new_pods_ = false;
}

// After the pods that are being gathered.
void Teller::tell_later(std::string text) {
  clock_.at(clock_.now() + kGather, [this, text = std::move(text)] {
    flush();
    tell("decision", text);
  });
}

void Teller::on_event(const sim::WatchEvent& event) {
  if (event.type != sim::WatchEvent::Type::added) return;
  const base::Json& json = event.object->json;
  std::string_view reason = base::string_at(json, {"reason"});
  std::string_view reporter = base::string_at(json, {"source", "component"});
  std::string pod = text_at(json, {"involvedObject", "name"});
  std::string message = text_at(json, {"message"});
  if (reporter != "default-scheduler") return;
  if (reason == "FailedScheduling") {
    if (!scale_up_.failed) scale_up_.failed = clock_.now();
    if (!known_pending_.insert(pod).second) return;  // said before
    has_new_pods_ = true;
    batch_is_news_ = true;
    gather("pods", "pending: FailedScheduling: " + message, pod);
  } else if (reason == "Scheduled") {
    scale_up_.bound = clock_.now();
    known_pending_.erase(pod);
    gather("pods", "bound to " + message.substr(message.rfind(' ') + 1), pod);
  }
}

void Teller::on_workload(const sim::WatchEvent& event) {
  if (event.type == sim::WatchEvent::Type::deleted) {
    tell("pods", fmt::format("deployment {} is deleted",
                             text_at(event.object->json, {"metadata", "name"})));
  }
}

void Teller::gather(std::string kind, std::string text, std::string pod) {
  gathered_[{std::move(kind), std::move(text)}].push_back(std::move(pod));
  if (flush_planned_) return;
  flush_planned_ = true;
  clock_.at(clock_.now() + kGather, [this] { flush(); });
}

void Teller::flush() {
  flush_planned_ = false;
  for (const auto& [what, pods] : gathered_) {
    boost::json::array names(pods.begin(), pods.end());
    std::string who = pods.size() == 1 ? "pod " + pods.front() : plural(pods.size(), "pod");
    tell(what.first, fmt::format("{} {}", who, what.second), {{"pods", std::move(names)}});
  }
  gathered_.clear();
}

}  // namespace app
