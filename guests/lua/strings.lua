-- SPDX-License-Identifier: MIT
-- Strings: concatenated, searched, replaced, hashed into tables.
local rounds = tonumber(arg[1]) or 10
local counts, total = {}, 0
for round = 1, rounds do
  local parts = {}
  for i = 1, 400 do parts[#parts + 1] = string.format("%d:%s;", i * round % 97, ("ring"):rep(i % 5)) end
  local text = table.concat(parts)
  for key, value in text:gmatch("(%d+):(%a*);") do counts[key .. #value] = (counts[key .. #value] or 0) + 1 end
  total = total + #text:gsub("ringring", "gate"):upper()
end
local keys = {}
for key in pairs(counts) do keys[#keys + 1] = key end
table.sort(keys)
print(#keys, keys[1], counts[keys[1]], total)
