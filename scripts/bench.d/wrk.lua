-- wrk with requests made beforehand: wrk ... -s wrk.lua URL -- FILE
--
-- FILE holds them, a NUL behind each; every thread takes its share of them,
-- each once, or over again with a second argument.  Prints one JSON object.

local made = 0

function setup(thread)
    thread:set("share", made)
    thread:set("threads", tonumber(os.getenv("WRK_THREADS")))
    made = made + 1
end

function init(args)
    local file = assert(io.open(args[1], "rb"))
    local i = 0

    requests, sent, again = {}, 0, args[2]

    for text in file:read("*a"):gmatch("(%Z+)%z") do
        if i % threads == share then
            requests[#requests + 1] = text
        end

        i = i + 1
    end

    file:close()
end

function request()
    sent = sent + 1

    if sent > #requests then
        if not again then
            wrk.thread:stop()
            return requests[#requests]
        end

        sent = 1
    end

    return requests[sent]
end

function done(summary, latency)
    local errors, bins = 0, {}

    for _, n in pairs(summary.errors) do
        errors = errors + n
    end

    for i = 1, #latency do
        local us, n = latency(i)
        bins[i] = ("[%d, %d]"):format(us, n)
    end

    print(('{"seconds": %f, "sent": %d, "finished": %d, "late": 0, '
        .. '"unanswered": %d, "broken": 0, "latency_max": %d, "codes": {}, '
        .. '"latency": [%s]}'):format(summary.duration / 1e6,
        summary.requests, summary.requests, errors, latency.max,
        table.concat(bins, ", ")))
end
