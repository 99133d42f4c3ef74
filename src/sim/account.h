// The AWS account of the simulated cluster: one VPC with a subnet in each zone of the region, one
// security group for nodes, and the machine images of every AMI family.
//
// It has whatever a node class asks for: subnets and security groups match any tag, name or id that
// a selector gives, since a manifest from a real cluster names things that exist only there. What
// looks like a template variable that nobody filled in is found too, but with a warning.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "catalog/ec2.h"
#include "model/node_class.h"
#include "model/requirements.h"

namespace sim {

// The version of Kubernetes that the simulated cluster claims to be.
inline constexpr std::string_view kKubernetesVersion = "1.32";

struct Image {
  std::string id;
  std::string name;
  model::Requirements requirements;  // what a type must have to run it (AWL-190)
};

// The images of a family ("AL2023"), newest first: x86_64 standard, nvidia, neuron; arm64 standard,
// nvidia.
std::vector<Image> images_of(std::string_view family);

// The first image that a type can run (AWL-197), or nullptr.
const Image* image_for(std::span<const Image> images, const model::Requirements& type);

// The family that decides the images: of the alias, else spec.amiFamily (AWL-183, AWL-184).
std::string image_family_of(const model::EC2NodeClass& node_class);

// The status that the class's controller writes (API-209 to API-220), with conditions as of `now`.
// A list of selector terms that is empty finds nothing and makes its condition false (API-207).
model::EC2NodeClassStatus ready_status(const model::EC2NodeClass& node_class,
                                       std::span<const catalog::Zone> zones, base::Time now);

// One sentence for each selector value, role or profile with an unexpanded "${…}".
std::vector<std::string> unexpanded_values(const model::EC2NodeClass& node_class);

}  // namespace sim
