-- Draw a million categories in LuaJIT:
--
--   GSAMPLER_HEADER="$(pkg-config --variable=includedir gsampler)/gsampler.h" luajit draw.lua

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

local function check(status)
  if status ~= gs.GS_OK then
    error("gsampler: " .. ffi.string(gs.gs_strerror(status)), 2)
  end
end

local function softmax(logits, k, tau)
  local soft = ffi.new("double[?]", k)
  check(gs.gs_softmax_f64(logits, 1, k, tau, soft, nil))
  return soft
end

-- Draws from the one distribution that logits is, into index.
local function draw(seed, stream, offset, logits, k, draws, index)
  check(gs.gs_gumbel_max_f64(seed, stream, offset, logits, 1, k, draws, index, nil))
end

local k, draws = 5, 1000000
local logits = ffi.new("double[?]", k, { -1.5, 0.0, 0.5, 1.0, 2.0 })
local seed, stream, offset = 42ULL, 0ULL, 0ULL
local index = ffi.new("int64_t[?]", draws)

local probability = softmax(logits, k, 1.0)
local start = os.clock() -- the processor's time, which is the call's: it works on one thread
draw(seed, stream, offset, logits, k, draws, index)
local seconds = os.clock() - start

local count = ffi.new("int32_t[?]", k)
for i = 0, draws - 1 do
  count[index[i]] = count[index[i]] + 1
end
print("category  probability  frequency")
for j = 0, k - 1 do
  print(("%8d  %11.6f  %9.6f"):format(j, probability[j], count[j] / draws))
end
print(("%.1f million draws a second (%s)"):format(1e-6 * draws / seconds, ffi.string(gs.gs_isa())))
