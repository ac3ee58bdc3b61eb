-- wrk with requests made beforehand: wrk ... -s wrk.lua URL -- FILE [again]
--
-- FILE holds them, a NUL behind each.  Of every WRK_THREADS requests in a row
-- each thread sends one; when all are sent it stops, or with `again` begins
-- anew.  Prints one JSON object.
--
-- The file is mapped, and a request becomes a string just before it is sent: a
-- table of all of them takes minutes to make once they are many, and LuaJIT's
-- memory ends at two gigabytes.

local ffi = require("ffi")

ffi.cdef[[
    int open(const char *path, int flags);
    long lseek(int fd, long offset, int whence);
    char *mmap(void *addr, size_t len, int prot, int flags, int fd,
               long offset);
    size_t strlen(const char *text);
]]

local SEEK_END, PROT_READ, MAP_PRIVATE = 2, 1, 2

local made = 0

function setup(thread)
    thread:set("share", made)
    thread:set("threads", tonumber(os.getenv("WRK_THREADS")))
    made = made + 1
end

local first, past, at, again, last

local function skip(n)
    for _ = 1, n do
        if at < past then
            at = at + ffi.C.strlen(at) + 1
        end
    end
end

function init(args)
    local fd = ffi.C.open(args[1], 0)
    local size = fd < 0 and 0 or ffi.C.lseek(fd, 0, SEEK_END)

    assert(size > 0, "no requests")

    first = ffi.C.mmap(nil, size, PROT_READ, MAP_PRIVATE, fd, 0)
    assert(ffi.cast("intptr_t", first) ~= -1, "the requests are not mapped")
    assert(first[size - 1] == 0, "the last request is not whole")

    past, at, again = first + size, first, args[2]
    skip(share)
end

function request()
    if at >= past then
        if not again then
            wrk.thread:stop()
            return last or ffi.string(first)
        end

        at = first
        skip(share)
        at = at < past and at or first
    end

    last = ffi.string(at)
    skip(threads)

    return last
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
