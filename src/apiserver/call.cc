#include "apiserver/call.h"

#include <fmt/format.h>

#include <vector>

#include "base/scan.h"

namespace apiserver {
namespace {

using base::Code;
using base::fail;
using base::Json;
using base::Result;

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (base::take(path, '/')) {
    std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) segments.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

// A Namespace's own subresources stand where a namespace's resources do.
bool is_own_subresource(std::string_view segment) {
  return segment == "status" || segment == "finalize";
}

Result<bool> read_dry_run(std::string_view value) {
  if (value.empty()) return false;
  if (value == "All") return true;
  return fail(Code::malformed,
              fmt::format("dryRun: Unsupported value: \"{}\": supported values: \"All\"", value));
}

Result<sim::Propagation> read_propagation(std::string_view value) {
  if (value.empty() || value == "Background") return sim::Propagation::background;
  if (value == "Foreground") return sim::Propagation::foreground;
  if (value == "Orphan") return sim::Propagation::orphan;
  return fail(Code::malformed,
              fmt::format("propagationPolicy: Unsupported value: \"{}\": supported values: "
                          "\"Background\", \"Foreground\", \"Orphan\"",
                          value));
}

std::string_view text_or(const Json& body, std::string_view member, std::string_view otherwise) {
  std::string_view found = base::string_at(body, {member});
  return found.empty() ? otherwise : found;
}

}  // namespace

std::optional<Call> parse_call(const sim::Store& store, const net::Request& request) {
  std::vector<std::string> segments = segments_of(request.path);
  bool is_core = segments.size() > 2 && segments[0] == "api";
  bool is_group = segments.size() > 3 && segments[0] == "apis";
  if (!is_core && !is_group) return std::nullopt;
  std::string group = is_core ? "" : segments[1];
  std::size_t at = is_core ? 1 : 2;
  std::string version = segments[at++];
  auto left = [&] { return segments.size() - at; };
  Call call;
  call.request = &request;
  if (segments[at] == "namespaces" && left() >= 3 && !is_own_subresource(segments[at + 2])) {
    call.name_space = segments[at + 1];
    at += 2;
  }
  call.resource = store.find(group, version, segments[at++]);
  if (call.resource == nullptr) return std::nullopt;
  if (!call.name_space.empty() && !call.resource->namespaced) return std::nullopt;
  if (left() > 0) call.name = segments[at++];
  if (left() > 0) call.subresource = segments[at++];
  bool needs_namespace = call.resource->namespaced && !call.name.empty();
  if (needs_namespace && call.name_space.empty()) return std::nullopt;
  return call;
}

bool Selection::matches(const sim::Stored& object) const {
  if (is_everything()) return true;
  return object.json.look([this](const Json& value) {
    bool is_named = name.empty() || base::string_at(value, {"metadata", "name"}) == name;
    return is_named && labels.matches(value) && fields.matches(value);
  });
}

bool Selection::is_everything() const {
  return name.empty() && labels.is_everything() && fields.is_everything();
}

Result<Selection> selection_of(const Call& call) {
  Result<LabelSelector> labels = LabelSelector::parse(call.parameter("labelSelector"));
  if (!labels) return std::unexpected(labels.error());
  Result<FieldSelector> fields = FieldSelector::parse(call.parameter("fieldSelector"));
  if (!fields) return std::unexpected(fields.error());
  return Selection{std::move(*labels), std::move(*fields), call.name};
}

Result<sim::WriteOptions> write_options_of(const Call& call, std::vector<std::string>* warnings) {
  sim::WriteOptions options;
  options.warnings = warnings;
  options.subresource = call.subresource;
  std::string_view validation = call.parameter("fieldValidation");
  if (validation == "Strict") {
    options.field_validation = sim::FieldValidation::strict;
  } else if (validation.empty() || validation == "Warn") {
    options.field_validation = sim::FieldValidation::warn;
  } else if (validation != "Ignore") {
    return fail(Code::malformed,
                fmt::format("fieldValidation: Unsupported value: \"{}\": supported values: "
                            "\"Ignore\", \"Strict\", \"Warn\"",
                            validation));
  }
  Result<bool> dry_run = read_dry_run(call.parameter("dryRun"));
  if (!dry_run) return std::unexpected(dry_run.error());
  options.dry_run = *dry_run;
  return options;
}

Result<sim::DeleteOptions> delete_options_of(const Call& call, const Json& body) {
  sim::DeleteOptions options;
  Result<sim::Propagation> propagation =
      read_propagation(text_or(body, "propagationPolicy", call.parameter("propagationPolicy")));
  if (!propagation) return std::unexpected(propagation.error());
  options.propagation = *propagation;
  options.grace_period_seconds =
      base::to_integer<std::int64_t>(call.parameter("gracePeriodSeconds"));
  const Json* grace = base::find_path(body, {"gracePeriodSeconds"});
  if (grace != nullptr && grace->is_int64()) options.grace_period_seconds = grace->get_int64();
  options.uid = base::string_at(body, {"preconditions", "uid"});
  options.resource_version = base::string_at(body, {"preconditions", "resourceVersion"});
  std::string_view dry_run = call.parameter("dryRun");
  const Json* list = base::find_path(body, {"dryRun"});
  if (list != nullptr && list->is_array() && !list->get_array().empty()) {
    const Json& first = list->get_array().front();
    dry_run = first.is_string() ? std::string_view(first.get_string()) : "";
  }
  Result<bool> is_dry_run = read_dry_run(dry_run);
  if (!is_dry_run) return std::unexpected(is_dry_run.error());
  options.dry_run = *is_dry_run;
  return options;
}

}  // namespace apiserver
