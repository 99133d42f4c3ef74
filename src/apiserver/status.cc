#include "apiserver/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace apiserver {
namespace {

using base::Code;
using base::Json;
using boost::json::array;
using boost::json::object;

constexpr std::string_view kBetweenFaults = ", ";

struct Meaning {
  Code code;
  int status;
  std::string_view reason;
};

constexpr Meaning kMeanings[] = {
    {Code::invalid, 422, "Invalid"},
    {Code::malformed, 400, "BadRequest"},
    {Code::unsupported, 415, "UnsupportedMediaType"},
    {Code::not_found, 404, "NotFound"},
    {Code::already_exists, 409, "AlreadyExists"},
    {Code::conflict, 409, "Conflict"},
    {Code::gone, 410, "Expired"},
    {Code::forbidden, 403, "Forbidden"},
    {Code::throttled, 429, "TooManyRequests"},
    {Code::unavailable, 503, "ServiceUnavailable"},
    {Code::timed_out, 504, "Timeout"},
};

Meaning meaning_of(Code code) {
  auto found = std::ranges::find(kMeanings, code, &Meaning::code);
  return found == std::end(kMeanings) ? Meaning{code, 500, "InternalError"} : *found;
}

Json status_object(std::string_view outcome, int status, std::string_view reason,
                   std::string_view message, object details) {
  object result{{"kind", "Status"},
                {"apiVersion", "v1"},
                {"metadata", object{}},
                {"status", boost::json::string(outcome)}};
  if (!message.empty()) result["message"] = boost::json::string(message);
  if (!reason.empty()) result["reason"] = boost::json::string(reason);
  if (!details.empty()) result["details"] = std::move(details);
  result["code"] = status;
  return result;
}

// The end of the fault at the front of the text: where ", " stands outside of quotes and another
// fault like "spec.replicas: Invalid value: -1" begins.
std::size_t fault_end(std::string_view text) {
  bool is_quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') is_quoted = !is_quoted;
    if (is_quoted || !text.substr(at).starts_with(kBetweenFaults)) continue;
    std::string_view next = text.substr(at + kBetweenFaults.size());
    std::size_t blank = next.find(' ');
    if (blank != std::string_view::npos && blank > 1 && next[blank - 1] == ':') return at;
  }
  return text.size();
}

// The faults that follow "is invalid: ", several of them in brackets. kubectl prints an invalid
// object's faults from the details and leaves the message alone.
array causes_of(std::string_view message) {
  constexpr std::string_view kBegin = " is invalid: ";
  std::size_t begin = message.find(kBegin);
  if (begin == std::string_view::npos) return {};
  std::string_view rest = message.substr(begin + kBegin.size());
  if (rest.starts_with('[') && rest.ends_with(']')) rest = rest.substr(1, rest.size() - 2);
  array causes;
  while (!rest.empty()) {
    std::size_t end = fault_end(rest);
    std::string_view fault = rest.substr(0, end);
    rest.remove_prefix(std::min(end + kBetweenFaults.size(), rest.size()));
    std::size_t colon = fault.find(": ");
    if (colon == std::string_view::npos) return {};
    causes.push_back(object{{"reason", "FieldValueInvalid"},
                            {"message", boost::json::string(fault.substr(colon + 2))},
                            {"field", boost::json::string(fault.substr(0, colon))}});
  }
  return causes;
}

object details_of(const sim::Resource* resource, std::string_view name, std::string_view kind) {
  object details;
  if (resource == nullptr) return details;
  if (!name.empty()) details["name"] = boost::json::string(name);
  if (!resource->group.empty()) details["group"] = boost::json::string(resource->group);
  details["kind"] = boost::json::string(kind);
  return details;
}

}  // namespace

net::Response json_response(const Json& body, int status) {
  return {status, {{"Content-Type", "application/json"}}, base::print_json(body) + "\n"};
}

net::Response failure(const base::Error& error, const sim::Resource* resource,
                      std::string_view name) {
  Meaning meaning = meaning_of(error.code);
  object details;
  if (error.code == Code::invalid) {
    array causes = causes_of(error.message);
    if (!causes.empty()) {
      details = details_of(resource, name, resource == nullptr ? "" : resource->kind);
      details["causes"] = std::move(causes);
    }
  } else {
    details = details_of(resource, name, resource == nullptr ? "" : resource->plural);
  }
  return json_response(
      status_object("Failure", meaning.status, meaning.reason, error.message, std::move(details)),
      meaning.status);
}

net::Response refusal(int status, std::string_view reason, std::string_view message) {
  return json_response(status_object("Failure", status, reason, message, {}), status);
}

std::string not_served_text(std::string_view what, std::string_view why) {
  return fmt::format(
      "the embedded demonstration cluster does not serve {} ({}); use a real cluster", what, why);
}

net::Response not_served(std::string_view what, std::string_view why) {
  return refusal(501, "NotImplemented", not_served_text(what, why));
}

net::Response no_such_path() {
  return refusal(404, "NotFound", "the server could not find the requested resource");
}

net::Response expired_list(std::string_view place) {
  Json status = status_object(
      "Failure", 410, "Expired",
      "The provided continue parameter is too old to display a consistent list result. You can "
      "start a new list without the continue parameter, or use the continue token in this response "
      "to retrieve the remainder of the results. Continuing with the provided token results in an "
      "inconsistent list - objects that were created, modified, or deleted between the time the "
      "first chunk was returned and now may show up in the list.",
      {});
  status.at("metadata").get_object()["continue"] = boost::json::string(place);
  return json_response(status, 410);
}

net::Response success(const sim::Resource& resource, std::string_view name, std::string_view uid,
                      int status) {
  object details = details_of(&resource, name, resource.plural);
  if (!uid.empty()) details["uid"] = boost::json::string(uid);
  return json_response(status_object("Success", status, "", "", std::move(details)), status);
}

}  // namespace apiserver
