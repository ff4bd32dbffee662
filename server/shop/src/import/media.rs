//! Product pictures from a folder into the shop's own: decoded under limits, turned upright, written anew without
//! what a camera adds, and named by their content, so that the same picture is kept once.

use std::{
    collections::HashMap,
    fs,
    io::{BufWriter, Cursor, Write},
    path::{Component, Path, PathBuf},
};

use image::{
    DynamicImage, ImageDecoder, ImageReader, Limits, codecs::jpeg::JpegEncoder, codecs::webp::WebPEncoder,
};
use sha2::{Digest, Sha256};

use super::ImportError;

/// A picture as the catalogue has it; width and height in CSS pixels.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Picture {
    pub src: String,
    pub width: u32,
    pub height: u32,
}

/// Of a picture that lies elsewhere.
const UNKNOWN: (u32, u32) = (640, 640);
const MAX_FILE: u64 = 32 * 1024 * 1024;
const MAX_SIDE: u32 = 12_000;
const MAX_MEMORY: u64 = 256 * 1024 * 1024;
/// No page shows more.
const KEPT_SIDE: u32 = 1_600;
const QUALITY: u8 = 85;
/// Pictures remembered within one import.
const REMEMBERED: usize = 50_000;

/// Pictures as an export writes them; none where the text is none of them, or names what no page may load.
pub(super) fn exported(text: &str) -> Option<Vec<Picture>> {
    let pictures: Vec<Picture> = serde_json::from_str(text).ok()?;
    let is_ours = |src: &str| src.starts_with("https://") || (src.starts_with('/') && !src.starts_with("//"));
    let is_plain = |src: &str| {
        !src.contains(|c: char| c.is_whitespace() || "\"'<>\\".contains(c)) && !src.contains("..")
    };
    pictures.iter().all(|picture| is_ours(&picture.src) && is_plain(&picture.src)).then_some(pictures)
}

#[derive(Debug, Default)]
pub(super) struct Media {
    folder: Option<PathBuf>,
    store: Option<PathBuf>,
    dry_run: bool,
    known: HashMap<String, Result<Picture, &'static str>>,
    /// Why the store takes no more.
    fault: Option<String>,
}

/// Why there is no picture.
enum Bad {
    Picture(&'static str),
    /// The store's fault, and so that of all that follow.
    Store(String),
}

impl From<&'static str> for Bad {
    fn from(reason: &'static str) -> Bad {
        Bad::Picture(reason)
    }
}

impl Media {
    pub fn new(folder: Option<PathBuf>, store: Option<PathBuf>, dry_run: bool) -> Media {
        Media { folder, store, dry_run, known: HashMap::new(), fault: None }
    }

    /// Whether pictures can still be kept.
    pub fn check(&self) -> Result<(), ImportError> {
        self.fault.clone().map_or(Ok(()), |fault| Err(ImportError::Pictures(fault)))
    }

    /// The picture a file names, or why there is none.
    pub async fn find(&mut self, named: &str) -> Result<Picture, &'static str> {
        if let Some(rest) = named.strip_prefix("https://").or_else(|| named.strip_prefix("http://")) {
            // A page served by TLS shows no picture that is not.
            let (width, height) = UNKNOWN;
            let is_address =
                !rest.is_empty() && !rest.contains(|c: char| c.is_whitespace() || "\"'<>".contains(c));
            let src = format!("https://{rest}");
            return if is_address { Ok(Picture { src, width, height }) } else { Err("not an address") };
        }
        if let Some(known) = self.known.get(named) {
            return known.clone();
        }
        let path = self.within_folder(named);
        let (store, dry_run) = (self.store.clone(), self.dry_run);
        let kept = match path {
            Err(reason) => Err(Bad::Picture(reason)),
            Ok(path) => tokio::task::spawn_blocking(move || keep(&path, store.as_deref(), dry_run))
                .await
                .unwrap_or(Err(Bad::Picture("the picture cannot be read"))),
        };
        let kept = kept.map_err(|bad| match bad {
            Bad::Picture(reason) => reason,
            Bad::Store(fault) => {
                self.fault.get_or_insert(fault);
                "the picture cannot be written"
            }
        });
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert(named.to_owned(), kept.clone());
        kept
    }

    /// The file, which must lie inside the folder also where links lead elsewhere.
    fn within_folder(&self, named: &str) -> Result<PathBuf, &'static str> {
        let folder =
            self.folder.as_deref().ok_or("a picture in a folder, and no --media folder was given")?;
        let relative = Path::new(named);
        if !relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return Err("a path out of the media folder");
        }
        let whole =
            folder.join(relative).canonicalize().map_err(|_| "the picture is not in the media folder")?;
        let root = folder.canonicalize().map_err(|_| "the media folder cannot be read")?;
        if whole.starts_with(root) { Ok(whole) } else { Err("a path out of the media folder") }
    }
}

fn keep(path: &Path, store: Option<&Path>, dry_run: bool) -> Result<Picture, Bad> {
    let about = fs::metadata(path).map_err(|_| "the picture cannot be read")?;
    if !about.is_file() || about.len() > MAX_FILE {
        return Err("the picture is greater than 32 MiB".into());
    }
    let bytes = fs::read(path).map_err(|_| "the picture cannot be read")?;
    let name: String = Sha256::digest(&bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let store = store.ok_or("there is no folder to keep pictures in")?;
    for ending in ["jpg", "webp"] {
        let file = store.join(format!("{name}.{ending}"));
        if let Ok((width, height)) = image::image_dimensions(&file) {
            return Ok(Picture { src: format!("/media/{name}.{ending}"), width, height });
        }
    }
    let picture = decode(&bytes)?;
    let (width, height) = (picture.width(), picture.height());
    let (ending, encoded) = encode(&picture)?;
    if !dry_run {
        write(store, &format!("{name}.{ending}"), &encoded)
            .map_err(|error| Bad::Store(format!("{}: {error}", store.display())))?;
    }
    Ok(Picture { src: format!("/media/{name}.{ending}"), width, height })
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, &'static str> {
    const BAD: &str = "not a JPEG, PNG or WebP picture that can be read";
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| BAD)?;
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| BAD)?;
    let orientation = decoder.orientation().map_err(|_| BAD)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| BAD)?;
    picture.apply_orientation(orientation);
    let too_great = picture.width().max(picture.height()) > KEPT_SIDE;
    Ok(if too_great { picture.thumbnail(KEPT_SIDE, KEPT_SIDE) } else { picture })
}

fn encode(picture: &DynamicImage) -> Result<(&'static str, Vec<u8>), &'static str> {
    const BAD: &str = "the picture cannot be written anew";
    let mut out = Vec::new();
    let rgba = picture.color().has_alpha().then(|| picture.to_rgba8());
    // A transparent picture stays so; one that only could be is as opaque as any.
    if let Some(rgba) = rgba.filter(|rgba| rgba.pixels().any(|pixel| pixel.0[3] < 255)) {
        rgba.write_with_encoder(WebPEncoder::new_lossless(&mut out)).map_err(|_| BAD)?;
        return Ok(("webp", out));
    }
    picture
        .to_rgb8()
        .write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY))
        .map_err(|_| BAD)?;
    Ok(("jpg", out))
}

/// Whole or not at all: a page may ask for it at any moment.
fn write(store: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    fs::create_dir_all(store)?;
    let draft = store.join(format!(".{name}.part"));
    let written = write_out(&draft, bytes).and_then(|()| fs::rename(&draft, store.join(name)));
    if written.is_err() {
        // Half a picture would only take the room that is missing.
        let _ = fs::remove_file(&draft);
    }
    written
}

fn write_out(draft: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = BufWriter::new(fs::File::create(draft)?);
    file.write_all(bytes)?;
    file.into_inner()?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_picture_is_kept_once_and_paths_stay_inside() {
        let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        image::RgbImage::from_pixel(40, 30, image::Rgb([9, 99, 199]))
            .save(folder.path().join("a.png"))
            .unwrap();
        fs::write(folder.path().join("b.png"), b"\x89PNG\r\n\x1a\nnot really").unwrap();
        let mut media = Media::new(Some(folder.path().into()), Some(store.path().into()), false);
        let picture = media.find("a.png").await.unwrap();
        assert_eq!((picture.width, picture.height), (40, 30));
        assert!(store.path().join(picture.src.trim_start_matches("/media/")).is_file());
        let mut again = Media::new(Some(folder.path().into()), Some(store.path().into()), false);
        assert_eq!(again.find("./a.png").await, Ok(picture));
        assert_eq!(fs::read_dir(store.path()).unwrap().count(), 1);
        for bad in ["../a.png", "/etc/passwd", "b.png", "missing.png", "https://", "https://a b"] {
            assert!(media.find(bad).await.is_err(), "{bad}");
        }
        assert!(media.check().is_ok(), "a bad picture is no fault of the store");
        let nowhere = folder.path().join("a.png");
        let mut full = Media::new(Some(folder.path().into()), Some(nowhere), false);
        assert!(full.find("a.png").await.is_err());
        assert!(full.check().is_err(), "where nothing can be kept the import stops");
        let remote = media.find("http://img.example/a.jpg").await.unwrap();
        assert_eq!(remote.src, "https://img.example/a.jpg");
    }

    #[tokio::test]
    async fn what_a_camera_wrote_beside_the_picture_is_not_kept() {
        let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut jpeg = Vec::new();
        let picture = image::RgbImage::from_pixel(16, 16, image::Rgb([200, 30, 30]));
        picture.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, 90)).unwrap();
        // A comment and an application's segment, behind the start of the image.
        let mut written = jpeg[..2].to_vec();
        for (kind, said) in [(0xfe, &b"taken at home by somebody"[..]), (0xe5, b"37.5447N 127.0557E")] {
            written.extend([0xff, kind, 0, u8::try_from(said.len() + 2).unwrap()]);
            written.extend(said);
        }
        written.extend(&jpeg[2..]);
        fs::write(folder.path().join("a.jpg"), &written).unwrap();
        let mut media = Media::new(Some(folder.path().into()), Some(store.path().into()), false);
        let kept = media.find("a.jpg").await.unwrap();
        let kept = fs::read(store.path().join(kept.src.trim_start_matches("/media/"))).unwrap();
        let has = |said: &[u8]| kept.windows(said.len()).any(|part| part == said);
        assert!(!has(b"somebody") && !has(b"127.0557E"));
    }
}
