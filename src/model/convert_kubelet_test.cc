#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/conversion.h"

namespace model {
namespace {

using support::at;
using support::convert_text;
using support::fault;
using support::provisioner;
using support::yaml;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ConvertKubelet, API_379_API_395_settings_move_to_the_class) {
  Conversion conversion = convert_text(provisioner(R"(
  kubeletConfiguration:
    containerRuntime: dockerd
    clusterDNS: [10.0.1.100, 10.0.1.101]
    maxPods: 40
    podsPerCore: 10
    systemReserved: {memory: 256Mi, pid: 300}
    kubeReserved: {cpu: 200m}
    evictionHard: {memory.available: 5%}
    evictionSoft: {nodefs.available: 15%}
    evictionSoftGracePeriod: {nodefs.available: 2m}
    evictionMaxPodGracePeriod: 90
    imageGCHighThresholdPercent: 80
    imageGCLowThresholdPercent: 60
    cpuCFSQuota: false
)"));
  ASSERT_THAT(conversion.errors, IsEmpty());
  EXPECT_EQ(at(conversion.objects.at(1), {"spec", "kubelet"}), yaml(R"(
clusterDNS: [10.0.1.100]
maxPods: 40
podsPerCore: 10
systemReserved: {memory: 256Mi, pid: "300"}
kubeReserved: {cpu: 200m}
evictionHard: {memory.available: 5%}
evictionSoft: {nodefs.available: 15%}
evictionSoftGracePeriod: {nodefs.available: 2m}
evictionMaxPodGracePeriod: 90
imageGCHighThresholdPercent: 80
imageGCLowThresholdPercent: 60
cpuCFSQuota: false
)"));
  EXPECT_THAT(conversion.warnings, Contains(HasSubstr("containerRuntime: \"dockerd\"")));
  EXPECT_THAT(conversion.warnings, Contains(HasSubstr("clusterDNS: AL2 applies one server")));
}

TEST(ConvertKubelet, API_396_faults_of_the_settings) {
  const std::string path = "spec.kubeletConfiguration";
  EXPECT_THAT(convert_text(provisioner(R"(
  kubeletConfiguration:
    maxPods: -1
    systemReserved: {gpu: 1}
    kubeReserved: {cpu: "-200m"}
    evictionHard: {memory.availabl: 5%, pid.available: 101%}
    evictionSoft: {nodefs.available: 15%, imagefs.available: 1Gi}
    evictionSoftGracePeriod: {nodefs.available: soon, pid.available: 1m}
    imageGCHighThresholdPercent: 60
    imageGCLowThresholdPercent: 60
)"))
                  .errors,
              testing::UnorderedElementsAre(
                  fault(path + ".maxPods", "-1 is negative"),
                  fault(path + ".systemReserved[gpu]", "is none of cpu"),
                  fault(path + ".kubeReserved[cpu]", "\"-200m\""),
                  fault(path + ".evictionHard[memory.availabl]", "\"memory.available\"?"),
                  fault(path + ".evictionHard[pid.available]", "\"101%\""),
                  fault(path + ".evictionSoft[imagefs.available]", "has no such signal"),
                  fault(path + ".evictionSoftGracePeriod[nodefs.available]", "\"soon\""),
                  fault(path + ".evictionSoftGracePeriod[pid.available]", "no such threshold"),
                  fault(path + ".imageGCHighThresholdPercent", "60 is not above")));
}

TEST(ConvertKubelet, API_452_settings_need_their_class) {
  EXPECT_THAT(convert_text(provisioner("  providerRef: {name: mine}\n"
                                       "  kubeletConfiguration: {maxPods: 5}\n",
                                       false))
                  .errors,
              ElementsAre(fault("spec.kubeletConfiguration", "EC2NodeClass \"mine\"")));
}

TEST(ConvertKubelet, API_454_what_Bottlerocket_cannot_apply) {
  Conversion conversion =
      convert_text(provisioner("  provider: {instanceProfile: p, subnetSelector: {a: b}, "
                               "securityGroupSelector: {a: b}, amiFamily: Bottlerocket}\n"
                               "  kubeletConfiguration: {podsPerCore: 5, maxPods: 7}\n",
                               false));
  EXPECT_EQ(at(conversion.objects.at(1), {"spec", "kubelet"}), yaml("{maxPods: 7}"));
  EXPECT_THAT(conversion.warnings, Contains(HasSubstr("podsPerCore: Bottlerocket cannot")));
}

}  // namespace
}  // namespace model
