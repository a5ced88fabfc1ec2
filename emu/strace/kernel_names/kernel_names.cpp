// SPDX-License-Identifier: MIT
// Made by emu/strace/kernel_names/make_kernel_names.
#include "emu/strace/kernel_names/kernel_names.hpp"

namespace ringfare {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

constexpr Name kNetlinkProtocolsNames[] = {
    {0x0, "NETLINK_ROUTE"},      {0x1, "NETLINK_UNUSED"},
    {0x2, "NETLINK_USERSOCK"},   {0x3, "NETLINK_FIREWALL"},
    {0x4, "NETLINK_SOCK_DIAG"},  {0x5, "NETLINK_NFLOG"},
    {0x6, "NETLINK_XFRM"},       {0x7, "NETLINK_SELINUX"},
    {0x8, "NETLINK_ISCSI"},      {0x9, "NETLINK_AUDIT"},
    {0xa, "NETLINK_FIB_LOOKUP"}, {0xb, "NETLINK_CONNECTOR"},
    {0xc, "NETLINK_NETFILTER"},  {0xd, "NETLINK_IP6_FW"},
    {0xe, "NETLINK_DNRTMSG"},    {0xf, "NETLINK_KOBJECT_UEVENT"},
    {0x10, "NETLINK_GENERIC"},   {0x12, "NETLINK_SCSITRANSPORT"},
    {0x13, "NETLINK_ECRYPTFS"},  {0x14, "NETLINK_RDMA"},
    {0x15, "NETLINK_CRYPTO"},    {0x16, "NETLINK_SMC"}};
constexpr Name kNetlinkTypesNames[] = {
    {0x1, "NLMSG_NOOP"}, {0x2, "NLMSG_ERROR"}, {0x3, "NLMSG_DONE"}, {0x4, "NLMSG_OVERRUN"}};
constexpr Name kNetlinkErrorAttributesNames[] = {{0x0, "NLMSGERR_ATTR_UNUSED"},
                                                 {0x1, "NLMSGERR_ATTR_MSG"},
                                                 {0x2, "NLMSGERR_ATTR_OFFS"},
                                                 {0x3, "NLMSGERR_ATTR_COOKIE"},
                                                 {0x4, "NLMSGERR_ATTR_POLICY"}};
constexpr Name kNetlinkPolicyAttributesNames[] = {{0x0, "NL_POLICY_TYPE_ATTR_UNSPEC"},
                                                  {0x1, "NL_POLICY_TYPE_ATTR_TYPE"},
                                                  {0x2, "NL_POLICY_TYPE_ATTR_MIN_VALUE_S"},
                                                  {0x3, "NL_POLICY_TYPE_ATTR_MAX_VALUE_S"},
                                                  {0x4, "NL_POLICY_TYPE_ATTR_MIN_VALUE_U"},
                                                  {0x5, "NL_POLICY_TYPE_ATTR_MAX_VALUE_U"},
                                                  {0x6, "NL_POLICY_TYPE_ATTR_MIN_LENGTH"},
                                                  {0x7, "NL_POLICY_TYPE_ATTR_MAX_LENGTH"},
                                                  {0x8, "NL_POLICY_TYPE_ATTR_POLICY_IDX"},
                                                  {0x9, "NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE"},
                                                  {0xa, "NL_POLICY_TYPE_ATTR_BITFIELD32_MASK"},
                                                  {0xb, "NL_POLICY_TYPE_ATTR_PAD"},
                                                  {0xc, "NL_POLICY_TYPE_ATTR_MASK"}};
constexpr Name kNetlinkPolicyTypesNames[] = {
    {0x0, "NL_ATTR_TYPE_INVALID"},      {0x1, "NL_ATTR_TYPE_FLAG"},
    {0x2, "NL_ATTR_TYPE_U8"},           {0x3, "NL_ATTR_TYPE_U16"},
    {0x4, "NL_ATTR_TYPE_U32"},          {0x5, "NL_ATTR_TYPE_U64"},
    {0x6, "NL_ATTR_TYPE_S8"},           {0x7, "NL_ATTR_TYPE_S16"},
    {0x8, "NL_ATTR_TYPE_S32"},          {0x9, "NL_ATTR_TYPE_S64"},
    {0xa, "NL_ATTR_TYPE_BINARY"},       {0xb, "NL_ATTR_TYPE_STRING"},
    {0xc, "NL_ATTR_TYPE_NUL_STRING"},   {0xd, "NL_ATTR_TYPE_NESTED"},
    {0xe, "NL_ATTR_TYPE_NESTED_ARRAY"}, {0xf, "NL_ATTR_TYPE_BITFIELD32"}};
constexpr Name kAuditMessagesNames[] = {{0x0, "AUDIT_NLGRP_NONE"},
                                        {0x1, "AUDIT_STATUS_ENABLED"},
                                        {0x2, "AUDIT_STATUS_FAILURE"},
                                        {0x4, "AUDIT_STATUS_PID"},
                                        {0x8, "AUDIT_STATUS_RATE_LIMIT"},
                                        {0x10, "AUDIT_STATUS_BACKLOG_LIMIT"},
                                        {0x19, "AUDIT_MAX_FIELD_COMPARE"},
                                        {0x20, "AUDIT_STATUS_BACKLOG_WAIT_TIME"},
                                        {0x40, "AUDIT_MAX_FIELDS"},
                                        {0x6f, "AUDIT_FIELD_COMPARE"},
                                        {0x80, "AUDIT_STATUS_BACKLOG_WAIT_TIME_ACTUAL"},
                                        {0x100, "AUDIT_MAX_KEY_LEN"},
                                        {0x3e8, "AUDIT_GET"},
                                        {0x3e9, "AUDIT_SET"},
                                        {0x3ea, "AUDIT_LIST"},
                                        {0x3eb, "AUDIT_ADD"},
                                        {0x3ec, "AUDIT_DEL"},
                                        {0x3ed, "AUDIT_USER"},
                                        {0x3ee, "AUDIT_LOGIN"},
                                        {0x3ef, "AUDIT_WATCH_INS"},
                                        {0x3f0, "AUDIT_WATCH_REM"},
                                        {0x3f1, "AUDIT_WATCH_LIST"},
                                        {0x3f2, "AUDIT_SIGNAL_INFO"},
                                        {0x3f3, "AUDIT_ADD_RULE"},
                                        {0x3f4, "AUDIT_DEL_RULE"},
                                        {0x3f5, "AUDIT_LIST_RULES"},
                                        {0x3f6, "AUDIT_TRIM"},
                                        {0x3f7, "AUDIT_MAKE_EQUIV"},
                                        {0x3f8, "AUDIT_TTY_GET"},
                                        {0x3f9, "AUDIT_TTY_SET"},
                                        {0x3fa, "AUDIT_SET_FEATURE"},
                                        {0x3fb, "AUDIT_GET_FEATURE"},
                                        {0x453, "AUDIT_USER_AVC"},
                                        {0x464, "AUDIT_USER_TTY"},
                                        {0x4b0, "AUDIT_DAEMON_START"},
                                        {0x4b1, "AUDIT_DAEMON_END"},
                                        {0x4b2, "AUDIT_DAEMON_ABORT"},
                                        {0x4b3, "AUDIT_DAEMON_CONFIG"},
                                        {0x514, "AUDIT_SYSCALL"},
                                        {0x516, "AUDIT_PATH"},
                                        {0x517, "AUDIT_IPC"},
                                        {0x518, "AUDIT_SOCKETCALL"},
                                        {0x519, "AUDIT_CONFIG_CHANGE"},
                                        {0x51a, "AUDIT_SOCKADDR"},
                                        {0x51b, "AUDIT_CWD"},
                                        {0x51d, "AUDIT_EXECVE"},
                                        {0x51f, "AUDIT_IPC_SET_PERM"},
                                        {0x520, "AUDIT_MQ_OPEN"},
                                        {0x521, "AUDIT_MQ_SENDRECV"},
                                        {0x522, "AUDIT_MQ_NOTIFY"},
                                        {0x523, "AUDIT_MQ_GETSETATTR"},
                                        {0x524, "AUDIT_KERNEL_OTHER"},
                                        {0x525, "AUDIT_FD_PAIR"},
                                        {0x527, "AUDIT_TTY"},
                                        {0x528, "AUDIT_EOE"},
                                        {0x529, "AUDIT_BPRM_FCAPS"},
                                        {0x52a, "AUDIT_CAPSET"},
                                        {0x52b, "AUDIT_MMAP"},
                                        {0x52c, "AUDIT_NETFILTER_PKT"},
                                        {0x52d, "AUDIT_NETFILTER_CFG"},
                                        {0x52e, "AUDIT_SECCOMP"},
                                        {0x52f, "AUDIT_PROCTITLE"},
                                        {0x531, "AUDIT_REPLACE"},
                                        {0x532, "AUDIT_KERN_MODULE"},
                                        {0x533, "AUDIT_FANOTIFY"},
                                        {0x534, "AUDIT_TIME_INJOFFSET"},
                                        {0x535, "AUDIT_TIME_ADJNTPVAL"},
                                        {0x536, "AUDIT_BPF"},
                                        {0x537, "AUDIT_EVENT_LISTENER"},
                                        {0x538, "AUDIT_URINGOP"},
                                        {0x539, "AUDIT_OPENAT2"},
                                        {0x53a, "AUDIT_DM_CTRL"},
                                        {0x53b, "AUDIT_DM_EVENT"},
                                        {0x578, "AUDIT_AVC"},
                                        {0x579, "AUDIT_SELINUX_ERR"},
                                        {0x57a, "AUDIT_AVC_PATH"},
                                        {0x57b, "AUDIT_MAC_POLICY_LOAD"},
                                        {0x57c, "AUDIT_MAC_STATUS"},
                                        {0x57d, "AUDIT_MAC_CONFIG_CHANGE"},
                                        {0x57e, "AUDIT_MAC_UNLBL_ALLOW"},
                                        {0x57f, "AUDIT_MAC_CIPSOV4_ADD"},
                                        {0x580, "AUDIT_MAC_CIPSOV4_DEL"},
                                        {0x581, "AUDIT_MAC_MAP_ADD"},
                                        {0x582, "AUDIT_MAC_MAP_DEL"},
                                        {0x583, "AUDIT_MAC_IPSEC_ADDSA"},
                                        {0x584, "AUDIT_MAC_IPSEC_DELSA"},
                                        {0x585, "AUDIT_MAC_IPSEC_ADDSPD"},
                                        {0x586, "AUDIT_MAC_IPSEC_DELSPD"},
                                        {0x587, "AUDIT_MAC_IPSEC_EVENT"},
                                        {0x588, "AUDIT_MAC_UNLBL_STCADD"},
                                        {0x589, "AUDIT_MAC_UNLBL_STCDEL"},
                                        {0x58a, "AUDIT_MAC_CALIPSO_ADD"},
                                        {0x58b, "AUDIT_MAC_CALIPSO_DEL"},
                                        {0x6a4, "AUDIT_ANOM_PROMISCUOUS"},
                                        {0x6a5, "AUDIT_ANOM_ABEND"},
                                        {0x6a6, "AUDIT_ANOM_LINK"},
                                        {0x6a7, "AUDIT_ANOM_CREAT"},
                                        {0x708, "AUDIT_INTEGRITY_DATA"},
                                        {0x709, "AUDIT_INTEGRITY_METADATA"},
                                        {0x70a, "AUDIT_INTEGRITY_STATUS"},
                                        {0x70b, "AUDIT_INTEGRITY_HASH"},
                                        {0x70c, "AUDIT_INTEGRITY_PCR"},
                                        {0x70d, "AUDIT_INTEGRITY_RULE"},
                                        {0x70e, "AUDIT_INTEGRITY_EVM_XATTR"},
                                        {0x70f, "AUDIT_INTEGRITY_POLICY_RULE"},
                                        {0x7d0, "AUDIT_KERNEL"}};
constexpr Name kCryptoMessagesNames[] = {
    {0x10, "CRYPTO_MSG_NEWALG"}, {0x11, "CRYPTO_MSG_DELALG"}, {0x12, "CRYPTO_MSG_UPDATEALG"},
    {0x13, "CRYPTO_MSG_GETALG"}, {0x14, "CRYPTO_MSG_DELRNG"}, {0x15, "CRYPTO_MSG_GETSTAT"}};
constexpr Name kCryptoAttributesNames[] = {
    {0x0, "CRYPTOCFGA_UNSPEC"},           {0x1, "CRYPTOCFGA_PRIORITY_VAL"},
    {0x2, "CRYPTOCFGA_REPORT_LARVAL"},    {0x3, "CRYPTOCFGA_REPORT_HASH"},
    {0x4, "CRYPTOCFGA_REPORT_BLKCIPHER"}, {0x5, "CRYPTOCFGA_REPORT_AEAD"},
    {0x6, "CRYPTOCFGA_REPORT_COMPRESS"},  {0x7, "CRYPTOCFGA_REPORT_RNG"},
    {0x8, "CRYPTOCFGA_REPORT_CIPHER"},    {0x9, "CRYPTOCFGA_REPORT_AKCIPHER"},
    {0xa, "CRYPTOCFGA_REPORT_KPP"},       {0xb, "CRYPTOCFGA_REPORT_ACOMP"},
    {0xc, "CRYPTOCFGA_STAT_LARVAL"},      {0xd, "CRYPTOCFGA_STAT_HASH"},
    {0xe, "CRYPTOCFGA_STAT_BLKCIPHER"},   {0xf, "CRYPTOCFGA_STAT_AEAD"},
    {0x10, "CRYPTOCFGA_STAT_COMPRESS"},   {0x11, "CRYPTOCFGA_STAT_RNG"},
    {0x12, "CRYPTOCFGA_STAT_CIPHER"},     {0x13, "CRYPTOCFGA_STAT_AKCIPHER"},
    {0x14, "CRYPTOCFGA_STAT_KPP"},        {0x15, "CRYPTOCFGA_STAT_ACOMP"}};
constexpr Name kSelinuxMessagesNames[] = {{0x10, "SELNL_MSG_SETENFORCE"},
                                          {0x11, "SELNL_MSG_POLICYLOAD"}};
constexpr Name kXfrmMessagesNames[] = {
    {0x10, "XFRM_MSG_NEWSA"},      {0x11, "XFRM_MSG_DELSA"},       {0x12, "XFRM_MSG_GETSA"},
    {0x13, "XFRM_MSG_NEWPOLICY"},  {0x14, "XFRM_MSG_DELPOLICY"},   {0x15, "XFRM_MSG_GETPOLICY"},
    {0x16, "XFRM_MSG_ALLOCSPI"},   {0x17, "XFRM_MSG_ACQUIRE"},     {0x18, "XFRM_MSG_EXPIRE"},
    {0x19, "XFRM_MSG_UPDPOLICY"},  {0x1a, "XFRM_MSG_UPDSA"},       {0x1b, "XFRM_MSG_POLEXPIRE"},
    {0x1c, "XFRM_MSG_FLUSHSA"},    {0x1d, "XFRM_MSG_FLUSHPOLICY"}, {0x1e, "XFRM_MSG_NEWAE"},
    {0x1f, "XFRM_MSG_GETAE"},      {0x20, "XFRM_MSG_REPORT"},      {0x21, "XFRM_MSG_MIGRATE"},
    {0x22, "XFRM_MSG_NEWSADINFO"}, {0x23, "XFRM_MSG_GETSADINFO"},  {0x24, "XFRM_MSG_NEWSPDINFO"},
    {0x25, "XFRM_MSG_GETSPDINFO"}, {0x26, "XFRM_MSG_MAPPING"},     {0x27, "XFRM_MSG_SETDEFAULT"},
    {0x28, "XFRM_MSG_GETDEFAULT"}};
constexpr Name kSockDiagMessagesNames[] = {{0x12, "TCPDIAG_GETSOCK"},
                                           {0x13, "DCCPDIAG_GETSOCK"},
                                           {0x14, "SOCK_DIAG_BY_FAMILY"},
                                           {0x15, "SOCK_DESTROY"}};
constexpr Name kGenericFamiliesNames[] = {{0x10, "GENL_ID_CTRL"}};
constexpr Name kNetfilterSubsystemsNames[] = {{0x0, "NFNL_SUBSYS_NONE"},
                                              {0x1, "NFNL_SUBSYS_CTNETLINK"},
                                              {0x2, "NFNL_SUBSYS_CTNETLINK_EXP"},
                                              {0x3, "NFNL_SUBSYS_QUEUE"},
                                              {0x4, "NFNL_SUBSYS_ULOG"},
                                              {0x5, "NFNL_SUBSYS_OSF"},
                                              {0x6, "NFNL_SUBSYS_IPSET"},
                                              {0x7, "NFNL_SUBSYS_ACCT"},
                                              {0x8, "NFNL_SUBSYS_CTNETLINK_TIMEOUT"},
                                              {0x9, "NFNL_SUBSYS_CTHELPER"},
                                              {0xa, "NFNL_SUBSYS_NFTABLES"},
                                              {0xb, "NFNL_SUBSYS_NFT_COMPAT"},
                                              {0xc, "NFNL_SUBSYS_HOOK"}};
constexpr Name kNetfilterBatchNames[] = {{0x10, "NFNL_MSG_BATCH_BEGIN"},
                                         {0x11, "NFNL_MSG_BATCH_END"}};
constexpr Name kNetfilterVersionsNames[] = {{0x0, "NFNETLINK_V0"}};
constexpr Name kNfCtMessagesNames[] = {
    {0x0, "IPCTNL_MSG_CT_NEW"},           {0x1, "IPCTNL_MSG_CT_GET"},
    {0x2, "IPCTNL_MSG_CT_DELETE"},        {0x3, "IPCTNL_MSG_CT_GET_CTRZERO"},
    {0x4, "IPCTNL_MSG_CT_GET_STATS_CPU"}, {0x5, "IPCTNL_MSG_CT_GET_STATS"},
    {0x6, "IPCTNL_MSG_CT_GET_DYING"},     {0x7, "IPCTNL_MSG_CT_GET_UNCONFIRMED"}};
constexpr Name kNfExpMessagesNames[] = {{0x0, "IPCTNL_MSG_EXP_NEW"},
                                        {0x1, "IPCTNL_MSG_EXP_GET"},
                                        {0x2, "IPCTNL_MSG_EXP_DELETE"},
                                        {0x3, "IPCTNL_MSG_EXP_GET_STATS_CPU"}};
constexpr Name kNfQueueMessagesNames[] = {{0x0, "NFQNL_MSG_PACKET"},
                                          {0x1, "NFQNL_MSG_VERDICT"},
                                          {0x2, "NFQNL_MSG_CONFIG"},
                                          {0x3, "NFQNL_MSG_VERDICT_BATCH"}};
constexpr Name kNfLogMessagesNames[] = {{0x0, "NFULNL_MSG_PACKET"}, {0x1, "NFULNL_MSG_CONFIG"}};
constexpr Name kNfOsfMessagesNames[] = {{0x0, "OSF_MSG_ADD"}, {0x1, "OSF_MSG_REMOVE"}};
constexpr Name kNfIpsetMessagesNames[] = {
    {0x0, "IPSET_CMD_NONE"},       {0x1, "IPSET_CMD_PROTOCOL"}, {0x2, "IPSET_CMD_CREATE"},
    {0x3, "IPSET_CMD_DESTROY"},    {0x4, "IPSET_CMD_FLUSH"},    {0x5, "IPSET_CMD_RENAME"},
    {0x6, "IPSET_CMD_SWAP"},       {0x7, "IPSET_CMD_LIST"},     {0x8, "IPSET_CMD_SAVE"},
    {0x9, "IPSET_CMD_ADD"},        {0xa, "IPSET_CMD_DEL"},      {0xb, "IPSET_CMD_TEST"},
    {0xc, "IPSET_CMD_HEADER"},     {0xd, "IPSET_CMD_TYPE"},     {0xe, "IPSET_CMD_GET_BYNAME"},
    {0xf, "IPSET_CMD_GET_BYINDEX"}};
constexpr Name kNfAcctMessagesNames[] = {{0x0, "NFNL_MSG_ACCT_NEW"},
                                         {0x1, "NFNL_MSG_ACCT_GET"},
                                         {0x2, "NFNL_MSG_ACCT_GET_CTRZERO"},
                                         {0x3, "NFNL_MSG_ACCT_DEL"},
                                         {0x4, "NFNL_MSG_ACCT_OVERQUOTA"}};
constexpr Name kNfTimeoutMessagesNames[] = {{0x0, "IPCTNL_MSG_TIMEOUT_NEW"},
                                            {0x1, "IPCTNL_MSG_TIMEOUT_GET"},
                                            {0x2, "IPCTNL_MSG_TIMEOUT_DELETE"},
                                            {0x3, "IPCTNL_MSG_TIMEOUT_DEFAULT_SET"},
                                            {0x4, "IPCTNL_MSG_TIMEOUT_DEFAULT_GET"}};
constexpr Name kNfHelperMessagesNames[] = {
    {0x0, "NFNL_MSG_CTHELPER_NEW"}, {0x1, "NFNL_MSG_CTHELPER_GET"}, {0x2, "NFNL_MSG_CTHELPER_DEL"}};
constexpr Name kNfTablesMessagesNames[] = {
    {0x0, "NFT_MSG_NEWTABLE"},      {0x1, "NFT_MSG_GETTABLE"},      {0x2, "NFT_MSG_DELTABLE"},
    {0x3, "NFT_MSG_NEWCHAIN"},      {0x4, "NFT_MSG_GETCHAIN"},      {0x5, "NFT_MSG_DELCHAIN"},
    {0x6, "NFT_MSG_NEWRULE"},       {0x7, "NFT_MSG_GETRULE"},       {0x8, "NFT_MSG_DELRULE"},
    {0x9, "NFT_MSG_NEWSET"},        {0xa, "NFT_MSG_GETSET"},        {0xb, "NFT_MSG_DELSET"},
    {0xc, "NFT_MSG_NEWSETELEM"},    {0xd, "NFT_MSG_GETSETELEM"},    {0xe, "NFT_MSG_DELSETELEM"},
    {0xf, "NFT_MSG_NEWGEN"},        {0x10, "NFT_MSG_GETGEN"},       {0x11, "NFT_MSG_TRACE"},
    {0x12, "NFT_MSG_NEWOBJ"},       {0x13, "NFT_MSG_GETOBJ"},       {0x14, "NFT_MSG_DELOBJ"},
    {0x15, "NFT_MSG_GETOBJ_RESET"}, {0x16, "NFT_MSG_NEWFLOWTABLE"}, {0x17, "NFT_MSG_GETFLOWTABLE"},
    {0x18, "NFT_MSG_DELFLOWTABLE"}};
constexpr Name kNfCompatMessagesNames[] = {{0x0, "NFNL_MSG_COMPAT_GET"}};
constexpr Name kRouteMessagesNames[] = {
    {0x10, "RTM_NEWLINK"},         {0x11, "RTM_DELLINK"},          {0x12, "RTM_GETLINK"},
    {0x13, "RTM_SETLINK"},         {0x14, "RTM_NEWADDR"},          {0x15, "RTM_DELADDR"},
    {0x16, "RTM_GETADDR"},         {0x18, "RTM_NEWROUTE"},         {0x19, "RTM_DELROUTE"},
    {0x1a, "RTM_GETROUTE"},        {0x1c, "RTM_NEWNEIGH"},         {0x1d, "RTM_DELNEIGH"},
    {0x1e, "RTM_GETNEIGH"},        {0x20, "RTM_NEWRULE"},          {0x21, "RTM_DELRULE"},
    {0x22, "RTM_GETRULE"},         {0x24, "RTM_NEWQDISC"},         {0x25, "RTM_DELQDISC"},
    {0x26, "RTM_GETQDISC"},        {0x28, "RTM_NEWTCLASS"},        {0x29, "RTM_DELTCLASS"},
    {0x2a, "RTM_GETTCLASS"},       {0x2c, "RTM_NEWTFILTER"},       {0x2d, "RTM_DELTFILTER"},
    {0x2e, "RTM_GETTFILTER"},      {0x30, "RTM_NEWACTION"},        {0x31, "RTM_DELACTION"},
    {0x32, "RTM_GETACTION"},       {0x34, "RTM_NEWPREFIX"},        {0x3a, "RTM_GETMULTICAST"},
    {0x3e, "RTM_GETANYCAST"},      {0x40, "RTM_NEWNEIGHTBL"},      {0x42, "RTM_GETNEIGHTBL"},
    {0x43, "RTM_SETNEIGHTBL"},     {0x44, "RTM_NEWNDUSEROPT"},     {0x48, "RTM_NEWADDRLABEL"},
    {0x49, "RTM_DELADDRLABEL"},    {0x4a, "RTM_GETADDRLABEL"},     {0x4e, "RTM_GETDCB"},
    {0x4f, "RTM_SETDCB"},          {0x50, "RTM_NEWNETCONF"},       {0x51, "RTM_DELNETCONF"},
    {0x52, "RTM_GETNETCONF"},      {0x54, "RTM_NEWMDB"},           {0x55, "RTM_DELMDB"},
    {0x56, "RTM_GETMDB"},          {0x58, "RTM_NEWNSID"},          {0x59, "RTM_DELNSID"},
    {0x5a, "RTM_GETNSID"},         {0x5c, "RTM_NEWSTATS"},         {0x5e, "RTM_GETSTATS"},
    {0x60, "RTM_NEWCACHEREPORT"},  {0x64, "RTM_NEWCHAIN"},         {0x65, "RTM_DELCHAIN"},
    {0x66, "RTM_GETCHAIN"},        {0x68, "RTM_NEWNEXTHOP"},       {0x69, "RTM_DELNEXTHOP"},
    {0x6a, "RTM_GETNEXTHOP"},      {0x6c, "RTM_NEWLINKPROP"},      {0x6d, "RTM_DELLINKPROP"},
    {0x6e, "RTM_GETLINKPROP"},     {0x70, "RTM_NEWVLAN"},          {0x71, "RTM_DELVLAN"},
    {0x72, "RTM_GETVLAN"},         {0x74, "RTM_NEWNEXTHOPBUCKET"}, {0x75, "RTM_DELNEXTHOPBUCKET"},
    {0x76, "RTM_GETNEXTHOPBUCKET"}};
constexpr Name kRouteProtocolsNames[] = {
    {0x0, "RTPROT_UNSPEC"},      {0x1, "RTPROT_REDIRECT"}, {0x2, "RTPROT_KERNEL"},
    {0x3, "RTPROT_BOOT"},        {0x4, "RTPROT_STATIC"},   {0x8, "RTPROT_GATED"},
    {0x9, "RTPROT_RA"},          {0xa, "RTPROT_MRT"},      {0xb, "RTPROT_ZEBRA"},
    {0xc, "RTPROT_BIRD"},        {0xd, "RTPROT_DNROUTED"}, {0xe, "RTPROT_XORP"},
    {0xf, "RTPROT_NTK"},         {0x10, "RTPROT_DHCP"},    {0x11, "RTPROT_MROUTED"},
    {0x12, "RTPROT_KEEPALIVED"}, {0x2a, "RTPROT_BABEL"},   {0x63, "RTPROT_OPENR"},
    {0xba, "RTPROT_BGP"},        {0xbb, "RTPROT_ISIS"},    {0xbc, "RTPROT_OSPF"},
    {0xbd, "RTPROT_RIP"},        {0xc0, "RTPROT_EIGRP"}};
constexpr Name kRouteScopesNames[] = {{0x0, "RT_SCOPE_UNIVERSE"},
                                      {0xc8, "RT_SCOPE_SITE"},
                                      {0xfd, "RT_SCOPE_LINK"},
                                      {0xfe, "RT_SCOPE_HOST"},
                                      {0xff, "RT_SCOPE_NOWHERE"}};
constexpr Name kRouteTablesNames[] = {{0x0, "RT_TABLE_UNSPEC"},
                                      {0xfc, "RT_TABLE_COMPAT"},
                                      {0xfd, "RT_TABLE_DEFAULT"},
                                      {0xfe, "RT_TABLE_MAIN"},
                                      {0xff, "RT_TABLE_LOCAL"}};
constexpr Name kRouteTypesNames[] = {
    {0x0, "RTN_UNSPEC"},   {0x1, "RTN_UNICAST"},   {0x2, "RTN_LOCAL"},     {0x3, "RTN_BROADCAST"},
    {0x4, "RTN_ANYCAST"},  {0x5, "RTN_MULTICAST"}, {0x6, "RTN_BLACKHOLE"}, {0x7, "RTN_UNREACHABLE"},
    {0x8, "RTN_PROHIBIT"}, {0x9, "RTN_THROW"},     {0xa, "RTN_NAT"},       {0xb, "RTN_XRESOLVE"}};
constexpr Name kRouteFlagsNames[] = {{0x100, "RTM_F_NOTIFY"},
                                     {0x200, "RTM_F_CLONED"},
                                     {0x400, "RTM_F_EQUALIZE"},
                                     {0x800, "RTM_F_PREFIX"},
                                     {0x1000, "RTM_F_LOOKUP_TABLE"},
                                     {0x2000, "RTM_F_FIB_MATCH"},
                                     {0x4000, "RTM_F_OFFLOAD"},
                                     {0x8000, "RTM_F_TRAP"},
                                     {0x20000000, "RTM_F_OFFLOAD_FAILED"}};
constexpr Name kRouteAttributesNames[] = {
    {0x0, "RTA_UNSPEC"},      {0x1, "RTA_DST"},       {0x2, "RTA_SRC"},
    {0x3, "RTA_IIF"},         {0x4, "RTA_OIF"},       {0x5, "RTA_GATEWAY"},
    {0x6, "RTA_PRIORITY"},    {0x7, "RTA_PREFSRC"},   {0x8, "RTA_METRICS"},
    {0x9, "RTA_MULTIPATH"},   {0xa, "RTA_PROTOINFO"}, {0xb, "RTA_FLOW"},
    {0xc, "RTA_CACHEINFO"},   {0xd, "RTA_SESSION"},   {0xe, "RTA_MP_ALGO"},
    {0xf, "RTA_TABLE"},       {0x10, "RTA_MARK"},     {0x11, "RTA_MFC_STATS"},
    {0x12, "RTA_VIA"},        {0x13, "RTA_NEWDST"},   {0x14, "RTA_PREF"},
    {0x15, "RTA_ENCAP_TYPE"}, {0x16, "RTA_ENCAP"},    {0x17, "RTA_EXPIRES"},
    {0x18, "RTA_PAD"},        {0x19, "RTA_UID"},      {0x1a, "RTA_TTL_PROPAGATE"},
    {0x1b, "RTA_IP_PROTO"},   {0x1c, "RTA_SPORT"},    {0x1d, "RTA_DPORT"},
    {0x1e, "RTA_NH_ID"}};
constexpr Name kRouteMetricsNames[] = {{0x0, "RTAX_UNSPEC"},
                                       {0x1, "RTAX_LOCK"},
                                       {0x2, "RTAX_MTU"},
                                       {0x3, "RTAX_WINDOW"},
                                       {0x4, "RTAX_RTT"},
                                       {0x5, "RTAX_RTTVAR"},
                                       {0x6, "RTAX_SSTHRESH"},
                                       {0x7, "RTAX_CWND"},
                                       {0x8, "RTAX_ADVMSS"},
                                       {0x9, "RTAX_REORDERING"},
                                       {0xa, "RTAX_HOPLIMIT"},
                                       {0xb, "RTAX_INITCWND"},
                                       {0xd, "RTAX_RTO_MIN"},
                                       {0xe, "RTAX_INITRWND"},
                                       {0xf, "RTAX_QUICKACK"},
                                       {0x10, "RTAX_CC_ALGO"},
                                       {0x11, "RTAX_FASTOPEN_NO_COOKIE"}};
constexpr Name kNexthopFlagsNames[] = {{0x1, "RTNH_F_DEAD"},      {0x2, "RTNH_F_PERVASIVE"},
                                       {0x4, "RTNH_F_ONLINK"},    {0x8, "RTNH_F_OFFLOAD"},
                                       {0x10, "RTNH_F_LINKDOWN"}, {0x20, "RTNH_F_UNRESOLVED"},
                                       {0x40, "RTNH_F_TRAP"}};
constexpr Name kTunnelEncapsulationsNames[] = {
    {0x0, "LWTUNNEL_ENCAP_NONE"}, {0x1, "LWTUNNEL_ENCAP_MPLS"},       {0x2, "LWTUNNEL_ENCAP_IP"},
    {0x3, "LWTUNNEL_ENCAP_ILA"},  {0x4, "LWTUNNEL_ENCAP_IP6"},        {0x5, "LWTUNNEL_ENCAP_SEG6"},
    {0x6, "LWTUNNEL_ENCAP_BPF"},  {0x7, "LWTUNNEL_ENCAP_SEG6_LOCAL"}, {0x8, "LWTUNNEL_ENCAP_RPL"}};
constexpr Name kInternetTosNames[] = {{0x2, "IPTOS_MINCOST"},
                                      {0x4, "IPTOS_RELIABILITY"},
                                      {0x8, "IPTOS_THROUGHPUT"},
                                      {0x10, "IPTOS_LOWDELAY"}};
constexpr Name kAddressFlagsNames[] = {
    {0x1, "IFA_F_SECONDARY"},       {0x2, "IFA_F_NODAD"},        {0x4, "IFA_F_OPTIMISTIC"},
    {0x8, "IFA_F_DADFAILED"},       {0x10, "IFA_F_HOMEADDRESS"}, {0x20, "IFA_F_DEPRECATED"},
    {0x40, "IFA_F_TENTATIVE"},      {0x80, "IFA_F_PERMANENT"},   {0x100, "IFA_F_MANAGETEMPADDR"},
    {0x200, "IFA_F_NOPREFIXROUTE"}, {0x400, "IFA_F_MCAUTOJOIN"}};
constexpr Name kAddressAttributesNames[] = {
    {0x0, "IFA_UNSPEC"},      {0x1, "IFA_ADDRESS"},        {0x2, "IFA_LOCAL"},
    {0x3, "IFA_LABEL"},       {0x4, "IFA_BROADCAST"},      {0x5, "IFA_ANYCAST"},
    {0x6, "IFA_CACHEINFO"},   {0x7, "IFA_MULTICAST"},      {0x8, "IFA_FLAGS"},
    {0x9, "IFA_RT_PRIORITY"}, {0xa, "IFA_TARGET_NETNSID"}, {0xb, "IFA_PROTO"}};
constexpr Name kAddressProtocolsNames[] = {{0x0, "IFAPROT_UNSPEC"},
                                           {0x1, "IFAPROT_KERNEL_LO"},
                                           {0x2, "IFAPROT_KERNEL_RA"},
                                           {0x3, "IFAPROT_KERNEL_LL"}};
constexpr Name kAddressLabelAttributesNames[] = {{0x1, "IFAL_ADDRESS"}, {0x2, "IFAL_LABEL"}};
constexpr Name kRuleActionsNames[] = {{0x0, "FR_ACT_UNSPEC"},    {0x1, "FR_ACT_TO_TBL"},
                                      {0x2, "FR_ACT_GOTO"},      {0x3, "FR_ACT_NOP"},
                                      {0x6, "FR_ACT_BLACKHOLE"}, {0x7, "FR_ACT_UNREACHABLE"},
                                      {0x8, "FR_ACT_PROHIBIT"}};
constexpr Name kRuleFlagsNames[] = {
    {0x1, "FIB_RULE_PERMANENT"},     {0x2, "FIB_RULE_INVERT"},
    {0x4, "FIB_RULE_UNRESOLVED"},    {0x8, "FIB_RULE_IIF_DETACHED"},
    {0x10, "FIB_RULE_OIF_DETACHED"}, {0x10000, "FIB_RULE_FIND_SADDR"}};
constexpr Name kRuleAttributesNames[] = {{0x0, "FRA_UNSPEC"},
                                         {0x1, "FRA_DST"},
                                         {0x2, "FRA_SRC"},
                                         {0x3, "FRA_IIFNAME"},
                                         {0x4, "FRA_GOTO"},
                                         {0x5, "FRA_UNUSED2"},
                                         {0x6, "FRA_PRIORITY"},
                                         {0x7, "FRA_UNUSED3"},
                                         {0x8, "FRA_UNUSED4"},
                                         {0x9, "FRA_UNUSED5"},
                                         {0xa, "FRA_FWMARK"},
                                         {0xb, "FRA_FLOW"},
                                         {0xc, "FRA_TUN_ID"},
                                         {0xd, "FRA_SUPPRESS_IFGROUP"},
                                         {0xe, "FRA_SUPPRESS_PREFIXLEN"},
                                         {0xf, "FRA_TABLE"},
                                         {0x10, "FRA_FWMASK"},
                                         {0x11, "FRA_OIFNAME"},
                                         {0x12, "FRA_PAD"},
                                         {0x13, "FRA_L3MDEV"},
                                         {0x14, "FRA_UID_RANGE"},
                                         {0x15, "FRA_PROTOCOL"},
                                         {0x16, "FRA_IP_PROTO"},
                                         {0x17, "FRA_SPORT_RANGE"},
                                         {0x18, "FRA_DPORT_RANGE"}};
constexpr Name kNeighbourStatesNone[] = {{0x0, "NUD_NONE"}};
constexpr Name kNeighbourStatesNames[] = {
    {0x1, "NUD_INCOMPLETE"}, {0x2, "NUD_REACHABLE"}, {0x4, "NUD_STALE"},  {0x8, "NUD_DELAY"},
    {0x10, "NUD_PROBE"},     {0x20, "NUD_FAILED"},   {0x40, "NUD_NOARP"}, {0x80, "NUD_PERMANENT"}};
constexpr Name kNeighbourFlagsNames[] = {
    {0x1, "NTF_USE"},          {0x2, "NTF_SELF"},       {0x4, "NTF_MASTER"},  {0x8, "NTF_PROXY"},
    {0x10, "NTF_EXT_LEARNED"}, {0x20, "NTF_OFFLOADED"}, {0x40, "NTF_STICKY"}, {0x80, "NTF_ROUTER"}};
constexpr Name kNeighbourExtFlagsNames[] = {{0x1, "NTF_EXT_MANAGED"}};
constexpr Name kNeighbourAttributesNames[] = {{0x0, "NDA_UNSPEC"},
                                              {0x1, "NDA_DST"},
                                              {0x2, "NDA_LLADDR"},
                                              {0x3, "NDA_CACHEINFO"},
                                              {0x4, "NDA_PROBES"},
                                              {0x5, "NDA_VLAN"},
                                              {0x6, "NDA_PORT"},
                                              {0x7, "NDA_VNI"},
                                              {0x8, "NDA_IFINDEX"},
                                              {0x9, "NDA_MASTER"},
                                              {0xa, "NDA_LINK_NETNSID"},
                                              {0xb, "NDA_SRC_VNI"},
                                              {0xc, "NDA_PROTOCOL"},
                                              {0xd, "NDA_NH_ID"},
                                              {0xe, "NDA_FDB_EXT_ATTRS"},
                                              {0xf, "NDA_FLAGS_EXT"},
                                              {0x10, "NDA_NDM_STATE_MASK"},
                                              {0x11, "NDA_NDM_FLAGS_MASK"}};
constexpr Name kNeighbourFdbAttributesNames[] = {
    {0x0, "NFEA_UNSPEC"}, {0x1, "NFEA_ACTIVITY_NOTIFY"}, {0x2, "NFEA_DONT_REFRESH"}};
constexpr Name kFdbNotifyFlagsNames[] = {{0x1, "FDB_NOTIFY_BIT"}, {0x2, "FDB_NOTIFY_INACTIVE_BIT"}};
constexpr Name kNeighbourTableAttributesNames[] = {
    {0x0, "NDTA_UNSPEC"},  {0x1, "NDTA_NAME"},    {0x2, "NDTA_THRESH1"},
    {0x3, "NDTA_THRESH2"}, {0x4, "NDTA_THRESH3"}, {0x5, "NDTA_CONFIG"},
    {0x6, "NDTA_PARMS"},   {0x7, "NDTA_STATS"},   {0x9, "NDTA_PAD"}};
constexpr Name kNeighbourTableParametersNames[] = {{0x0, "NDTPA_UNSPEC"},
                                                   {0x1, "NDTPA_IFINDEX"},
                                                   {0x2, "NDTPA_REFCNT"},
                                                   {0x3, "NDTPA_REACHABLE_TIME"},
                                                   {0x4, "NDTPA_BASE_REACHABLE_TIME"},
                                                   {0x5, "NDTPA_RETRANS_TIME"},
                                                   {0x6, "NDTPA_GC_STALETIME"},
                                                   {0x7, "NDTPA_DELAY_PROBE_TIME"},
                                                   {0x8, "NDTPA_QUEUE_LEN"},
                                                   {0x9, "NDTPA_APP_PROBES"},
                                                   {0xa, "NDTPA_UCAST_PROBES"},
                                                   {0xb, "NDTPA_MCAST_PROBES"},
                                                   {0xc, "NDTPA_ANYCAST_DELAY"},
                                                   {0xd, "NDTPA_PROXY_DELAY"},
                                                   {0xe, "NDTPA_PROXY_QLEN"},
                                                   {0xf, "NDTPA_LOCKTIME"},
                                                   {0x10, "NDTPA_QUEUE_LENBYTES"},
                                                   {0x11, "NDTPA_MCAST_REPROBES"},
                                                   {0x12, "NDTPA_PAD"},
                                                   {0x13, "NDTPA_INTERVAL_PROBE_TIME_MS"}};
constexpr Name kDcbCommandsNames[] = {
    {0x0, "DCB_CMD_UNDEFINED"},  {0x1, "DCB_CMD_GSTATE"},       {0x2, "DCB_CMD_SSTATE"},
    {0x3, "DCB_CMD_PGTX_GCFG"},  {0x4, "DCB_CMD_PGTX_SCFG"},    {0x5, "DCB_CMD_PGRX_GCFG"},
    {0x6, "DCB_CMD_PGRX_SCFG"},  {0x7, "DCB_CMD_PFC_GCFG"},     {0x8, "DCB_CMD_PFC_SCFG"},
    {0x9, "DCB_CMD_SET_ALL"},    {0xa, "DCB_CMD_GPERM_HWADDR"}, {0xb, "DCB_CMD_GCAP"},
    {0xc, "DCB_CMD_GNUMTCS"},    {0xd, "DCB_CMD_SNUMTCS"},      {0xe, "DCB_CMD_PFC_GSTATE"},
    {0xf, "DCB_CMD_PFC_SSTATE"}, {0x10, "DCB_CMD_BCN_GCFG"},    {0x11, "DCB_CMD_BCN_SCFG"},
    {0x12, "DCB_CMD_GAPP"},      {0x13, "DCB_CMD_SAPP"},        {0x14, "DCB_CMD_IEEE_SET"},
    {0x15, "DCB_CMD_IEEE_GET"},  {0x16, "DCB_CMD_GDCBX"},       {0x17, "DCB_CMD_SDCBX"},
    {0x18, "DCB_CMD_GFEATCFG"},  {0x19, "DCB_CMD_SFEATCFG"},    {0x1a, "DCB_CMD_CEE_GET"},
    {0x1b, "DCB_CMD_IEEE_DEL"}};
constexpr Name kDcbAttributesNames[] = {
    {0x0, "DCB_ATTR_UNDEFINED"}, {0x1, "DCB_ATTR_IFNAME"},  {0x2, "DCB_ATTR_STATE"},
    {0x3, "DCB_ATTR_PFC_STATE"}, {0x4, "DCB_ATTR_PFC_CFG"}, {0x5, "DCB_ATTR_NUM_TC"},
    {0x6, "DCB_ATTR_PG_CFG"},    {0x7, "DCB_ATTR_SET_ALL"}, {0x8, "DCB_ATTR_PERM_HWADDR"},
    {0x9, "DCB_ATTR_CAP"},       {0xa, "DCB_ATTR_NUMTCS"},  {0xb, "DCB_ATTR_BCN"},
    {0xc, "DCB_ATTR_APP"},       {0xd, "DCB_ATTR_IEEE"},    {0xe, "DCB_ATTR_DCBX"},
    {0xf, "DCB_ATTR_FEATCFG"},   {0x10, "DCB_ATTR_CEE"}};
constexpr Name kNetconfAttributesNames[] = {{0x0, "NETCONFA_UNSPEC"},
                                            {0x1, "NETCONFA_IFINDEX"},
                                            {0x2, "NETCONFA_FORWARDING"},
                                            {0x3, "NETCONFA_RP_FILTER"},
                                            {0x4, "NETCONFA_MC_FORWARDING"},
                                            {0x5, "NETCONFA_PROXY_NEIGH"},
                                            {0x6, "NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN"},
                                            {0x7, "NETCONFA_INPUT"},
                                            {0x8, "NETCONFA_BC_FORWARDING"}};
constexpr Name kNsidAttributesNames[] = {{0x0, "NETNSA_NONE"},        {0x1, "NETNSA_NSID"},
                                         {0x2, "NETNSA_PID"},         {0x3, "NETNSA_FD"},
                                         {0x4, "NETNSA_TARGET_NSID"}, {0x5, "NETNSA_CURRENT_NSID"}};
constexpr Name kMdbAttributesNames[] = {
    {0x0, "MDBA_UNSPEC"}, {0x1, "MDBA_MDB"}, {0x2, "MDBA_ROUTER"}};
constexpr Name kMdbMdbAttributesNames[] = {{0x0, "MDBA_MDB_UNSPEC"}, {0x1, "MDBA_MDB_ENTRY"}};
constexpr Name kMdbEntryAttributesNames[] = {{0x0, "MDBA_MDB_ENTRY_UNSPEC"},
                                             {0x1, "MDBA_MDB_ENTRY_INFO"}};
constexpr Name kMdbEntryExtrasNames[] = {
    {0x0, "MDBA_MDB_EATTR_UNSPEC"},   {0x1, "MDBA_MDB_EATTR_TIMER"},
    {0x2, "MDBA_MDB_EATTR_SRC_LIST"}, {0x3, "MDBA_MDB_EATTR_GROUP_MODE"},
    {0x4, "MDBA_MDB_EATTR_SOURCE"},   {0x5, "MDBA_MDB_EATTR_RTPROT"}};
constexpr Name kMdbStatesNames[] = {{0x0, "MDB_TEMPORARY"}, {0x1, "MDB_PERMANENT"}};
constexpr Name kMdbFlagsNames[] = {{0x1, "MDB_FLAGS_OFFLOAD"},
                                   {0x2, "MDB_FLAGS_FAST_LEAVE"},
                                   {0x4, "MDB_FLAGS_STAR_EXCL"},
                                   {0x8, "MDB_FLAGS_BLOCKED"}};
constexpr Name kMdbRouterAttributesNames[] = {{0x0, "MDBA_ROUTER_UNSPEC"},
                                              {0x1, "MDBA_ROUTER_PORT"}};
constexpr Name kMdbRouterPortAttributesNames[] = {
    {0x0, "MDBA_ROUTER_PATTR_UNSPEC"},      {0x1, "MDBA_ROUTER_PATTR_TIMER"},
    {0x2, "MDBA_ROUTER_PATTR_TYPE"},        {0x3, "MDBA_ROUTER_PATTR_INET_TIMER"},
    {0x4, "MDBA_ROUTER_PATTR_INET6_TIMER"}, {0x5, "MDBA_ROUTER_PATTR_VID"}};
constexpr Name kMdbRouterTypesNames[] = {{0x0, "MDB_RTR_TYPE_DISABLED"},
                                         {0x1, "MDB_RTR_TYPE_TEMP_QUERY"},
                                         {0x2, "MDB_RTR_TYPE_PERM"},
                                         {0x3, "MDB_RTR_TYPE_TEMP"}};
constexpr Name kReportAttributesNames[] = {
    {0x0, "IPMRA_CREPORT_UNSPEC"},   {0x1, "IPMRA_CREPORT_MSGTYPE"},  {0x2, "IPMRA_CREPORT_VIF_ID"},
    {0x3, "IPMRA_CREPORT_SRC_ADDR"}, {0x4, "IPMRA_CREPORT_DST_ADDR"}, {0x5, "IPMRA_CREPORT_PKT"},
    {0x6, "IPMRA_CREPORT_TABLE"}};
constexpr Name kReportTypesNames[] = {{0x1, "IGMPMSG_NOCACHE"},
                                      {0x2, "IGMPMSG_WRONGVIF"},
                                      {0x3, "IGMPMSG_WHOLEPKT"},
                                      {0x4, "IGMPMSG_WRVIFWHOLE"}};
constexpr Name kReport6AttributesNames[] = {
    {0x0, "IP6MRA_CREPORT_UNSPEC"},   {0x1, "IP6MRA_CREPORT_MSGTYPE"},
    {0x2, "IP6MRA_CREPORT_MIF_ID"},   {0x3, "IP6MRA_CREPORT_SRC_ADDR"},
    {0x4, "IP6MRA_CREPORT_DST_ADDR"}, {0x5, "IP6MRA_CREPORT_PKT"}};
constexpr Name kReport6TypesNames[] = {
    {0x1, "MRT6MSG_NOCACHE"}, {0x2, "MRT6MSG_WRONGMIF"}, {0x3, "MRT6MSG_WHOLEPKT"}};
constexpr Name kTcAttributesNames[] = {
    {0x0, "TCA_UNSPEC"},       {0x1, "TCA_KIND"},           {0x2, "TCA_OPTIONS"},
    {0x3, "TCA_STATS"},        {0x4, "TCA_XSTATS"},         {0x5, "TCA_RATE"},
    {0x6, "TCA_FCNT"},         {0x7, "TCA_STATS2"},         {0x8, "TCA_STAB"},
    {0x9, "TCA_PAD"},          {0xa, "TCA_DUMP_INVISIBLE"}, {0xb, "TCA_CHAIN"},
    {0xc, "TCA_HW_OFFLOAD"},   {0xd, "TCA_INGRESS_BLOCK"},  {0xe, "TCA_EGRESS_BLOCK"},
    {0x10, "TCA_EXT_WARN_MSG"}};
constexpr Name kTcActionAttributesNames[] = {
    {0x0, "TCA_ACT_UNSPEC"},        {0x1, "TCA_ACT_KIND"},       {0x2, "TCA_ACT_OPTIONS"},
    {0x3, "TCA_ACT_INDEX"},         {0x4, "TCA_ACT_STATS"},      {0x5, "TCA_ACT_PAD"},
    {0x6, "TCA_ACT_COOKIE"},        {0x7, "TCA_ACT_FLAGS"},      {0x8, "TCA_ACT_HW_STATS"},
    {0x9, "TCA_ACT_USED_HW_STATS"}, {0xa, "TCA_ACT_IN_HW_COUNT"}};
constexpr Name kTcActionFlagsNames[] = {{0x1, "TCA_ACT_FLAGS_NO_PERCPU_STATS"},
                                        {0x2, "TCA_ACT_FLAGS_SKIP_HW"},
                                        {0x4, "TCA_ACT_FLAGS_SKIP_SW"}};
constexpr Name kTcActionHwStatsNames[] = {{0x1, "TCA_ACT_HW_STATS_IMMEDIATE"},
                                          {0x2, "TCA_ACT_HW_STATS_DELAYED"}};
constexpr Name kTcStatsAttributesNames[] = {
    {0x0, "TCA_STATS_UNSPEC"}, {0x1, "TCA_STATS_BASIC"},    {0x2, "TCA_STATS_RATE_EST"},
    {0x3, "TCA_STATS_QUEUE"},  {0x4, "TCA_STATS_APP"},      {0x5, "TCA_STATS_RATE_EST64"},
    {0x6, "TCA_STATS_PAD"},    {0x7, "TCA_STATS_BASIC_HW"}, {0x8, "TCA_STATS_PKT64"}};
constexpr Name kTcStabAttributesNames[] = {
    {0x0, "TCA_STAB_UNSPEC"}, {0x1, "TCA_STAB_BASE"}, {0x2, "TCA_STAB_DATA"}};
constexpr Name kNexthopAttributesNames[] = {
    {0x0, "NHA_UNSPEC"},    {0x1, "NHA_ID"},        {0x2, "NHA_GROUP"},   {0x3, "NHA_GROUP_TYPE"},
    {0x4, "NHA_BLACKHOLE"}, {0x5, "NHA_OIF"},       {0x6, "NHA_GATEWAY"}, {0x7, "NHA_ENCAP_TYPE"},
    {0x8, "NHA_ENCAP"},     {0x9, "NHA_GROUPS"},    {0xa, "NHA_MASTER"},  {0xb, "NHA_FDB"},
    {0xc, "NHA_RES_GROUP"}, {0xd, "NHA_RES_BUCKET"}};
constexpr Name kNexthopGroupTypesNames[] = {{0x0, "NEXTHOP_GRP_TYPE_MPATH"},
                                            {0x1, "NEXTHOP_GRP_TYPE_RES"}};
constexpr Name kNexthopResGroupAttributesNames[] = {{0x0, "NHA_RES_GROUP_PAD"},
                                                    {0x1, "NHA_RES_GROUP_BUCKETS"},
                                                    {0x2, "NHA_RES_GROUP_IDLE_TIMER"},
                                                    {0x3, "NHA_RES_GROUP_UNBALANCED_TIMER"},
                                                    {0x4, "NHA_RES_GROUP_UNBALANCED_TIME"}};
constexpr Name kNexthopResBucketAttributesNames[] = {{0x0, "NHA_RES_BUCKET_PAD"},
                                                     {0x1, "NHA_RES_BUCKET_INDEX"},
                                                     {0x2, "NHA_RES_BUCKET_IDLE_TIME"},
                                                     {0x3, "NHA_RES_BUCKET_NH_ID"}};
constexpr Name kInterfaceTypesNames[] = {{0x0, "ARPHRD_NETROM"},
                                         {0x1, "ARPHRD_ETHER"},
                                         {0x2, "ARPHRD_EETHER"},
                                         {0x3, "ARPHRD_AX25"},
                                         {0x4, "ARPHRD_PRONET"},
                                         {0x5, "ARPHRD_CHAOS"},
                                         {0x6, "ARPHRD_IEEE802"},
                                         {0x7, "ARPHRD_ARCNET"},
                                         {0x8, "ARPHRD_APPLETLK"},
                                         {0xf, "ARPHRD_DLCI"},
                                         {0x13, "ARPHRD_ATM"},
                                         {0x17, "ARPHRD_METRICOM"},
                                         {0x18, "ARPHRD_IEEE1394"},
                                         {0x1b, "ARPHRD_EUI64"},
                                         {0x20, "ARPHRD_INFINIBAND"},
                                         {0x100, "ARPHRD_SLIP"},
                                         {0x101, "ARPHRD_CSLIP"},
                                         {0x102, "ARPHRD_SLIP6"},
                                         {0x103, "ARPHRD_CSLIP6"},
                                         {0x104, "ARPHRD_RSRVD"},
                                         {0x108, "ARPHRD_ADAPT"},
                                         {0x10e, "ARPHRD_ROSE"},
                                         {0x10f, "ARPHRD_X25"},
                                         {0x110, "ARPHRD_HWX25"},
                                         {0x118, "ARPHRD_CAN"},
                                         {0x122, "ARPHRD_MCTP"},
                                         {0x200, "ARPHRD_PPP"},
                                         {0x201, "ARPHRD_CISCO"},
                                         {0x204, "ARPHRD_LAPB"},
                                         {0x205, "ARPHRD_DDCMP"},
                                         {0x206, "ARPHRD_RAWHDLC"},
                                         {0x207, "ARPHRD_RAWIP"},
                                         {0x300, "ARPHRD_TUNNEL"},
                                         {0x301, "ARPHRD_TUNNEL6"},
                                         {0x302, "ARPHRD_FRAD"},
                                         {0x303, "ARPHRD_SKIP"},
                                         {0x304, "ARPHRD_LOOPBACK"},
                                         {0x305, "ARPHRD_LOCALTLK"},
                                         {0x306, "ARPHRD_FDDI"},
                                         {0x307, "ARPHRD_BIF"},
                                         {0x308, "ARPHRD_SIT"},
                                         {0x309, "ARPHRD_IPDDP"},
                                         {0x30a, "ARPHRD_IPGRE"},
                                         {0x30b, "ARPHRD_PIMREG"},
                                         {0x30c, "ARPHRD_HIPPI"},
                                         {0x30d, "ARPHRD_ASH"},
                                         {0x30e, "ARPHRD_ECONET"},
                                         {0x30f, "ARPHRD_IRDA"},
                                         {0x310, "ARPHRD_FCPP"},
                                         {0x311, "ARPHRD_FCAL"},
                                         {0x312, "ARPHRD_FCPL"},
                                         {0x313, "ARPHRD_FCFABRIC"},
                                         {0x320, "ARPHRD_IEEE802_TR"},
                                         {0x321, "ARPHRD_IEEE80211"},
                                         {0x322, "ARPHRD_IEEE80211_PRISM"},
                                         {0x323, "ARPHRD_IEEE80211_RADIOTAP"},
                                         {0x324, "ARPHRD_IEEE802154"},
                                         {0x325, "ARPHRD_IEEE802154_MONITOR"},
                                         {0x334, "ARPHRD_PHONET"},
                                         {0x335, "ARPHRD_PHONET_PIPE"},
                                         {0x336, "ARPHRD_CAIF"},
                                         {0x337, "ARPHRD_IP6GRE"},
                                         {0x338, "ARPHRD_NETLINK"},
                                         {0x339, "ARPHRD_6LOWPAN"},
                                         {0x33a, "ARPHRD_VSOCKMON"},
                                         {0xfffe, "ARPHRD_NONE"},
                                         {0xffff, "ARPHRD_VOID"}};
constexpr Name kInterfaceFlagsNames[] = {
    {0x1, "IFF_UP"},           {0x2, "IFF_BROADCAST"},    {0x4, "IFF_DEBUG"},
    {0x8, "IFF_LOOPBACK"},     {0x10, "IFF_POINTOPOINT"}, {0x20, "IFF_NOTRAILERS"},
    {0x40, "IFF_RUNNING"},     {0x80, "IFF_NOARP"},       {0x100, "IFF_PROMISC"},
    {0x200, "IFF_ALLMULTI"},   {0x400, "IFF_MASTER"},     {0x800, "IFF_SLAVE"},
    {0x1000, "IFF_MULTICAST"}, {0x2000, "IFF_PORTSEL"},   {0x4000, "IFF_AUTOMEDIA"},
    {0x8000, "IFF_DYNAMIC"},   {0x10000, "IFF_LOWER_UP"}, {0x20000, "IFF_DORMANT"},
    {0x40000, "IFF_ECHO"}};
constexpr Name kEthernetProtocolsNames[] = {
    {0x1, "ETH_P_802_3"},        {0x2, "ETH_P_AX25"},         {0x3, "ETH_P_ALL"},
    {0x4, "ETH_P_802_2"},        {0x5, "ETH_P_SNAP"},         {0x6, "ETH_P_DDCMP"},
    {0x7, "ETH_P_WAN_PPP"},      {0x8, "ETH_P_PPP_MP"},       {0x9, "ETH_P_LOCALTALK"},
    {0xc, "ETH_P_CAN"},          {0xd, "ETH_P_CANFD"},        {0xe, "ETH_P_CANXL"},
    {0x10, "ETH_P_PPPTALK"},     {0x11, "ETH_P_TR_802_2"},    {0x15, "ETH_P_MOBITEX"},
    {0x16, "ETH_P_CONTROL"},     {0x17, "ETH_P_IRDA"},        {0x18, "ETH_P_ECONET"},
    {0x19, "ETH_P_HDLC"},        {0x1a, "ETH_P_ARCNET"},      {0x1b, "ETH_P_DSA"},
    {0x1c, "ETH_P_TRAILER"},     {0x60, "ETH_P_LOOP"},        {0xf5, "ETH_P_PHONET"},
    {0xf6, "ETH_P_IEEE802154"},  {0xf7, "ETH_P_CAIF"},        {0xf8, "ETH_P_XDSA"},
    {0xf9, "ETH_P_MAP"},         {0xfa, "ETH_P_MCTP"},        {0x200, "ETH_P_PUP"},
    {0x201, "ETH_P_PUPAT"},      {0x800, "ETH_P_IP"},         {0x805, "ETH_P_X25"},
    {0x806, "ETH_P_ARP"},        {0x8ff, "ETH_P_BPQ"},        {0xa00, "ETH_P_IEEEPUP"},
    {0xa01, "ETH_P_IEEEPUPAT"},  {0x22eb, "ETH_P_ERSPAN2"},   {0x22f0, "ETH_P_TSN"},
    {0x4305, "ETH_P_BATMAN"},    {0x6000, "ETH_P_DEC"},       {0x6001, "ETH_P_DNA_DL"},
    {0x6002, "ETH_P_DNA_RC"},    {0x6003, "ETH_P_DNA_RT"},    {0x6004, "ETH_P_LAT"},
    {0x6005, "ETH_P_DIAG"},      {0x6006, "ETH_P_CUST"},      {0x6007, "ETH_P_SCA"},
    {0x6558, "ETH_P_TEB"},       {0x8035, "ETH_P_RARP"},      {0x809b, "ETH_P_ATALK"},
    {0x80f3, "ETH_P_AARP"},      {0x8100, "ETH_P_8021Q"},     {0x8137, "ETH_P_IPX"},
    {0x86dd, "ETH_P_IPV6"},      {0x8808, "ETH_P_PAUSE"},     {0x8809, "ETH_P_SLOW"},
    {0x883e, "ETH_P_WCCP"},      {0x8847, "ETH_P_MPLS_UC"},   {0x8848, "ETH_P_MPLS_MC"},
    {0x884c, "ETH_P_ATMMPOA"},   {0x8863, "ETH_P_PPP_DISC"},  {0x8864, "ETH_P_PPP_SES"},
    {0x886c, "ETH_P_LINK_CTL"},  {0x8884, "ETH_P_ATMFATE"},   {0x888e, "ETH_P_PAE"},
    {0x8892, "ETH_P_PROFINET"},  {0x8899, "ETH_P_REALTEK"},   {0x88a2, "ETH_P_AOE"},
    {0x88a4, "ETH_P_ETHERCAT"},  {0x88a8, "ETH_P_8021AD"},    {0x88b5, "ETH_P_802_EX1"},
    {0x88be, "ETH_P_ERSPAN"},    {0x88c7, "ETH_P_PREAUTH"},   {0x88ca, "ETH_P_TIPC"},
    {0x88cc, "ETH_P_LLDP"},      {0x88e3, "ETH_P_MRP"},       {0x88e5, "ETH_P_MACSEC"},
    {0x88e7, "ETH_P_8021AH"},    {0x88f5, "ETH_P_MVRP"},      {0x88f7, "ETH_P_1588"},
    {0x88f8, "ETH_P_NCSI"},      {0x88fb, "ETH_P_PRP"},       {0x8902, "ETH_P_CFM"},
    {0x8906, "ETH_P_FCOE"},      {0x890d, "ETH_P_TDLS"},      {0x8914, "ETH_P_FIP"},
    {0x8915, "ETH_P_IBOE"},      {0x8917, "ETH_P_80221"},     {0x892f, "ETH_P_HSR"},
    {0x894f, "ETH_P_NSH"},       {0x9000, "ETH_P_LOOPBACK"},  {0x9100, "ETH_P_QINQ1"},
    {0x9200, "ETH_P_QINQ2"},     {0x9300, "ETH_P_QINQ3"},     {0xdada, "ETH_P_EDSA"},
    {0xdadb, "ETH_P_DSA_8021Q"}, {0xe001, "ETH_P_DSA_A5PSW"}, {0xed3e, "ETH_P_IFE"},
    {0xfbfb, "ETH_P_AF_IUCV"}};
constexpr Name kLinkAttributesNames[] = {{0x0, "IFLA_UNSPEC"},
                                         {0x1, "IFLA_ADDRESS"},
                                         {0x2, "IFLA_BROADCAST"},
                                         {0x3, "IFLA_IFNAME"},
                                         {0x4, "IFLA_MTU"},
                                         {0x5, "IFLA_LINK"},
                                         {0x6, "IFLA_QDISC"},
                                         {0x7, "IFLA_STATS"},
                                         {0x8, "IFLA_COST"},
                                         {0x9, "IFLA_PRIORITY"},
                                         {0xa, "IFLA_MASTER"},
                                         {0xb, "IFLA_WIRELESS"},
                                         {0xc, "IFLA_PROTINFO"},
                                         {0xd, "IFLA_TXQLEN"},
                                         {0xe, "IFLA_MAP"},
                                         {0xf, "IFLA_WEIGHT"},
                                         {0x10, "IFLA_OPERSTATE"},
                                         {0x11, "IFLA_LINKMODE"},
                                         {0x12, "IFLA_LINKINFO"},
                                         {0x13, "IFLA_NET_NS_PID"},
                                         {0x14, "IFLA_IFALIAS"},
                                         {0x15, "IFLA_NUM_VF"},
                                         {0x16, "IFLA_VFINFO_LIST"},
                                         {0x17, "IFLA_STATS64"},
                                         {0x18, "IFLA_VF_PORTS"},
                                         {0x19, "IFLA_PORT_SELF"},
                                         {0x1a, "IFLA_AF_SPEC"},
                                         {0x1b, "IFLA_GROUP"},
                                         {0x1c, "IFLA_NET_NS_FD"},
                                         {0x1d, "IFLA_EXT_MASK"},
                                         {0x1e, "IFLA_PROMISCUITY"},
                                         {0x1f, "IFLA_NUM_TX_QUEUES"},
                                         {0x20, "IFLA_NUM_RX_QUEUES"},
                                         {0x21, "IFLA_CARRIER"},
                                         {0x22, "IFLA_PHYS_PORT_ID"},
                                         {0x23, "IFLA_CARRIER_CHANGES"},
                                         {0x24, "IFLA_PHYS_SWITCH_ID"},
                                         {0x25, "IFLA_LINK_NETNSID"},
                                         {0x26, "IFLA_PHYS_PORT_NAME"},
                                         {0x27, "IFLA_PROTO_DOWN"},
                                         {0x28, "IFLA_GSO_MAX_SEGS"},
                                         {0x29, "IFLA_GSO_MAX_SIZE"},
                                         {0x2a, "IFLA_PAD"},
                                         {0x2b, "IFLA_XDP"},
                                         {0x2c, "IFLA_EVENT"},
                                         {0x2d, "IFLA_NEW_NETNSID"},
                                         {0x2e, "IFLA_IF_NETNSID"},
                                         {0x2f, "IFLA_CARRIER_UP_COUNT"},
                                         {0x30, "IFLA_CARRIER_DOWN_COUNT"},
                                         {0x31, "IFLA_NEW_IFINDEX"},
                                         {0x32, "IFLA_MIN_MTU"},
                                         {0x33, "IFLA_MAX_MTU"},
                                         {0x34, "IFLA_PROP_LIST"},
                                         {0x35, "IFLA_ALT_IFNAME"},
                                         {0x36, "IFLA_PERM_ADDRESS"},
                                         {0x37, "IFLA_PROTO_DOWN_REASON"},
                                         {0x38, "IFLA_PARENT_DEV_NAME"},
                                         {0x39, "IFLA_PARENT_DEV_BUS_NAME"},
                                         {0x3a, "IFLA_GRO_MAX_SIZE"},
                                         {0x3b, "IFLA_TSO_MAX_SIZE"},
                                         {0x3c, "IFLA_TSO_MAX_SEGS"},
                                         {0x3d, "IFLA_ALLMULTI"}};
constexpr Name kLinkEventsNames[] = {
    {0x0, "IFLA_EVENT_NONE"},           {0x1, "IFLA_EVENT_REBOOT"},
    {0x2, "IFLA_EVENT_FEATURES"},       {0x3, "IFLA_EVENT_BONDING_FAILOVER"},
    {0x4, "IFLA_EVENT_NOTIFY_PEERS"},   {0x5, "IFLA_EVENT_IGMP_RESEND"},
    {0x6, "IFLA_EVENT_BONDING_OPTIONS"}};
constexpr Name kLinkExtMaskNames[] = {{0x1, "RTEXT_FILTER_VF"},
                                      {0x2, "RTEXT_FILTER_BRVLAN"},
                                      {0x4, "RTEXT_FILTER_BRVLAN_COMPRESSED"},
                                      {0x8, "RTEXT_FILTER_SKIP_STATS"},
                                      {0x10, "RTEXT_FILTER_MRP"},
                                      {0x20, "RTEXT_FILTER_CFM_CONFIG"},
                                      {0x40, "RTEXT_FILTER_CFM_STATUS"}};
constexpr Name kLinkInfoAttributesNames[] = {
    {0x0, "IFLA_INFO_UNSPEC"}, {0x1, "IFLA_INFO_KIND"},       {0x2, "IFLA_INFO_DATA"},
    {0x3, "IFLA_INFO_XSTATS"}, {0x4, "IFLA_INFO_SLAVE_KIND"}, {0x5, "IFLA_INFO_SLAVE_DATA"}};
constexpr Name kPortAttributesNames[] = {{0x0, "IFLA_VF_PORT_UNSPEC"}, {0x1, "IFLA_VF_PORT"}};
constexpr Name kPortSelfAttributesNames[] = {
    {0x0, "IFLA_PORT_UNSPEC"},        {0x1, "IFLA_PORT_VF"},
    {0x2, "IFLA_PORT_PROFILE"},       {0x3, "IFLA_PORT_VSI_TYPE"},
    {0x4, "IFLA_PORT_INSTANCE_UUID"}, {0x5, "IFLA_PORT_HOST_UUID"},
    {0x6, "IFLA_PORT_REQUEST"},       {0x7, "IFLA_PORT_RESPONSE"},
    {0x19, "IFLA_PORT_SELF"}};
constexpr Name kXdpAttributesNames[] = {
    {0x0, "IFLA_XDP_UNSPEC"},      {0x1, "IFLA_XDP_FD"},         {0x2, "IFLA_XDP_ATTACHED"},
    {0x3, "IFLA_XDP_FLAGS"},       {0x4, "IFLA_XDP_PROG_ID"},    {0x5, "IFLA_XDP_DRV_PROG_ID"},
    {0x6, "IFLA_XDP_SKB_PROG_ID"}, {0x7, "IFLA_XDP_HW_PROG_ID"}, {0x8, "IFLA_XDP_EXPECTED_FD"}};
constexpr Name kXdpModesNames[] = {{0x0, "XDP_ATTACHED_NONE"},
                                   {0x1, "XDP_ATTACHED_DRV"},
                                   {0x2, "XDP_ATTACHED_SKB"},
                                   {0x3, "XDP_ATTACHED_HW"},
                                   {0x4, "XDP_ATTACHED_MULTI"}};
constexpr Name kXdpFlagsNames[] = {{0x1, "XDP_FLAGS_UPDATE_IF_NOEXIST"},
                                   {0x2, "XDP_FLAGS_SKB_MODE"},
                                   {0x4, "XDP_FLAGS_DRV_MODE"},
                                   {0x8, "XDP_FLAGS_HW_MODE"},
                                   {0x10, "XDP_FLAGS_REPLACE"}};
constexpr Name kProtoDownAttributesNames[] = {{0x0, "IFLA_PROTO_DOWN_REASON_UNSPEC"},
                                              {0x1, "IFLA_PROTO_DOWN_REASON_MASK"},
                                              {0x2, "IFLA_PROTO_DOWN_REASON_VALUE"}};
constexpr Name kBridgePortAttributesNames[] = {{0x0, "IFLA_BRPORT_UNSPEC"},
                                               {0x1, "IFLA_BRPORT_STATE"},
                                               {0x2, "IFLA_BRPORT_PRIORITY"},
                                               {0x3, "IFLA_BRPORT_COST"},
                                               {0x4, "IFLA_BRPORT_MODE"},
                                               {0x5, "IFLA_BRPORT_GUARD"},
                                               {0x6, "IFLA_BRPORT_PROTECT"},
                                               {0x7, "IFLA_BRPORT_FAST_LEAVE"},
                                               {0x8, "IFLA_BRPORT_LEARNING"},
                                               {0x9, "IFLA_BRPORT_UNICAST_FLOOD"},
                                               {0xa, "IFLA_BRPORT_PROXYARP"},
                                               {0xb, "IFLA_BRPORT_LEARNING_SYNC"},
                                               {0xc, "IFLA_BRPORT_PROXYARP_WIFI"},
                                               {0xd, "IFLA_BRPORT_ROOT_ID"},
                                               {0xe, "IFLA_BRPORT_BRIDGE_ID"},
                                               {0xf, "IFLA_BRPORT_DESIGNATED_PORT"},
                                               {0x10, "IFLA_BRPORT_DESIGNATED_COST"},
                                               {0x11, "IFLA_BRPORT_ID"},
                                               {0x12, "IFLA_BRPORT_NO"},
                                               {0x13, "IFLA_BRPORT_TOPOLOGY_CHANGE_ACK"},
                                               {0x14, "IFLA_BRPORT_CONFIG_PENDING"},
                                               {0x15, "IFLA_BRPORT_MESSAGE_AGE_TIMER"},
                                               {0x16, "IFLA_BRPORT_FORWARD_DELAY_TIMER"},
                                               {0x17, "IFLA_BRPORT_HOLD_TIMER"},
                                               {0x18, "IFLA_BRPORT_FLUSH"},
                                               {0x19, "IFLA_BRPORT_MULTICAST_ROUTER"},
                                               {0x1a, "IFLA_BRPORT_PAD"},
                                               {0x1b, "IFLA_BRPORT_MCAST_FLOOD"},
                                               {0x1c, "IFLA_BRPORT_MCAST_TO_UCAST"},
                                               {0x1d, "IFLA_BRPORT_VLAN_TUNNEL"},
                                               {0x1e, "IFLA_BRPORT_BCAST_FLOOD"},
                                               {0x1f, "IFLA_BRPORT_GROUP_FWD_MASK"},
                                               {0x20, "IFLA_BRPORT_NEIGH_SUPPRESS"},
                                               {0x21, "IFLA_BRPORT_ISOLATED"},
                                               {0x22, "IFLA_BRPORT_BACKUP_PORT"},
                                               {0x23, "IFLA_BRPORT_MRP_RING_OPEN"},
                                               {0x24, "IFLA_BRPORT_MRP_IN_OPEN"},
                                               {0x25, "IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT"},
                                               {0x26, "IFLA_BRPORT_MCAST_EHT_HOSTS_CNT"},
                                               {0x27, "IFLA_BRPORT_LOCKED"}};
constexpr Name kBridgeAttributesNames[] = {{0x0, "IFLA_BR_UNSPEC"},
                                           {0x1, "IFLA_BR_FORWARD_DELAY"},
                                           {0x2, "IFLA_BR_HELLO_TIME"},
                                           {0x3, "IFLA_BR_MAX_AGE"},
                                           {0x4, "IFLA_BR_AGEING_TIME"},
                                           {0x5, "IFLA_BR_STP_STATE"},
                                           {0x6, "IFLA_BR_PRIORITY"},
                                           {0x7, "IFLA_BR_VLAN_FILTERING"},
                                           {0x8, "IFLA_BR_VLAN_PROTOCOL"},
                                           {0x9, "IFLA_BR_GROUP_FWD_MASK"},
                                           {0xa, "IFLA_BR_ROOT_ID"},
                                           {0xb, "IFLA_BR_BRIDGE_ID"},
                                           {0xc, "IFLA_BR_ROOT_PORT"},
                                           {0xd, "IFLA_BR_ROOT_PATH_COST"},
                                           {0xe, "IFLA_BR_TOPOLOGY_CHANGE"},
                                           {0xf, "IFLA_BR_TOPOLOGY_CHANGE_DETECTED"},
                                           {0x10, "IFLA_BR_HELLO_TIMER"},
                                           {0x11, "IFLA_BR_TCN_TIMER"},
                                           {0x12, "IFLA_BR_TOPOLOGY_CHANGE_TIMER"},
                                           {0x13, "IFLA_BR_GC_TIMER"},
                                           {0x14, "IFLA_BR_GROUP_ADDR"},
                                           {0x15, "IFLA_BR_FDB_FLUSH"},
                                           {0x16, "IFLA_BR_MCAST_ROUTER"},
                                           {0x17, "IFLA_BR_MCAST_SNOOPING"},
                                           {0x18, "IFLA_BR_MCAST_QUERY_USE_IFADDR"},
                                           {0x19, "IFLA_BR_MCAST_QUERIER"},
                                           {0x1a, "IFLA_BR_MCAST_HASH_ELASTICITY"},
                                           {0x1b, "IFLA_BR_MCAST_HASH_MAX"},
                                           {0x1c, "IFLA_BR_MCAST_LAST_MEMBER_CNT"},
                                           {0x1d, "IFLA_BR_MCAST_STARTUP_QUERY_CNT"},
                                           {0x1e, "IFLA_BR_MCAST_LAST_MEMBER_INTVL"},
                                           {0x1f, "IFLA_BR_MCAST_MEMBERSHIP_INTVL"},
                                           {0x20, "IFLA_BR_MCAST_QUERIER_INTVL"},
                                           {0x21, "IFLA_BR_MCAST_QUERY_INTVL"},
                                           {0x22, "IFLA_BR_MCAST_QUERY_RESPONSE_INTVL"},
                                           {0x23, "IFLA_BR_MCAST_STARTUP_QUERY_INTVL"},
                                           {0x24, "IFLA_BR_NF_CALL_IPTABLES"},
                                           {0x25, "IFLA_BR_NF_CALL_IP6TABLES"},
                                           {0x26, "IFLA_BR_NF_CALL_ARPTABLES"},
                                           {0x27, "IFLA_BR_VLAN_DEFAULT_PVID"},
                                           {0x28, "IFLA_BR_PAD"},
                                           {0x29, "IFLA_BR_VLAN_STATS_ENABLED"},
                                           {0x2a, "IFLA_BR_MCAST_STATS_ENABLED"},
                                           {0x2b, "IFLA_BR_MCAST_IGMP_VERSION"},
                                           {0x2c, "IFLA_BR_MCAST_MLD_VERSION"},
                                           {0x2d, "IFLA_BR_VLAN_STATS_PER_PORT"},
                                           {0x2e, "IFLA_BR_MULTI_BOOLOPT"},
                                           {0x2f, "IFLA_BR_MCAST_QUERIER_STATE"}};
constexpr Name kBridgeOptionsNames[] = {{0x1, "1<<BR_BOOLOPT_NO_LL_LEARN"},
                                        {0x2, "1<<BR_BOOLOPT_MCAST_VLAN_SNOOPING"},
                                        {0x4, "1<<BR_BOOLOPT_MST_ENABLE"}};
constexpr Name kBridgeQuerierAttributesNames[] = {
    {0x0, "BRIDGE_QUERIER_UNSPEC"},    {0x1, "BRIDGE_QUERIER_IP_ADDRESS"},
    {0x2, "BRIDGE_QUERIER_IP_PORT"},   {0x3, "BRIDGE_QUERIER_IP_OTHER_TIMER"},
    {0x4, "BRIDGE_QUERIER_PAD"},       {0x5, "BRIDGE_QUERIER_IPV6_ADDRESS"},
    {0x6, "BRIDGE_QUERIER_IPV6_PORT"}, {0x7, "BRIDGE_QUERIER_IPV6_OTHER_TIMER"}};
constexpr Name kTunAttributesNames[] = {
    {0x0, "IFLA_TUN_UNSPEC"},     {0x1, "IFLA_TUN_OWNER"},
    {0x2, "IFLA_TUN_GROUP"},      {0x3, "IFLA_TUN_TYPE"},
    {0x4, "IFLA_TUN_PI"},         {0x5, "IFLA_TUN_VNET_HDR"},
    {0x6, "IFLA_TUN_PERSIST"},    {0x7, "IFLA_TUN_MULTI_QUEUE"},
    {0x8, "IFLA_TUN_NUM_QUEUES"}, {0x9, "IFLA_TUN_NUM_DISABLED_QUEUES"}};
constexpr Name kTunTypesNames[] = {{0x1, "IFF_TUN"}, {0x2, "IFF_TAP"}};
constexpr Name kCanAttributesNames[] = {{0x0, "IFLA_CAN_UNSPEC"},
                                        {0x1, "IFLA_CAN_BITTIMING"},
                                        {0x2, "IFLA_CAN_BITTIMING_CONST"},
                                        {0x3, "IFLA_CAN_CLOCK"},
                                        {0x4, "IFLA_CAN_STATE"},
                                        {0x5, "IFLA_CAN_CTRLMODE"},
                                        {0x6, "IFLA_CAN_RESTART_MS"},
                                        {0x7, "IFLA_CAN_RESTART"},
                                        {0x8, "IFLA_CAN_BERR_COUNTER"},
                                        {0x9, "IFLA_CAN_DATA_BITTIMING"},
                                        {0xa, "IFLA_CAN_DATA_BITTIMING_CONST"},
                                        {0xb, "IFLA_CAN_TERMINATION"},
                                        {0xc, "IFLA_CAN_TERMINATION_CONST"},
                                        {0xd, "IFLA_CAN_BITRATE_CONST"},
                                        {0xe, "IFLA_CAN_DATA_BITRATE_CONST"},
                                        {0x10, "IFLA_CAN_TDC"}};
constexpr Name kCanStatesNames[] = {
    {0x0, "CAN_STATE_ERROR_ACTIVE"},  {0x1, "CAN_STATE_ERROR_WARNING"},
    {0x2, "CAN_STATE_ERROR_PASSIVE"}, {0x3, "CAN_STATE_BUS_OFF"},
    {0x4, "CAN_STATE_STOPPED"},       {0x5, "CAN_STATE_SLEEPING"}};
constexpr Name kCanModesNames[] = {
    {0x1, "CAN_CTRLMODE_LOOPBACK"},        {0x2, "CAN_CTRLMODE_LISTENONLY"},
    {0x4, "CAN_CTRLMODE_3_SAMPLES"},       {0x8, "CAN_CTRLMODE_ONE_SHOT"},
    {0x10, "CAN_CTRLMODE_BERR_REPORTING"}, {0x20, "CAN_CTRLMODE_FD"},
    {0x40, "CAN_CTRLMODE_PRESUME_ACK"},    {0x80, "CAN_CTRLMODE_FD_NON_ISO"},
    {0x100, "CAN_CTRLMODE_CC_LEN8_DLC"},   {0x200, "CAN_CTRLMODE_TDC_AUTO"},
    {0x400, "CAN_CTRLMODE_TDC_MANUAL"}};
constexpr Name kCanTdcAttributesNames[] = {
    {0x0, "IFLA_CAN_TDC_UNSPEC"},   {0x1, "IFLA_CAN_TDC_TDCV_MIN"}, {0x3, "IFLA_CAN_TDC_TDCO_MIN"},
    {0x5, "IFLA_CAN_TDC_TDCF_MIN"}, {0x7, "IFLA_CAN_TDC_TDCV"},     {0x8, "IFLA_CAN_TDC_TDCO"},
    {0x9, "IFLA_CAN_TDC_TDCF"}};
constexpr Name kCanControlModeAttributesNames[] = {{0x0, "IFLA_CAN_CTRLMODE_UNSPEC"},
                                                   {0x1, "IFLA_CAN_CTRLMODE_SUPPORTED"},
                                                   {0x11, "IFLA_CAN_CTRLMODE_EXT"}};
constexpr Name kBridgeAfAttributesNames[] = {
    {0x0, "IFLA_BRIDGE_FLAGS"},     {0x1, "IFLA_BRIDGE_MODE"},
    {0x2, "IFLA_BRIDGE_VLAN_INFO"}, {0x3, "IFLA_BRIDGE_VLAN_TUNNEL_INFO"},
    {0x4, "IFLA_BRIDGE_MRP"},       {0x5, "IFLA_BRIDGE_CFM"},
    {0x6, "IFLA_BRIDGE_MST"}};
constexpr Name kBridgeFlagsNames[] = {{0x1, "BRIDGE_FLAGS_MASTER"}, {0x2, "BRIDGE_FLAGS_SELF"}};
constexpr Name kBridgeModesNames[] = {
    {0x0, "BRIDGE_MODE_VEB"}, {0x1, "BRIDGE_MODE_VEPA"}, {0xffff, "BRIDGE_MODE_UNDEF"}};
constexpr Name kBridgeVlanFlagsNames[] = {
    {0x1, "BRIDGE_VLAN_INFO_MASTER"},     {0x2, "BRIDGE_VLAN_INFO_PVID"},
    {0x4, "BRIDGE_VLAN_INFO_UNTAGGED"},   {0x8, "BRIDGE_VLAN_INFO_RANGE_BEGIN"},
    {0x10, "BRIDGE_VLAN_INFO_RANGE_END"}, {0x20, "BRIDGE_VLAN_INFO_BRENTRY"},
    {0x40, "BRIDGE_VLAN_INFO_ONLY_OPTS"}};
constexpr Name kBridgeTunnelAttributesNames[] = {{0x0, "IFLA_BRIDGE_VLAN_TUNNEL_UNSPEC"},
                                                 {0x1, "IFLA_BRIDGE_VLAN_TUNNEL_ID"},
                                                 {0x2, "IFLA_BRIDGE_VLAN_TUNNEL_VID"},
                                                 {0x3, "IFLA_BRIDGE_VLAN_TUNNEL_FLAGS"}};
constexpr Name kInetAttributesNames[] = {{0x0, "IFLA_INET_UNSPEC"}, {0x1, "IFLA_INET_CONF"}};
constexpr Name kInetSettingsNames[] = {{0x1, "IPV4_DEVCONF_FORWARDING"},
                                       {0x2, "IPV4_DEVCONF_MC_FORWARDING"},
                                       {0x3, "IPV4_DEVCONF_PROXY_ARP"},
                                       {0x4, "IPV4_DEVCONF_ACCEPT_REDIRECTS"},
                                       {0x5, "IPV4_DEVCONF_SECURE_REDIRECTS"},
                                       {0x6, "IPV4_DEVCONF_SEND_REDIRECTS"},
                                       {0x7, "IPV4_DEVCONF_SHARED_MEDIA"},
                                       {0x8, "IPV4_DEVCONF_RP_FILTER"},
                                       {0x9, "IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE"},
                                       {0xa, "IPV4_DEVCONF_BOOTP_RELAY"},
                                       {0xb, "IPV4_DEVCONF_LOG_MARTIANS"},
                                       {0xc, "IPV4_DEVCONF_TAG"},
                                       {0xd, "IPV4_DEVCONF_ARPFILTER"},
                                       {0xe, "IPV4_DEVCONF_MEDIUM_ID"},
                                       {0xf, "IPV4_DEVCONF_NOXFRM"},
                                       {0x10, "IPV4_DEVCONF_NOPOLICY"},
                                       {0x11, "IPV4_DEVCONF_FORCE_IGMP_VERSION"},
                                       {0x12, "IPV4_DEVCONF_ARP_ANNOUNCE"},
                                       {0x13, "IPV4_DEVCONF_ARP_IGNORE"},
                                       {0x14, "IPV4_DEVCONF_PROMOTE_SECONDARIES"},
                                       {0x15, "IPV4_DEVCONF_ARP_ACCEPT"},
                                       {0x16, "IPV4_DEVCONF_ARP_NOTIFY"},
                                       {0x17, "IPV4_DEVCONF_ACCEPT_LOCAL"},
                                       {0x18, "IPV4_DEVCONF_SRC_VMARK"},
                                       {0x19, "IPV4_DEVCONF_PROXY_ARP_PVLAN"},
                                       {0x1a, "IPV4_DEVCONF_ROUTE_LOCALNET"},
                                       {0x1b, "IPV4_DEVCONF_IGMPV2_UNSOLICITED_REPORT_INTERVAL"},
                                       {0x1c, "IPV4_DEVCONF_IGMPV3_UNSOLICITED_REPORT_INTERVAL"},
                                       {0x1d, "IPV4_DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN"},
                                       {0x1e, "IPV4_DEVCONF_DROP_UNICAST_IN_L2_MULTICAST"},
                                       {0x1f, "IPV4_DEVCONF_DROP_GRATUITOUS_ARP"},
                                       {0x20, "IPV4_DEVCONF_BC_FORWARDING"},
                                       {0x21, "IPV4_DEVCONF_ARP_EVICT_NOCARRIER"}};
constexpr Name kInet6AttributesNames[] = {
    {0x0, "IFLA_INET6_UNSPEC"},     {0x1, "IFLA_INET6_FLAGS"}, {0x2, "IFLA_INET6_CONF"},
    {0x3, "IFLA_INET6_STATS"},      {0x4, "IFLA_INET6_MCAST"}, {0x5, "IFLA_INET6_CACHEINFO"},
    {0x6, "IFLA_INET6_ICMP6STATS"}, {0x7, "IFLA_INET6_TOKEN"}, {0x8, "IFLA_INET6_ADDR_GEN_MODE"},
    {0x9, "IFLA_INET6_RA_MTU"}};
constexpr Name kInet6SettingsNames[] = {{0x0, "DEVCONF_FORWARDING"},
                                        {0x1, "DEVCONF_HOPLIMIT"},
                                        {0x2, "DEVCONF_MTU6"},
                                        {0x3, "DEVCONF_ACCEPT_RA"},
                                        {0x4, "DEVCONF_ACCEPT_REDIRECTS"},
                                        {0x5, "DEVCONF_AUTOCONF"},
                                        {0x6, "DEVCONF_DAD_TRANSMITS"},
                                        {0x7, "DEVCONF_RTR_SOLICITS"},
                                        {0x8, "DEVCONF_RTR_SOLICIT_INTERVAL"},
                                        {0x9, "DEVCONF_RTR_SOLICIT_DELAY"},
                                        {0xa, "DEVCONF_USE_TEMPADDR"},
                                        {0xb, "DEVCONF_TEMP_VALID_LFT"},
                                        {0xc, "DEVCONF_TEMP_PREFERED_LFT"},
                                        {0xd, "DEVCONF_REGEN_MAX_RETRY"},
                                        {0xe, "DEVCONF_MAX_DESYNC_FACTOR"},
                                        {0xf, "DEVCONF_MAX_ADDRESSES"},
                                        {0x10, "DEVCONF_FORCE_MLD_VERSION"},
                                        {0x11, "DEVCONF_ACCEPT_RA_DEFRTR"},
                                        {0x12, "DEVCONF_ACCEPT_RA_PINFO"},
                                        {0x13, "DEVCONF_ACCEPT_RA_RTR_PREF"},
                                        {0x14, "DEVCONF_RTR_PROBE_INTERVAL"},
                                        {0x15, "DEVCONF_ACCEPT_RA_RT_INFO_MAX_PLEN"},
                                        {0x16, "DEVCONF_PROXY_NDP"},
                                        {0x17, "DEVCONF_OPTIMISTIC_DAD"},
                                        {0x18, "DEVCONF_ACCEPT_SOURCE_ROUTE"},
                                        {0x19, "DEVCONF_MC_FORWARDING"},
                                        {0x1a, "DEVCONF_DISABLE_IPV6"},
                                        {0x1b, "DEVCONF_ACCEPT_DAD"},
                                        {0x1c, "DEVCONF_FORCE_TLLAO"},
                                        {0x1d, "DEVCONF_NDISC_NOTIFY"},
                                        {0x1e, "DEVCONF_MLDV1_UNSOLICITED_REPORT_INTERVAL"},
                                        {0x1f, "DEVCONF_MLDV2_UNSOLICITED_REPORT_INTERVAL"},
                                        {0x20, "DEVCONF_SUPPRESS_FRAG_NDISC"},
                                        {0x21, "DEVCONF_ACCEPT_RA_FROM_LOCAL"},
                                        {0x22, "DEVCONF_USE_OPTIMISTIC"},
                                        {0x23, "DEVCONF_ACCEPT_RA_MTU"},
                                        {0x24, "DEVCONF_STABLE_SECRET"},
                                        {0x25, "DEVCONF_USE_OIF_ADDRS_ONLY"},
                                        {0x26, "DEVCONF_ACCEPT_RA_MIN_HOP_LIMIT"},
                                        {0x27, "DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN"},
                                        {0x28, "DEVCONF_DROP_UNICAST_IN_L2_MULTICAST"},
                                        {0x29, "DEVCONF_DROP_UNSOLICITED_NA"},
                                        {0x2a, "DEVCONF_KEEP_ADDR_ON_DOWN"},
                                        {0x2b, "DEVCONF_RTR_SOLICIT_MAX_INTERVAL"},
                                        {0x2c, "DEVCONF_SEG6_ENABLED"},
                                        {0x2d, "DEVCONF_SEG6_REQUIRE_HMAC"},
                                        {0x2e, "DEVCONF_ENHANCED_DAD"},
                                        {0x2f, "DEVCONF_ADDR_GEN_MODE"},
                                        {0x30, "DEVCONF_DISABLE_POLICY"},
                                        {0x31, "DEVCONF_ACCEPT_RA_RT_INFO_MIN_PLEN"},
                                        {0x32, "DEVCONF_NDISC_TCLASS"},
                                        {0x33, "DEVCONF_RPL_SEG_ENABLED"},
                                        {0x34, "DEVCONF_RA_DEFRTR_METRIC"},
                                        {0x35, "DEVCONF_IOAM6_ENABLED"},
                                        {0x36, "DEVCONF_IOAM6_ID"},
                                        {0x37, "DEVCONF_IOAM6_ID_WIDE"},
                                        {0x38, "DEVCONF_NDISC_EVICT_NOCARRIER"},
                                        {0x39, "DEVCONF_ACCEPT_UNTRACKED_NA"},
                                        {0x3a, "DEVCONF_ACCEPT_RA_MIN_LFT"}};
constexpr Name kInet6CountersNames[] = {{0x0, "IPSTATS_MIB_NUM"},
                                        {0x1, "IPSTATS_MIB_INPKTS"},
                                        {0x2, "IPSTATS_MIB_INOCTETS"},
                                        {0x3, "IPSTATS_MIB_INDELIVERS"},
                                        {0x4, "IPSTATS_MIB_OUTFORWDATAGRAMS"},
                                        {0x5, "IPSTATS_MIB_OUTPKTS"},
                                        {0x6, "IPSTATS_MIB_OUTOCTETS"},
                                        {0x7, "IPSTATS_MIB_INHDRERRORS"},
                                        {0x8, "IPSTATS_MIB_INTOOBIGERRORS"},
                                        {0x9, "IPSTATS_MIB_INNOROUTES"},
                                        {0xa, "IPSTATS_MIB_INADDRERRORS"},
                                        {0xb, "IPSTATS_MIB_INUNKNOWNPROTOS"},
                                        {0xc, "IPSTATS_MIB_INTRUNCATEDPKTS"},
                                        {0xd, "IPSTATS_MIB_INDISCARDS"},
                                        {0xe, "IPSTATS_MIB_OUTDISCARDS"},
                                        {0xf, "IPSTATS_MIB_OUTNOROUTES"},
                                        {0x10, "IPSTATS_MIB_REASMTIMEOUT"},
                                        {0x11, "IPSTATS_MIB_REASMREQDS"},
                                        {0x12, "IPSTATS_MIB_REASMOKS"},
                                        {0x13, "IPSTATS_MIB_REASMFAILS"},
                                        {0x14, "IPSTATS_MIB_FRAGOKS"},
                                        {0x15, "IPSTATS_MIB_FRAGFAILS"},
                                        {0x16, "IPSTATS_MIB_FRAGCREATES"},
                                        {0x17, "IPSTATS_MIB_INMCASTPKTS"},
                                        {0x18, "IPSTATS_MIB_OUTMCASTPKTS"},
                                        {0x19, "IPSTATS_MIB_INBCASTPKTS"},
                                        {0x1a, "IPSTATS_MIB_OUTBCASTPKTS"},
                                        {0x1b, "IPSTATS_MIB_INMCASTOCTETS"},
                                        {0x1c, "IPSTATS_MIB_OUTMCASTOCTETS"},
                                        {0x1d, "IPSTATS_MIB_INBCASTOCTETS"},
                                        {0x1e, "IPSTATS_MIB_OUTBCASTOCTETS"},
                                        {0x1f, "IPSTATS_MIB_CSUMERRORS"},
                                        {0x20, "IPSTATS_MIB_NOECTPKTS"},
                                        {0x21, "IPSTATS_MIB_ECT1PKTS"},
                                        {0x22, "IPSTATS_MIB_ECT0PKTS"},
                                        {0x23, "IPSTATS_MIB_CEPKTS"}};
constexpr Name kIcmp6CountersNames[] = {
    {0x0, "ICMP6_MIB_NUM"},     {0x1, "ICMP6_MIB_INMSGS"},    {0x2, "ICMP6_MIB_INERRORS"},
    {0x3, "ICMP6_MIB_OUTMSGS"}, {0x4, "ICMP6_MIB_OUTERRORS"}, {0x5, "ICMP6_MIB_CSUMERRORS"}};
constexpr Name kAddressModesNames[] = {{0x0, "IN6_ADDR_GEN_MODE_EUI64"},
                                       {0x1, "IN6_ADDR_GEN_MODE_NONE"},
                                       {0x2, "IN6_ADDR_GEN_MODE_STABLE_PRIVACY"},
                                       {0x3, "IN6_ADDR_GEN_MODE_RANDOM"}};
constexpr Name kMctpAttributesNames[] = {{0x0, "IFLA_MCTP_UNSPEC"}, {0x1, "IFLA_MCTP_NET"}};
constexpr Name kVfInfoAttributesNames[] = {{0x0, "IFLA_VF_INFO_UNSPEC"}, {0x1, "IFLA_VF_INFO"}};
constexpr Name kVfAttributesNames[] = {
    {0x0, "IFLA_VF_UNSPEC"},    {0x1, "IFLA_VF_MAC"},          {0x2, "IFLA_VF_VLAN"},
    {0x3, "IFLA_VF_TX_RATE"},   {0x4, "IFLA_VF_SPOOFCHK"},     {0x5, "IFLA_VF_LINK_STATE"},
    {0x6, "IFLA_VF_RATE"},      {0x7, "IFLA_VF_RSS_QUERY_EN"}, {0x8, "IFLA_VF_STATS"},
    {0x9, "IFLA_VF_TRUST"},     {0xa, "IFLA_VF_IB_NODE_GUID"}, {0xb, "IFLA_VF_IB_PORT_GUID"},
    {0xc, "IFLA_VF_VLAN_LIST"}, {0xd, "IFLA_VF_BROADCAST"}};
constexpr Name kVfLinkStatesNames[] = {{0x0, "IFLA_VF_LINK_STATE_AUTO"},
                                       {0x1, "IFLA_VF_LINK_STATE_ENABLE"},
                                       {0x2, "IFLA_VF_LINK_STATE_DISABLE"}};
constexpr Name kVfStatsAttributesNames[] = {
    {0x0, "IFLA_VF_STATS_RX_PACKETS"}, {0x1, "IFLA_VF_STATS_TX_PACKETS"},
    {0x2, "IFLA_VF_STATS_RX_BYTES"},   {0x3, "IFLA_VF_STATS_TX_BYTES"},
    {0x4, "IFLA_VF_STATS_BROADCAST"},  {0x5, "IFLA_VF_STATS_MULTICAST"},
    {0x6, "IFLA_VF_STATS_PAD"},        {0x7, "IFLA_VF_STATS_RX_DROPPED"},
    {0x8, "IFLA_VF_STATS_TX_DROPPED"}};
constexpr Name kVfVlanAttributesNames[] = {{0x0, "IFLA_VF_VLAN_INFO_UNSPEC"},
                                           {0x1, "IFLA_VF_VLAN_INFO"}};
constexpr Name kStatsAttributesNames[] = {{0x0, "IFLA_STATS_UNSPEC"},
                                          {0x1, "IFLA_STATS_LINK_64"},
                                          {0x2, "IFLA_STATS_LINK_XSTATS"},
                                          {0x3, "IFLA_STATS_LINK_XSTATS_SLAVE"},
                                          {0x4, "IFLA_STATS_LINK_OFFLOAD_XSTATS"},
                                          {0x5, "IFLA_STATS_AF_SPEC"}};
constexpr Name kStatsFilterNames[] = {{0x1, "1<<IFLA_STATS_UNSPEC"},
                                      {0x2, "1<<IFLA_STATS_LINK_64"},
                                      {0x4, "1<<IFLA_STATS_LINK_XSTATS"},
                                      {0x8, "1<<IFLA_STATS_LINK_XSTATS_SLAVE"},
                                      {0x10, "1<<IFLA_STATS_LINK_OFFLOAD_XSTATS"},
                                      {0x20, "1<<IFLA_STATS_AF_SPEC"}};
constexpr Name kXstatsTypesNames[] = {{0x0, "LINK_XSTATS_TYPE_UNSPEC"},
                                      {0x1, "LINK_XSTATS_TYPE_BRIDGE"},
                                      {0x2, "LINK_XSTATS_TYPE_BOND"}};
constexpr Name kBridgeXstatsNames[] = {{0x0, "BRIDGE_XSTATS_UNSPEC"},
                                       {0x1, "BRIDGE_XSTATS_VLAN"},
                                       {0x2, "BRIDGE_XSTATS_MCAST"},
                                       {0x3, "BRIDGE_XSTATS_PAD"},
                                       {0x4, "BRIDGE_XSTATS_STP"}};
constexpr Name kMulticastDirectionsNames[] = {{0x0, "BR_MCAST_DIR_RX"}, {0x1, "BR_MCAST_DIR_TX"}};
constexpr Name kBondXstatsNames[] = {{0x0, "BOND_XSTATS_UNSPEC"}, {0x1, "BOND_XSTATS_3AD"}};
constexpr Name kBondAdStatsNames[] = {
    {0x0, "BOND_3AD_STAT_LACPDU_RX"},         {0x1, "BOND_3AD_STAT_LACPDU_TX"},
    {0x2, "BOND_3AD_STAT_LACPDU_UNKNOWN_RX"}, {0x3, "BOND_3AD_STAT_LACPDU_ILLEGAL_RX"},
    {0x4, "BOND_3AD_STAT_MARKER_RX"},         {0x5, "BOND_3AD_STAT_MARKER_TX"},
    {0x6, "BOND_3AD_STAT_MARKER_RESP_RX"},    {0x7, "BOND_3AD_STAT_MARKER_RESP_TX"},
    {0x8, "BOND_3AD_STAT_MARKER_UNKNOWN_RX"}, {0x9, "BOND_3AD_STAT_PAD"}};
constexpr Name kOffloadXstatsNames[] = {{0x0, "IFLA_OFFLOAD_XSTATS_UNSPEC"},
                                        {0x1, "IFLA_OFFLOAD_XSTATS_CPU_HIT"}};
constexpr Name kMplsStatsNames[] = {{0x0, "MPLS_STATS_UNSPEC"}, {0x1, "MPLS_STATS_LINK"}};
constexpr Name kDiagUnixAttributesNames[] = {
    {0x0, "UNIX_DIAG_NAME"},     {0x1, "UNIX_DIAG_VFS"},   {0x2, "UNIX_DIAG_PEER"},
    {0x3, "UNIX_DIAG_ICONS"},    {0x4, "UNIX_DIAG_RQLEN"}, {0x5, "UNIX_DIAG_MEMINFO"},
    {0x6, "UNIX_DIAG_SHUTDOWN"}, {0x7, "UNIX_DIAG_UID"}};
constexpr Name kDiagUnixShowNames[] = {{0x1, "UDIAG_SHOW_NAME"},   {0x2, "UDIAG_SHOW_VFS"},
                                       {0x4, "UDIAG_SHOW_PEER"},   {0x8, "UDIAG_SHOW_ICONS"},
                                       {0x10, "UDIAG_SHOW_RQLEN"}, {0x20, "UDIAG_SHOW_MEMINFO"},
                                       {0x40, "UDIAG_SHOW_UID"}};
constexpr Name kDiagNetlinkAttributesNames[] = {{0x0, "NETLINK_DIAG_MEMINFO"},
                                                {0x1, "NETLINK_DIAG_GROUPS"},
                                                {0x2, "NETLINK_DIAG_RX_RING"},
                                                {0x3, "NETLINK_DIAG_TX_RING"},
                                                {0x4, "NETLINK_DIAG_FLAGS"}};
constexpr Name kDiagNetlinkShowNames[] = {{0x1, "NDIAG_SHOW_MEMINFO"},
                                          {0x2, "NDIAG_SHOW_GROUPS"},
                                          {0x4, "NDIAG_SHOW_RING_CFG"},
                                          {0x8, "NDIAG_SHOW_FLAGS"}};
constexpr Name kDiagNetlinkFlagsNames[] = {
    {0x1, "NDIAG_FLAG_CB_RUNNING"},       {0x2, "NDIAG_FLAG_PKTINFO"},
    {0x4, "NDIAG_FLAG_BROADCAST_ERROR"},  {0x8, "NDIAG_FLAG_NO_ENOBUFS"},
    {0x10, "NDIAG_FLAG_LISTEN_ALL_NSID"}, {0x20, "NDIAG_FLAG_CAP_ACK"}};
constexpr Name kDiagPacketAttributesNames[] = {
    {0x0, "PACKET_DIAG_INFO"},    {0x1, "PACKET_DIAG_MCLIST"}, {0x2, "PACKET_DIAG_RX_RING"},
    {0x3, "PACKET_DIAG_TX_RING"}, {0x4, "PACKET_DIAG_FANOUT"}, {0x5, "PACKET_DIAG_UID"},
    {0x6, "PACKET_DIAG_MEMINFO"}, {0x7, "PACKET_DIAG_FILTER"}};
constexpr Name kDiagPacketShowNames[] = {
    {0x1, "PACKET_SHOW_INFO"},   {0x2, "PACKET_SHOW_MCLIST"},   {0x4, "PACKET_SHOW_RING_CFG"},
    {0x8, "PACKET_SHOW_FANOUT"}, {0x10, "PACKET_SHOW_MEMINFO"}, {0x20, "PACKET_SHOW_FILTER"}};
constexpr Name kDiagPacketFlagsNames[] = {{0x1, "PDI_RUNNING"},
                                          {0x2, "PDI_AUXDATA"},
                                          {0x4, "PDI_ORIGDEV"},
                                          {0x8, "PDI_VNETHDR"},
                                          {0x10, "PDI_LOSS"}};
constexpr Name kPacketVersionsNames[] = {
    {0x0, "TPACKET_V1"}, {0x1, "TPACKET_V2"}, {0x2, "TPACKET_V3"}};
constexpr Name kDiagInetAttributesNames[] = {{0x0, "INET_DIAG_NONE"},
                                             {0x1, "INET_DIAG_MEMINFO"},
                                             {0x2, "INET_DIAG_INFO"},
                                             {0x3, "INET_DIAG_VEGASINFO"},
                                             {0x4, "INET_DIAG_CONG"},
                                             {0x5, "INET_DIAG_TOS"},
                                             {0x6, "INET_DIAG_TCLASS"},
                                             {0x7, "INET_DIAG_SKMEMINFO"},
                                             {0x8, "INET_DIAG_SHUTDOWN"},
                                             {0x9, "INET_DIAG_DCTCPINFO"},
                                             {0xa, "INET_DIAG_PROTOCOL"},
                                             {0xb, "INET_DIAG_SKV6ONLY"},
                                             {0xc, "INET_DIAG_LOCALS"},
                                             {0xd, "INET_DIAG_PEERS"},
                                             {0xe, "INET_DIAG_PAD"},
                                             {0xf, "INET_DIAG_MARK"},
                                             {0x10, "INET_DIAG_BBRINFO"},
                                             {0x11, "INET_DIAG_CLASS_ID"},
                                             {0x12, "INET_DIAG_MD5SIG"},
                                             {0x13, "INET_DIAG_ULP_INFO"},
                                             {0x14, "INET_DIAG_SK_BPF_STORAGES"},
                                             {0x15, "INET_DIAG_CGROUP_ID"},
                                             {0x16, "INET_DIAG_SOCKOPT"}};
constexpr Name kDiagInetExtensionsNames[] = {
    {0x1, "1<<(INET_DIAG_MEMINFO-1)"},    {0x2, "1<<(INET_DIAG_INFO-1)"},
    {0x4, "1<<(INET_DIAG_VEGASINFO-1)"},  {0x8, "1<<(INET_DIAG_CONG-1)"},
    {0x10, "1<<(INET_DIAG_TOS-1)"},       {0x20, "1<<(INET_DIAG_TCLASS-1)"},
    {0x40, "1<<(INET_DIAG_SKMEMINFO-1)"}, {0x80, "1<<(INET_DIAG_SHUTDOWN-1)"}};
constexpr Name kDiagInetRequestAttributesNames[] = {{0x0, "INET_DIAG_REQ_NONE"},
                                                    {0x1, "INET_DIAG_REQ_BYTECODE"},
                                                    {0x2, "INET_DIAG_REQ_SK_BPF_STORAGES"},
                                                    {0x3, "INET_DIAG_REQ_PROTOCOL"}};
constexpr Name kDiagByteCodeNames[] = {
    {0x0, "INET_DIAG_BC_NOP"},      {0x1, "INET_DIAG_BC_JMP"},        {0x2, "INET_DIAG_BC_S_GE"},
    {0x3, "INET_DIAG_BC_S_LE"},     {0x4, "INET_DIAG_BC_D_GE"},       {0x5, "INET_DIAG_BC_D_LE"},
    {0x6, "INET_DIAG_BC_AUTO"},     {0x7, "INET_DIAG_BC_S_COND"},     {0x8, "INET_DIAG_BC_D_COND"},
    {0x9, "INET_DIAG_BC_DEV_COND"}, {0xa, "INET_DIAG_BC_MARK_COND"},  {0xb, "INET_DIAG_BC_S_EQ"},
    {0xc, "INET_DIAG_BC_D_EQ"},     {0xd, "INET_DIAG_BC_CGROUP_COND"}};
constexpr Name kDiagMemoryNames[] = {
    {0x0, "SK_MEMINFO_RMEM_ALLOC"}, {0x1, "SK_MEMINFO_RCVBUF"},    {0x2, "SK_MEMINFO_WMEM_ALLOC"},
    {0x3, "SK_MEMINFO_SNDBUF"},     {0x4, "SK_MEMINFO_FWD_ALLOC"}, {0x5, "SK_MEMINFO_WMEM_QUEUED"},
    {0x6, "SK_MEMINFO_OPTMEM"},     {0x7, "SK_MEMINFO_BACKLOG"},   {0x8, "SK_MEMINFO_DROPS"}};
constexpr Name kDiagUlpAttributesNames[] = {{0x0, "INET_ULP_INFO_UNSPEC"},
                                            {0x1, "INET_ULP_INFO_NAME"},
                                            {0x2, "INET_ULP_INFO_TLS"},
                                            {0x3, "INET_ULP_INFO_MPTCP"}};
constexpr Name kTlsAttributesNames[] = {{0x0, "TLS_INFO_UNSPEC"},   {0x1, "TLS_INFO_VERSION"},
                                        {0x2, "TLS_INFO_CIPHER"},   {0x3, "TLS_INFO_TXCONF"},
                                        {0x4, "TLS_INFO_RXCONF"},   {0x5, "TLS_INFO_ZC_RO_TX"},
                                        {0x6, "TLS_INFO_RX_NO_PAD"}};
constexpr Name kTlsVersionsNames[] = {{0x303, "TLS_1_2_VERSION"}, {0x304, "TLS_1_3_VERSION"}};
constexpr Name kTlsCiphersNames[] = {
    {0x33, "TLS_CIPHER_AES_GCM_128"},  {0x34, "TLS_CIPHER_AES_GCM_256"},
    {0x35, "TLS_CIPHER_AES_CCM_128"},  {0x36, "TLS_CIPHER_CHACHA20_POLY1305"},
    {0x37, "TLS_CIPHER_SM4_GCM"},      {0x38, "TLS_CIPHER_SM4_CCM"},
    {0x39, "TLS_CIPHER_ARIA_GCM_128"}, {0x3a, "TLS_CIPHER_ARIA_GCM_256"}};
constexpr Name kTlsConfigsNames[] = {{0x1, "TLS_CONF_BASE"},
                                     {0x2, "TLS_CONF_SW"},
                                     {0x3, "TLS_CONF_HW"},
                                     {0x4, "TLS_CONF_HW_RECORD"}};
constexpr Name kMptcpAttributesNames[] = {
    {0x0, "MPTCP_SUBFLOW_ATTR_UNSPEC"},     {0x1, "MPTCP_SUBFLOW_ATTR_TOKEN_REM"},
    {0x2, "MPTCP_SUBFLOW_ATTR_TOKEN_LOC"},  {0x3, "MPTCP_SUBFLOW_ATTR_RELWRITE_SEQ"},
    {0x4, "MPTCP_SUBFLOW_ATTR_MAP_SEQ"},    {0x5, "MPTCP_SUBFLOW_ATTR_MAP_SFSEQ"},
    {0x6, "MPTCP_SUBFLOW_ATTR_SSN_OFFSET"}, {0x7, "MPTCP_SUBFLOW_ATTR_MAP_DATALEN"},
    {0x8, "MPTCP_SUBFLOW_ATTR_FLAGS"},      {0x9, "MPTCP_SUBFLOW_ATTR_ID_REM"},
    {0xa, "MPTCP_SUBFLOW_ATTR_ID_LOC"},     {0xb, "MPTCP_SUBFLOW_ATTR_PAD"}};
constexpr Name kMptcpFlagsNames[] = {
    {0x1, "MPTCP_SUBFLOW_FLAG_MCAP_REM"},           {0x2, "MPTCP_SUBFLOW_FLAG_MCAP_LOC"},
    {0x4, "MPTCP_SUBFLOW_FLAG_JOIN_REM"},           {0x8, "MPTCP_SUBFLOW_FLAG_JOIN_LOC"},
    {0x10, "MPTCP_SUBFLOW_FLAG_BKUP_REM"},          {0x20, "MPTCP_SUBFLOW_FLAG_BKUP_LOC"},
    {0x40, "MPTCP_SUBFLOW_FLAG_FULLY_ESTABLISHED"}, {0x80, "MPTCP_SUBFLOW_FLAG_CONNECTED"},
    {0x100, "MPTCP_SUBFLOW_FLAG_MAPVALID"}};
constexpr Name kBpfStorageAttributesNames[] = {{0x0, "SK_DIAG_BPF_STORAGE_REP_NONE"},
                                               {0x1, "SK_DIAG_BPF_STORAGE"}};
constexpr Name kBpfStorageRequestAttributesNames[] = {{0x0, "SK_DIAG_BPF_STORAGE_REQ_NONE"},
                                                      {0x1, "SK_DIAG_BPF_STORAGE_REQ_MAP_FD"}};
constexpr Name kBpfStorageValueAttributesNames[] = {{0x0, "SK_DIAG_BPF_STORAGE_NONE"},
                                                    {0x1, "SK_DIAG_BPF_STORAGE_PAD"},
                                                    {0x2, "SK_DIAG_BPF_STORAGE_MAP_ID"},
                                                    {0x3, "SK_DIAG_BPF_STORAGE_MAP_VALUE"}};
constexpr Name kTcpStatesNames[] = {
    {0x1, "TCP_ESTABLISHED"}, {0x2, "TCP_SYN_SENT"},   {0x3, "TCP_SYN_RECV"},
    {0x4, "TCP_FIN_WAIT1"},   {0x5, "TCP_FIN_WAIT2"},  {0x6, "TCP_TIME_WAIT"},
    {0x7, "TCP_CLOSE"},       {0x8, "TCP_CLOSE_WAIT"}, {0x9, "TCP_LAST_ACK"},
    {0xa, "TCP_LISTEN"},      {0xb, "TCP_CLOSING"}};
constexpr Name kTcpStateBitsNames[] = {
    {0x2, "1<<TCP_ESTABLISHED"}, {0x4, "1<<TCP_SYN_SENT"},     {0x8, "1<<TCP_SYN_RECV"},
    {0x10, "1<<TCP_FIN_WAIT1"},  {0x20, "1<<TCP_FIN_WAIT2"},   {0x40, "1<<TCP_TIME_WAIT"},
    {0x80, "1<<TCP_CLOSE"},      {0x100, "1<<TCP_CLOSE_WAIT"}, {0x200, "1<<TCP_LAST_ACK"},
    {0x400, "1<<TCP_LISTEN"},    {0x800, "1<<TCP_CLOSING"}};
constexpr Name kSmcAttributesNames[] = {{0x0, "SMC_DIAG_NONE"},    {0x1, "SMC_DIAG_CONNINFO"},
                                        {0x2, "SMC_DIAG_LGRINFO"}, {0x3, "SMC_DIAG_SHUTDOWN"},
                                        {0x4, "SMC_DIAG_DMBINFO"}, {0x5, "SMC_DIAG_FALLBACK"}};
constexpr Name kSmcExtensionsNames[] = {{0x1, "1<<(SMC_DIAG_CONNINFO-1)"},
                                        {0x2, "1<<(SMC_DIAG_LGRINFO-1)"},
                                        {0x4, "1<<(SMC_DIAG_SHUTDOWN-1)"},
                                        {0x8, "1<<(SMC_DIAG_DMBINFO-1)"},
                                        {0x10, "1<<(SMC_DIAG_FALLBACK-1)"}};
constexpr Name kSmcFallbackNames[] = {
    {0x0, "SMC_DIAG_MODE_SMCR"}, {0x1, "SMC_DIAG_MODE_FALLBACK_TCP"}, {0x2, "SMC_DIAG_MODE_SMCD"}};
constexpr Name kAddressFamiliesNames[] = {
    {0x0, "AF_UNSPEC"},      {0x1, "AF_UNIX"},      {0x2, "AF_INET"},     {0x3, "AF_AX25"},
    {0x4, "AF_IPX"},         {0x5, "AF_APPLETALK"}, {0x6, "AF_NETROM"},   {0x7, "AF_BRIDGE"},
    {0x8, "AF_ATMPVC"},      {0x9, "AF_X25"},       {0xa, "AF_INET6"},    {0xb, "AF_ROSE"},
    {0xc, "AF_DECnet"},      {0xd, "AF_NETBEUI"},   {0xe, "AF_SECURITY"}, {0xf, "AF_KEY"},
    {0x10, "AF_NETLINK"},    {0x11, "AF_PACKET"},   {0x12, "AF_ASH"},     {0x13, "AF_ECONET"},
    {0x14, "AF_ATMSVC"},     {0x15, "AF_RDS"},      {0x16, "AF_SNA"},     {0x17, "AF_IRDA"},
    {0x18, "AF_PPPOX"},      {0x19, "AF_WANPIPE"},  {0x1a, "AF_LLC"},     {0x1b, "AF_IB"},
    {0x1c, "AF_MPLS"},       {0x1d, "AF_CAN"},      {0x1e, "AF_TIPC"},    {0x1f, "AF_BLUETOOTH"},
    {0x20, "AF_IUCV"},       {0x21, "AF_RXRPC"},    {0x22, "AF_ISDN"},    {0x23, "AF_PHONET"},
    {0x24, "AF_IEEE802154"}, {0x25, "AF_CAIF"},     {0x26, "AF_ALG"},     {0x27, "AF_NFC"},
    {0x28, "AF_VSOCK"},      {0x29, "AF_KCM"},      {0x2a, "AF_QIPCRTR"}, {0x2b, "AF_SMC"},
    {0x2c, "AF_XDP"},        {0x2d, "AF_MCTP"}};
constexpr Name kInternetProtocolsNames[] = {
    {0x0, "IPPROTO_IP"},        {0x1, "IPPROTO_ICMP"},      {0x2, "IPPROTO_IGMP"},
    {0x4, "IPPROTO_IPIP"},      {0x6, "IPPROTO_TCP"},       {0x8, "IPPROTO_EGP"},
    {0xc, "IPPROTO_PUP"},       {0x11, "IPPROTO_UDP"},      {0x16, "IPPROTO_IDP"},
    {0x1d, "IPPROTO_TP"},       {0x21, "IPPROTO_DCCP"},     {0x29, "IPPROTO_IPV6"},
    {0x2b, "IPPROTO_ROUTING"},  {0x2c, "IPPROTO_FRAGMENT"}, {0x2e, "IPPROTO_RSVP"},
    {0x2f, "IPPROTO_GRE"},      {0x32, "IPPROTO_ESP"},      {0x33, "IPPROTO_AH"},
    {0x3a, "IPPROTO_ICMPV6"},   {0x3b, "IPPROTO_NONE"},     {0x3c, "IPPROTO_DSTOPTS"},
    {0x5c, "IPPROTO_MTP"},      {0x5e, "IPPROTO_BEETPH"},   {0x62, "IPPROTO_ENCAP"},
    {0x67, "IPPROTO_PIM"},      {0x6c, "IPPROTO_COMP"},     {0x84, "IPPROTO_SCTP"},
    {0x87, "IPPROTO_MH"},       {0x88, "IPPROTO_UDPLITE"},  {0x89, "IPPROTO_MPLS"},
    {0x8f, "IPPROTO_ETHERNET"}, {0xff, "IPPROTO_RAW"},      {0x106, "IPPROTO_MPTCP"}};

}  // namespace

namespace names {
constexpr NameTable kNetlinkProtocols{kNetlinkProtocolsNames, kAll, {}, "NETLINK_?\??"};
constexpr NameTable kNetlinkTypes{kNetlinkTypesNames, kAll, {}, "NLMSG_?\??"};
constexpr NameTable kNetlinkErrorAttributes{
    kNetlinkErrorAttributesNames, kAll, {}, "NLMSGERR_ATTR_?\??"};
constexpr NameTable kNetlinkPolicyAttributes{
    kNetlinkPolicyAttributesNames, kAll, {}, "NL_POLICY_TYPE_ATTR_?\??"};
constexpr NameTable kNetlinkPolicyTypes{kNetlinkPolicyTypesNames, kAll, {}, "NL_ATTR_TYPE_?\??"};
constexpr NameTable kAuditMessages{kAuditMessagesNames, kAll, {}, "AUDIT_?\??"};
constexpr NameTable kCryptoMessages{kCryptoMessagesNames, kAll, {}, "CRYPTO_MSG_?\??"};
constexpr NameTable kCryptoAttributes{kCryptoAttributesNames, kAll, {}, "CRYPTOCFGA_?\??"};
constexpr NameTable kSelinuxMessages{kSelinuxMessagesNames, kAll, {}, "SELNL_MSG_?\??"};
constexpr NameTable kXfrmMessages{kXfrmMessagesNames, kAll, {}, "XFRM_MSG_?\??"};
constexpr NameTable kSockDiagMessages{kSockDiagMessagesNames, kAll, {}, "SOCK_DIAG_?\??"};
constexpr NameTable kGenericFamilies{kGenericFamiliesNames, kAll, {}, "GENERIC_FAMILY_?\??"};
constexpr NameTable kNetfilterSubsystems{kNetfilterSubsystemsNames, kAll, {}, "NFNL_SUBSYS_?\??"};
constexpr NameTable kNetfilterBatch{kNetfilterBatchNames, kAll, {}, "NFNL_MSG_?\??"};
constexpr NameTable kNetfilterVersions{kNetfilterVersionsNames, kAll, {}, "NFNETLINK_?\??"};
constexpr NameTable kNfCtMessages{kNfCtMessagesNames, kAll, {}, "IPCTNL_MSG_CT_?\??"};
constexpr NameTable kNfExpMessages{kNfExpMessagesNames, kAll, {}, "IPCTNL_MSG_EXP_?\??"};
constexpr NameTable kNfQueueMessages{kNfQueueMessagesNames, kAll, {}, "NFQNL_MSG_?\??"};
constexpr NameTable kNfLogMessages{kNfLogMessagesNames, kAll, {}, "NFULNL_MSG_?\??"};
constexpr NameTable kNfOsfMessages{kNfOsfMessagesNames, kAll, {}, "OSF_MSG_?\??"};
constexpr NameTable kNfIpsetMessages{kNfIpsetMessagesNames, kAll, {}, "IPSET_CMD_?\??"};
constexpr NameTable kNfAcctMessages{kNfAcctMessagesNames, kAll, {}, "NFNL_MSG_ACCT_?\??"};
constexpr NameTable kNfTimeoutMessages{
    kNfTimeoutMessagesNames, kAll, {}, "IPCTNL_MSG_TIMEOUT_?\??"};
constexpr NameTable kNfHelperMessages{kNfHelperMessagesNames, kAll, {}, "NFNL_MSG_CTHELPER_?\??"};
constexpr NameTable kNfTablesMessages{kNfTablesMessagesNames, kAll, {}, "NFT_MSG_?\??"};
constexpr NameTable kNfCompatMessages{kNfCompatMessagesNames, kAll, {}, "NFNL_MSG_COMPAT_?\??"};
constexpr NameTable kRouteMessages{kRouteMessagesNames, kAll, {}, "RTM_?\??"};
constexpr NameTable kRouteProtocols{kRouteProtocolsNames, kAll, {}, "RTPROT_?\??"};
constexpr NameTable kRouteScopes{kRouteScopesNames, kAll, {}, ""};
constexpr NameTable kRouteTables{kRouteTablesNames, kAll, {}, ""};
constexpr NameTable kRouteTypes{kRouteTypesNames, kAll, {}, "RTN_?\??"};
constexpr NameTable kRouteFlags{{}, 0, kRouteFlagsNames, "RTM_F_?\??"};
constexpr NameTable kRouteAttributes{kRouteAttributesNames, kAll, {}, "RTA_?\??"};
constexpr NameTable kRouteMetrics{kRouteMetricsNames, kAll, {}, "RTAX_?\??"};
constexpr NameTable kNexthopFlags{{}, 0, kNexthopFlagsNames, "RTNH_F_?\??"};
constexpr NameTable kTunnelEncapsulations{
    kTunnelEncapsulationsNames, kAll, {}, "LWTUNNEL_ENCAP_?\??"};
constexpr NameTable kInternetTos{kInternetTosNames, kAll, {}, "IPTOS_?\??"};
constexpr NameTable kAddressFlags{{}, 0, kAddressFlagsNames, "IFA_F_?\??"};
constexpr NameTable kAddressAttributes{kAddressAttributesNames, kAll, {}, "IFA_?\??"};
constexpr NameTable kAddressProtocols{kAddressProtocolsNames, kAll, {}, "IFAPROT_?\??"};
constexpr NameTable kAddressLabelAttributes{kAddressLabelAttributesNames, kAll, {}, "IFAL_?\??"};
constexpr NameTable kRuleActions{kRuleActionsNames, kAll, {}, "FR_ACT_?\??"};
constexpr NameTable kRuleFlags{{}, 0, kRuleFlagsNames, "FIB_RULE_?\??"};
constexpr NameTable kRuleAttributes{kRuleAttributesNames, kAll, {}, "FRA_?\??"};
constexpr NameTable kNeighbourStates{kNeighbourStatesNone, 0, kNeighbourStatesNames, "NUD_?\??"};
constexpr NameTable kNeighbourFlags{{}, 0, kNeighbourFlagsNames, "NTF_?\??"};
constexpr NameTable kNeighbourExtFlags{{}, 0, kNeighbourExtFlagsNames, "NTF_EXT_?\??"};
constexpr NameTable kNeighbourAttributes{kNeighbourAttributesNames, kAll, {}, "NDA_?\??"};
constexpr NameTable kNeighbourFdbAttributes{kNeighbourFdbAttributesNames, kAll, {}, "NFEA_?\??"};
constexpr NameTable kFdbNotifyFlags{{}, 0, kFdbNotifyFlagsNames, "FDB_NOTIFY_?\??"};
constexpr NameTable kNeighbourTableAttributes{
    kNeighbourTableAttributesNames, kAll, {}, "NDTA_?\??"};
constexpr NameTable kNeighbourTableParameters{
    kNeighbourTableParametersNames, kAll, {}, "NDTPA_?\??"};
constexpr NameTable kDcbCommands{kDcbCommandsNames, kAll, {}, "DCB_CMD_?\??"};
constexpr NameTable kDcbAttributes{kDcbAttributesNames, kAll, {}, "DCB_ATTR_?\??"};
constexpr NameTable kNetconfAttributes{kNetconfAttributesNames, kAll, {}, "NETCONFA_?\??"};
constexpr NameTable kNsidAttributes{kNsidAttributesNames, kAll, {}, "NETNSA_?\??"};
constexpr NameTable kMdbAttributes{kMdbAttributesNames, kAll, {}, "MDBA_?\??"};
constexpr NameTable kMdbMdbAttributes{kMdbMdbAttributesNames, kAll, {}, "MDBA_MDB_?\??"};
constexpr NameTable kMdbEntryAttributes{kMdbEntryAttributesNames, kAll, {}, "MDBA_MDB_ENTRY_?\??"};
constexpr NameTable kMdbEntryExtras{kMdbEntryExtrasNames, kAll, {}, "MDBA_MDB_EATTR_?\??"};
constexpr NameTable kMdbStates{kMdbStatesNames, kAll, {}, "MDB_?\??"};
constexpr NameTable kMdbFlags{{}, 0, kMdbFlagsNames, "MDB_FLAGS_?\??"};
constexpr NameTable kMdbRouterAttributes{kMdbRouterAttributesNames, kAll, {}, "MDBA_ROUTER_?\??"};
constexpr NameTable kMdbRouterPortAttributes{
    kMdbRouterPortAttributesNames, kAll, {}, "MDBA_ROUTER_PATTR_?\??"};
constexpr NameTable kMdbRouterTypes{kMdbRouterTypesNames, kAll, {}, "MDB_RTR_TYPE_?\??"};
constexpr NameTable kReportAttributes{kReportAttributesNames, kAll, {}, "IPMRA_CREPORT_?\??"};
constexpr NameTable kReportTypes{kReportTypesNames, kAll, {}, "IGMPMSG_?\??"};
constexpr NameTable kReport6Attributes{kReport6AttributesNames, kAll, {}, "IP6MRA_CREPORT_?\??"};
constexpr NameTable kReport6Types{kReport6TypesNames, kAll, {}, "MRT6MSG_?\??"};
constexpr NameTable kTcAttributes{kTcAttributesNames, kAll, {}, "TCA_?\??"};
constexpr NameTable kTcActionAttributes{kTcActionAttributesNames, kAll, {}, "TCA_ACT_?\??"};
constexpr NameTable kTcActionFlags{{}, 0, kTcActionFlagsNames, "TCA_ACT_FLAGS_?\??"};
constexpr NameTable kTcActionHwStats{{}, 0, kTcActionHwStatsNames, "TCA_ACT_HW_STATS_?\??"};
constexpr NameTable kTcStatsAttributes{kTcStatsAttributesNames, kAll, {}, "TCA_STATS_?\??"};
constexpr NameTable kTcStabAttributes{kTcStabAttributesNames, kAll, {}, "TCA_STAB_?\??"};
constexpr NameTable kNexthopAttributes{kNexthopAttributesNames, kAll, {}, "NHA_?\??"};
constexpr NameTable kNexthopGroupTypes{kNexthopGroupTypesNames, kAll, {}, "NEXTHOP_GRP_TYPE_?\??"};
constexpr NameTable kNexthopResGroupAttributes{
    kNexthopResGroupAttributesNames, kAll, {}, "NHA_RES_GROUP_?\??"};
constexpr NameTable kNexthopResBucketAttributes{
    kNexthopResBucketAttributesNames, kAll, {}, "NHA_RES_BUCKET_?\??"};
constexpr NameTable kInterfaceTypes{kInterfaceTypesNames, kAll, {}, "ARPHRD_?\??"};
constexpr NameTable kInterfaceFlags{{}, 0, kInterfaceFlagsNames, "IFF_?\??"};
constexpr NameTable kEthernetProtocols{kEthernetProtocolsNames, kAll, {}, "ETH_P_?\??"};
constexpr NameTable kLinkAttributes{kLinkAttributesNames, kAll, {}, "IFLA_?\??"};
constexpr NameTable kLinkEvents{kLinkEventsNames, kAll, {}, "IFLA_EVENT_?\??"};
constexpr NameTable kLinkExtMask{{}, 0, kLinkExtMaskNames, "RTEXT_FILTER_?\??"};
constexpr NameTable kLinkInfoAttributes{kLinkInfoAttributesNames, kAll, {}, "IFLA_INFO_?\??"};
constexpr NameTable kPortAttributes{kPortAttributesNames, kAll, {}, "IFLA_VF_PORT_?\??"};
constexpr NameTable kPortSelfAttributes{kPortSelfAttributesNames, kAll, {}, "IFLA_PORT_?\??"};
constexpr NameTable kXdpAttributes{kXdpAttributesNames, kAll, {}, "IFLA_XDP_?\??"};
constexpr NameTable kXdpModes{kXdpModesNames, kAll, {}, "XDP_ATTACHED_?\??"};
constexpr NameTable kXdpFlags{{}, 0, kXdpFlagsNames, "XDP_FLAGS_?\??"};
constexpr NameTable kProtoDownAttributes{
    kProtoDownAttributesNames, kAll, {}, "IFLA_PROTO_DOWN_REASON_?\??"};
constexpr NameTable kBridgePortAttributes{kBridgePortAttributesNames, kAll, {}, "IFLA_BRPORT_?\??"};
constexpr NameTable kBridgeAttributes{kBridgeAttributesNames, kAll, {}, "IFLA_BR_?\??"};
constexpr NameTable kBridgeOptions{{}, 0, kBridgeOptionsNames, "1<<BR_BOOLOPT_?\??"};
constexpr NameTable kBridgeQuerierAttributes{
    kBridgeQuerierAttributesNames, kAll, {}, "BRIDGE_QUERIER_?\??"};
constexpr NameTable kTunAttributes{kTunAttributesNames, kAll, {}, "IFLA_TUN_?\??"};
constexpr NameTable kTunTypes{kTunTypesNames, kAll, {}, "IFF_?\??"};
constexpr NameTable kCanAttributes{kCanAttributesNames, kAll, {}, "IFLA_CAN_?\??"};
constexpr NameTable kCanStates{kCanStatesNames, kAll, {}, "CAN_STATE_?\??"};
constexpr NameTable kCanModes{{}, 0, kCanModesNames, "CAN_CTRLMODE_?\??"};
constexpr NameTable kCanTdcAttributes{kCanTdcAttributesNames, kAll, {}, "IFLA_CAN_TDC_?\??"};
constexpr NameTable kCanControlModeAttributes{
    kCanControlModeAttributesNames, kAll, {}, "IFLA_CAN_CTRLMODE_?\??"};
constexpr NameTable kBridgeAfAttributes{kBridgeAfAttributesNames, kAll, {}, "IFLA_BRIDGE_?\??"};
constexpr NameTable kBridgeFlags{{}, 0, kBridgeFlagsNames, "BRIDGE_FLAGS_?\??"};
constexpr NameTable kBridgeModes{kBridgeModesNames, kAll, {}, "BRIDGE_MODE_?\??"};
constexpr NameTable kBridgeVlanFlags{{}, 0, kBridgeVlanFlagsNames, "BRIDGE_VLAN_INFO_?\??"};
constexpr NameTable kBridgeTunnelAttributes{
    kBridgeTunnelAttributesNames, kAll, {}, "IFLA_BRIDGE_VLAN_TUNNEL_?\??"};
constexpr NameTable kInetAttributes{kInetAttributesNames, kAll, {}, "IFLA_INET_?\??"};
constexpr NameTable kInetSettings{kInetSettingsNames, kAll, {}, "IPV4_DEVCONF_?\??"};
constexpr NameTable kInet6Attributes{kInet6AttributesNames, kAll, {}, "IFLA_INET6_?\??"};
constexpr NameTable kInet6Settings{kInet6SettingsNames, kAll, {}, "DEVCONF_?\??"};
constexpr NameTable kInet6Counters{kInet6CountersNames, kAll, {}, "IPSTATS_MIB_?\??"};
constexpr NameTable kIcmp6Counters{kIcmp6CountersNames, kAll, {}, "ICMP6_MIB_?\??"};
constexpr NameTable kAddressModes{kAddressModesNames, kAll, {}, "IN6_ADDR_GEN_MODE_?\??"};
constexpr NameTable kMctpAttributes{kMctpAttributesNames, kAll, {}, "IFLA_MCTP_?\??"};
constexpr NameTable kVfInfoAttributes{kVfInfoAttributesNames, kAll, {}, "IFLA_VF_INFO_?\??"};
constexpr NameTable kVfAttributes{kVfAttributesNames, kAll, {}, "IFLA_VF_?\??"};
constexpr NameTable kVfLinkStates{kVfLinkStatesNames, kAll, {}, "IFLA_VF_LINK_STATE_?\??"};
constexpr NameTable kVfStatsAttributes{kVfStatsAttributesNames, kAll, {}, "IFLA_VF_STATS_?\??"};
constexpr NameTable kVfVlanAttributes{kVfVlanAttributesNames, kAll, {}, "IFLA_VF_VLAN_INFO_?\??"};
constexpr NameTable kStatsAttributes{kStatsAttributesNames, kAll, {}, "IFLA_STATS_?\??"};
constexpr NameTable kStatsFilter{{}, 0, kStatsFilterNames, "1<<IFLA_STATS_?\??"};
constexpr NameTable kXstatsTypes{kXstatsTypesNames, kAll, {}, "LINK_XSTATS_TYPE_?\??"};
constexpr NameTable kBridgeXstats{kBridgeXstatsNames, kAll, {}, "BRIDGE_XSTATS_?\??"};
constexpr NameTable kMulticastDirections{kMulticastDirectionsNames, kAll, {}, "BR_MCAST_DIR_?\??"};
constexpr NameTable kBondXstats{kBondXstatsNames, kAll, {}, "BOND_XSTATS_?\??"};
constexpr NameTable kBondAdStats{kBondAdStatsNames, kAll, {}, "BOND_XSTATS_?\??"};
constexpr NameTable kOffloadXstats{kOffloadXstatsNames, kAll, {}, "IFLA_OFFLOAD_XSTATS_?\??"};
constexpr NameTable kMplsStats{kMplsStatsNames, kAll, {}, "MPLS_STATS_?\??"};
constexpr NameTable kDiagUnixAttributes{kDiagUnixAttributesNames, kAll, {}, "UNIX_DIAG_?\??"};
constexpr NameTable kDiagUnixShow{{}, 0, kDiagUnixShowNames, "UDIAG_SHOW_?\??"};
constexpr NameTable kDiagNetlinkAttributes{
    kDiagNetlinkAttributesNames, kAll, {}, "NETLINK_DIAG_?\??"};
constexpr NameTable kDiagNetlinkShow{{}, 0, kDiagNetlinkShowNames, "NDIAG_SHOW_?\??"};
constexpr NameTable kDiagNetlinkFlags{{}, 0, kDiagNetlinkFlagsNames, "NDIAG_FLAG_?\??"};
constexpr NameTable kDiagPacketAttributes{kDiagPacketAttributesNames, kAll, {}, "PACKET_DIAG_?\??"};
constexpr NameTable kDiagPacketShow{{}, 0, kDiagPacketShowNames, "PACKET_SHOW_?\??"};
constexpr NameTable kDiagPacketFlags{{}, 0, kDiagPacketFlagsNames, "PDI_?\??"};
constexpr NameTable kPacketVersions{kPacketVersionsNames, kAll, {}, "TPACKET_?\??"};
constexpr NameTable kDiagInetAttributes{kDiagInetAttributesNames, kAll, {}, "INET_DIAG_?\??"};
constexpr NameTable kDiagInetExtensions{{}, 0, kDiagInetExtensionsNames, "1<<INET_DIAG_?\??"};
constexpr NameTable kDiagInetRequestAttributes{
    kDiagInetRequestAttributesNames, kAll, {}, "INET_DIAG_REQ_?\??"};
constexpr NameTable kDiagByteCode{kDiagByteCodeNames, kAll, {}, "INET_DIAG_BC_?\??"};
constexpr NameTable kDiagMemory{kDiagMemoryNames, kAll, {}, "SK_MEMINFO_?\??"};
constexpr NameTable kDiagUlpAttributes{kDiagUlpAttributesNames, kAll, {}, "INET_ULP_INFO_?\??"};
constexpr NameTable kTlsAttributes{kTlsAttributesNames, kAll, {}, "TLS_INFO_?\??"};
constexpr NameTable kTlsVersions{kTlsVersionsNames, kAll, {}, "TLS_?\??_VERSION"};
constexpr NameTable kTlsCiphers{kTlsCiphersNames, kAll, {}, "TLS_CIPHER_?\??"};
constexpr NameTable kTlsConfigs{kTlsConfigsNames, kAll, {}, "TLS_CONF_?\??"};
constexpr NameTable kMptcpAttributes{kMptcpAttributesNames, kAll, {}, "MPTCP_SUBFLOW_ATTR_?\??"};
constexpr NameTable kMptcpFlags{{}, 0, kMptcpFlagsNames, "MPTCP_SUBFLOW_FLAG_?\??"};
constexpr NameTable kBpfStorageAttributes{
    kBpfStorageAttributesNames, kAll, {}, "SK_DIAG_BPF_STORAGE_?\??"};
constexpr NameTable kBpfStorageRequestAttributes{
    kBpfStorageRequestAttributesNames, kAll, {}, "SK_DIAG_BPF_STORAGE_REQ_?\??"};
constexpr NameTable kBpfStorageValueAttributes{
    kBpfStorageValueAttributesNames, kAll, {}, "SK_DIAG_BPF_STORAGE_?\??"};
constexpr NameTable kTcpStates{kTcpStatesNames, kAll, {}, "TCP_?\??"};
constexpr NameTable kTcpStateBits{{}, 0, kTcpStateBitsNames, "1<<TCP_?\??"};
constexpr NameTable kSmcAttributes{kSmcAttributesNames, kAll, {}, "SMC_DIAG_?\??"};
constexpr NameTable kSmcExtensions{{}, 0, kSmcExtensionsNames, "1<<SMC_DIAG_?\??"};
constexpr NameTable kSmcFallback{kSmcFallbackNames, kAll, {}, "SMC_DIAG_MODE_?\??"};
constexpr NameTable kAddressFamilies{kAddressFamiliesNames, kAll, {}, "AF_?\??"};
constexpr NameTable kInternetProtocols{kInternetProtocolsNames, kAll, {}, "IPPROTO_?\??"};
}  // namespace names

}  // namespace ringfare
