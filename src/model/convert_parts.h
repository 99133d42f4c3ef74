// The pieces of the converter (convert.h), for the files convert*.cc only: what a conversion
// collects, the names that changed for every kind (api.md section 14.2), and the parts of AWS's
// node class, which the retired kinds share.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "model/convert.h"
#include "model/node_class.h"
#include "model/provisioner.h"
#include "model/retired.h"

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

  // The document has no output (API-424).
  void drop() { is_dropped_ = true; }
  bool is_dropped() const { return is_dropped_; }
  Conversion finish(std::vector<base::Json> objects) &&;

 private:
  std::string source_;
  std::vector<std::string> warnings_;
  std::vector<Fault> errors_;
  bool is_dropped_ = false;
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
EC2NodeClassSpec convert_class(const AWSNodeTemplateSpec& old, const std::string& path,
                               const ConvertOptions& options, Report& report);

// The role or profile that the options name, where the old class names none; an error if they do
// not either (API-363).
void fill_in_role(const ConvertOptions& options, const std::string& field, EC2NodeClassSpec& spec,
                  Report& report);

// What the old kinds filled in, written out, since today's defaults differ (API-416, API-443).
MetadataOptions default_metadata_options(MetadataOptions options, bool ipv6);

// Volume sizes in today's spelling (API-417). v1alpha1 required more of a mapping.
std::vector<BlockDeviceMapping> convert_block_devices(
    const std::vector<ProvisionerBlockDeviceMapping>& mappings, bool is_alpha,
    const std::string& path, Report& report);

// Over the extra tags; those that are forbidden today are dropped (API-372, API-418).
Labels convert_tags(const Labels& tags, const std::string& path, const Labels& extra,
                    Report& report);

void warn_of_al2(std::string_view family, bool is_default, const std::string& field,
                 Report& report);  // API-415
void use_ubuntu_as_al2(EC2NodeClassSpec& spec, const std::string& field,
                       Report& report);  // API-449
std::string lower_case(std::string_view text);

// Terms of an old tag selector (API-411 to API-413).
std::vector<SubnetSelectorTerm> subnet_terms(const Labels& selector, const std::string& path,
                                             Report& report);
std::vector<SecurityGroupSelectorTerm> security_group_terms(const Labels& selector,
                                                            const std::string& path,
                                                            Report& report);
std::vector<AMISelectorTerm> ami_terms(const Labels& selector, const std::string& path,
                                       Report& report);

// The kubelet settings in the form of today, members by name (API-395, API-396).
base::Json convert_kubelet(const ProvisionerKubelet& kubelet, const std::string& path,
                           Report& report);
// Takes away what the class's AMI family cannot apply (API-454). `path` is where they were written.
void fit_kubelet(base::Json& kubelet, std::string_view ami_family, const std::string& path,
                 Report& report);

// A pool that is converted but for what depends on the other documents: its kubelet settings, which
// move to its class, and the name of a class that is made for it.
struct PoolDraft {
  NodePool pool;
  std::optional<base::Json> limits;          // as written, since quantities keep their spelling
  std::optional<base::Json> kubelet;         // in the form of today
  std::string kubelet_path;                  // where the settings stand in the old document
  std::optional<EC2NodeClass> inline_class;  // named like the pool so far (API-394)
};

// What one document becomes before the documents are seen together.
struct Draft {
  std::optional<PoolDraft> pool;
  std::optional<EC2NodeClass> node_class;
  std::optional<NodeClaim> claim;  // its expireAfter is that of its pool, if the pool is there
};

// One function a retired kind.
Draft convert_provisioner(const base::Json& document, const ConvertOptions& options,
                          Report& report);
Draft convert_node_template(const base::Json& document, const ConvertOptions& options,
                            Report& report);
Draft convert_machine(const base::Json& document, const ConvertOptions& options, Report& report);
Draft convert_beta_pool(const base::Json& document, const ConvertOptions& options, Report& report);
Draft convert_beta_class(const base::Json& document, const ConvertOptions& options, Report& report);
Draft convert_beta_claim(const base::Json& document, const ConvertOptions& options, Report& report);

// A field of today and the field of the old kind that it came from.
struct OldField {
  std::string_view field;
  std::string_view old_field;
};

// The old name of a field; of several that fit the first is taken.
std::string old_field(std::string_view field, std::span<const OldField> names);

// API-362: the faults of what was converted, with its defaults, told in words of the old kind.
void check_pool(NodePool pool, std::span<const OldField> names, Report& report);
void check_class(EC2NodeClass node_class, std::span<const OldField> names, Report& report);

// Documents that are seen together: kubelet settings move from pools to classes, classes are named,
// nothing is written twice (convert_set.cc).
std::vector<Conversion> convert_together(std::span<const base::Json> documents,
                                         std::vector<Draft> drafts, std::vector<Report> reports);

}  // namespace model
