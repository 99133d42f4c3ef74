#include "apiserver/list.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apiserver/render.h"
#include "apiserver/status.h"
#include "base/scan.h"

namespace apiserver {
namespace {

using base::Code;
using base::Json;
using base::Result;
using sim::Position;
using sim::StoredPtr;

// What of the collection is asked for.
struct Page {
  std::uint64_t version = 0;  // 0: as it is
  Position after;
  std::size_t limit = 0;  // 0: all
};

// The place to continue from: "VERSION/NAMESPACE/NAME", opaque to clients.
std::string print_place(std::uint64_t version, const Position& position) {
  return fmt::format("{}/{}/{}", version, position.name_space, position.name);
}

Result<Page> parse_place(std::string_view text) {
  std::size_t first = text.find('/');
  std::size_t second = first == text.npos ? text.npos : text.find('/', first + 1);
  auto version = base::to_integer<std::uint64_t>(text.substr(0, first));
  if (!version || second == text.npos || second + 1 == text.size()) {
    return base::fail(Code::malformed, "continue key is not valid: it is not of this server");
  }
  Page page;
  page.version = *version;
  page.after = {std::string(text.substr(first + 1, second - first - 1)),
                std::string(text.substr(second + 1))};
  return page;
}

Result<Page> first_page(const sim::Store& store, const Call& call) {
  std::string_view text = call.parameter("resourceVersion");
  if (text.empty()) return Page{};
  auto version = base::to_integer<std::uint64_t>(text);
  if (!version) {
    return base::fail(Code::malformed, fmt::format("resourceVersion: Invalid value: \"{}\"", text));
  }
  bool is_exact = call.parameter("resourceVersionMatch") == "Exact" && *version > 0;
  Page page;
  if (is_exact || *version > store.version()) page.version = *version;
  return page;
}

Result<Page> page_of(const sim::Store& store, const Call& call) {
  std::string_view place = call.parameter("continue");
  std::string_view version = call.parameter("resourceVersion");
  if (!place.empty() && !version.empty() && version != "0") {
    return base::fail(Code::malformed,
                      "specifying resource version is not allowed when using continue");
  }
  Result<Page> page = place.empty() ? first_page(store, call) : parse_place(place);
  std::string_view limit = call.parameter("limit");
  if (!page || limit.empty()) return page;
  auto count = base::to_integer<std::uint32_t>(limit);
  if (!count) {
    return base::fail(Code::malformed, fmt::format("limit: Invalid value: \"{}\"", limit));
  }
  page->limit = *count;
  return page;
}

Position position_of(const StoredPtr& object) {
  return object->json.look([](const Json& value) {
    return Position{std::string(base::string_at(value, {"metadata", "namespace"})),
                    std::string(base::string_at(value, {"metadata", "name"}))};
  });
}

}  // namespace

net::Response list(const sim::Store& store, const Call& call, Form form, base::Time now) {
  Result<Selection> selection = selection_of(call);
  if (!selection) return failure(selection.error(), call.resource);
  Result<Page> page = page_of(store, call);
  if (!page) return failure(page.error(), call.resource);
  std::uint64_t version = page->version == 0 ? store.version() : page->version;
  Result<sim::ListResult> found =
      store.list_at(*call.resource, call.name_space, version, page->after);
  if (!found && found.error().code == Code::gone && !page->after.name.empty()) {
    return expired_list(print_place(0, page->after));
  }
  if (!found) return failure(found.error(), call.resource);
  std::vector<StoredPtr> items;
  ListMeta meta{version, "", std::nullopt};
  for (StoredPtr& object : found->items) {
    if (!selection->matches(*object)) continue;
    if (page->limit != 0 && items.size() == page->limit) {
      meta.place = print_place(version, position_of(items.back()));
      if (selection->is_everything()) meta.remaining = found->items.size() - items.size();
      break;
    }
    items.push_back(std::move(object));
  }
  return {200,
          {{"Content-Type", "application/json"}},
          Renderer(call, form).list(items, meta, now) + "\n"};
}

}  // namespace apiserver
