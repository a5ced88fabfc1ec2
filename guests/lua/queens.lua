-- SPDX-License-Identifier: MIT
-- Counts the ways to place N queens (default 8), and sieves primes for good measure.
local size = tonumber(arg and arg[1]) or 8
local columns, rising, falling, found = {}, {}, {}, 0
local function place(row)
  if row > size then found = found + 1; return end
  for column = 1, size do
    if not columns[column] and not rising[row + column] and not falling[row - column] then
      columns[column], rising[row + column], falling[row - column] = true, true, true
      place(row + 1)
      columns[column], rising[row + column], falling[row - column] = nil, nil, nil
    end
  end
end
place(1)
print(size, found)

local limit, primes, sieve = size * 2000, 0, {}
for i = 2, limit do
  if not sieve[i] then
    primes = primes + 1
    for j = i * i, limit, i do sieve[j] = true end
  end
end
print(limit, primes)
