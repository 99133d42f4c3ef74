// The objects of manifests as a user gives them: a file, a folder, or standard input, in YAML or
// JSON, several documents a file, Lists taken apart. Each object knows the file and the line that a
// field of it stands on.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/yaml.h"

namespace app {

class SourceObject {
 public:
  SourceObject(std::string file, std::shared_ptr<const base::YamlDocument> document,
               std::string pointer, base::Json value)
      : file_(std::move(file)),
        document_(std::move(document)),
        pointer_(std::move(pointer)),
        value_(std::move(value)) {}

  const std::string& file() const { return file_; }
  const base::Json& value() const { return value_; }
  // Of a field such as "spec.tags[a/b]" or "spec.taints[0].key"; of what stands around it if it is
  // not there.
  int line_of(std::string_view field) const;

 private:
  std::string file_;
  std::shared_ptr<const base::YamlDocument> document_;
  std::string pointer_;  // of the object in its document
  base::Json value_;
};

// A file that cannot be read as YAML or JSON, or a document that holds no object.
struct SourceFault {
  std::string file;
  int line = 0;  // 0 if it is not known
  std::string message;
};

struct Sources {
  std::vector<SourceObject> objects;  // by file name, then in the order of the file
  std::vector<SourceFault> faults;
};

// Of a text, which is called `file` in what is said of it.
Sources objects_of(const std::string& file, std::string_view text);

// Of a file, of standard input ("-"), or of a folder (files.h). Faults name the file as people do.
Sources read_sources(const std::string& path);

// "spec.tags[a/b].c" as the JSON pointer "/spec/tags/a~1b/c".
std::string pointer_of(std::string_view field);

}  // namespace app
