-- Draw a million categories in LuaJIT:
--
--   cp ../bindings/gsampler.lua .
--   GSAMPLER_LIBRARY="$(pkg-config --variable=libdir gsampler)/libgsampler.so.1" luajit draw.lua

local ffi = require("ffi")
local gs = require("gsampler")

local rows, k, draws = 1, 5, 1000000
local logits = ffi.new("double[?]", k, { -1.5, 0.0, 0.5, 1.0, 2.0 })
local seed, stream, offset = 42ULL, 0ULL, 0ULL
local probability = ffi.new("double[?]", k)
local index = ffi.new("int64_t[?]", draws)

gs.softmax_f64(logits, rows, k, 1.0, probability, nil)
local start = os.clock() -- the processor's time, which is the call's: it works on one thread
gs.gumbel_max_f64(seed, stream, offset, logits, rows, k, draws, index, nil)
local seconds = os.clock() - start

local count = ffi.new("int32_t[?]", k)
for i = 0, draws - 1 do
  count[index[i]] = count[index[i]] + 1
end
print("category  probability  frequency")
for j = 0, k - 1 do
  print(("%8d  %11.6f  %9.6f"):format(j, probability[j], count[j] / draws))
end
print(("%.1f million draws a second (%s)"):format(1e-6 * draws / seconds, gs.isa()))
