//! Brotli and gzip at their strongest, each content compressed once and kept: the strongest level is slow.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::manifest::digest;

/// The endings whose content shrinks; pictures and fonts are compressed already.
const SHRINKING: [&str; 12] =
    ["css", "geojson", "html", "ico", "js", "json", "map", "mjs", "svg", "txt", "wasm", "webmanifest"];
/// Below this many bytes the header costs what is won.
const WORTH_IT: usize = 256;

pub fn is_worth_it(name: &str, content: &[u8]) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    content.len() >= WORTH_IT && ending.is_some_and(|ending| SHRINKING.contains(&ending.as_str()))
}

/// Compressed content, kept in a folder under the name of what it was made from.
pub struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    pub fn at(folder: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    pub fn brotli(&self, content: &[u8]) -> Result<Vec<u8>> {
        self.kept(content, "br", brotli)
    }

    pub fn gzip(&self, content: &[u8]) -> Result<Vec<u8>> {
        self.kept(content, "gz", gzip)
    }

    fn kept(&self, content: &[u8], ending: &str, make: fn(&[u8]) -> Result<Vec<u8>>) -> Result<Vec<u8>> {
        let file = self.folder.join(format!("{}.{ending}", digest(content)));
        if let Ok(made) = std::fs::read(&file) {
            return Ok(made);
        }
        let made = make(content)?;
        write_whole(&file, &made)?;
        Ok(made)
    }
}

/// Brotli at quality 11 with the largest window.
fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        size_hint: content.len(),
        ..brotli::enc::BrotliEncoderParams::default()
    };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut out, &parameters)?;
    Ok(out)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

/// Writes beside the place and renames, so that a reader never sees half a file.
pub fn write_whole(file: &Path, content: &[u8]) -> Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".part");
    std::fs::write(&beside, content)?;
    Ok(std::fs::rename(&beside, file)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_was() {
        let content = "재고 stock ".repeat(200).into_bytes();
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut &*brotli(&content).expect("compressed"), &mut back).expect("brotli");
        assert_eq!(back, content);
        let small = gzip(&content).expect("compressed");
        back.clear();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*small), &mut back).expect("gzip");
        assert_eq!(back, content);
    }

    #[test]
    fn leaves_alone_what_does_not_shrink() {
        assert!(is_worth_it("map.SVG", &[0; 300]));
        assert!(!is_worth_it("photo.webp", &[0; 300]));
        assert!(!is_worth_it("robots.txt", &[0; 20]));
        assert!(!is_worth_it("LICENSE", &[0; 300]));
    }
}
