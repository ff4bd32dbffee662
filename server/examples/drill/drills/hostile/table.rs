//! The router's own table: what it knows, read from the router itself, so that no route can be forgotten.

use std::collections::BTreeSet;

use axum::Router;

use super::{Failure, scene::Scene};

/// Every pattern the router matches. It shows them only where it describes itself for debugging; should that ever
/// change, no route is found and the drill fails.
pub fn routes(router: &Router) -> Result<Vec<String>, Failure> {
    let said = format!("{router:?}");
    let mut found = BTreeSet::new();
    for part in said.split("RouteId(").skip(1) {
        let Some((_, rest)) = part.split_once("): \"") else { continue };
        let Some((path, _)) = rest.split_once('"') else { continue };
        if path.starts_with('/') && !path.contains("__private__axum") {
            found.insert(path.to_owned());
        }
    }
    if found.len() < 20 {
        return Err(format!("the router does not tell its routes: {} found", found.len()).into());
    }
    Ok(found.into_iter().collect())
}

/// The methods of a route, as its refusal of a method that does not exist names them.
pub async fn methods(scene: &Scene, route: &str) -> Result<Vec<String>, Failure> {
    let path: String = route
        .split('/')
        .map(|part| if part.starts_with('{') { "x" } else { part })
        .collect::<Vec<_>>()
        .join("/");
    let answer = scene.send("PURGE", &path, &[], Vec::new()).await?;
    Ok(answer.header("allow").split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect())
}
