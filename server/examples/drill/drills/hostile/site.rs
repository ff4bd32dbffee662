//! What lies on the scene's disk: a site as it was built, imported media, the operator's tiles, and beside them a file
//! that is nobody's.

use std::path::Path;

use onshelf_server::http::tiles::Tiles;

use super::{Failure, Tally, access, headers, scene::Scene};

const BESIDE: &str = "what lies beside is nobody's";

/// Ways from what is shown to the file beside it.
const ASTRAY: [&str; 6] = [
    "/..%2fbeside.txt",
    "/%2e%2e/beside.txt",
    "/pkg/..%2f..%2fbeside.txt",
    "/media/..%2fbeside.txt",
    "/map/fonts/..%2f..%2fbeside.txt",
    "/map/icons/..%2f..%2fbeside.txt",
];

/// Writes it all down under `folder`, and opens the tiles.
pub fn lay_out(folder: &Path) -> Result<Tiles, Failure> {
    let archive = archive();
    let files: [(&str, &[u8]); 7] = [
        ("beside.txt", BESIDE.as_bytes()),
        ("site/icon.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("site/pkg/onshelf.css", b"body {}"),
        ("media/drill.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("tiles/town.pmtiles", &archive),
        ("tiles/fonts/Sans Regular/0-255.pbf", b"glyphs"),
        ("tiles/icons/light.json", b"{}"),
    ];
    for (name, content) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, content)?;
    }
    let tiles = folder.join("tiles");
    let (town, fonts, icons) = (tiles.join("town.pmtiles"), tiles.join("fonts"), tiles.join("icons"));
    Ok(Tiles::open(&town.display().to_string(), Some(&fonts), Some(&icons), "")?)
}

/// The head of a PMTiles archive with vectors, and some bytes that nobody looks at.
fn archive() -> Vec<u8> {
    let mut bytes = vec![0; 1_000];
    bytes[..8].copy_from_slice(b"PMTiles\x03");
    bytes[99] = 1;
    bytes
}

/// What is there for everybody is shown, and what lies beside it is not, by whatever address.
pub async fn try_files(scene: &Scene, tally: &mut Tally) -> Result<(), Failure> {
    for line in access::FILES {
        let address = line.address.replace("ARCHIVE", &scene.archive);
        let answer = scene.send(line.method, &address, &[], Vec::new()).await?;
        tally.acknowledged += 1;
        tally.check(answer.status == 200, || {
            format!("{address} is there and was answered with {}", answer.status)
        });
        headers::check(&answer, line, &|| format!("{} {address}", line.method), tally);
    }
    for address in ASTRAY {
        let answer = scene.send("GET", address, &[], Vec::new()).await?;
        tally.acknowledged += 1;
        tally.check(!answer.text.contains(BESIDE), || format!("{address} leads out of its folder"));
    }
    Ok(())
}
