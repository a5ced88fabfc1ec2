// SPDX-License-Identifier: MIT
// Messages of netlink(7). What is expected is what strace 6.1 prints of them on the bare machine.
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>

#include <cstring>

#include "emu/strace/netlink/messages.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kPage = 0x20000000;

/// The bytes of values, one after another.
template <class... Values>
std::string bytes(const Values&... values) {
  std::string all;
  (all.append(reinterpret_cast<const char*>(&values), sizeof values), ...);
  return all;
}

std::string message(std::uint16_t type, std::uint16_t flags, const std::string& payload) {
  const nlmsghdr header{.nlmsg_len = static_cast<std::uint32_t>(sizeof(nlmsghdr) + payload.size()),
                        .nlmsg_type = type,
                        .nlmsg_flags = flags,
                        .nlmsg_seq = 7,
                        .nlmsg_pid = 0};
  return bytes(header) + payload;
}

std::string attribute(std::uint16_t type, const std::string& payload) {
  std::string all = bytes(static_cast<std::uint16_t>(4 + payload.size()), type) + payload;
  all.resize((all.size() + 3) / 4 * 4);
  return all;
}

struct Row {
  int protocol;
  std::string sent, text;
};

/// At the end of a page, so that what is read beyond it is not there.
std::string told(const Row& row, std::uint64_t claimed = 0) {
  AddressSpace memory;
  memory.map({.range = {GuestAddress{kPage}, GuestAddress{kPage + kPageSize}},
              .permissions = {.read = true, .write = true},
              .name = ""});
  const std::uint64_t at = kPage + kPageSize - row.sent.size();
  memory.write({at}, std::as_bytes(std::span(row.sent)));
  const DescribeOptions options;
  return netlink::messages_text({.memory = memory,
                                 .options = options,
                                 .at = at,
                                 .size = claimed != 0 ? claimed : row.sent.size()},
                                row.protocol);
}

/// struct ifinfomsg: of AF_UNIX, a loopback, up.
const std::string kLink = bytes(std::uint8_t{1}, std::uint8_t{0}, std::uint16_t{772},
                                std::int32_t{0}, std::uint32_t{1}, std::uint32_t{0});
constexpr std::string_view kLinkText =
    "{ifi_family=AF_UNIX, ifi_type=ARPHRD_LOOPBACK, ifi_index=0, ifi_flags=IFF_UP, ifi_change=0}";

std::string link(const std::string& attributes, std::string_view text) {
  return "[{nlmsg_len=" + std::to_string(32 + attributes.size()) +
         ", nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, nlmsg_seq=7, "
         "nlmsg_pid=0}, " +
         std::string(kLinkText) + ", " + std::string(text) + ']';
}

Row link_row(const std::string& attributes, std::string_view text) {
  return {NETLINK_ROUTE, message(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, kLink + attributes),
          link(attributes, text)};
}

const Row kRows[] = {
    {NETLINK_SOCK_DIAG, "abcd", R"("\x61\x62\x63\x64")"},
    {NETLINK_ROUTE, message(NLMSG_NOOP, NLM_F_REQUEST | 0x100, ""),
     "{nlmsg_len=16, nlmsg_type=NLMSG_NOOP, nlmsg_flags=NLM_F_REQUEST|0x100, nlmsg_seq=7, "
     "nlmsg_pid=0}"},
    {NETLINK_ROUTE, message(RTM_DELLINK, NLM_F_BULK, "\1"),
     "[{nlmsg_len=17, nlmsg_type=RTM_DELLINK, nlmsg_flags=NLM_F_BULK, nlmsg_seq=7, nlmsg_pid=0}, "
     "{ifi_family=AF_UNIX, ...}]"},
    {NETLINK_ROUTE, message(NLMSG_DONE, NLM_F_MULTI, bytes(-13)),
     "[{nlmsg_len=20, nlmsg_type=NLMSG_DONE, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, nlmsg_pid=0}, "
     "-EACCES]"},
    {NETLINK_ROUTE, message(NLMSG_ERROR, NLM_F_CAPPED, bytes(-13) + message(NLMSG_NOOP, 0, "")),
     "[{nlmsg_len=36, nlmsg_type=NLMSG_ERROR, nlmsg_flags=NLM_F_CAPPED, nlmsg_seq=7, nlmsg_pid=0}, "
     "{error=-EACCES, msg={nlmsg_len=16, nlmsg_type=NLMSG_NOOP, nlmsg_flags=0, nlmsg_seq=7, "
     "nlmsg_pid=0}}]"},
    link_row(attribute(IFLA_MTU, bytes(1500)), "[{nla_len=8, nla_type=IFLA_MTU}, 1500]"),
    link_row(attribute(IFLA_ADDRESS, "abcdef") + attribute(IFLA_IFNAME, std::string("lo", 3)),
             "[[{nla_len=10, nla_type=IFLA_ADDRESS}, 61:62:63:64:65:66], "
             "[{nla_len=7, nla_type=IFLA_IFNAME}, \"lo\"]]"),
    link_row(attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, std::string("bridge", 7)) +
                                          attribute(IFLA_INFO_DATA, attribute(1, bytes(250)))),
             "[{nla_len=28, nla_type=IFLA_LINKINFO}, [[{nla_len=11, nla_type=IFLA_INFO_KIND}, "
             "\"bridge\"], [{nla_len=12, nla_type=IFLA_INFO_DATA}, [{nla_len=8, "
             "nla_type=IFLA_BR_FORWARD_DELAY}, 250 /* 2.50 s */]]]]"),
    {NETLINK_NETFILTER, message(0x01ff, 0, ""),
     "{nlmsg_len=16, nlmsg_type=NFNL_SUBSYS_CTNETLINK<<8|0xff /* IPCTNL_MSG_CT_??? */, "
     "nlmsg_flags=0, nlmsg_seq=7, nlmsg_pid=0}"},
    {NETLINK_SOCK_DIAG,
     message(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST,
             "\xfd"
             "12"),
     "[{nlmsg_len=19, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, "
     "nlmsg_pid=0}, {family=0xfd /* AF_??? */, data=\"\\x31\\x32\"}]"},
    {NETLINK_KOBJECT_UEVENT, "add@/x", "\"add@/x\""},
};

TEST(NetlinkTest, MessagesReadAsByStrace) {
  for (const Row& row : kRows) EXPECT_EQ(told(row), row.text);
}

TEST(NetlinkTest, WhatIsNotThereIsAnAddress) {
  const Row row{NETLINK_ROUTE, message(NLMSG_NOOP, 0, ""), ""};
  EXPECT_EQ(told(row, 40),
            "[{nlmsg_len=16, nlmsg_type=NLMSG_NOOP, nlmsg_flags=0, nlmsg_seq=7, nlmsg_pid=0}, ... "
            "/* 0x20001000 */]")
      << "a second message is said to be there";
}

}  // namespace
}  // namespace ringfare
