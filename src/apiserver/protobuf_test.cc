#include "apiserver/protobuf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace apiserver {
namespace {

using ::testing::HasSubstr;

// The bytes that kubectl 1.37 sends, in hexadecimal.
std::string bytes(std::string_view hex) {
  auto digit = [](char character) {
    return character <= '9' ? character - '0' : character - 'a' + 10;
  };
  std::string result;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    result += static_cast<char>(digit(hex[at]) * 16 + digit(hex[at + 1]));
  }
  return result;
}

std::string read(std::string_view hex) {
  base::Result<base::Json> value = read_protobuf(bytes(hex));
  return value ? base::print_json(*value) : value.error().message;
}

// kubectl create deployment inflate --image=public.ecr.aws/eks-distro/kubernetes/pause:3.2
// --replicas=0
constexpr std::string_view kDeployment =
    "6b3873000a150a07617070732f7631120a4465706c6f796d656e7412e6010a270a07696e666c61746512001a002200"
    "2a003200380042005a0e0a036170701207696e666c61746512ac01080012100a0e0a036170701207696e666c617465"
    "1a8d010a200a0012001a0022002a003200380042005a0e0a036170701207696e666c6174651269124b0a0570617573"
    "65122e7075626c69632e6563722e6177732f656b732d64697374726f2f6b756265726e657465732f70617573653a33"
    "2e322a0042006a007200800100880100900100a201001a0032004200"
    "4a0052005800600068008201008a01009a0100c2010022020a00280038001a0c080010001800200028003800"
    "1a002200";

TEST(Protobuf, a_deployment_of_kubectl_create) {
  EXPECT_EQ(read(kDeployment),
            R"({"apiVersion":"apps/v1","kind":"Deployment",)"
            R"("metadata":{"name":"inflate","creationTimestamp":null,"labels":{"app":"inflate"}},)"
            R"("spec":{"replicas":0,"selector":{"matchLabels":{"app":"inflate"}},)"
            R"("template":{"metadata":{"creationTimestamp":null,"labels":{"app":"inflate"}},)"
            R"("spec":{"containers":[{"name":"pause",)"
            R"("image":"public.ecr.aws/eks-distro/kubernetes/pause:3.2","resources":{}}]}},)"
            R"("strategy":{}},"status":{}})");
}

TEST(Protobuf, a_budget_with_a_percentage) {
  EXPECT_EQ(
      read("6b3873000a200a09706f6c6963792f76311213506f6444697372757074696f6e427564676574123c0a"
           "130a0377656212001a0022002a0032003800420012190a09080110001a03353025120c0a0a0a03617070"
           "12037765621a0a080018002000280030001a002200"),
      R"({"apiVersion":"policy/v1","kind":"PodDisruptionBudget",)"
      R"("metadata":{"name":"web","creationTimestamp":null},)"
      R"("spec":{"minAvailable":"50%","selector":{"matchLabels":{"app":"web"}}},"status":{}})");
}

TEST(Protobuf, bytes_of_a_secret_become_base64) {
  EXPECT_EQ(
      read("6b3873000a0c0a027631120653656372657412200a110a017312001a0022002a003200380042001209"
           "0a01611204626364651a001a002200"),
      R"({"apiVersion":"v1","kind":"Secret",)"
      R"("metadata":{"name":"s","creationTimestamp":null},"data":{"a":"YmNkZQ=="}})");
}

TEST(Protobuf, ports_of_a_service) {
  EXPECT_THAT(
      read("6b3873000a0d0a02763112075365727669636512650a1d0a026e7012001a0022002a003200380042"
           "005a090a0361707012026e7012400a1b0a0738302d38303830120354435018502207080010903f1a00"
           "280012090a0361707012026e701a0022084e6f6465506f72743a00420052005a00600068001a020a00"
           "1a002200"),
      HasSubstr(R"("ports":[{"name":"80-8080","protocol":"TCP","port":80,"targetPort":8080}])"));
}

TEST(Protobuf, other_kinds_and_other_fields_are_refused_with_a_way_out) {
  // kubectl create ingress
  base::Result<base::Json> ingress = read_protobuf(
      bytes("6b3873000a1f0a146e6574776f726b696e672e6b38732e696f2f76311207496e67726573731200"));
  ASSERT_FALSE(ingress);
  EXPECT_EQ(ingress.error().code, base::Code::unsupported);
  EXPECT_THAT(ingress.error().message, HasSubstr("Ingress of networking.k8s.io/v1"));
  EXPECT_THAT(ingress.error().message, HasSubstr("--dry-run=client -o yaml"));
  // A Namespace with the field 9.
  base::Result<base::Json> more =
      read_protobuf(bytes("6b3873000a0f0a02763112094e616d65737061636512024800"));
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, base::Code::unsupported);
  EXPECT_THAT(more.error().message, HasSubstr("field 9 of Namespace"));
}

TEST(Protobuf, what_is_no_object_is_malformed) {
  for (std::string_view hex :
       {"", "6b387300ff", "6b3873", "7b7d", "6b3873000a0f0a02763112094e616d657370616365120aff"}) {
    base::Result<base::Json> value = read_protobuf(bytes(hex));
    ASSERT_FALSE(value) << hex;
    EXPECT_EQ(value.error().code, base::Code::malformed) << hex;
  }
}

}  // namespace
}  // namespace apiserver
