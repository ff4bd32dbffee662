//! Input that no form of ours sends: to every route, by somebody who may call it, in every place where a text can
//! stand. It is refused or ignored; it never breaks anything and never changes what it should not.

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::{
    Failure, Line, Plan, Tally, body_of,
    scene::{Role, Scene, Target},
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

/// Answers how many calls were made.
pub async fn try_all(
    scene: &Scene,
    lines: &[(String, &'static Line)],
    plan: &Plan,
    tally: &mut Tally,
) -> Result<u64, Failure> {
    let mut chance = StdRng::seed_from_u64(plan.seed);
    let deep = "[".repeat(20_000);
    let long = format!("name={}", "가".repeat(20_000));
    let mut calls = 0;
    let targets = [scene.reservation().await?, scene.order().await?];
    let of = |line: &Line| &targets[usize::from(line.address.contains("ORDER"))];
    for (_, line) in lines {
        let target = of(line);
        for body in BODIES.iter().copied().chain([deep.as_str(), long.as_str()]) {
            try_one(scene, line, target, line.address, body.as_bytes().to_vec(), tally).await?;
            calls += 1;
        }
        for part in PARTS {
            let (_, body) = body_of(line);
            let address = with_part(line, part);
            try_one(scene, line, target, &address, body.as_bytes().to_vec(), tally).await?;
            let query =
                format!("{}?q={part}&near={part}&limit={part}&t={part}&open={part}", plain(line.address));
            try_one(scene, line, target, &query, Vec::new(), tally).await?;
            calls += 2;
        }
    }
    for _ in 0..plan.rounds {
        let (_, line) = &lines[chance.random_range(0..lines.len())];
        let (_, body) = body_of(line);
        let target = of(line);
        let filled = scene.filled(body, Role::HeadOffice, true, target).into_bytes();
        let body = mutated(filled, &mut chance);
        let address = if chance.random_bool(0.3) {
            let part = PARTS[chance.random_range(0..PARTS.len())];
            with_part(line, part)
        } else {
            line.address.to_owned()
        };
        try_one(scene, line, target, &address, body, tally).await?;
        calls += 1;
    }
    Ok(calls)
}

fn plain(address: &str) -> &str {
    address.split('?').next().unwrap_or(address)
}

/// The address with its last part replaced, where the route has one that is chosen by the caller.
fn with_part(line: &Line, part: &str) -> String {
    let mut parts: Vec<&str> = plain(line.address).split('/').collect();
    for (own, pattern) in parts.iter_mut().zip(line.route.split('/')) {
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

async fn try_one(
    scene: &Scene,
    line: &Line,
    target: &Target,
    address: &str,
    body: Vec<u8>,
    tally: &mut Tally,
) -> Result<(), Failure> {
    // By whoever gets furthest: the refusal of a stranger was tried before.
    let role = match line.access {
        super::Access::Owner | super::Access::Everybody | super::Access::Signed => Role::Shopper,
        super::Access::Staff | super::Access::StaffOf => Role::HeadOffice,
        super::Access::Partner("stock") => Role::Warehouse,
        super::Access::Partner(_) | super::Access::TillOf => Role::Till,
    };
    let path = scene.filled(address, role, true, target);
    let mut headers = scene.credentials(role, true, target);
    headers.extend(body_of(line).0.map(|kind| ("content-type", kind.to_owned())));
    let said: String = String::from_utf8_lossy(&body).chars().take(120).collect();
    // Addresses that no client can send are none of ours.
    let Ok(answer) = scene.send(line.method, &path, &headers, body).await else { return Ok(()) };
    tally.check(answer.status < 500, || format!("{} {path} with {said:?}: {}", line.method, answer.status));
    let named = ["panicked", "sqlx", "SQLITE", "src/"].iter().find(|word| answer.text.contains(**word));
    tally.check(named.is_none(), || {
        format!("{} {path} with {said:?}: the answer names {named:?}", line.method)
    });
    let split = answer.header("set-cookie").contains("x=1");
    tally.check(!split, || format!("{} {path}: a header was smuggled in", line.method));
    Ok(())
}
