/*
 * A peer: Node with PostgreSQL.
 *
 *     node server.js PORT SOCKET-DIR SECRET WORKERS
 *
 * A sign-in is answered when the transaction that holds it is synced.  A worker
 * has two connections; a statement takes all sign-ins that wait when one of
 * them is free, so that they share a sync.
 */

'use strict';

const cluster = require('cluster');
const crypto = require('crypto');
const http = require('http');
const { Client } = require('pg');

const [port, socket, secret, workers] = process.argv.slice(2);

const CONNECTIONS = 2;
const BATCH = 4096;
const SIGNED = 2000;
const REPEATED = 3000;
const NOT_LISTED = 4001;
const UNSIGNED = 4002;
const MALFORMED = 4003;
const FAILED = 5000;

const SIGN_IN = {
    name: 'sign-in',
    text: `
        WITH wanted AS (
            SELECT DISTINCT meeting, person
            FROM unnest($1::bigint[], $2::bigint[]) AS w (meeting, person)
        ), signed AS (
            INSERT INTO checkin
            SELECT meeting, person, now()
            FROM wanted JOIN attendee USING (meeting, person)
            ORDER BY meeting, person
            ON CONFLICT DO NOTHING
            RETURNING meeting, person
        )
        SELECT meeting, person, s.person IS NOT NULL
        FROM wanted JOIN attendee USING (meeting, person)
            LEFT JOIN signed AS s USING (meeting, person)`,
    rowMode: 'array',
};

const waiting = [];
const idle = [];


function answer(res, code)
{
    const text = `{"result_code":${code},"result_msg":"`
        + (code === SIGNED ? '请求成功' : '请求失败')
        + `","sys_time":${Date.now()},"data":{}}`;

    res.writeHead(200, {
        'Content-Type': 'application/json;charset=UTF-8',
        'Content-Length': Buffer.byteLength(text),
    });
    res.end(text);
}


function isSigned(envelope)
{
    const data = envelope.data;
    const flat = Object.keys(data).sort().map((key) => key + data[key]);

    return envelope.sign === crypto.createHash('sha1')
        .update(secret + flat.join('') + secret).digest('hex');
}


async function commit(client)
{
    const batch = waiting.splice(0, BATCH);
    const codes = new Map();

    try {
        const result = await client.query({
            ...SIGN_IN,
            values: [ batch.map((w) => w.meeting),
                batch.map((w) => w.person) ],
        });

        for (const [meeting, person, signed] of result.rows) {
            codes.set(`${meeting} ${person}`, signed ? SIGNED : REPEATED);
        }

    } catch (e) {
        console.error(e.message);
        batch.forEach((w) => answer(w.res, FAILED));
        batch.length = 0;
    }

    for (const { meeting, person, res } of batch) {
        const key = `${meeting} ${person}`;
        const code = codes.get(key) || NOT_LISTED;

        answer(res, code);

        if (code === SIGNED) {
            codes.set(key, REPEATED);
        }
    }

    idle.push(client);
    next();
}


function next()
{
    if (waiting.length && idle.length) {
        commit(idle.pop());
    }
}


function sign(text, res)
{
    let envelope;

    try {
        envelope = JSON.parse(text);
    } catch (e) {
        return answer(res, MALFORMED);
    }

    if (!envelope || !envelope.data) {
        return answer(res, MALFORMED);
    }

    if (!isSigned(envelope)) {
        return answer(res, UNSIGNED);
    }

    waiting.push({ meeting: envelope.data.meeting_id,
        person: envelope.data.user_id, res });

    /* the other requests of this turn of the event loop go with it */

    if (waiting.length === 1) {
        setImmediate(next);
    }
}


async function serve()
{
    for (let i = 0; i < CONNECTIONS; i++) {
        const client = new Client({ host: socket, user: 'bench',
            database: 'postgres' });

        await client.connect();
        idle.push(client);
    }

    http.createServer((req, res) => {
        const parts = [];

        req.on('data', (part) => parts.push(part));
        req.on('end', () => sign(Buffer.concat(parts).toString(), res));
    }).listen(+port, '127.0.0.1');
}


if (cluster.isPrimary) {
    for (let i = 0; i < +workers; i++) {
        cluster.fork();
    }

    cluster.on('exit', () => process.exit(1));

} else {
    serve();
}
