-- wrk's script: plays recorded campaigns, tick after tick, as tritonclient sends them, and reports the run as one line of JSON.
-- Environment: CHANNELS, TICKS, EPISODES (a file of the raw inputs of every tick, episode after episode).

local channels, ticks = tonumber(os.getenv("CHANNELS")), tonumber(os.getenv("TICKS"))
local size = 8 + 5 * 8 * channels
local counter = 0

-- Threads have no number of their own: setup hands it to them.
function setup(thread)
  thread:set("number", counter)
  counter = counter + 1
end

local episodes, lanes, next_lane, width, asked = nil, {}, 0, 512, 0

local function input(name, datatype, count)
  return string.format(
    '{"name":"%s","datatype":"%s","shape":[1,%d],"parameters":{"binary_data_size":%d}}', name, datatype, count, 8 * count)
end

local inputs = '{"name":"tick","datatype":"INT64","shape":[1],"parameters":{"binary_data_size":8}}'
for _, name in ipairs({"bid", "wins", "spend", "clicks", "conversions"}) do
  inputs = inputs .. "," .. input(name, "FP64", channels)
end

function init()
  wrk.headers["Content-Type"] = "application/octet-stream"
  local file = assert(io.open(os.getenv("EPISODES"), "rb"))
  episodes = file:read("*a")
  file:close()
  for lane = 1, width do lanes[lane] = {generation = 0, tick = -1} end
end

-- With more campaigns than connections the next request of a campaign goes out after the answer to its last.
function request()
  -- wrk asks its first thread once to see what requests are like, and sends nothing.
  asked = asked + 1
  if asked == 1 and number == 0 then return wrk.format("POST") end
  next_lane = next_lane % width + 1
  local lane = lanes[next_lane]
  local id = string.format("%d-%d-%d", number, next_lane, lane.generation)
  local header, raw
  if lane.tick < 0 then
    header = string.format(
      '{"parameters":{"sequence_id":"%s","sequence_start":true,"binary_data_output":true},"inputs":[]}', id)
    raw = ""
  else
    header = string.format(
      '{"parameters":{"sequence_id":"%s","sequence_end":%s,"binary_data_output":true},"inputs":[%s]}', id,
      lane.tick == ticks - 1 and "true" or "false", inputs)
    local episode = (next_lane + width * lane.generation) % (#episodes / (size * ticks))
    local start = (episode * ticks + lane.tick) * size
    raw = episodes:sub(start + 1, start + size)
  end
  lane.tick = lane.tick + 1
  if lane.tick == ticks then
    lane.tick, lane.generation = -1, lane.generation + 1
  end
  wrk.headers["Inference-Header-Content-Length"] = tostring(#header)
  return wrk.format("POST", nil, nil, header .. raw)
end

dofile(debug.getinfo(1, "S").source:match("^@(.*)/") .. "/report.lua")
