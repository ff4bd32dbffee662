//! `assets.json`: which address an asset of a plain name has. The server reads it once when it starts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Where hashed assets are served; such an address may be cached for ever.
pub const PACKAGE_PATH: &str = "/pkg/";
pub const FILE_NAME: &str = "assets.json";

/// Plain name → address, e.g. `onshelf.css` → `/pkg/onshelf.3fa94c12d0b7e6aa.css`.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Manifest(pub BTreeMap<String, String>);

impl Manifest {
    /// Notes the asset and returns its hashed file name.
    pub fn note(&mut self, plain: &str, content: &[u8]) -> String {
        let name = hashed_name(plain, content);
        self.0.insert(plain.to_owned(), format!("{PACKAGE_PATH}{name}"));
        name
    }

    /// The file below the site's folder, e.g. `pkg/onshelf.3fa94c12d0b7e6aa.css`.
    pub fn file(&self, plain: &str) -> Option<&str> {
        self.0.get(plain).map(|address| address.trim_start_matches('/'))
    }
}

/// `name.ext` with the first 16 digits of the content's SHA-256 before the ending.
pub fn hashed_name(plain: &str, content: &[u8]) -> String {
    let digits = digest(content);
    match plain.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem}.{digits}.{ending}"),
        None => format!("{plain}.{digits}"),
    }
}

/// The first 16 hexadecimal digits of the SHA-256.
pub fn digest(content: &[u8]) -> String {
    let mut digits = format!("{:x}", Sha256::digest(content));
    digits.truncate(16);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_follows_the_content() {
        let one = hashed_name("onshelf.css", b"a{}");
        assert_eq!(one, hashed_name("onshelf.css", b"a{}"));
        assert_ne!(one, hashed_name("onshelf.css", b"b{}"));
        assert!(
            one.starts_with("onshelf.") && one.ends_with(".css") && one.len() == "onshelf..css".len() + 16
        );
        assert_eq!(hashed_name("LICENSE", b"").split('.').count(), 2);
    }

    #[test]
    fn is_a_plain_json_object() {
        let mut manifest = Manifest::default();
        let name = manifest.note("loader.js", b"1");
        let json = serde_json::to_string(&manifest).expect("serialised");
        assert_eq!(json, format!("{{\"loader.js\":\"/pkg/{name}\"}}"));
        assert_eq!(manifest.file("loader.js"), Some(format!("pkg/{name}").as_str()));
        assert_eq!(manifest.file("onshelf.js"), None);
    }
}
