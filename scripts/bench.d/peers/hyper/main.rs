// A peer: hyper with SQLite in group commit.
//
//     hyper-peer PORT DATABASE SECRET WORKERS
//
// A sign-in is answered when the transaction that holds it is synced. One thread
// writes: a transaction takes all sign-ins that wait when it begins.
//
//     POST /meeting/sign_meeting   a sign-in
//     POST /attendees              lines MEETING PERSON, added to the lists
//     GET /checkins?FROM           lines MEETING PERSON, of meetings from that
//                                  number on

use hyper::service::{make_service_fn, service_fn};
use hyper::{Body, Method, Request, Response, Server, StatusCode};
use rusqlite::Connection;
use serde::Deserialize;
use sha1::{Digest, Sha1};
use std::convert::Infallible;
use std::fmt::Write;
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{mpsc, Arc};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot;

const BATCH: usize = 4096;
const SIGNED: u32 = 2000;
const REPEATED: u32 = 3000;
const NOT_LISTED: u32 = 4001;
const UNSIGNED: u32 = 4002;
const MALFORMED: u32 = 4003;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 10000;
    PRAGMA cache_size = -262144;
    CREATE TABLE attendee (meeting INTEGER, person INTEGER,
        PRIMARY KEY (meeting, person)) WITHOUT ROWID;
    CREATE TABLE checkin (meeting INTEGER, person INTEGER, at INTEGER,
        PRIMARY KEY (meeting, person)) WITHOUT ROWID;";

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    sign: &'a str,
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    user_id: &'a str,
    token: &'a str,
    meeting_id: &'a str,
    leader_id: u64,
    create_date: u64,
}

enum Job {
    Sign { meeting: i64, person: i64, answer: oneshot::Sender<u32> },
    Attend { text: String, answer: oneshot::Sender<u32> },
    List { from: i64, answer: oneshot::Sender<String> },
}

struct State {
    secret: String,
    jobs: SyncSender<Job>,
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

fn is_signed(secret: &str, e: &Envelope) -> bool {
    let d = &e.data;
    let mut hash = Sha1::new();
    hash.update(secret);
    hash.update(format!(
        "create_date{}leader_id{}meeting_id{}token{}user_id{}",
        d.create_date, d.leader_id, d.meeting_id, d.token, d.user_id
    ));
    hash.update(secret);

    let mut hex = String::with_capacity(40);
    for byte in hash.finalize() {
        write!(hex, "{:02x}", byte).unwrap();
    }
    hex == e.sign
}

async fn sign(state: &State, body: &[u8]) -> u32 {
    let envelope: Envelope = match serde_json::from_slice(body) {
        Ok(envelope) => envelope,
        Err(_) => return MALFORMED,
    };
    let data = &envelope.data;
    let (meeting, person) = match (data.meeting_id.parse(), data.user_id.parse()) {
        (Ok(meeting), Ok(person)) => (meeting, person),
        _ => return MALFORMED,
    };
    if !is_signed(&state.secret, &envelope) {
        return UNSIGNED;
    }

    let (answer, done) = oneshot::channel();
    state.jobs.send(Job::Sign { meeting, person, answer }).unwrap();
    done.await.unwrap()
}

async fn serve(state: Arc<State>, request: Request<Body>) -> Result<Response<Body>, hyper::Error> {
    let (head, body) = request.into_parts();
    let body = hyper::body::to_bytes(body).await?;

    let text = match (&head.method, head.uri.path()) {
        (&Method::POST, "/meeting/sign_meeting") => {
            let code = sign(&state, &body).await;
            format!(
                "{{\"result_code\":{},\"result_msg\":\"{}\",\"sys_time\":{},\"data\":{{}}}}",
                code,
                if code == SIGNED { "请求成功" } else { "请求失败" },
                now()
            )
        }
        (&Method::POST, "/attendees") => {
            let (answer, done) = oneshot::channel();
            let text = String::from_utf8_lossy(&body).into_owned();
            state.jobs.send(Job::Attend { text, answer }).unwrap();
            done.await.unwrap().to_string()
        }
        (&Method::GET, "/checkins") => {
            let (answer, done) = oneshot::channel();
            let from = head.uri.query().unwrap_or("0").parse().unwrap_or(0);
            state.jobs.send(Job::List { from, answer }).unwrap();
            done.await.unwrap()
        }
        _ => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_FOUND;
            return Ok(response);
        }
    };

    Ok(Response::builder()
        .header("Content-Type", "application/json;charset=UTF-8")
        .body(Body::from(text))
        .unwrap())
}

// Answers leave after the commit.
fn write(db: Connection, jobs: Receiver<Job>) -> rusqlite::Result<()> {
    let mut insert = db.prepare(
        "INSERT OR IGNORE INTO checkin SELECT meeting, person, ?3 FROM attendee
         WHERE meeting = ?1 AND person = ?2",
    )?;
    let mut attend = db.prepare("INSERT OR IGNORE INTO attendee VALUES (?1, ?2)")?;
    let mut listed = db.prepare("SELECT 1 FROM attendee WHERE meeting = ?1 AND person = ?2")?;
    let mut list = db.prepare("SELECT meeting, person FROM checkin WHERE meeting >= ?1")?;
    let mut done = Vec::with_capacity(BATCH);

    while let Ok(first) = jobs.recv() {
        db.execute_batch("BEGIN IMMEDIATE")?;
        let mut next = Some(first);

        while let Some(job) = next.take() {
            match job {
                Job::Sign { meeting, person, answer } => {
                    let code = if insert.execute((meeting, person, now() as i64))? == 1 {
                        SIGNED
                    } else if listed.exists((meeting, person))? {
                        REPEATED
                    } else {
                        NOT_LISTED
                    };
                    done.push((answer, code));
                }
                Job::Attend { text, answer } => {
                    for line in text.lines() {
                        let (meeting, person) = line.split_once(' ').unwrap();
                        attend.execute((meeting, person))?;
                    }
                    done.push((answer, SIGNED));
                }
                Job::List { from, answer } => {
                    let mut text = String::new();
                    let mut rows = list.query([from])?;
                    while let Some(row) = rows.next()? {
                        let (meeting, person): (i64, i64) = (row.get(0)?, row.get(1)?);
                        writeln!(text, "{} {}", meeting, person).unwrap();
                    }
                    let _ = answer.send(text);
                }
            }

            if done.len() < BATCH {
                next = jobs.try_recv().ok();
            }
        }

        db.execute_batch("COMMIT")?;
        for (answer, code) in done.drain(..) {
            let _ = answer.send(code);
        }
    }

    Ok(())
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let port: u16 = args[1].parse().unwrap();
    let db = Connection::open(&args[2]).unwrap();
    db.execute_batch(SCHEMA).unwrap();

    let (jobs, wanted) = mpsc::sync_channel(1 << 16);
    std::thread::spawn(|| {
        write(db, wanted).unwrap();
        std::process::exit(1)
    });

    let state = Arc::new(State { secret: args[3].clone(), jobs });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(args[4].parse().unwrap())
        .enable_io()
        .build()
        .unwrap();

    runtime.block_on(async {
        let service = make_service_fn(|_| {
            let state = state.clone();
            async move { Ok::<_, Infallible>(service_fn(move |r| serve(state.clone(), r))) }
        });
        Server::bind(&([127, 0, 0, 1], port).into())
            .tcp_nodelay(true)
            .serve(service)
            .await
            .unwrap();
    });
}
