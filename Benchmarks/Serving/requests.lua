-- wrk's script: posts the bodies of a file in turn and reports the run as one line of JSON.
-- Environment: BODIES (a file of length-prefixed bodies), HEADER_LENGTH (of binary requests, or unset).

local requests, next_request = {}, 0

function init(args)
  wrk.headers["Content-Type"] = "application/json"
  local header_length = os.getenv("HEADER_LENGTH")
  if header_length then
    wrk.headers["Inference-Header-Content-Length"] = header_length
    wrk.headers["Content-Type"] = "application/octet-stream"
  end
  local file = assert(io.open(os.getenv("BODIES"), "rb"))
  while true do
    local length = file:read(12)
    if not length then break end
    requests[#requests + 1] = wrk.format("POST", nil, nil, file:read(tonumber(length)))
  end
  file:close()
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end

dofile(debug.getinfo(1, "S").source:match("^@(.*)/") .. "/report.lua")
