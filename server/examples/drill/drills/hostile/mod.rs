//! Everybody tries everything: each route of the router, as each role, for what is theirs and for what is somebody
//! else's; then with input that no form of ours sends. Nobody gets what is not theirs, nothing breaks, and every
//! answer wears its headers.

mod access;
mod bad;
mod scene;
mod table;

use super::{Drill, Failure, Plan, Tally, ground::Ground};
use access::{Access, Line, Sent};
use scene::{Answer, Role, Scene};

/// Plenty: nothing here is about running out.
const INITIAL: i64 = 1_000_000;

pub const DRILL: Drill = Drill {
    name: "hostile",
    about: "every route as every role, for one's own and for others'; bad input; headers",
    rounds: (50_000, 1_500),
    run: |plan| Box::pin(drill(plan)),
};

async fn drill(plan: &Plan) -> Result<Tally, Failure> {
    let ground = Ground::sqlite(INITIAL).await?;
    let scene = Scene::open(&ground).await?;
    let mut tally = Tally { rounds: plan.rounds, ..Tally::default() };
    let routes = table::routes(&scene.table)?;
    let lines = access::all();
    check_table(&scene, &routes, &lines, &mut tally).await?;
    let mut calls = 0u64;
    for (route, line) in &lines {
        if !routes.contains(route) {
            println!("{route} is classified and not there any more");
            continue;
        }
        let english = route.starts_with("/en") && !line.route.starts_with("/en");
        for role in Role::ALL {
            for own in [true, false] {
                try_one(&scene, line, english, role, own, &mut tally).await?;
                calls += 1;
            }
        }
    }
    println!("{} routes, {} lines, {calls} calls as {} roles", routes.len(), lines.len(), Role::ALL.len());
    let bad = bad::try_all(&scene, &lines, plan, &mut tally).await?;
    println!("{bad} calls with bad input");
    let faults = onshelf_shop::ledger::faults(scene.shop.db(), scene.shop.now()).await?;
    println!("audit: {} faults", faults.len());
    tally.faults.extend(faults);
    scene.shop.db().close().await;
    Ok(tally)
}

/// Each route has a line for each of its methods, and each server function is known.
async fn check_table(
    scene: &Scene,
    routes: &[String],
    lines: &[(String, &'static Line)],
    tally: &mut Tally,
) -> Result<(), Failure> {
    for route in routes {
        let methods = table::methods(scene, route).await?;
        let known: Vec<&str> =
            lines.iter().filter(|(own, _)| own == route).map(|(_, line)| line.method).collect();
        if known.is_empty() {
            tally.fault(format!("{route} is not classified: say in `hostile/access.rs` whose it is"));
        }
        for method in methods.iter().filter(|method| !matches!(method.as_str(), "HEAD" | "OPTIONS")) {
            let covered = known.contains(&method.as_str()) || route.starts_with("/api/fn/");
            tally.check(covered || known.is_empty(), || format!("{method} {route} is not classified"));
        }
    }
    for (path, method) in leptos::server_fn::axum::server_fn_paths() {
        tally.fault(format!("{method} {path}: a server function that is not classified"));
    }
    Ok(())
}

async fn try_one(
    scene: &Scene,
    line: &Line,
    english: bool,
    role: Role,
    own: bool,
    tally: &mut Tally,
) -> Result<(), Failure> {
    // A reservation of its own for each call: a deed that is done must not make the next one look refused.
    let target = scene.target(line).await?;
    let before = scene.state_of(&target).await?;
    let answer = scene.call(line, english, role, own, &target).await?;
    let what = || {
        let whose = if own { "own" } else { "another's" };
        format!("{} {}{} as {role:?} ({whose})", line.method, if english { "/en" } else { "" }, line.route)
    };
    tally.acknowledged += 1;
    check_headers(&answer, line, &what, tally);
    let allowed = is_allowed(line.access, role, own);
    match (allowed, line.access) {
        (true, Access::Everybody) => {}
        (true, _) => {
            // Whoever works at the other store gets in there; this reservation is not to be found in it.
            let elsewhere = line.access == Access::StaffOf && !own;
            // An order may be in a state in which the deed makes no sense; that is another refusal.
            let late = target.is_order && matches!(answer.status, 409 | 422);
            let done = answer.is_done() || late || (elsewhere && answer.status == 404);
            let nothing = line.route.ends_with("/receipt") && answer.status == 404;
            tally.check(done || nothing, || format!("{}: refused with {}", what(), answer.status));
            let after = scene.state_of(&target).await?;
            tally.check(!elsewhere || before == after, || {
                format!("{}: reached over to another store", what())
            });
        }
        (false, access) => {
            let after = scene.state_of(&target).await?;
            if before != after {
                tally.lost += 1;
                tally.fault(format!("{}: changed {before:?} to {after:?}", what()));
            }
            let fitting = is_fitting_refusal(access, role, &answer);
            tally.check(fitting, || format!("{}: answered {} {}", what(), answer.status, answer.location));
            let told = answer.text.contains(&target.token) || answer.location.contains(&target.token);
            tally.check(!told, || format!("{}: the answer tells the token", what()));
        }
    }
    Ok(())
}

/// `own`: the reservation is the shopper's, the store is the east one. Else it is not, and the store is the west one.
fn is_allowed(access: Access, role: Role, own: bool) -> bool {
    match access {
        Access::Everybody => true,
        Access::Owner => role == Role::Shopper && own,
        Access::Staff => {
            matches!(role, Role::Associate | Role::OtherAssociate | Role::Manager | Role::HeadOffice)
        }
        Access::StaffOf => match role {
            Role::HeadOffice => true,
            Role::Associate | Role::Manager => own,
            Role::OtherAssociate => !own,
            _ => false,
        },
        Access::Partner("stock") => role == Role::Warehouse && own,
        Access::Partner(_) | Access::TillOf => role == Role::Till && own,
        Access::Signed => false,
    }
}

fn is_fitting_refusal(access: Access, role: Role, answer: &Answer) -> bool {
    let status = answer.status;
    match access {
        Access::Everybody => true,
        // Neither the number nor the right to it is told.
        Access::Owner => status == 404,
        Access::Staff | Access::StaffOf => match role {
            Role::Associate | Role::OtherAssociate | Role::Manager | Role::HeadOffice => status == 403,
            _ => status == 401 || (status == 303 && answer.location.contains("/staff/sign-in")),
        },
        Access::Partner(_) => match role {
            Role::Warehouse | Role::Till => status == 403,
            _ => status == 401,
        },
        Access::TillOf => match role {
            Role::Warehouse | Role::Till => matches!(status, 403 | 404),
            _ => status == 401,
        },
        Access::Signed => matches!(status, 400 | 401 | 403 | 404),
    }
}

fn check_headers(answer: &Answer, line: &Line, what: &dyn Fn() -> String, tally: &mut Tally) {
    let header = |name: &str| answer.header(name);
    let mut wrong: Vec<String> = Vec::new();
    let policy = header("content-security-policy");
    let part = |name: &str| policy.split(';').find(|part| part.trim().starts_with(name));
    let scripts = part("script-src").or_else(|| part("default-src")).unwrap_or("'unsafe-inline'");
    if scripts.contains("unsafe-inline") || !policy.contains("frame-ancestors 'none'") {
        wrong.push(format!("policy {policy:?}"));
    }
    for (name, expected) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        if header(name) != expected {
            wrong.push(format!("{name} {:?}", header(name)));
        }
    }
    if header("x-request-id").is_empty() {
        wrong.push("no request id".to_owned());
    }
    if !header("strict-transport-security").contains("max-age") {
        wrong.push("no strict transport security".to_owned());
    }
    let says_when = answer.status == 503 && !header("retry-after").is_empty();
    if answer.status >= 500 && !says_when {
        wrong.push(format!("status {}", answer.status));
    }
    let keeps = header("cache-control");
    let personal = !matches!(line.access, Access::Everybody);
    if personal && !(keeps.contains("private") || keeps.contains("no-store")) && answer.status == 200 {
        wrong.push(format!("what is personal may be kept by anybody: {keeps:?}"));
    }
    for cookie in &answer.cookies {
        if !(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Secure")) {
            wrong.push(format!("cookie {cookie:?}"));
        }
    }
    if line.route.starts_with("/api/") && answer.status >= 400 && !line.route.starts_with("/api/fn/") {
        let kind = header("content-type");
        if kind != "application/problem+json" {
            wrong.push(format!("a problem as {kind:?}"));
        }
    }
    if !wrong.is_empty() {
        tally.fault(format!("{}: {}", what(), wrong.join(", ")));
    }
}

/// The body of a line, with its type.
fn body_of(line: &Line) -> (Option<&'static str>, &'static str) {
    match line.sent {
        Sent::Nothing => (None, ""),
        Sent::Form(text) => (Some("application/x-www-form-urlencoded"), text),
        Sent::Json(text) => (Some("application/json"), text),
    }
}
