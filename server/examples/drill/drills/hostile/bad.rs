//! Input that no form of ours sends: to every route, by somebody who may call it, in every place where a text can
//! stand. It is refused or ignored; it never breaks anything and never changes what it should not.

use std::sync::Arc;

use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::task::JoinSet;

use super::{
    About, Access, Case, Failure, Line, Plan, Tally, WORKERS, body_of, headers,
    scene::{Role, Scene},
    target::Target,
};

/// Parts of an address.
const PARTS: [&str; 12] = [
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "%ff%fe",
    "%F0%9F%90%B6",
    "-1",
    "9223372036854775808",
    "x'%20OR%20'1'%3D'1",
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "%E2%80%AE",
    "a%0d%0aset-cookie:%20x=1",
    "null",
    "%25%25%25",
];

/// Whole bodies.
const BODIES: [&str; 12] = [
    "",
    "{",
    "null",
    "[]",
    "{\"lines\":null}",
    "{\"store\":\"east\",\"lines\":[{\"sku\":\"DRILL-0\",\"quantity\":-1}],\"contact\":{\"name\":\"\",\"phone\":\"\"}}",
    "{\"store\":\"east\",\"lines\":[{\"sku\":\"DRILL-0\",\"quantity\":1e400}],\"contact\":{\"name\":\"x\"}}",
    "{\"store\":\"\\u0000\",\"lines\":[],\"contact\":{\"name\":\"\\ud800\"}}",
    "store=%ff&sku=%00&quantity=99999999999999999999&key=%",
    "a=1&a=2&a=3&=&&&%zz",
    "number[]=1&deed[$ne]=x&t=%F0%9F",
    "\u{feff}{\"lines\":[]}",
];

/// What only the house itself says: of its code, and of what either engine refused.
const INSIDE: [&str; 5] = ["panicked", "sqlx", "SQLITE", "returned from database", "src/"];

/// One call that is to be made.
struct Attempt {
    line: &'static Line,
    address: String,
    body: Vec<u8>,
}

/// Answers how many calls were made.
pub async fn try_all(
    scene: &Arc<Scene>,
    cases: &[Case],
    plan: &Plan,
    tally: &mut Tally,
) -> Result<u64, Failure> {
    let mut targets = Vec::new();
    for about in About::ALL {
        targets.push(scene.target(about).await?);
    }
    let mut attempts = listed(cases, plan.short);
    attempts.extend(random(scene, cases, &targets, plan));
    let (attempts, targets, mut working) = (Arc::new(attempts), Arc::new(targets), JoinSet::new());
    for worker in 0..WORKERS {
        let (scene, attempts, targets) = (scene.clone(), attempts.clone(), targets.clone());
        working.spawn(async move {
            let mut tally = Tally::default();
            for attempt in attempts.iter().skip(worker).step_by(WORKERS) {
                try_one(&scene, attempt, target_of(attempt.line, &targets), &mut tally).await;
            }
            tally
        });
    }
    while let Some(done) = working.join_next().await {
        if let Some(done) = tally.blame(done.map_err(Into::into)) {
            tally.add(done);
        }
    }
    Ok(attempts.len() as u64)
}

/// Of one of each.
fn target_of<'t>(line: &Line, targets: &'t [Target]) -> &'t Target {
    &targets[line.about() as usize]
}

/// Every line with every bad body and every bad part of an address. In short, of pages in English, which are the
/// same pages, one in six.
fn listed(cases: &[Case], short: bool) -> Vec<Attempt> {
    let deep = "[".repeat(20_000);
    let long = format!("name={}", "가".repeat(20_000));
    let mut attempts = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let line = case.line;
        let address = case.address();
        let mut own: Vec<Attempt> = Vec::new();
        let mut add = |address: String, body: &[u8]| own.push(Attempt { line, address, body: body.to_vec() });
        for body in BODIES.iter().copied().chain([deep.as_str(), long.as_str()]) {
            add(address.clone(), body.as_bytes());
        }
        for part in PARTS {
            add(with_part(&address, &case.route, part), body_of(line).1.as_bytes());
            let query = format!("q={part}&near={part}&limit={part}&t={part}&open={part}");
            add(format!("{}?{query}", plain(&address)), b"");
        }
        let sixth = |place: usize| !(short && case.english) || place % 6 == index % 6;
        attempts.extend(own.into_iter().enumerate().filter(|(place, _)| sixth(*place)).map(|(_, one)| one));
    }
    attempts
}

/// What is sent by our own forms, a little wrong.
fn random(scene: &Scene, cases: &[Case], targets: &[Target], plan: &Plan) -> Vec<Attempt> {
    let mut chance = StdRng::seed_from_u64(plan.seed);
    let attempt = |_| {
        let case = &cases[chance.random_range(0..cases.len())];
        let (_, body) = body_of(case.line);
        let target = target_of(case.line, targets);
        let filled = scene.filled(body, Role::HeadOffice, true, target).into_bytes();
        let body = mutated(filled, &mut chance);
        let address = if chance.random_bool(0.3) {
            with_part(&case.address(), &case.route, PARTS[chance.random_range(0..PARTS.len())])
        } else {
            case.address()
        };
        Attempt { line: case.line, address, body }
    };
    (0..plan.rounds).map(attempt).collect()
}

fn plain(address: &str) -> &str {
    address.split('?').next().unwrap_or(address)
}

/// The address with its parts replaced that are chosen by the caller.
fn with_part(address: &str, route: &str, part: &str) -> String {
    let mut parts: Vec<&str> = plain(address).split('/').collect();
    for (own, pattern) in parts.iter_mut().zip(route.split('/')) {
        if pattern.starts_with('{') {
            *own = part;
        }
    }
    parts.join("/")
}

/// Some bytes changed, left out, doubled or put in.
fn mutated(mut body: Vec<u8>, chance: &mut StdRng) -> Vec<u8> {
    for _ in 0..chance.random_range(1..6) {
        let at = chance.random_range(0..=body.len());
        match chance.random_range(0..4) {
            0 if at < body.len() => body[at] = chance.random(),
            1 if at < body.len() => drop(body.remove(at)),
            2 => body.insert(at, b"{}[]\",:&=%\0-9e"[chance.random_range(0..14)]),
            _ => {
                let end = chance.random_range(at..=body.len());
                let copy = body[at..end].to_vec();
                body.splice(at..at, copy);
            }
        }
        body.truncate(60_000);
    }
    body
}

async fn try_one(scene: &Scene, attempt: &Attempt, target: &Target, tally: &mut Tally) {
    let Attempt { line, address, body } = attempt;
    // By whoever gets furthest: the refusal of a stranger was tried before.
    let role = match line.access {
        Access::Staff | Access::StaffOf => Role::HeadOffice,
        Access::Partner("stock") => Role::Warehouse,
        Access::Partner(_) | Access::TillOf => Role::Till,
        Access::Owner | Access::Everybody | Access::Secret | Access::Nobody | Access::Signed => Role::Shopper,
    };
    let path = scene.filled(address, role, true, target);
    let mut headers = scene.credentials(role, true, target);
    headers.extend(body_of(line).0.map(|kind| ("content-type", kind.to_owned())));
    let said: String = String::from_utf8_lossy(body).chars().take(120).collect();
    // Addresses that no client can send are none of ours.
    let Ok(answer) = scene.send(line.method, &path, &headers, body.clone()).await else { return };
    headers::check(&answer, line, &|| format!("{} {path} with {said:?}", line.method), tally);
    // Also not one that asks to come back: nothing here is busy.
    tally.check(answer.status < 500, || format!("{} {path} with {said:?}: {}", line.method, answer.status));
    let named = INSIDE.iter().find(|word| answer.text.contains(**word));
    tally.check(named.is_none(), || {
        format!("{} {path} with {said:?}: the answer names {named:?}", line.method)
    });
    let split = answer.header("set-cookie").contains("x=1");
    tally.check(!split, || format!("{} {path}: a header was smuggled in", line.method));
}
