-- SPDX-License-Identifier: MIT
-- The language: closures, metatables, coroutines, errors, string patterns, integer and float arithmetic.
local function counter()
  local n = 0
  return function() n = n + 1; return n end
end
local a, b = counter(), counter()
print(a(), a(), b())

local Point = {}
Point.__index = Point
Point.__add = function(p, q) return setmetatable({x = p.x + q.x, y = p.y + q.y}, Point) end
Point.__tostring = function(p) return string.format("(%d, %d)", p.x, p.y) end
print(tostring(setmetatable({x = 1, y = 2}, Point) + setmetatable({x = 10, y = 20}, Point)))

local squares = coroutine.wrap(function()
  for i = 1, 5 do coroutine.yield(i * i) end
end)
for i = 1, 5 do io.write(squares(), " ") end
print()

print(select(2, pcall(error, {code = 7})).code)
print(select(2, pcall(function() error("message", 0) end)))
print(("a=1, bc=22, d=x"):gsub("(%w+)=(%d+)", "%2=%1"))
for key, value in ("one=1;two=2"):gmatch("(%w+)=(%w+)") do io.write(key, ":", value, " ") end
print()
print(7 // 2, -7 // 2, 7 % -3, 2^10, 1 << 40, 0x7fffffffffffffff + 1, 10 / 4)
print(math.maxinteger, math.type(1), math.type(1.0), string.format("%.14g %q", math.pi, "a\nb"))
local list = {}
for i = 1, 200 do list[i] = (i * 7919) % 211 end
table.sort(list)
print(table.concat(list, ",", 1, 20), #list)
print(utf8.char(0x20ac), #utf8.char(0x20ac), utf8.len("h\u{e9}"))
