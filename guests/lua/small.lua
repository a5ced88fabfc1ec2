-- SPDX-License-Identifier: MIT
-- Little enough to be single-stepped.
local parts = {}
for i = 1, 10 do parts[#parts + 1] = i * i end
print(table.concat(parts, " "))
