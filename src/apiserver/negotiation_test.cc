#include "apiserver/negotiation.h"

#include <gtest/gtest.h>

namespace apiserver {
namespace {

TEST(Negotiation, the_first_form_that_is_served) {
  EXPECT_EQ(accepted_form(""), Form::object);
  EXPECT_EQ(accepted_form("application/json, */*"), Form::object);
  EXPECT_EQ(accepted_form("application/vnd.kubernetes.protobuf,application/json"), Form::object);
  EXPECT_EQ(accepted_form("application/json;as=Table;v=v1;g=meta.k8s.io,application/json"),
            Form::table);
  EXPECT_EQ(accepted_form("application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"),
            Form::object);
  EXPECT_EQ(accepted_form("application/json; as=PartialObjectMetadataList; v=v1; g=meta.k8s.io"),
            Form::partial);
  EXPECT_EQ(accepted_form("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
                          "application/json"),
            Form::object);
}

TEST(Negotiation, no_form_that_is_served) {
  EXPECT_EQ(accepted_form("application/vnd.kubernetes.protobuf"), std::nullopt);
  EXPECT_EQ(accepted_form("application/yaml"), std::nullopt);
  EXPECT_EQ(accepted_form("application/json;as=Thing;v=v1"), std::nullopt);
}

TEST(Negotiation, media_type_without_parameters) {
  EXPECT_EQ(media_type("Application/JSON; charset=utf-8"), "application/json");
  EXPECT_EQ(media_type(""), "");
}

}  // namespace
}  // namespace apiserver
