#include "apiserver/api_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "sim/cluster.h"
#include "sim/sim_clock.h"

namespace apiserver {
namespace {

using ::testing::HasSubstr;

class ApiServerTest : public ::testing::Test {
 protected:
  boost::asio::io_context context_;
  sim::SimClock clock_{context_, {}};
  sim::Cluster cluster_{clock_, base::Random(1)};
  ApiServer server_{context_, cluster_.store(), clock_};
};

TEST_F(ApiServerTest, a_port_in_use_and_no_port_at_all_are_errors) {
  base::Result<int> port = server_.listen(0);
  ASSERT_TRUE(port);
  ApiServer other(context_, cluster_.store(), clock_);
  base::Result<int> taken = other.listen(*port);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, base::Code::already_exists);
  base::Result<int> none = other.listen(65536);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message, "port 65536: expected 0 to 65535");
}

TEST(Kubeconfig, is_written_with_its_folder_and_replaced) {
  std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / "joiner_kubeconfig_test";
  std::filesystem::remove_all(folder);
  std::string path = folder / "deep" / "kubeconfig";
  ASSERT_TRUE(write_kubeconfig(path, 1));
  ASSERT_TRUE(write_kubeconfig(path, 8123));
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), kubeconfig(8123));
  EXPECT_THAT(text.str(), HasSubstr("current-context: joiner-demo\n"));
  EXPECT_THAT(text.str(), HasSubstr("server: http://127.0.0.1:8123\n"));
  base::Result<void> refused = write_kubeconfig(path + "/inside-a-file", 1);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("inside-a-file"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace apiserver
