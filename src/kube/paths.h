// Where an object stands in the API: "/apis/karpenter.sh/v1/nodepools/general".
#pragma once

#include <string>
#include <string_view>

#include "model/kinds.h"

namespace kube {

// All objects of a kind, or those of one namespace.
std::string collection_path(model::Kind kind, std::string_view name_space);

std::string object_path(const model::Reference& reference, std::string_view subresource = "");

}  // namespace kube
