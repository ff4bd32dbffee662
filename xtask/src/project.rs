//! Where things lie in the checkout. Knows names, touches no file but to look.

use std::path::{Path, PathBuf};

use crate::arguments::Grade;

/// The client crate, its wasm file's stem, and the stem of every asset it becomes.
pub const CLIENT_CRATE: &str = "onshelf-frontend";
pub const CLIENT_STEM: &str = "onshelf_frontend";
pub const ASSET_STEM: &str = "onshelf";
pub const SERVER_CRATE: &str = "onshelf-server";
pub const SERVER_BINARY: &str = "onshelf";
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The crates that are compiled for the server's machine. The client crate is not among them:
/// built beside the server it would switch on `ssr` and `hydrate` in one crate.
pub const HOST_CRATES: [&str; 7] = [
    "onshelf-vocabulary",
    "onshelf-domain",
    "onshelf-sqlite",
    "onshelf-db",
    "onshelf-shop",
    "onshelf-app",
    "onshelf-server",
];

/// The top of the checkout: the folder that holds the xtask crate.
pub fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// Everything built goes here; `CARGO_TARGET_DIR` is followed where the caller set it.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Tools that were installed for this checkout only, and what was found out about the machine.
pub fn tools() -> PathBuf {
    target().join("tools")
}

/// What the server serves as static files. The dev client has its own place, so that the development
/// loop and a release build do not overwrite each other.
pub fn site(grade: Grade) -> PathBuf {
    target().join(match grade {
        Grade::Release => "site",
        Grade::Dev => "site-dev",
    })
}
