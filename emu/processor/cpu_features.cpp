// SPDX-License-Identifier: MIT
#include "emu/processor/cpu_features.hpp"

#include <algorithm>
#include <array>
#include <ranges>

namespace ringfare {
namespace {

using enum CpuidRegister;
constexpr auto kHost = FeatureAccess::Host, kSystem = FeatureAccess::System,
               kWithheld = FeatureAccess::Withheld;
constexpr auto kEax = Eax, kEbx = Ebx, kEcx = Ecx, kEdx = Edx;

// SDM vol. 2A, CPUID; AMD APM vol. 3, appendix E. Old AMD extensions without a model here (XOP,
// FMA4, TBM, LWP, 3DNow!) stay hidden.
constexpr CpuFeature kFeatures[] = {
    {"pni", 1, 0, kEcx, 0, kHost},
    {"pclmulqdq", 1, 0, kEcx, 1, kHost},
    {"dtes64", 1, 0, kEcx, 2, kWithheld},
    {"monitor", 1, 0, kEcx, 3, kWithheld},
    {"ds_cpl", 1, 0, kEcx, 4, kWithheld},
    {"vmx", 1, 0, kEcx, 5, kWithheld},
    {"smx", 1, 0, kEcx, 6, kWithheld},
    {"est", 1, 0, kEcx, 7, kSystem},
    {"tm2", 1, 0, kEcx, 8, kSystem},
    {"ssse3", 1, 0, kEcx, 9, kHost},
    {"cid", 1, 0, kEcx, 10, kSystem},
    {"sdbg", 1, 0, kEcx, 11, kSystem},
    {"fma", 1, 0, kEcx, 12, kHost},
    {"cx16", 1, 0, kEcx, 13, kHost},
    {"xtpr", 1, 0, kEcx, 14, kSystem},
    {"pdcm", 1, 0, kEcx, 15, kSystem},
    {"pcid", 1, 0, kEcx, 17, kSystem},
    {"dca", 1, 0, kEcx, 18, kSystem},
    {"sse4_1", 1, 0, kEcx, 19, kHost},
    {"sse4_2", 1, 0, kEcx, 20, kHost},
    {"x2apic", 1, 0, kEcx, 21, kWithheld},
    {"movbe", 1, 0, kEcx, 22, kHost},
    {"popcnt", 1, 0, kEcx, 23, kHost},
    {"tsc_deadline_timer", 1, 0, kEcx, 24, kSystem},
    {"aes", 1, 0, kEcx, 25, kHost},
    {"xsave", 1, 0, kEcx, 26, kHost},
    {"avx", 1, 0, kEcx, 28, kHost},
    {"f16c", 1, 0, kEcx, 29, kHost},
    {"rdrand", 1, 0, kEcx, 30, kSystem},
    {"hypervisor", 1, 0, kEcx, 31, kWithheld},
    {"fpu", 1, 0, kEdx, 0, kHost},
    {"vme", 1, 0, kEdx, 1, kSystem},
    {"de", 1, 0, kEdx, 2, kSystem},
    {"pse", 1, 0, kEdx, 3, kSystem},
    {"tsc", 1, 0, kEdx, 4, kSystem},
    {"msr", 1, 0, kEdx, 5, kSystem},
    {"pae", 1, 0, kEdx, 6, kSystem},
    {"mce", 1, 0, kEdx, 7, kSystem},
    {"cx8", 1, 0, kEdx, 8, kHost},
    {"apic", 1, 0, kEdx, 9, kSystem},
    {"sep", 1, 0, kEdx, 11, kSystem},
    {"mtrr", 1, 0, kEdx, 12, kSystem},
    {"pge", 1, 0, kEdx, 13, kSystem},
    {"mca", 1, 0, kEdx, 14, kSystem},
    {"cmov", 1, 0, kEdx, 15, kHost},
    {"pat", 1, 0, kEdx, 16, kSystem},
    {"pse36", 1, 0, kEdx, 17, kSystem},
    {"pn", 1, 0, kEdx, 18, kWithheld},
    {"clflush", 1, 0, kEdx, 19, kHost},
    {"dts", 1, 0, kEdx, 21, kWithheld},
    {"acpi", 1, 0, kEdx, 22, kSystem},
    {"mmx", 1, 0, kEdx, 23, kHost},
    {"fxsr", 1, 0, kEdx, 24, kHost},
    {"sse", 1, 0, kEdx, 25, kHost},
    {"sse2", 1, 0, kEdx, 26, kHost},
    {"ss", 1, 0, kEdx, 27, kSystem},
    {"ht", 1, 0, kEdx, 28, kSystem},
    {"tm", 1, 0, kEdx, 29, kSystem},
    {"pbe", 1, 0, kEdx, 31, kSystem},
    {"dtherm", 6, 0, kEax, 0, kSystem},
    {"ida", 6, 0, kEax, 1, kSystem},
    {"arat", 6, 0, kEax, 2, kSystem},
    {"pln", 6, 0, kEax, 4, kSystem},
    {"pts", 6, 0, kEax, 6, kSystem},
    {"hwp", 6, 0, kEax, 7, kSystem},
    {"hwp_notify", 6, 0, kEax, 8, kSystem},
    {"hwp_act_window", 6, 0, kEax, 9, kSystem},
    {"hwp_epp", 6, 0, kEax, 10, kSystem},
    {"hwp_pkg_req", 6, 0, kEax, 11, kSystem},
    {"aperfmperf", 6, 0, kEcx, 0, kSystem},
    {"epb", 6, 0, kEcx, 3, kSystem},
    {"fsgsbase", 7, 0, kEbx, 0, kHost},
    {"tsc_adjust", 7, 0, kEbx, 1, kSystem},
    {"sgx", 7, 0, kEbx, 2, kWithheld},
    {"bmi1", 7, 0, kEbx, 3, kHost},
    {"hle", 7, 0, kEbx, 4, kWithheld},
    {"avx2", 7, 0, kEbx, 5, kHost},
    {"smep", 7, 0, kEbx, 7, kSystem},
    {"bmi2", 7, 0, kEbx, 8, kHost},
    {"erms", 7, 0, kEbx, 9, kHost},
    {"invpcid", 7, 0, kEbx, 10, kSystem},
    {"rtm", 7, 0, kEbx, 11, kWithheld},
    {"cqm", 7, 0, kEbx, 12, kWithheld},
    {"mpx", 7, 0, kEbx, 14, kWithheld},
    {"rdt_a", 7, 0, kEbx, 15, kWithheld},
    {"avx512f", 7, 0, kEbx, 16, kWithheld},
    {"avx512dq", 7, 0, kEbx, 17, kWithheld},
    {"rdseed", 7, 0, kEbx, 18, kSystem},
    {"adx", 7, 0, kEbx, 19, kHost},
    {"smap", 7, 0, kEbx, 20, kSystem},
    {"avx512ifma", 7, 0, kEbx, 21, kWithheld},
    {"clflushopt", 7, 0, kEbx, 23, kHost},
    {"clwb", 7, 0, kEbx, 24, kHost},
    {"intel_pt", 7, 0, kEbx, 25, kWithheld},
    {"avx512pf", 7, 0, kEbx, 26, kWithheld},
    {"avx512er", 7, 0, kEbx, 27, kWithheld},
    {"avx512cd", 7, 0, kEbx, 28, kWithheld},
    {"sha_ni", 7, 0, kEbx, 29, kHost},
    {"avx512bw", 7, 0, kEbx, 30, kWithheld},
    {"avx512vl", 7, 0, kEbx, 31, kWithheld},
    {"avx512vbmi", 7, 0, kEcx, 1, kWithheld},
    {"umip", 7, 0, kEcx, 2, kSystem},
    {"pku", 7, 0, kEcx, 3, kWithheld},
    {"ospke", 7, 0, kEcx, 4, kWithheld},
    {"waitpkg", 7, 0, kEcx, 5, kWithheld},
    {"avx512_vbmi2", 7, 0, kEcx, 6, kWithheld},
    {"shstk", 7, 0, kEcx, 7, kWithheld},
    {"gfni", 7, 0, kEcx, 8, kHost},
    {"vaes", 7, 0, kEcx, 9, kHost},
    {"vpclmulqdq", 7, 0, kEcx, 10, kHost},
    {"avx512_vnni", 7, 0, kEcx, 11, kWithheld},
    {"avx512_bitalg", 7, 0, kEcx, 12, kWithheld},
    {"tme", 7, 0, kEcx, 13, kSystem},
    {"avx512_vpopcntdq", 7, 0, kEcx, 14, kWithheld},
    {"la57", 7, 0, kEcx, 16, kWithheld},
    {"rdpid", 7, 0, kEcx, 22, kSystem},
    {"bus_lock_detect", 7, 0, kEcx, 24, kSystem},
    {"cldemote", 7, 0, kEcx, 25, kHost},
    {"movdiri", 7, 0, kEcx, 27, kHost},
    {"movdir64b", 7, 0, kEcx, 28, kHost},
    {"enqcmd", 7, 0, kEcx, 29, kWithheld},
    {"sgx_lc", 7, 0, kEcx, 30, kWithheld},
    {"avx512_4vnniw", 7, 0, kEdx, 2, kWithheld},
    {"avx512_4fmaps", 7, 0, kEdx, 3, kWithheld},
    {"fsrm", 7, 0, kEdx, 4, kHost},
    {"avx512_vp2intersect", 7, 0, kEdx, 8, kWithheld},
    {"md_clear", 7, 0, kEdx, 10, kSystem},
    {"serialize", 7, 0, kEdx, 14, kHost},
    {"hybrid_cpu", 7, 0, kEdx, 15, kWithheld},
    {"tsxldtrk", 7, 0, kEdx, 16, kWithheld},
    {"pconfig", 7, 0, kEdx, 18, kWithheld},
    {"arch_lbr", 7, 0, kEdx, 19, kWithheld},
    {"ibt", 7, 0, kEdx, 20, kWithheld},
    {"amx_bf16", 7, 0, kEdx, 22, kWithheld},
    {"avx512_fp16", 7, 0, kEdx, 23, kWithheld},
    {"amx_tile", 7, 0, kEdx, 24, kWithheld},
    {"amx_int8", 7, 0, kEdx, 25, kWithheld},
    {"flush_l1d", 7, 0, kEdx, 28, kSystem},
    {"arch_capabilities", 7, 0, kEdx, 29, kSystem},
    {"avx_vnni", 7, 1, kEax, 4, kHost},
    {"avx512_bf16", 7, 1, kEax, 5, kWithheld},
    {"fred", 7, 1, kEax, 17, kSystem},
    {"lkgs", 7, 1, kEax, 18, kSystem},
    {"xsaveopt", 0xd, 1, kEax, 0, kHost},
    {"xsavec", 0xd, 1, kEax, 1, kHost},
    {"xgetbv1", 0xd, 1, kEax, 2, kWithheld},
    {"xsaves", 0xd, 1, kEax, 3, kWithheld},
    {"lahf_lm", 0x80000001, 0, kEcx, 0, kHost},
    {"cmp_legacy", 0x80000001, 0, kEcx, 1, kSystem},
    {"svm", 0x80000001, 0, kEcx, 2, kWithheld},
    {"extapic", 0x80000001, 0, kEcx, 3, kSystem},
    {"cr8_legacy", 0x80000001, 0, kEcx, 4, kSystem},
    {"abm", 0x80000001, 0, kEcx, 5, kHost},
    {"sse4a", 0x80000001, 0, kEcx, 6, kHost},
    {"misalignsse", 0x80000001, 0, kEcx, 7, kHost},
    {"3dnowprefetch", 0x80000001, 0, kEcx, 8, kHost},
    {"osvw", 0x80000001, 0, kEcx, 9, kSystem},
    {"ibs", 0x80000001, 0, kEcx, 10, kWithheld},
    {"xop", 0x80000001, 0, kEcx, 11, kWithheld},
    {"skinit", 0x80000001, 0, kEcx, 12, kWithheld},
    {"wdt", 0x80000001, 0, kEcx, 13, kSystem},
    {"lwp", 0x80000001, 0, kEcx, 15, kWithheld},
    {"fma4", 0x80000001, 0, kEcx, 16, kWithheld},
    {"tce", 0x80000001, 0, kEcx, 17, kSystem},
    {"nodeid_msr", 0x80000001, 0, kEcx, 19, kWithheld},
    {"tbm", 0x80000001, 0, kEcx, 21, kWithheld},
    {"topoext", 0x80000001, 0, kEcx, 22, kWithheld},
    {"perfctr_core", 0x80000001, 0, kEcx, 23, kSystem},
    {"perfctr_nb", 0x80000001, 0, kEcx, 24, kSystem},
    {"bpext", 0x80000001, 0, kEcx, 26, kSystem},
    {"ptsc", 0x80000001, 0, kEcx, 27, kSystem},
    {"perfctr_llc", 0x80000001, 0, kEcx, 28, kSystem},
    {"mwaitx", 0x80000001, 0, kEcx, 29, kWithheld},
    {"syscall", 0x80000001, 0, kEdx, 11, kSystem},
    {"mp", 0x80000001, 0, kEdx, 19, kSystem},
    {"nx", 0x80000001, 0, kEdx, 20, kSystem},
    {"mmxext", 0x80000001, 0, kEdx, 22, kHost},
    {"fxsr_opt", 0x80000001, 0, kEdx, 25, kHost},
    {"pdpe1gb", 0x80000001, 0, kEdx, 26, kSystem},
    {"rdtscp", 0x80000001, 0, kEdx, 27, kSystem},
    {"lm", 0x80000001, 0, kEdx, 29, kSystem},
    {"3dnowext", 0x80000001, 0, kEdx, 30, kWithheld},
    {"3dnow", 0x80000001, 0, kEdx, 31, kWithheld},
    {"overflow_recov", 0x80000007, 0, kEbx, 0, kSystem},
    {"succor", 0x80000007, 0, kEbx, 1, kSystem},
    {"smca", 0x80000007, 0, kEbx, 3, kSystem},
    {"nonstop_tsc", 0x80000007, 0, kEdx, 8, kSystem},
    {"clzero", 0x80000008, 0, kEbx, 0, kHost},
    {"irperf", 0x80000008, 0, kEbx, 1, kWithheld},
    {"xsaveerptr", 0x80000008, 0, kEbx, 2, kSystem},
    {"rdpru", 0x80000008, 0, kEbx, 4, kWithheld},
    {"wbnoinvd", 0x80000008, 0, kEbx, 9, kSystem},
    {"amd_ppin", 0x80000008, 0, kEbx, 23, kWithheld},
    {"cppc", 0x80000008, 0, kEbx, 27, kSystem},
    {"brs", 0x80000008, 0, kEbx, 31, kWithheld},
};

/// In /proc/cpuinfo, but not one bit of a leaf a user program looks at: the kernel's own
/// conclusions, virtualisation, speculation controls, resource control.
constexpr std::string_view kDerived[] = {
    "acc_power",
    "amd_dcm",
    "arch_perfmon",
    "autoibrs",
    "avic",
    "bts",
    "cat_l2",
    "cat_l3",
    "cdp_l2",
    "cdp_l3",
    "constant_tsc",
    "cpb",
    "cpuid",
    "cpuid_fault",
    "cqm_llc",
    "cqm_mbm_local",
    "cqm_mbm_total",
    "cqm_occup_llc",
    "decodeassists",
    "ept",
    "ept_ad",
    "extd_apicid",
    "flexpriority",
    "flushbyasid",
    "hw_pstate",
    "ibpb",
    "ibrs",
    "ibrs_enhanced",
    "invpcid_single",
    "lbrv",
    "mba",
    "nopl",
    "npt",
    "nrip_save",
    "pausefilter",
    "pebs",
    "pfthreshold",
    "proc_feedback",
    "pti",
    "rapl",
    "rep_good",
    "sev",
    "sev_es",
    "sme",
    "split_lock_detect",
    "ssbd",
    "stibp",
    "svm_lock",
    "tpr_shadow",
    "tsc_known_freq",
    "tsc_reliable",
    "tsc_scale",
    "v_spec_ctrl",
    "v_vmsave_vmload",
    "vgif",
    "vmcb_clean",
    "vmmcall",
    "vnmi",
    "vpid",
    "xtopology",
};

constexpr FeatureNeed kNeeds[] = {
    {"xsaveopt", "xsave"}, {"xsavec", "xsave"},   {"avx", "xsave"},
    {"fma", "avx"},        {"f16c", "avx"},       {"avx2", "avx"},
    {"vaes", "avx"},       {"vpclmulqdq", "avx"}, {"avx_vnni", "avx"},
};

constexpr auto position(const CpuFeature& row) {
  return std::array<std::uint64_t, 4>{row.leaf, row.subleaf, static_cast<std::uint64_t>(row.word),
                                      row.bit};
}

consteval bool ascend_without_repeats() {
  return std::ranges::adjacent_find(kFeatures, [](const CpuFeature& a, const CpuFeature& b) {
           return position(a) >= position(b);
         }) == std::end(kFeatures);
}

consteval bool names_differ() {
  for (std::size_t i = 0; i < std::size(kFeatures); ++i) {
    for (std::size_t j = i + 1; j < std::size(kFeatures); ++j)
      if (kFeatures[i].name == kFeatures[j].name) return false;
    if (std::ranges::binary_search(kDerived, kFeatures[i].name)) return false;
  }
  return true;
}

constexpr bool has_bit(std::string_view name) {
  return std::ranges::find(kFeatures, name, &CpuFeature::name) != std::end(kFeatures);
}

static_assert(ascend_without_repeats(), "two features claim one CPUID bit, or rows are unsorted");
static_assert(std::ranges::is_sorted(kDerived), "derived names are looked up by bisection");
static_assert(names_differ(), "a feature has two rows");
static_assert(std::ranges::all_of(kFeatures, [](const CpuFeature& row) { return row.bit < 32; }));
static_assert(std::ranges::all_of(kNeeds,
                                  [](const FeatureNeed& need) {
                                    return has_bit(need.feature) && has_bit(need.needs);
                                  }),
              "a dependency names an unknown feature");

}  // namespace

std::span<const CpuFeature> cpu_features() {
  return kFeatures;
}

std::span<const FeatureNeed> feature_needs() {
  return kNeeds;
}

bool known_feature(std::string_view name) {
  return has_bit(name) || std::ranges::binary_search(kDerived, name);
}

std::vector<std::string> feature_names() {
  std::vector<std::string> names(std::begin(kDerived), std::end(kDerived));
  for (const CpuFeature& row : kFeatures) names.emplace_back(row.name);
  std::ranges::sort(names);
  return names;
}

}  // namespace ringfare
