-- A sign-in with Redis.  The set `listed:MEETING` holds those who are to come,
-- `signed:MEETING` those who came: one SMOVE, which is atomic, takes somebody
-- from the one to the other.  With `appendfsync always` Redis syncs once for all
-- commands of a turn of its event loop, and then answers them.

local cjson = require("cjson.safe")

local sign = {}

local SIGNED, REPEATED, NOT_LISTED = 2000, 3000, 4001
local UNSIGNED, MALFORMED, FAILED = 4002, 4003, 5000

local POOL, IDLE = 512, 60000           -- connections, ms

local connect_options = { pool_size = POOL, pool = "redis" }


local function hex(digest)
    return (digest:gsub(".", function(c)
        return ("%02x"):format(c:byte())
    end))
end


local function number(value)
    return type(value) == "number" and ("%.0f"):format(value) or value
end


local function is_signed(envelope)
    local keys, flat = {}, {}

    for key in pairs(envelope.data) do
        keys[#keys + 1] = key
    end

    table.sort(keys)

    for i, key in ipairs(keys) do
        flat[i] = key .. number(envelope.data[key])
    end

    return envelope.sign == hex(ngx.sha1_bin(sign.secret
        .. table.concat(flat) .. sign.secret))
end


-- Sends one command.  Returns the integer that answers it, or nil.

local function ask(redis, ...)
    local args = { ... }
    local text = { "*" .. #args .. "\r\n" }

    for i, arg in ipairs(args) do
        text[i + 1] = "$" .. #arg .. "\r\n" .. arg .. "\r\n"
    end

    local sent = redis:send(text)
    local line = sent and redis:receive("*l")

    return line and tonumber(line:match("^:(%d+)$"))
end


local function checkin(meeting, person)
    local redis = ngx.socket.tcp()

    if not redis:connect(sign.socket, connect_options) then
        return FAILED
    end

    local listed, signed = "listed:" .. meeting, "signed:" .. meeting
    local moved = ask(redis, "SMOVE", listed, signed, person)
    local there = moved == 0 and ask(redis, "SISMEMBER", signed, person)

    redis:setkeepalive(IDLE, POOL)

    return moved == 1 and SIGNED or there == 1 and REPEATED
        or there == 0 and NOT_LISTED or FAILED
end


local function code(text)
    local envelope = cjson.decode(text)

    if not envelope or type(envelope.data) ~= "table" then
        return MALFORMED
    end

    if not is_signed(envelope) then
        return UNSIGNED
    end

    return checkin(envelope.data.meeting_id, envelope.data.user_id)
end


function sign.serve()
    ngx.req.read_body()

    local result = code(ngx.req.get_body_data() or "")
    local text = ('{"result_code":%d,"result_msg":"%s","sys_time":%.0f,'
        .. '"data":{}}'):format(result, result == SIGNED and "请求成功"
        or "请求失败", ngx.now() * 1000)

    ngx.header["Content-Length"] = #text
    ngx.print(text)
end


return sign
