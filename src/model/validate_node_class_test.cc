#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/defaults.h"
#include "model/validate.h"

namespace model {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

class NodeClassAdmission : public testing::Test {
 protected:
  NodeClassAdmission() {
    node_class.metadata.name = "default";
    spec.subnetSelectorTerms = {{{{"karpenter.sh/discovery", "demo"}}, ""}};
    spec.securityGroupSelectorTerms = {{{{"karpenter.sh/discovery", "demo"}}, "", ""}};
    spec.amiSelectorTerms = {alias("al2023@latest")};
    spec.role = "node-role";
    fill_in_defaults(node_class);
  }

  static AMISelectorTerm alias(const std::string& text) {
    AMISelectorTerm term;
    term.alias = text;
    return term;
  }

  std::vector<Fault> faults() const { return admission_faults(node_class); }

  // The faults with one EBS volume.
  std::vector<Fault> faults_with(const BlockDevice& ebs) {
    spec.blockDeviceMappings = {{"/dev/xvda", ebs, false}};
    return faults();
  }

  EC2NodeClass node_class;
  EC2NodeClassSpec& spec = node_class.spec;
};

auto fault(const std::string& field, const std::string& message) {
  return AllOf(Field(&Fault::field, field), Field(&Fault::message, HasSubstr(message)));
}

TEST_F(NodeClassAdmission, a_plain_one_passes) { EXPECT_THAT(faults(), IsEmpty()); }

TEST_F(NodeClassAdmission, API_172_API_173_API_174_terms_are_required) {
  spec.subnetSelectorTerms.clear();
  spec.securityGroupSelectorTerms.clear();
  spec.amiSelectorTerms.clear();
  spec.amiFamily = "AL2023";
  EXPECT_THAT(faults(), ElementsAre(fault("spec.subnetSelectorTerms", "is required"),
                                    fault("spec.securityGroupSelectorTerms", "is required"),
                                    fault("spec.amiSelectorTerms", "is required")));
}

TEST_F(NodeClassAdmission, API_172_subnets) {
  spec.subnetSelectorTerms.assign(31, {{{"a", "b"}}, ""});
  EXPECT_THAT(faults(), ElementsAre(fault("spec.subnetSelectorTerms", "31 entries, at most 30")));
  spec.subnetSelectorTerms = {{}};
  EXPECT_THAT(faults(), ElementsAre(fault("spec.subnetSelectorTerms[0]", "needs tags or id")));
  spec.subnetSelectorTerms = {{{}, "vpc-1"}};
  EXPECT_THAT(faults(), ElementsAre(fault("spec.subnetSelectorTerms[0].id", "\"vpc-1\"")));
  for (const char* id : {"subnet-0a1b", "xsubnet-1!"}) {
    spec.subnetSelectorTerms = {{{}, id}};
    EXPECT_THAT(faults(), IsEmpty()) << id;
  }
}

TEST_F(NodeClassAdmission, API_173_security_groups) {
  spec.securityGroupSelectorTerms = {{{}, "sg-1", ""}, {{}, "", "web"}};
  EXPECT_THAT(faults(), IsEmpty());
  spec.securityGroupSelectorTerms = {{{}, "group", ""}, {}};
  EXPECT_THAT(faults(), ElementsAre(fault("spec.securityGroupSelectorTerms[0].id", "\"group\""),
                                    fault("spec.securityGroupSelectorTerms[1]", "needs tags")));
}

TEST_F(NodeClassAdmission, API_174_an_owner_alone_selects_no_image) {
  spec.amiFamily = "AL2023";
  spec.amiSelectorTerms = {{}};
  spec.amiSelectorTerms[0].owner = "self";
  EXPECT_THAT(faults(), ElementsAre(fault("spec.amiSelectorTerms[0]", "needs tags, id, name")));
  spec.amiSelectorTerms[0].name = "mine-*";
  EXPECT_THAT(faults(), IsEmpty());
  spec.amiSelectorTerms = {{}};
  spec.amiSelectorTerms[0].ssmParameter = "/my/ami";
  EXPECT_THAT(faults(), IsEmpty());
  spec.amiSelectorTerms = {{}};
  spec.amiSelectorTerms[0].id = "image";
  EXPECT_THAT(faults(), ElementsAre(fault("spec.amiSelectorTerms[0].id", "\"image\"")));
}

TEST_F(NodeClassAdmission, API_198_tags_of_terms) {
  spec.subnetSelectorTerms = {{{{"", "a"}, {"b", ""}}, ""}};
  EXPECT_THAT(faults(), ElementsAre(fault("spec.subnetSelectorTerms[0].tags", "key is empty"),
                                    fault("spec.subnetSelectorTerms[0].tags", "\"b\" has no")));
  spec.subnetSelectorTerms = {{}};
  for (int index = 0; index < 21; ++index) {
    spec.subnetSelectorTerms[0].tags[fmt::format("t{}", index)] = "*";
  }
  EXPECT_THAT(faults(), ElementsAre(fault("spec.subnetSelectorTerms[0].tags", "at most 20")));
}

TEST_F(NodeClassAdmission, API_199_one_offending_image_term_is_refused) {
  spec.amiFamily = "AL2023";
  AMISelectorTerm good;
  good.name = "mine";
  AMISelectorTerm bad = good;
  bad.id = "ami-1";
  spec.amiSelectorTerms = {good, bad};
  EXPECT_THAT(faults(), ElementsAre(fault("spec.amiSelectorTerms[1]", "id stands alone")));
  bad.id.clear();
  bad.alias = "al2023@latest";
  spec.amiSelectorTerms = {bad};
  EXPECT_THAT(faults(), ElementsAre(fault("spec.amiSelectorTerms[0]", "alias stands alone")));
  spec.amiSelectorTerms = {good, alias("al2023@latest")};
  EXPECT_THAT(faults(), ElementsAre(fault("spec.amiSelectorTerms[1]", "must be the only term")));
}

TEST_F(NodeClassAdmission, API_199_other_terms_are_refused_if_all_offend) {
  SubnetSelectorTerm bad{{{"a", "b"}}, "subnet-1"};
  SubnetSelectorTerm good{{}, "subnet-2"};
  spec.subnetSelectorTerms = {bad, good};
  EXPECT_THAT(faults(), IsEmpty());
  spec.subnetSelectorTerms = {bad, bad};
  EXPECT_THAT(faults(), ElementsAre(fault("spec.subnetSelectorTerms", "id stands alone")));
  spec.subnetSelectorTerms = {good};
  spec.securityGroupSelectorTerms = {{{{"a", "b"}}, "", "web"}};
  EXPECT_THAT(faults(), ElementsAre(fault("spec.securityGroupSelectorTerms", "stand alone")));
}

TEST_F(NodeClassAdmission, API_176_capacity_reservations) {
  spec.capacityReservationSelectorTerms = {{{}, "", "123456789012", "open"}, {{}, "cr-1", "", ""}};
  EXPECT_THAT(faults(), IsEmpty());
  spec.capacityReservationSelectorTerms = {
      {{}, "", "123456789012", ""}, {{}, "xcr-1", "", ""}, {{{"a", "b"}}, "", "123", "closed"}};
  const std::string path = "spec.capacityReservationSelectorTerms";
  EXPECT_THAT(faults(),
              ElementsAre(fault(path + "[0]", "needs tags"), fault(path + "[1].id", "\"xcr-1\""),
                          fault(path + "[2].ownerID", "\"123\""),
                          fault(path + "[2].instanceMatchCriteria", "\"closed\"")));
}

TEST_F(NodeClassAdmission, API_177_placement_group) {
  spec.placementGroupSelector = PlacementGroupSelector{"mine", ""};
  EXPECT_THAT(faults(), IsEmpty());
  spec.placementGroupSelector = PlacementGroupSelector{"mine", "pg-1"};
  EXPECT_THAT(faults(), ElementsAre(fault("spec.placementGroupSelector", "either name or id")));
}

TEST_F(NodeClassAdmission, API_178_API_206_exactly_one_of_role_and_profile) {
  EC2NodeClass before = node_class;
  spec.role.clear();
  EXPECT_THAT(faults(), ElementsAre(fault("spec.role", "unless instanceProfile is set")));
  spec.instanceProfile = "profile";
  EXPECT_THAT(faults(), IsEmpty());
  EXPECT_THAT(admission_faults(node_class, &before), IsEmpty());
  spec.role = "role";
  EXPECT_THAT(faults(), ElementsAre(fault("spec.instanceProfile", "together with role")));
}

TEST_F(NodeClassAdmission, API_201_aliases) {
  for (const char* text : {"al2@v20240625", "bottlerocket@1.10.0", "windows2022@latest"}) {
    spec.amiSelectorTerms = {alias(text)};
    EXPECT_THAT(faults(), IsEmpty()) << text;
  }
  for (const char* text :
       {"@latest", "al2023", "al2023@", "al2023-latest", "ubuntu@latest", "windows2022@v1.0.0",
        "AL2023@latest", "al2023@v20240625-and-so-on-and-on"}) {
    spec.amiSelectorTerms = {alias(text)};
    EXPECT_THAT(faults(), ElementsAre(fault("spec.amiSelectorTerms[0].alias",
                                            std::string(text).substr(0, 6))));
  }
}

TEST_F(NodeClassAdmission, API_202_family_and_alias) {
  for (const char* family : {"", "AL2023", "Custom"}) {
    spec.amiFamily = family;
    EXPECT_THAT(faults(), IsEmpty()) << family;
  }
  spec.amiFamily = "AL2";
  EXPECT_THAT(faults(), ElementsAre(fault("spec.amiFamily", "does not go with")));
  spec.amiFamily = "Ubuntu";
  EXPECT_THAT(faults(), ElementsAre(fault("spec.amiFamily", "\"Ubuntu\" is none of AL2")));
  spec.amiFamily = "";
  spec.amiSelectorTerms = {{}};
  spec.amiSelectorTerms[0].id = "ami-1";
  EXPECT_THAT(faults(), ElementsAre(fault("spec.amiFamily", "is required")));
}

TEST_F(NodeClassAdmission, API_203_volume_sizes) {
  BlockDevice ebs;
  for (const char* size :
       {"1Gi", "59000Gi", "1G", "64000G", "1Ti", "57Ti", "58Ti", "64T", "20Gi"}) {
    ebs.volumeSize = size;
    EXPECT_THAT(faults_with(ebs), IsEmpty()) << size;
  }
  for (const char* size : {"100T", "1m", "0Gi", "59001Gi", "64001G", "59Ti", "18Ti", "65T", "1.5Ti",
                           "01Gi", "20", "Gi", "20000000000", "99999999999Gi"}) {
    ebs.volumeSize = size;
    EXPECT_THAT(faults_with(ebs),
                ElementsAre(fault("spec.blockDeviceMappings[0].ebs.volumeSize", size)));
  }
}

TEST_F(NodeClassAdmission, API_184_API_186_API_188_volumes) {
  const std::string path = "spec.blockDeviceMappings[0].ebs";
  BlockDevice ebs;
  EXPECT_THAT(faults_with(ebs), ElementsAre(fault(path, "needs snapshotID or volumeSize")));
  ebs.volumeSize = "20Gi";
  ebs.volumeType = "gp5";
  EXPECT_THAT(faults_with(ebs), ElementsAre(fault(path + ".volumeType", "\"gp5\" is none of")));
  ebs.volumeType = "gp3";
  ebs.volumeInitializationRate = 50;
  EXPECT_THAT(faults_with(ebs),
              ElementsAre(fault(path + ".volumeInitializationRate", "50 is not between 100"),
                          fault(path + ".volumeInitializationRate", "needs a snapshotID")));
  ebs.volumeInitializationRate = 300;
  ebs.snapshotID = "snap-1";
  EXPECT_THAT(faults_with(ebs), IsEmpty());
}

TEST_F(NodeClassAdmission, API_183_one_root_volume_and_50_mappings) {
  spec.blockDeviceMappings.assign(2, {"/dev/xvda", {}, true});
  EXPECT_THAT(faults(), ElementsAre(fault("spec.blockDeviceMappings", "only one mapping")));
  spec.blockDeviceMappings.assign(51, {"/dev/xvda", {}, false});
  EXPECT_THAT(faults(), ElementsAre(fault("spec.blockDeviceMappings", "at most 50")));
}

TEST_F(NodeClassAdmission, API_180_API_204_tags) {
  spec.tags = {{"karpenter.sh/discovery", "a"}, {"kubernetes.io/role/key", "b"}, {"team", ""}};
  EXPECT_THAT(faults(), IsEmpty());
  for (const char* key :
       {"eks:eks-cluster-name", "kubernetes.io/cluster/mine", "karpenter.sh/nodepool",
        "karpenter.sh/nodeclaim", "karpenter.k8s.aws/ec2nodeclass"}) {
    spec.tags = {{key, "a"}};
    EXPECT_THAT(faults(), ElementsAre(fault(fmt::format("spec.tags[{}]", key), key)));
  }
  spec.tags = {{"", "a"}};
  EXPECT_THAT(faults(), ElementsAre(fault("spec.tags", "a key is empty")));
}

TEST_F(NodeClassAdmission, API_194_metadata_options) {
  spec.metadataOptions = MetadataOptions{"on", "off", 65, "none"};
  const std::string path = "spec.metadataOptions";
  EXPECT_THAT(faults(), ElementsAre(fault(path + ".httpEndpoint", "\"on\""),
                                    fault(path + ".httpProtocolIPv6", "\"off\""),
                                    fault(path + ".httpPutResponseHopLimit", "65 is not"),
                                    fault(path + ".httpTokens", "\"none\"")));
  spec.metadataOptions = MetadataOptions{"disabled", "enabled", 64, "optional"};
  EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(NodeClassAdmission, API_205_network_interfaces) {
  spec.networkInterfaces = {{0, 0, "interface"}, {1, 0, "efa-only"}};
  EXPECT_THAT(faults(), IsEmpty());
  spec.networkInterfaces = {{0, 1, "efa"},
                            {1, 0, "efa-only"},
                            {1, 0, "interface"},
                            {1, 1, "efa-only"},
                            {-1, 0, "interface"}};
  const std::string path = "spec.networkInterfaces";
  EXPECT_THAT(faults(), ElementsAre(fault(path + "[0].interfaceType", "\"efa\""),
                                    fault(path + "[2]", "stands there twice"),
                                    fault(path + "[3]", "another interface of type efa-only"),
                                    fault(path + "[4].networkCardIndex", "-1 is negative"),
                                    fault(path, "needs network card 0, device 0")));
}

TEST_F(NodeClassAdmission, API_189_API_193_API_195_API_197_other_fields) {
  spec.instanceStorePolicy = "RAID1";
  spec.ipPrefixCount = -1;
  spec.connectionTracking = ConnectionTracking{59, 181, 61};
  spec.cpuOptions = CPUOptions{"on"};
  EXPECT_THAT(faults(), ElementsAre(fault("spec.instanceStorePolicy", "\"RAID1\""),
                                    fault("spec.ipPrefixCount", "-1 is negative"),
                                    fault("spec.connectionTracking.tcpEstablishedTimeout", "59"),
                                    fault("spec.connectionTracking.udpStreamTimeout", "181"),
                                    fault("spec.connectionTracking.udpTimeout", "61"),
                                    fault("spec.cpuOptions.nestedVirtualization", "\"on\"")));
  spec.instanceStorePolicy = "RAID0";
  spec.ipPrefixCount = 0;
  spec.cpuOptions = CPUOptions{};
  spec.connectionTracking = ConnectionTracking{};
  EXPECT_THAT(faults(), ElementsAre(fault("spec.connectionTracking", "at least one timeout")));
}

}  // namespace
}  // namespace model
