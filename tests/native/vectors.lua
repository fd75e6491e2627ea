-- Makes the calls that standard input names and prints their results, in the words that vectors.c describes:
--
--   GSAMPLER_HEADER="$(pkg-config --variable=includedir gsampler)/gsampler.h" luajit vectors.lua < calls

local bit = require("bit")
local ffi = require("ffi")

-- LuaJIT reads C, but not its preprocessor's lines.
local function declarations(path)
  local file = assert(io.open(path))
  local text = "\n" .. file:read("*a")
  file:close()
  return (text:gsub("\n#ifdef __cplusplus.-\n#endif", "\n"):gsub("\n#[^\n]*", "\n"))
end

ffi.cdef(declarations(os.getenv("GSAMPLER_HEADER") or "/usr/local/include/gsampler.h"))
local gs = ffi.load(os.getenv("GSAMPLER_LIBRARY") or "gsampler")

local function fail(message)
  io.stderr:write(message, "\n")
  os.exit(1)
end

local function check(status)
  if status ~= gs.GS_OK then
    fail(ffi.string(gs.gs_strerror(status)))
  end
end

-- A Lua number holds 53 bits, so a word of 64 is read in two halves.
local function hex()
  local word = io.read()
  local high = tonumber(word:sub(1, -9), 16) or 0
  return 0x100000000ULL * high + tonumber(word:sub(-8), 16)
end

local function size()
  return tonumber(io.read())
end

local function place()
  return hex(), hex(), hex()
end

local function array(element, n)
  return ffi.new(element .. "[?]", n)
end

-- The elements' bits: the array must outlive this pointer.
local BITS = { [1] = "uint8_t *", [4] = "uint32_t *", [8] = "uint64_t *" }
local function bits_of(x, element)
  return ffi.cast(BITS[ffi.sizeof(element)], x)
end

local function show(x, element, n)
  local bits, digits = bits_of(x, element), 2 * ffi.sizeof(element)
  for i = 0, n - 1 do
    io.write(bit.tohex(bits[i], digits), "\n")
  end
end

-- Calls by name without the suffix; each takes its suffix, "_f32" say, and the type of its elements, "float".
local calls = {}

local function numbers(element, n)
  local x = array(element, n)
  local bits = bits_of(x, element)
  for i = 0, n - 1 do
    bits[i] = hex()
  end
  return x
end

for _, name in ipairs({ "bits", "uniform", "exponential", "gumbel", "logistic", "normal" }) do
  calls[name] = function(suffix, element)
    local seed, stream, offset = place()
    local n = size()
    local out = array(element, n)
    check(gs["gs_" .. name .. suffix](seed, stream, offset, n, out))
    show(out, element, n)
  end
end

function calls.bernoulli(suffix, element)
  local seed, stream, offset = place()
  local n, draws = size(), size()
  local logits, out = numbers(element, n), array("uint8_t", n * draws)
  check(gs["gs_bernoulli" .. suffix](seed, stream, offset, logits, n, draws, out))
  show(out, "uint8_t", n * draws)
end

function calls.gumbel_max(suffix, element)
  local seed, stream, offset = place()
  local rows, k, draws = size(), size(), size()
  local logits, index = numbers(element, rows * k), array("int64_t", rows * draws)
  check(gs["gs_gumbel_max" .. suffix](seed, stream, offset, logits, rows, k, draws, index, nil))
  show(index, "int64_t", rows * draws)
end

for _, name in ipairs({ "alias", "cdf" }) do
  calls[name] = function(suffix, element)
    local seed, stream, offset = place()
    local rows, k, draws = size(), size(), size()
    local logits, index = numbers(element, rows * k), array("int64_t", rows * draws)
    local words = array("uint64_t", rows * (2 * k + 2))
    check(gs["gs_" .. name .. "_table" .. suffix](logits, rows, k, words))
    check(gs["gs_" .. name .. "_draw"](seed, stream, offset, words, rows, k, draws, index))
    show(index, "int64_t", rows * draws)
  end
end

-- The relaxed samples take tau as one number, or as an array in functions named _taus.
for _, taus in ipairs({ "", "_taus" }) do
  calls["gumbel_softmax" .. taus] = function(suffix, element)
    local seed, stream, offset = place()
    local rows, k = size(), size()
    local n, heats = rows * k, taus == "" and 1 or rows
    local tau, logits, grad = numbers(element, heats), numbers(element, n), numbers(element, n)
    local soft, dlogits, dtau = array(element, n), array(element, n), array(element, heats)
    local index = array("int64_t", rows)
    local temperature = taus == "" and tau[0] or tau
    check(gs["gs_gumbel_softmax" .. taus .. suffix](seed, stream, offset, logits, rows, k, temperature, soft, index))
    check(gs["gs_gumbel_softmax_backward" .. taus .. suffix](grad, soft, rows, k, temperature, dlogits, dtau))
    show(soft, element, n)
    show(index, "int64_t", rows)
    show(dlogits, element, n)
    show(dtau, element, heats)
  end

  calls["binary_concrete" .. taus] = function(suffix, element)
    local seed, stream, offset = place()
    local n = size()
    local heats = taus == "" and 1 or n
    local tau, logits, grad = numbers(element, heats), numbers(element, n), numbers(element, n)
    local soft, dlogits, dtau = array(element, n), array(element, n), array(element, heats)
    local temperature = taus == "" and tau[0] or tau
    check(gs["gs_binary_concrete" .. taus .. suffix](seed, stream, offset, logits, n, temperature, soft))
    check(gs["gs_binary_concrete_backward" .. taus .. suffix](grad, soft, n, temperature, dlogits, dtau))
    show(soft, element, n)
    show(dlogits, element, n)
    show(dtau, element, heats)
  end
end

local TYPES = { _f32 = "float", _f64 = "double" }
for name in io.lines() do
  local stem, suffix = name:match("^(.+)(_f%d%d)$")
  local element = TYPES[suffix]
  if name == "bits" then
    calls.bits("", "uint32_t")
  elseif element and calls[stem] and stem ~= "bits" then
    calls[stem](suffix, element)
  else
    fail(name .. " is not a call")
  end
end
