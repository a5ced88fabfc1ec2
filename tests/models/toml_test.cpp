// SPDX-License-Identifier: MIT
#include "models/toml.hpp"

#include <gtest/gtest.h>

namespace ringfare {
namespace {

TEST(Toml, KeepsValuesAndLines) {
  const TomlValue root =
      parse_toml("a = 1\nb = 2.5\n\n[t]\nword = \"x\"\nlist = [true, 1979-05-27]\n", "some.toml");
  EXPECT_EQ(root.find("a")->integer, 1);
  EXPECT_EQ(root.find("a")->real, 1.0);
  EXPECT_EQ(root.find("b")->real, 2.5);
  EXPECT_EQ(root.find("b")->at.line, 2u);
  EXPECT_EQ(root.find("b")->at.file, "some.toml");
  const TomlValue* table = root.find("t");
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->find("word")->text, "x");
  EXPECT_TRUE(table->find("list")->items[0].boolean);
  EXPECT_TRUE(table->find("list")->items[1].is(TomlValue::Kind::Date));
  EXPECT_EQ(table->find("nothing"), nullptr);
}

struct TextCase {
  std::string_view toml;
  std::string_view text;
  unsigned line;
};

class TextLine : public testing::TestWithParam<TextCase> {};

TEST_P(TextLine, IsThatOfTheFirstCharacter) {
  const TomlValue root = parse_toml(GetParam().toml, "some.toml");
  EXPECT_EQ(root.find("asm")->text, GetParam().text);
  EXPECT_EQ(root.find("asm")->text_line, GetParam().line);
}

INSTANTIATE_TEST_SUITE_P(Quotes, TextLine,
                         testing::Values(TextCase{"\nasm = \"nop\"", "nop", 2},
                                         TextCase{"asm = '''nop\nret'''", "nop\nret", 1},
                                         TextCase{"\nasm = '''\nnop\nret'''", "nop\nret", 3},
                                         TextCase{"asm = \"\"\"\nnop\"\"\"", "nop", 2},
                                         TextCase{"asm = '''\r\nnop'''", "nop", 2},
                                         TextCase{"  asm   =   '''\n\nnop'''", "\nnop", 2}));

TEST(Toml, SyntaxErrorNamesTheLine) {
  try {
    parse_toml("a = 1\nb = = 2\n", "some.toml");
    FAIL() << "accepted";
  } catch (const UserError& error) {
    EXPECT_TRUE(std::string_view(error.what()).starts_with("some.toml:2: not TOML: "))
        << error.what();
  }
}

}  // namespace
}  // namespace ringfare
