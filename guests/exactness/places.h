// SPDX-License-Identifier: MIT
// Pages at addresses that snippets can name: one of data with nothing behind it, one that can only
// be read.
#pragma once

#define DATA 0x10000000
#define DATA_END 0x10001000
#define READ_ONLY 0x10010000
