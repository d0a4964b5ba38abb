-- wrk's script: runs campaigns, each thread its own, tick after tick, and reports the run as one line of JSON.
-- Environment: CHANNELS, TICKS. A campaign begins, shows small results tick after tick, and ends.

local channels, ticks = tonumber(os.getenv("CHANNELS")), tonumber(os.getenv("TICKS"))
local counter = 0

-- Threads have no number of their own: setup hands it to them.
function setup(thread)
  thread:set("number", counter)
  counter = counter + 1
end

local lanes, next_lane, width = {}, 0, 512

local function row(value)
  local values = {}
  for channel = 1, channels do values[channel] = tostring(value) end
  return table.concat(values, ",")
end

function init()
  wrk.headers["Content-Type"] = "application/json"
  for lane = 1, width do lanes[lane] = {generation = 0, tick = -1} end
end

-- Requests of a thread are in flight side by side, one for each of its connections: with more campaigns than connections the next
-- request of a campaign goes out after the answer to its last.
function request()
  next_lane = next_lane % width + 1
  local lane = lanes[next_lane]
  local id = string.format("%d-%d-%d", number, next_lane, lane.generation)
  local body
  if lane.tick < 0 then
    body = string.format('{"parameters":{"sequence_id":"%s","sequence_start":true},"inputs":[]}', id)
  else
    local function input(name, data)
      return string.format('{"name":"%s","datatype":"FP64","shape":[1,%d],"data":[%s]}', name, channels, data)
    end
    body = string.format(
      '{"parameters":{"sequence_id":"%s","sequence_end":%s},"inputs":[{"name":"tick","datatype":"INT64","shape":[1],"data":[%d]},%s,%s,%s,%s,%s]}',
      id, lane.tick == ticks - 1 and "true" or "false", lane.tick, input("bid", row(0.0006)), input("wins", row(51)),
      input("spend", row(0.0102)), input("clicks", row(1)), input("conversions", row(0)))
  end
  lane.tick = lane.tick + 1
  if lane.tick == ticks then
    lane.tick, lane.generation = -1, lane.generation + 1
  end
  return wrk.format("POST", nil, nil, body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.4f, "p50_ms": %.3f, "p99_ms": %.3f, "failed": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
