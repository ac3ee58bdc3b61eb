// A receiver of events for tests, on loopback:
//
//     node receiver.js PORT KEYS LOG [MODE]
//
// KEYS holds what "meetingctl event set" prints, MODE how to answer; both are
// read anew for each request.  LOG gets a line of JSON for each message.

const crypto = require('crypto'), fs = require('fs'), http = require('http');

const [port, keysFile, log, modeFile] = process.argv.slice(2);


function read(file) {
    try { return fs.readFileSync(file, 'utf8').trim(); } catch { return ''; }
}


function sign(keys, ...parts) {
    return crypto.createHash('sha1')
        .update([keys.token, ...parts].sort().join('')).digest('hex');
}


function cipher(make, keys) {
    const key = Buffer.from(keys.aes_key + '=', 'base64');
    return make('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
}


function open(keys, m) {
    if (sign(keys, m.timeStamp, m.nonce, m.encrypt) !== m.msg_signature) {
        throw Error('signature');
    }

    const c = cipher(crypto.createDecipheriv, keys);
    const all = Buffer.concat([c.update(m.encrypt, 'base64'), c.final()]);
    const text = all.subarray(0, -all.at(-1));
    const end = 20 + text.readUInt32BE(16);

    if (text.subarray(end).toString() !== keys.appkey) {
        throw Error('appkey');
    }

    return text.subarray(20, end).toString();
}


function seal(keys, text, lines) {
    const body = Buffer.from(text), size = Buffer.alloc(4);
    size.writeUInt32BE(body.length);

    const parts = [crypto.randomBytes(16), size, body,
        Buffer.from(keys.appkey)];
    const n = 32 - Buffer.concat(parts).length % 32;
    const c = cipher(crypto.createCipheriv, keys);
    const base64 = Buffer.concat([
        c.update(Buffer.concat([...parts, Buffer.alloc(n, n)])), c.final()
    ]).toString('base64');
    const encrypt = lines ? base64.replace(/.{1,76}/g, '$&\n') : base64;
    const timeStamp = String(Date.now());
    const nonce = crypto.randomBytes(6).toString('hex');

    return { encrypt, msg_signature: sign(keys, timeStamp, nonce, encrypt),
        timeStamp, nonce };
}


// Ways to answer; each gets the keys and the response.

const other = 'a'.repeat(42) + 'A';
const json = (res, value) => res.end(JSON.stringify(value));

const modes = {
    success: (k, res) => json(res, seal(k, 'success')),
    lines: (k, res) => json(res, seal(k, 'success', true)),
    plain: (k, res) => res.end('success'),
    status: (k, res) => { res.statusCode = 500; res.end('oops'); },
    small: (k, res, size) => {
        if (size > 102400) res.statusCode = 413;
        modes.success(k, res);
    },
    missing: (k, res) => { res.statusCode = 404; res.end(); },
    redirect: (k, res) => {
        res.writeHead(302, { location: '/elsewhere' });
        res.end();
    },
    garbage: (k, res) => res.end('<html>'),
    late: (k, res) => setTimeout(() => modes.success(k, res), 3000),
    hang: () => {},
    close: (k, res) => res.destroy(),
    signature: (k, res) => json(res, { ...seal(k, 'success'), nonce: 'x' }),
    key: (k, res) => json(res, seal({ ...k, aes_key: other }, 'success')),
    owner: (k, res) => json(res, seal({ ...k, appkey: 'other' }, 'success')),
    text: (k, res) => json(res, seal(k, 'fine')),
    huge: (k, res) => res.end('x'.repeat(4 << 20)),
    soon: (k, res) => setTimeout(() => modes.success(k, res), 5),
    random: (k, res) => modes[Math.random() < 0.1 ? 'status' : 'success'](
        k, res),
    slow: async (k, res) => {
        res.socket.setNoDelay(true);
        res.writeHead(200, { 'content-length': 7 });
        for (const c of 'success') {
            await new Promise((done) => setTimeout(done, 30));
            res.write(c);
        }
        res.end();
    },
};


http.createServer(async (req, res) => {
    let body = '';
    for await (const part of req) body += part;

    const keys = JSON.parse(read(keysFile) || '{}');
    let event = null, error = null;

    try { event = JSON.parse(open(keys, JSON.parse(body))); }
    catch (e) { error = String(e.message); }

    fs.appendFileSync(log, JSON.stringify({ at: Date.now(), url: req.url,
        method: req.method, headers: req.headers, body, event, error }) + '\n');

    (modes[read(modeFile) || 'success'])(keys, res, body.length);
}).listen(+port, '127.0.0.1', () => console.log('ready'));
