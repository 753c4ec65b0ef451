-- Chains of rotating refresh tokens for wrk: each answer's refresh token is the next request's. Tokens wait in a queue that
-- is longer than the number of connections, so that no token is ever sent twice.
--   WRK_TOKENS  file with one refresh token a line     WRK_AUTH  value of the Authorization header
local tokens, first, last, failures = {}, 1, 0, 0
local headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Authorization"] = os.getenv("WRK_AUTH") }

function init(args)
  for line in io.lines(os.getenv("WRK_TOKENS")) do last = last + 1; tokens[last] = line end
end

function request()
  local token = tokens[first]
  tokens[first] = nil
  first = first + 1
  return wrk.format("POST", nil, headers, "grant_type=refresh_token&refresh_token=" .. (token or "none-left"))
end

function response(status, answer, body)
  local token = status == 200 and string.match(body, '"refresh_token":"([^"]+)"')
  if token then last = last + 1; tokens[last] = token end
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('RESULT {"requests":%d,"rps":%.1f,"p50_us":%d,"p99_us":%d,"err_status":%d,"err_connect":%d,"err_read":%d,'
    .. '"err_write":%d,"err_timeout":%d}\n',
    summary.requests, summary.requests / (summary.duration / 1e6), latency:percentile(50), latency:percentile(99),
    e.status, e.connect, e.read, e.write, e.timeout))
end
