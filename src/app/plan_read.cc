#include "app/plan_read.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <expected>
#include <optional>
#include <utility>

#include "app/documents.h"
#include "app/files.h"
#include "base/json_text.h"
#include "base/yaml.h"

namespace app {

namespace {

class StreamReader {
 public:
  StreamReader(std::string name, PlanInput& input) : name_(std::move(name)), input_(input) {}

  base::Result<void> read(base::JsonStream::Read source) {
    const std::size_t before = input_.objects;
    bool is_empty = true;
    bool has_begun = false;
    auto checked = [&, source = std::move(source)](char* buffer, std::size_t size) {
      base::Result<std::size_t> count = source(buffer, size);
      if (count && !has_begun)
        is_packed_ = std::string_view(buffer, *count).starts_with("\x1f\x8b");
      has_begun = true;
      return count;
    };
    base::JsonStream stream(checked, "items");
    for (;;) {
      auto piece = stream.next();
      if (is_packed_) return base::invalid(name_ + ": the file is packed (gzip); unpack it first");
      if (!piece) return base::invalid(fmt::format("{}: {}", name_, piece.error().message));
      if (!*piece) break;
      is_empty = false;
      if (base::Result<void> taken = take(**piece, stream); !taken) return taken;
      if ((*piece)->kind == base::JsonStream::Piece::Kind::other) break;
    }
    if (is_empty || (input_.objects == before && !has_list_)) {
      return base::invalid(name_ + ": there is no object in it");
    }
    return {};
  }

 private:
  using Piece = base::JsonStream::Piece;

  base::Result<void> take(const Piece& piece, base::JsonStream& stream) {
    switch (piece.kind) {
      case Piece::Kind::beginning: return begin_list(piece);
      case Piece::Kind::element: return take_element(piece);
      case Piece::Kind::document: return take_document(piece);
      case Piece::Kind::other: {
        auto text = stream.rest();
        if (!text) return base::invalid(fmt::format("{}: {}", name_, text.error().message));
        return take_yaml(*text, piece.line - 1);
      }
    }
    return {};
  }

  // Items of a PodList say no kind of their own; those of a List do.
  base::Result<void> begin_list(const Piece& piece) {
    has_list_ = true;
    item_kind_.clear();
    if (!json_.parse(piece.text)) return not_json(piece);
    std::string_view kind = json_.string_at("kind");
    if (kind.ends_with("List")) item_kind_ = kind.substr(0, kind.size() - 4);
    item_version_ = json_.string_at("apiVersion");
    return {};
  }

  base::Result<void> take_element(const Piece& piece) {
    if (!json_.parse(piece.text)) return take_slowly(piece);
    std::string_view kind = json_.string_at("kind");
    std::string_view version = json_.string_at("apiVersion");
    bool is_pod = kind.empty() ? item_kind_ == "Pod" && item_version_ == "v1"
                               : kind == "Pod" && version == "v1";
    if (!is_pod) return take_slowly(piece);
    model::Pod pod;
    base::Result<void> read = json_.read(base::type_of<model::Pod>(), &pod);
    if (!read) return take_slowly(piece);  // and say who it was
    return placed(piece, input_.add(std::move(pod)));
  }

  base::Result<void> take_slowly(const Piece& piece) {
    auto value = base::parse_json(piece.text);
    if (!value) return not_json(piece);
    if (!item_kind_.empty() && value->is_object() && !value->get_object().contains("kind")) {
      value->get_object()["kind"] = item_kind_;
      value->get_object()["apiVersion"] = item_version_;
    }
    return placed(piece, input_.add(*value));
  }

  base::Result<void> take_document(const Piece& piece) {
    auto value = base::parse_json(piece.text);
    if (!value) return not_json(piece);
    const base::Json* items = base::find_path(*value, {"items"});
    if (items == nullptr || !items->is_array()) return placed(piece, input_.add(*value));
    std::string_view kind = base::string_at(*value, {"kind"});
    if (kind.ends_with("List")) return {};
    return base::invalid(fmt::format("{}:{}: items in an object of kind \"{}\", which is no List",
                                     name_, piece.line, kind));
  }

  base::Result<void> take_yaml(std::string_view text, std::size_t lines_before) {
    auto documents = base::read_yaml(text);
    if (!documents) {
      std::string before = lines_before == 0 ? "" : fmt::format("behind line {}: ", lines_before);
      return base::invalid(fmt::format("{}: {}{}", name_, before, documents.error().message));
    }
    for (const base::YamlDocument& document : *documents) {
      base::Result<void> taken = take_yaml_document(document, static_cast<int>(lines_before));
      if (!taken) return taken;
    }
    return {};
  }

  base::Result<void> take_yaml_document(const base::YamlDocument& document, int lines_before) {
    std::string_view kind = base::string_at(document.value, {"kind"});
    const base::Json* items = base::find_path(document.value, {"items"});
    bool is_list = kind == "List" && items != nullptr && items->is_array();
    if (!is_list) return add_yaml(document.value, document, "", lines_before);
    has_list_ = true;
    const auto& array = items->get_array();
    for (std::size_t index = 0; index < array.size(); ++index) {
      std::string place = fmt::format("/items/{}", index);
      base::Result<void> added = add_yaml(array[index], document, place, lines_before);
      if (!added) return added;
    }
    return {};
  }

  base::Result<void> add_yaml(const base::Json& value, const base::YamlDocument& document,
                              const std::string& place, int lines_before) {
    auto added = input_.add(value);
    if (added) return {};
    return wrong(added.error(), [&](const std::string& pointer) {
      return lines_before + document.line_of(place + pointer);
    });
  }

  base::Result<void> placed(const Piece& piece, std::expected<void, BadObject> added) const {
    if (added) return {};
    // JSON is YAML, whose reader knows the lines.
    auto documents = base::read_yaml(piece.text);
    const int line = static_cast<int>(piece.line);
    return wrong(added.error(), [&](const std::string& pointer) {
      bool is_known = documents && documents->size() == 1;
      return is_known ? line - 1 + documents->front().line_of(pointer) : line;
    });
  }

  template <class LineOf>
  std::unexpected<base::Error> wrong(const BadObject& bad, LineOf line_of) const {
    std::string text;
    for (const model::Fault& fault : bad.faults) {
      text += fmt::format("{}{}:{}: {}", text.empty() ? "" : "\n", name_,
                          line_of(pointer_of(fault.field)), to_string(BadObject{bad.who, {fault}}));
    }
    return base::invalid(text);
  }

  // The parser counts lines from where it begins, so it is given those before the piece as well.
  std::unexpected<base::Error> not_json(const Piece& piece) const {
    auto value = base::parse_json(std::string(piece.line - 1, '\n').append(piece.text));
    std::string what = value ? "no JSON" : value.error().message;
    return base::invalid(fmt::format("{}: {} (in what begins at line {}, byte {})", name_, what,
                                     piece.line, piece.offset));
  }

  std::string name_;
  PlanInput& input_;
  base::JsonText json_;
  std::string item_kind_;
  std::string item_version_;
  bool has_list_ = false;
  bool is_packed_ = false;
};

class File {
 public:
  explicit File(const std::string& path)
      : is_own_(path != "-"),
        descriptor_(is_own_ ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC) : STDIN_FILENO) {}
  ~File() {
    if (is_own_ && is_open()) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return descriptor_ >= 0; }

  base::Result<std::size_t> read(char* buffer, std::size_t size) const {
    for (;;) {
      ssize_t count = ::read(descriptor_, buffer, size);
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) return base::invalid(std::strerror(errno));
    }
  }

 private:
  bool is_own_;
  int descriptor_;
};

base::Result<void> read_file_into(const std::string& path, PlanInput& input) {
  File file(path);
  if (!file.is_open()) {
    return base::fail(base::Code::not_found,
                      fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  }
  return read_plan_stream(
      shown_name(path), [&](char* buffer, std::size_t size) { return file.read(buffer, size); },
      input);
}

}  // namespace

base::Result<void> read_plan_stream(const std::string& name, base::JsonStream::Read read,
                                    PlanInput& input) {
  return StreamReader(name, input).read(std::move(read));
}

base::Result<void> read_plan_input(const std::string& path, PlanInput& input) {
  base::Result<std::vector<std::string>> files = manifest_files(path);
  if (!files) return base::invalid(fmt::format("{}: {}", path, files.error().message));
  for (const std::string& file : *files) {
    if (base::Result<void> read = read_file_into(file, input); !read) return read;
  }
  return {};
}

}  // namespace app
