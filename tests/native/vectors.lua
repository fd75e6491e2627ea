-- Makes the calls that standard input describes and prints their outputs, in the words that vectors.c explains.

local bit = require("bit")
local ffi = require("ffi")
local gs = require("gsampler")

local TYPES = {
  u8 = "uint8_t",
  u32 = "uint32_t",
  u64 = "uint64_t",
  i32 = "int32_t",
  i64 = "int64_t",
  f32 = "float",
  f64 = "double",
}
local BITS = { [1] = "uint8_t *", [4] = "uint32_t *", [8] = "uint64_t *" }

local function fail(message)
  io.stderr:write(message, "\n")
  os.exit(1)
end

-- A Lua number holds 53 bits, so a word of 64 is read in two halves.
local function hex(digits)
  local high = tonumber(digits:sub(1, -9), 16) or 0
  return 0x100000000ULL * high + tonumber(digits:sub(-8), 16)
end

local slots = {}

local function make_array(slot, kind, n)
  local element = TYPES[kind]
  local width = ffi.sizeof(element)
  local data = ffi.new(element .. "[?]", n)
  ffi.fill(data, n * width, 0xA5)
  slots[slot] = { data = data, bits = ffi.cast(BITS[width], data), width = width, n = n }
  return slots[slot]
end

local function argument(word)
  local kind, value = word:match("^(%w+):(%w+)$")
  if kind == nil then
    return nil
  elseif kind == "array" then
    return slots[value].data
  end
  local one = ffi.new(TYPES[kind] .. "[1]")
  ffi.cast(BITS[ffi.sizeof(TYPES[kind])], one)[0] = hex(value)
  return one[0]
end

local commands = {}

function commands.input()
  local made = make_array(io.read(), io.read(), tonumber(io.read()))
  for i = 0, made.n - 1 do
    made.bits[i] = hex(io.read())
  end
end

function commands.output()
  make_array(io.read(), io.read(), tonumber(io.read()))
end

function commands.call()
  local name, n, arguments = io.read(), tonumber(io.read()), {}
  for i = 1, n do
    arguments[i] = argument(io.read())
  end
  local call = name:sub(1, 3) == "gs_" and gs[name:sub(4)]
  if not call then
    fail("no such function: " .. name)
  end
  local made, message = pcall(call, unpack(arguments, 1, n))
  if not made then
    fail(message)
  end
end

function commands.print()
  local slot = slots[io.read()]
  for i = 0, slot.n - 1 do
    io.write(bit.tohex(slot.bits[i], 2 * slot.width), "\n")
  end
end

for word in io.lines() do
  if not commands[word] then
    fail("not a command: " .. word)
  end
  commands[word]()
end
