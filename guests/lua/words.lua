-- SPDX-License-Identifier: MIT
-- Counts the words of standard input and prints the most frequent ones.
local counts, order = {}, {}
for line in io.lines() do
  for word in line:lower():gmatch("%a+") do
    if not counts[word] then counts[word] = 0; order[#order + 1] = word end
    counts[word] = counts[word] + 1
  end
end
table.sort(order, function(p, q)
  if counts[p] ~= counts[q] then return counts[p] > counts[q] end
  return p < q
end)
for i = 1, math.min(10, #order) do print(counts[order[i]], order[i]) end
