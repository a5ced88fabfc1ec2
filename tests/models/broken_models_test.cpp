// SPDX-License-Identifier: MIT
// Every mistake in a model file gives one line: where, what, how to mend it.
#include <gtest/gtest.h>

#include "tests/models/model_folder.hpp"

namespace ringfare {
namespace {

struct BrokenCase {
  std::string_view name;
  std::string_view file;  // cpus/... or kernels/...
  std::string text;
  std::string_view message;
};

std::ostream& operator<<(std::ostream& out, const BrokenCase& c) {
  return out << c.name;
}

class BrokenModel : public testing::TestWithParam<BrokenCase> {};

TEST_P(BrokenModel, SaysWhereWhatAndHow) {
  const BrokenCase& c = GetParam();
  const ModelFolder folder;
  folder.write(c.file, c.text);
  const std::string message = folder.complaint([&] {
    if (c.file.starts_with("cpus/")) {
      folder.library().cpu(folder.path(c.file));
    } else {
      folder.library().kernel(folder.path(c.file));
    }
  });
  EXPECT_EQ(message, c.message);
}

std::string case_name(const testing::TestParamInfo<BrokenCase>& info) {
  return std::string(info.param.name);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  CHECK(at != std::string::npos, "no '{}' in the text", from);
  return text.replace(at, from.size(), to);
}

std::string price(std::string_view line) {
  return "extends = \"plain\"\n[prices]\n" + std::string(line) + "\n";
}

std::string stage(std::string_view lines) {
  return "extends = \"plain\"\n[[stage]]\ndoor = \"syscall\"\n" + std::string(lines) + "\n";
}

const std::string kLast = "kernels/x.toml";

INSTANTIATE_TEST_SUITE_P(
    Cpu, BrokenModel,
    testing::Values(
        BrokenCase{"unknown_key", "cpus/x.toml", "extends = \"plain\"\n\nbrnd = \"x\"\n",
                   "cpus/x.toml:3: unknown key 'brnd' in the CPU model; did you mean 'brand'?"},
        BrokenCase{"unknown_key_of_a_price", "cpus/x.toml", price("swapgs = { cylces = 1 }"),
                   "cpus/x.toml:3: unknown key 'cylces' in the price of 'swapgs'; did you mean "
                   "'cycles'?"},
        BrokenCase{"unknown_price", "cpus/x.toml", price("swpags = { cycles = 1 }"),
                   "cpus/x.toml:3: nothing called 'swpags' has a price; did you mean 'swapgs'?"},
        BrokenCase{"unknown_gate_step", "cpus/x.toml", price("syscall.chekc = { cycles = 1 }"),
                   "cpus/x.toml:3: nothing called 'syscall.chekc' has a price; did you mean "
                   "'syscall.check'?"},
        BrokenCase{"bare_number", "cpus/x.toml", price("swapgs = 12"),
                   "cpus/x.toml:3: the price of 'swapgs' must be a table, not an integer"},
        BrokenCase{"text_for_cycles", "cpus/x.toml",
                   price("swapgs = { cycles = \"12\", evidence = \"vendor\", source = \"x\" }"),
                   "cpus/x.toml:3: 'cycles' in the price of 'swapgs' must be a number, not a text"},
        BrokenCase{"negative_price", "cpus/x.toml",
                   price("swapgs = { cycles = -1, evidence = \"vendor\", source = \"x\" }"),
                   "cpus/x.toml:3: 'cycles' in the price of 'swapgs' is negative; a price is 0 or "
                   "more"},
        BrokenCase{"not_a_number", "cpus/x.toml",
                   price("swapgs = { cycles = nan, evidence = \"vendor\", source = \"x\" }"),
                   "cpus/x.toml:3: 'cycles' in the price of 'swapgs' is not a number of cycles"},
        BrokenCase{"too_fine_a_price", "cpus/x.toml",
                   price("swapgs = { cycles = 1.256, evidence = \"vendor\", source = \"x\" }"),
                   "cpus/x.toml:3: 'cycles' in the price of 'swapgs' is 1.256, but prices are kept "
                   "in hundredths of a cycle; write 1.26"},
        BrokenCase{"infinite_price", "cpus/x.toml",
                   price("swapgs = { cycles = inf, evidence = \"vendor\", source = \"x\" }"),
                   "cpus/x.toml:3: 'cycles' in the price of 'swapgs' is beyond belief; the most is "
                   "1000000000"},
        BrokenCase{"unknown_evidence", "cpus/x.toml",
                   price("swapgs = { cycles = 1, evidence = \"meassured\", source = \"x\" }"),
                   "cpus/x.toml:3: unknown evidence 'meassured' in the price of 'swapgs'; did you "
                   "mean 'measured'?"},
        BrokenCase{"missing_source", "cpus/x.toml",
                   price("swapgs = { cycles = 1, evidence = \"vendor\" }"),
                   "cpus/x.toml:3: missing key 'source' in the price of 'swapgs'; add source = "
                   "\"...\""},
        BrokenCase{"empty_source", "cpus/x.toml",
                   price("swapgs = { cycles = 1, evidence = \"vendor\", source = \" \" }"),
                   "cpus/x.toml:3: 'source' in the price of 'swapgs' is empty"},
        BrokenCase{"missing_price", "cpus/x.toml",
                   plain_cpu() + replaced(plain_prices(), "wrmsr =", "rdpid ="),
                   "cpus/x.toml:12: no price for 'wrmsr' (wrmsr); add wrmsr = { cycles = 1, "
                   "evidence = \"assumed\", source = \"...\" } to [prices]"},
        BrokenCase{"price_needed_by_a_feature", "cpus/x.toml",
                   replaced(plain_cpu(), "\"fpu\"", "\"rdpid\"") + plain_prices(),
                   "cpus/x.toml:12: no price for 'rdpid' (rdpid); add rdpid = { cycles = 1, "
                   "evidence = \"assumed\", source = \"...\" } to [prices]"},
        BrokenCase{"missing_key", "cpus/x.toml",
                   replaced(plain_cpu(), "brand = \"Plain CPU\"\n", "") + plain_prices(),
                   "cpus/x.toml: missing key 'brand' in the CPU model; add brand = \"...\""},
        BrokenCase{"unknown_vendor", "cpus/x.toml", "extends = \"plain\"\nvendor = \"Intle\"\n",
                   "cpus/x.toml:2: unknown vendor 'Intle' in the CPU model; did you mean 'Intel'?"},
        BrokenCase{"model_out_of_range", "cpus/x.toml", "extends = \"plain\"\nmodel = 256\n",
                   "cpus/x.toml:2: 'model' in the CPU model is 256; it goes from 0 to 255"},
        BrokenCase{"no_clock", "cpus/x.toml", "extends = \"plain\"\nmhz = 0\n",
                   "cpus/x.toml:2: 'mhz' in the CPU model is 0; it must be more than 0 and at most "
                   "1000000"},
        BrokenCase{"long_brand", "cpus/x.toml",
                   "extends = \"plain\"\nbrand = \"" + std::string(48, 'x') + "\"\n",
                   "cpus/x.toml:2: 'brand' in the CPU model has 48 characters; CPUID has room for "
                   "47"},
        BrokenCase{"feature_twice", "cpus/x.toml",
                   "extends = \"plain\"\nfeatures = [\"avx\",\n  \"avx\"]\n",
                   "cpus/x.toml:3: 'avx' stands twice in 'features' of the CPU model; remove one"},
        BrokenCase{"number_among_features", "cpus/x.toml", "extends = \"plain\"\nfeatures = [1]\n",
                   "cpus/x.toml:2: every item of 'features' in the CPU model must be a text, not "
                   "an integer"},
        BrokenCase{"extends_unknown", "cpus/x.toml", "extends = \"plane\"\n",
                   "cpus/x.toml:1: no CPU model is called 'plane'; did you mean 'plain'?"},
        BrokenCase{"extends_missing_file", "cpus/x.toml", "extends = \"./plane.toml\"\n",
                   "cpus/x.toml:1: 'extends' names cpus/./plane.toml, which does not exist"},
        BrokenCase{"extends_itself", "cpus/x.toml", "# round\nextends = \"x\"\n",
                   "cpus/x.toml:2: 'x' is extended by itself; one of the files must stand alone"},
        BrokenCase{"extends_a_number", "cpus/x.toml", "extends = 1\n",
                   "cpus/x.toml:1: 'extends' must be a text, not an integer; write extends = "
                   "\"name\""}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Kernel, BrokenModel,
    testing::Values(
        BrokenCase{"unknown_key", kLast, "extends = \"plain\"\nrelaese = \"6.1\"\n",
                   "kernels/x.toml:2: unknown key 'relaese' in the kernel model; did you mean "
                   "'release'?"},
        BrokenCase{"unknown_stage_key", kLast, stage("name = \"swapgs in\"\nams = \"nop\""),
                   "kernels/x.toml:5: unknown key 'ams' in a stage; did you mean 'asm'?"},
        BrokenCase{"unknown_when", kLast, stage("name = \"swapgs in\"\nwhen = \"pit\""),
                   "kernels/x.toml:5: unknown mitigation 'pit' in 'when'; did you mean 'pti'?"},
        BrokenCase{"unknown_when_off", kLast,
                   stage("name = \"swapgs in\"\nwhen = \"pti, no-vrew\""),
                   "kernels/x.toml:5: unknown mitigation 'vrew' in 'when'; did you mean 'verw'?"},
        BrokenCase{"empty_when", kLast, stage("name = \"swapgs in\"\nwhen = \"\""),
                   "kernels/x.toml:5: 'when' in stage 'swapgs in' is empty"},
        BrokenCase{"unknown_side", kLast, stage("name = \"swapgs in\"\nside = \"exti\""),
                   "kernels/x.toml:5: unknown side 'exti' in stage 'swapgs in'; did you mean "
                   "'exit'?"},
        BrokenCase{"duplicate_stage", kLast,
                   replaced(plain_kernel(), "\"swapgs out\"", "\"swapgs in\""),
                   "kernels/x.toml:37: door 'syscall' already has a stage 'swapgs in' at "
                   "kernels/x.toml:17; choose another name"},
        BrokenCase{"neither_asm_nor_price", kLast, replaced(plain_kernel(), "asm = \"nop\"\n", ""),
                   "kernels/x.toml:27: stage 'page-table switch' has neither 'asm' nor 'price'; a "
                   "stage is one of the two"},
        BrokenCase{"asm_and_price", kLast,
                   stage("name = \"swapgs in\"\nasm = \"nop\"\nprice = { cycles = 1, evidence = "
                         "\"vendor\", source = \"x\" }"),
                   "kernels/x.toml:2: stage 'swapgs in' has both 'asm' and 'price'; a stage is one "
                   "of the two"},
        BrokenCase{"stage_without_source", kLast,
                   stage("name = \"x\"\nafter = \"swapgs in\"\nside = \"entry\"\nasm = \"nop\""),
                   "kernels/x.toml:2: missing key 'source' in stage 'x'; add source = \"...\""},
        BrokenCase{"new_stage_without_place", kLast, stage("name = \"swapgs inn\"\nasm = \"nop\""),
                   "kernels/x.toml:2: door 'syscall' has no stage 'swapgs inn'; did you mean "
                   "'swapgs in'? A new stage says where it goes: after = \"...\" or before = "
                   "\"...\""},
        BrokenCase{"after_nothing", kLast, stage("name = \"x\"\nafter = \"swapgs inn\""),
                   "kernels/x.toml:5: door 'syscall' has no stage 'swapgs inn'; did you mean "
                   "'swapgs in'?"},
        BrokenCase{"after_and_before", kLast,
                   stage("name = \"x\"\nafter = \"swapgs in\"\nbefore = \"swapgs out\""),
                   "kernels/x.toml:6: a stage goes 'after' one or 'before' one, not both; remove "
                   "one"},
        BrokenCase{"remove_nothing", kLast, stage("name = \"swpags in\"\nremove = true"),
                   "kernels/x.toml:4: door 'syscall' has no stage 'swpags in'; did you mean "
                   "'swapgs in'?"},
        BrokenCase{"remove_with_asm", kLast,
                   stage("name = \"swapgs in\"\nremove = true\nasm = \"nop\""),
                   "kernels/x.toml:6: a removed stage has no 'asm'; only door, name and remove"},
        BrokenCase{"remove_false", kLast, stage("name = \"swapgs in\"\nremove = false"),
                   "kernels/x.toml:5: 'remove' can only be true; leave it out to keep the stage"},
        BrokenCase{"edit_without_extends", kLast,
                   replaced(plain_kernel(), "when = \"pti, no-verw\"", "after = \"swapgs in\""),
                   "kernels/x.toml:31: 'after' edits a stage of another file; this file needs "
                   "extends = \"...\" for it"},
        BrokenCase{"no_default_service", kLast,
                   replaced(plain_kernel(), "[services.default]", "[services.getpid]"),
                   "kernels/x.toml:42: no service 'default', which every call without a row of its "
                   "own costs; add [services.default]"},
        BrokenCase{"unknown_file_kind", kLast,
                   "extends = \"plain\"\n[services.read]\npip = { cycles = 1 }\n",
                   "kernels/x.toml:3: unknown key 'pip' in service 'read'; did you mean 'pipe'?"},
        BrokenCase{"text_for_a_constant", kLast,
                   "extends = \"plain\"\n[constants]\nUSER_DS = \"0x2b\"\n",
                   "kernels/x.toml:3: constant 'USER_DS' must be an integer, not a text"},
        BrokenCase{"reserved_mitigation", kLast,
                   "extends = \"plain\"\n[mitigations.no-pti]\nsysfs = \"\"\nmeaning = \"x\"\n",
                   "kernels/x.toml:2: a mitigation cannot be called 'no-pti': auto, off and no-... "
                   "have a meaning in lists of mitigations"},
        BrokenCase{"negative_limit", kLast, "extends = \"plain\"\nsyscall_limit = -1\n",
                   "kernels/x.toml:2: 'syscall_limit' in the kernel model is -1; it goes from 0 to "
                   "2147483647"},
        BrokenCase{"stages_are_a_table", kLast, "extends = \"plain\"\n[stage]\nname = \"x\"\n",
                   "kernels/x.toml:2: 'stage' in the kernel model must be an array, not a table"},
        BrokenCase{"no_door", kLast, "extends = \"plain\"\n[[stage]]\nname = \"x\"\n",
                   "kernels/x.toml:2: a stage needs door = \"...\""}),
    case_name);

}  // namespace
}  // namespace ringfare
