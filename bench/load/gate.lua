-- wrk script of bench/gate.mjs: asks /gate/check as nginx does. GATE_TOKENS names a file of tokens, one a line; those from
-- GATE_FIRST on, GATE_COUNT of them, are sent one after the other. One is the repeated token. More are each sent once:
-- `used_up` says that there were too few.
local requests, at, count = {}, 0, tonumber(os.getenv("GATE_COUNT"))
local threads = {}
asked = 0  -- global, so that the main thread can read it

function setup(thread) threads[#threads + 1] = thread end

function init(args)
  local first, line_number = tonumber(os.getenv("GATE_FIRST")), 0
  for line in io.lines(os.getenv("GATE_TOKENS")) do
    if line_number >= first then
      requests[#requests + 1] = wrk.format("GET", "/gate/check", {
        ["Authorization"] = "Bearer " .. line,
        ["X-Forwarded-Method"] = "GET", ["X-Forwarded-Uri"] = "/x", ["X-Forwarded-For"] = "192.0.2.1" })
    end
    line_number = line_number + 1
    if #requests == count then break end
  end
end

function request()
  at = at % #requests + 1
  asked = asked + 1
  return requests[at]
end

function done(summary, latency)
  local used_up = count > 1 and threads[1]:get("asked") > count
  local e = summary.errors
  io.write(string.format('RESULT {"requests":%d,"rps":%.1f,"p50_us":%d,"p99_us":%d,"err_status":%d,"err_connect":%d,"err_read":%d,'
    .. '"err_write":%d,"err_timeout":%d,"used_up":%s}\n',
    summary.requests, summary.requests / (summary.duration / 1e6), latency:percentile(50), latency:percentile(99),
    e.status, e.connect, e.read, e.write, e.timeout, tostring(used_up)))
end
