-- wrk script of bench/gate.sh: asks /gate/check as nginx does. TOKENS names a file of tokens, used one after the other and
-- each once if there are enough; with one line it is the repeated token.
local tokens, at = {}, 0
function init(args)
  for line in io.lines(os.getenv("TOKENS")) do tokens[#tokens + 1] = line end
end
function request()
  at = at % #tokens + 1
  return wrk.format("GET", "/gate/check", {
    ["Authorization"] = "Bearer " .. tokens[at],
    ["X-Forwarded-Method"] = "GET", ["X-Forwarded-Uri"] = "/x", ["X-Forwarded-For"] = "192.0.2.1" })
end
function done(summary, latency)
  if summary.errors.status > 0 then io.write("ERRORS ", summary.errors.status, "\n") end
end
