// The pieces of the converter (convert.h), for the files convert*.cc only: what a conversion
// collects, the names that changed for every kind (api.md section 14.2), and the parts of AWS's
// node class, which the retired kinds share.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "model/convert.h"
#include "model/node_class.h"
#include "model/provisioner.h"

namespace model {

// Warnings and errors of one document.
class Report {
 public:
  explicit Report(std::string source) : source_(std::move(source)) {}

  void warn(std::string_view path, std::string_view message);
  void error(std::string path, std::string message);
  // Adds nothing if the message is empty.
  void error_if(std::string path, std::string message);
  // A reader's error, "spec.weight: expected an integer …".
  void error(const base::Error& error);
  // Fields that the type does not have: errors if `strict` or below `always_strict`.
  void unknown_fields(const base::Type& type, std::vector<std::string> paths, bool strict,
                      std::string_view always_strict);

  std::size_t error_count() const { return errors_.size(); }
  Conversion finish(std::vector<base::Json> objects) &&;

 private:
  std::string source_;
  std::vector<std::string> warnings_;
  std::vector<Fault> errors_;
};

// Name, labels and annotations under their names of today; all else is dropped (API-358).
ObjectMeta kept_metadata(const ObjectMeta& metadata);

// Labels of a node template: those that are gone are dropped with a warning (API-367). Old names
// that the old API refused are left as they are, for the validation to find.
Labels template_labels(const Labels& labels, const std::string& path, Report& report);
Labels template_annotations(const Labels& annotations);
std::vector<Taint> template_taints(std::vector<Taint> taints);

// Whether a requirement or label of this key has no meaning any more (API-367).
bool is_gone(std::string_view key);

// The class that an old class's spec describes; `path` is where that spec stands (API-397 to
// API-418). Faults of the class itself are not looked for here.
EC2NodeClassSpec convert_class(const InlineProvider& provider, const std::string& path,
                               const ConvertOptions& options, Report& report);

// Terms of an old tag selector (API-411 to API-413).
std::vector<SubnetSelectorTerm> subnet_terms(const Labels& selector, const std::string& path,
                                             Report& report);
std::vector<SecurityGroupSelectorTerm> security_group_terms(const Labels& selector,
                                                            const std::string& path,
                                                            Report& report);

// The kubelet settings as the class of an AMI family takes them (API-395, API-396, API-454).
base::Json convert_kubelet(const ProvisionerKubelet& kubelet, std::string_view ami_family,
                           const std::string& path, Report& report);

// One function a retired kind. Each returns the objects in their order.
std::vector<base::Json> convert_provisioner(const base::Json& document,
                                            const ConvertOptions& options, Report& report);

}  // namespace model
