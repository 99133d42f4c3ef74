#include "app/table.h"

#include <gtest/gtest.h>

namespace app {
namespace {

TEST(Table, columns_are_as_wide_as_their_widest_cell) {
  Table table({Align::right, Align::left, Align::left});
  table.add({"N", "NAME", "REST"});
  table.add({"12", Paint(true).cyan("ä"), "x"});
  table.add({"3", "long-name", ""});
  EXPECT_EQ(table.to_string(" "),
            "  N  NAME       REST\n"
            " 12  \x1b[36mä\x1b[0m          x\n"
            "  3  long-name\n");
}

TEST(Table, bars_show_a_share) {
  Paint plain(false);
  EXPECT_EQ(fill_bar(0.72, plain), "███████░░░  72%");
  EXPECT_EQ(fill_bar(0, plain), "░░░░░░░░░░   0%");
  EXPECT_EQ(fill_bar(1.5, plain), "██████████ 100%");
  EXPECT_EQ(shown_width(fill_bar(0.5, Paint(true))), 15u);
}

TEST(Table, long_text_is_broken_at_blanks) {
  EXPECT_EQ(wrapped("one two three four five", "  ", 22), "  one two three four\n  five\n");
  EXPECT_EQ(wrapped("averyveryverylongwordthatdoesnotfit x", "", 20),
            "averyveryverylongwordthatdoesnotfit\nx\n");
  EXPECT_EQ(wrapped("", "  ", 20), "");
}

}  // namespace
}  // namespace app
