//! `build`: the site (client, style, public files) and the server binary.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::arguments::Grade;
use crate::manifest::Manifest;
use crate::process::say;
use crate::toolchain::Toolchain;
use crate::{assets, client, map, project, public, server, style};

/// What a build left behind.
pub struct Built {
    pub server: PathBuf,
    pub site: PathBuf,
}

/// Builds all; what has not changed is not built again.
pub fn build(grade: Grade) -> Result<Built> {
    let start = Instant::now();
    let toolchain = Toolchain::ready()?;
    site(&toolchain, grade)?;
    let server = server::build(&toolchain, grade)?;
    let built = Built { server, site: project::site(grade) };
    say(&format!(
        "built {} and {} in {:.1} s",
        built.server.display(),
        built.site.display(),
        start.elapsed().as_secs_f32()
    ));
    Ok(built)
}

/// Everything that the server hands out as files.
pub fn site(toolchain: &Toolchain, grade: Grade) -> Result<Manifest> {
    let mut site = assets::Site::open(grade)?;
    client::add(toolchain, grade, &mut site)?;
    for (entry, name) in style::SHEETS {
        let css =
            style::bundle(&project::root().join("style").join(entry)).context("bundling the style sheets")?;
        site.add_hashed(name, css.as_bytes())?;
    }
    public::add(&project::root().join("public"), grade, &mut site).context("copying public/")?;
    map::add(&project::root().join("frontend/map"), grade, &mut site).context("the live map")?;
    site.finish()
}
