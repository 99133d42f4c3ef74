#include "apiserver/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "apiserver/body.h"
#include "apiserver/discovery.h"
#include "apiserver/list.h"
#include "apiserver/openapi.h"
#include "apiserver/render.h"
#include "apiserver/status.h"
#include "apiserver/watch.h"

namespace apiserver {
namespace {

using base::Json;
using base::Result;

constexpr int kCreated = 201;

net::Response method_not_allowed(const Call& call) {
  return refusal(405, "MethodNotAllowed",
                 fmt::format("{} is not supported on {}{}{}", call.request->method,
                             call.resource->qualified_plural(), call.subresource.empty() ? "" : "/",
                             call.subresource));
}

constexpr std::string_view kNothingRuns = "no program runs in its containers";
constexpr std::string_view kOpenToAll = "everybody on this machine may do everything";

// What a path would be good for on a real cluster, and why not here.
struct NotServed {
  std::string_view word;
  std::string_view what;
  std::string_view why;
};

constexpr NotServed kSubresources[] = {
    {"log", "logs", kNothingRuns},
    {"exec", "exec", kNothingRuns},
    {"attach", "attach", kNothingRuns},
    {"portforward", "port-forward", kNothingRuns},
    {"proxy", "proxy", kNothingRuns},
    {"ephemeralcontainers", "debug", kNothingRuns},
    {"resize", "resizing of pods", "a pod keeps what it was given"},
    {"token", "tokens of service accounts", kOpenToAll},
};

constexpr NotServed kGroups[] = {
    {"authentication.k8s.io", "authentication", kOpenToAll},
    {"authorization.k8s.io", "authorization", kOpenToAll},
    {"certificates.k8s.io", "certificates", kOpenToAll},
    {"metrics.k8s.io", "metrics", kNothingRuns},
};

const NotServed* find_word(std::span<const NotServed> rows, std::string_view word) {
  auto found = std::ranges::find(rows, word, &NotServed::word);
  return found == rows.end() ? nullptr : &*found;
}

std::string_view group_in(std::string_view path) {
  constexpr std::string_view kGroupPrefix = "/apis/";
  if (!path.starts_with(kGroupPrefix)) return {};
  path.remove_prefix(kGroupPrefix.size());
  return path.substr(0, path.find('/'));
}

std::string quoted(std::string_view warning) {
  std::string text;
  for (char character : warning) {
    if (character == '"' || character == '\\') text += '\\';
    text += character == '\n' || character == '\r' ? ' ' : character;
  }
  return text;
}

net::Response plain(std::string text) {
  return {200, {{"Content-Type", "text/plain"}}, std::move(text)};
}

bool is_health(std::string_view path) {
  return path == "/healthz" || path == "/livez" || path == "/readyz";
}

std::optional<sim::PatchType> patch_type_of(std::string_view type) {
  if (type == "application/json-patch+json") return sim::PatchType::json;
  if (type == "application/merge-patch+json") return sim::PatchType::merge;
  if (type == "application/strategic-merge-patch+json") return sim::PatchType::strategic;
  return std::nullopt;
}

}  // namespace

Api::Api(sim::Store& store, std::function<base::Time()> now)
    : store_(store), now_(std::move(now)) {}

net::Reply Api::handle(const net::Request& request) {
  std::string_view path = request.path;
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (is_health(path)) return plain("ok");
  if (path == "/version") return json_response(version_info());
  std::optional<Json> told = discovery(store_.resources(), path);
  if (!told) told = openapi(store_.resources(), path);
  if (told) return json_response(*told);
  std::optional<Call> call = parse_call(store_, request);
  if (!call) {
    const NotServed* refused = find_word(kGroups, group_in(path));
    return refused == nullptr ? no_such_path() : not_served(refused->what, refused->why);
  }
  if (!accepted_form(request.header("accept").value_or(""))) {
    return refusal(406, "NotAcceptable",
                   "only the following media types are accepted: application/json");
  }
  if (call->name.empty()) return on_collection(*call);
  return call->subresource.empty() ? on_object(*call) : on_subresource(*call);
}

net::Reply Api::on_collection(const Call& call) {
  const std::string& method = call.request->method;
  if (method == "GET") return list_or_watch(call);
  if (method == "POST") return create(call);
  if (method == "DELETE") return remove_collection(call);
  return method_not_allowed(call);
}

net::Reply Api::on_object(const Call& call) {
  const std::string& method = call.request->method;
  if (method == "GET") return call.is_set("watch") ? list_or_watch(call) : get(call);
  if (method == "PUT") return update(call);
  if (method == "PATCH") return patch(call);
  if (method == "DELETE") return remove(call);
  return method_not_allowed(call);
}

net::Reply Api::on_subresource(const Call& call) {
  if (const NotServed* refused = find_word(kSubresources, call.subresource)) {
    return not_served(refused->what, refused->why);
  }
  if (find_subresource(*call.resource, call.subresource) == nullptr) return no_such_path();
  const std::string& method = call.request->method;
  bool only_created = call.subresource == "eviction" || call.subresource == "binding";
  if (only_created) {
    if (method != "POST") return method_not_allowed(call);
    return call.subresource == "eviction" ? evict(call) : bind(call);
  }
  if (method == "GET") return get(call);
  if (method == "PUT") return update(call);
  if (method == "PATCH") return patch(call);
  return method_not_allowed(call);
}

net::Response Api::answer(const Call& call, const sim::StoredPtr& object, int status,
                          const std::vector<std::string>& warnings) const {
  net::Response response;
  if (call.subresource == "scale") {
    response = json_response(store_.scale_of(*call.resource, *object), status);
  } else {
    Form form = *accepted_form(call.request->header("accept").value_or(""));
    response = {status,
                {{"Content-Type", "application/json"}},
                Renderer(call, form).one(object, now_()) + "\n"};
  }
  for (const std::string& warning : warnings) {
    response.headers.emplace_back("Warning", fmt::format("299 - \"{}\"", quoted(warning)));
  }
  return response;
}

net::Response Api::written(const Call& call, const Result<sim::StoredPtr>& object, int status,
                           const std::vector<std::string>& warnings) const {
  if (!object) return failure(object.error(), call.resource, call.name);
  return answer(call, *object, status, warnings);
}

net::Reply Api::list_or_watch(const Call& call) {
  Form form = *accepted_form(call.request->header("accept").value_or(""));
  if (call.is_set("watch")) return watch(store_, now_, call, form);
  return list(store_, call, form, now_());
}

net::Reply Api::get(const Call& call) {
  sim::StoredPtr object = store_.get(*call.resource, call.name_space, call.name);
  if (object != nullptr) return answer(call, object, 200);
  return failure({base::Code::not_found,
                  fmt::format("{} \"{}\" not found", call.resource->qualified_plural(), call.name)},
                 call.resource, call.name);
}

net::Reply Api::create(const Call& call) {
  std::vector<std::string> warnings;
  Result<sim::WriteOptions> options = write_options_of(call, &warnings);
  if (!options) return failure(options.error(), call.resource);
  Result<Json> body = read_body(*call.request);
  if (!body) return failure(body.error(), call.resource);
  std::string name(base::string_at(*body, {"metadata", "name"}));
  Result<sim::StoredPtr> created =
      store_.create(*call.resource, call.name_space, std::move(*body), *options);
  if (!created) return failure(created.error(), call.resource, name);
  return answer(call, *created, kCreated, warnings);
}

net::Reply Api::update(const Call& call) {
  std::vector<std::string> warnings;
  Result<sim::WriteOptions> options = write_options_of(call, &warnings);
  if (!options) return failure(options.error(), call.resource, call.name);
  Result<Json> body = read_body(*call.request);
  if (!body) return failure(body.error(), call.resource, call.name);
  return written(
      call, store_.update(*call.resource, call.name_space, call.name, std::move(*body), *options),
      200, warnings);
}

net::Reply Api::patch(const Call& call) {
  std::string type = media_type(call.request->header("content-type").value_or(""));
  if (type.starts_with("application/apply-patch+")) {
    return refusal(415, "UnsupportedMediaType",
                   not_served_text("server-side apply", "it keeps no managed fields"));
  }
  std::optional<sim::PatchType> patch_type = patch_type_of(type);
  if (!patch_type) {
    return refusal(415, "UnsupportedMediaType",
                   "the body of the request was in an unknown format - accepted media types "
                   "include: application/json-patch+json, application/merge-patch+json, "
                   "application/strategic-merge-patch+json");
  }
  std::vector<std::string> warnings;
  Result<sim::WriteOptions> options = write_options_of(call, &warnings);
  if (!options) return failure(options.error(), call.resource, call.name);
  Result<Json> body = read_body(*call.request);
  if (!body) return failure(body.error(), call.resource, call.name);
  return written(
      call, store_.patch(*call.resource, call.name_space, call.name, *patch_type, *body, *options),
      200, warnings);
}

net::Reply Api::remove(const Call& call) {
  Result<Json> body = read_body(*call.request);
  if (!body) return failure(body.error(), call.resource, call.name);
  Result<sim::DeleteOptions> options = delete_options_of(call, *body);
  if (!options) return failure(options.error(), call.resource, call.name);
  Result<sim::StoredPtr> removed =
      store_.remove(*call.resource, call.name_space, call.name, *options);
  if (!removed) return failure(removed.error(), call.resource, call.name);
  std::string_view uid = base::string_at((*removed)->json, {"metadata", "uid"});
  sim::StoredPtr left = store_.get(*call.resource, call.name_space, call.name);
  bool is_still_there = left != nullptr && base::string_at(left->json, {"metadata", "uid"}) == uid;
  if (is_still_there && !options->dry_run) return answer(call, *removed, 200);
  return success(*call.resource, call.name, uid);
}

net::Reply Api::remove_collection(const Call& call) {
  Result<Json> body = read_body(*call.request);
  if (!body) return failure(body.error(), call.resource);
  Result<sim::DeleteOptions> options = delete_options_of(call, *body);
  if (!options) return failure(options.error(), call.resource);
  Result<Selection> selection = selection_of(call);
  if (!selection) return failure(selection.error(), call.resource);
  for (const sim::StoredPtr& object : store_.list(*call.resource, call.name_space).items) {
    if (!selection->matches(*object)) continue;
    std::string_view name = base::string_at(object->json, {"metadata", "name"});
    Result<sim::StoredPtr> removed = store_.remove(
        *call.resource, base::string_at(object->json, {"metadata", "namespace"}), name, *options);
    bool is_gone = !removed && removed.error().code == base::Code::not_found;
    if (!removed && !is_gone) return failure(removed.error(), call.resource, name);
  }
  return success(*call.resource, "", "");
}

net::Reply Api::evict(const Call& call) {
  Result<Json> body = read_body(*call.request);
  if (!body) return failure(body.error(), call.resource, call.name);
  const Json* given = base::find_path(*body, {"deleteOptions"});
  Result<sim::DeleteOptions> options = delete_options_of(call, given == nullptr ? Json() : *given);
  if (!options) return failure(options.error(), call.resource, call.name);
  Result<void> evicted = store_.evict(call.name_space, call.name, *options);
  if (!evicted) return failure(evicted.error(), call.resource, call.name);
  return success(*call.resource, call.name, "", kCreated);
}

net::Reply Api::bind(const Call& call) {
  Result<Json> body = read_body(*call.request);
  if (!body) return failure(body.error(), call.resource, call.name);
  std::string_view node = base::string_at(*body, {"target", "name"});
  if (node.empty()) {
    return failure({base::Code::malformed, "target.name: Required value"}, call.resource,
                   call.name);
  }
  Result<sim::WriteOptions> options = write_options_of(call, nullptr);
  if (!options) return failure(options.error(), call.resource, call.name);
  Result<void> bound = store_.bind(call.name_space, call.name, node, options->dry_run);
  if (!bound) return failure(bound.error(), call.resource, call.name);
  return success(*call.resource, call.name, "", kCreated);
}

}  // namespace apiserver
