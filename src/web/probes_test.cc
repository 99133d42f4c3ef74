#include "web/probes.h"

#include <gtest/gtest.h>

namespace web {
namespace {

class ProbesTest : public ::testing::Test {
 protected:
  ProbesTest() {
    probes_.add("manager", [this] { return is_synced_; });
    probes_.add("crd", [] { return true; });
  }
  net::Response get(const std::string& path, net::Fields query = {}) {
    net::Request request;
    request.method = "GET";
    request.path = path;
    request.query = std::move(query);
    return probes_.handle(request);
  }

  bool is_synced_ = false;
  Probes probes_;
};

TEST_F(ProbesTest, LIF_291_healthz_answers_while_readyz_waits_for_every_check) {
  EXPECT_EQ(get("/healthz").body, "ok");
  net::Response waiting = get("/readyz");
  EXPECT_EQ(waiting.status, 500);
  EXPECT_EQ(waiting.body, "[-]manager failed: reason withheld\n[+]crd ok\nreadyz check failed\n");
  is_synced_ = true;
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(get("/readyz").body, "ok");
}

TEST_F(ProbesTest, LIF_291_one_check_can_be_asked_listed_or_left_out) {
  EXPECT_EQ(get("/readyz/crd").status, 200);
  EXPECT_EQ(get("/readyz/manager").status, 500);
  EXPECT_EQ(get("/readyz/none").status, 404);
  EXPECT_EQ(get("/readyz", {{"exclude", "manager"}}).status, 200);
  is_synced_ = true;
  EXPECT_EQ(get("/readyz", {{"verbose", ""}}).body,
            "[+]manager ok\n[+]crd ok\nreadyz check passed\n");
  EXPECT_EQ(get("/else").status, 404);
}

}  // namespace
}  // namespace web
