//! The operator's tiles for the live map: an archive on this machine, handed out in ranges with the fonts and icons
//! beside it, or the address of one elsewhere. It knows nothing of what is drawn with them.

use std::{
    fs::File,
    io,
    ops::RangeInclusive,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

use axum::{
    Router,
    body::Body,
    extract::{Path as Address, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use futures::{Stream, stream};
use http_range_header::parse_range_header;
use onshelf_app::{ssr::Door, ui::live_map::Ground};
use sha2::{Digest, Sha256};
use tower_http::services::ServeDir;

use super::{
    Options,
    assets::{FOR_EVER, beside_pages},
};

pub(super) const ARCHIVE_KIND: &str = "application/vnd.pmtiles";
/// A PMTiles archive of version 3 begins so, and its header is this long.
const MAGIC: &[u8] = b"PMTiles\x03";
const HEADER: usize = 127;
/// Where in the header the sort of the tiles stands, and the sort that is vectors.
const TILE_SORT: usize = 99;
const VECTORS: u8 = 1;
/// Bytes read from the archive at a time.
const PIECE: u64 = 256 * 1024;
/// The first range of glyphs: a folder of a typeface has at least this one.
const FIRST_GLYPHS: &str = "0-255.pbf";

/// What the operator set.
#[derive(Clone, Debug)]
pub struct Tiles {
    source: Source,
    glyphs: Option<Glyphs>,
    sprites: Option<PathBuf>,
    attribution: String,
}

#[derive(Clone, Debug)]
enum Source {
    Here(Arc<Archive>),
    Elsewhere(url::Url),
}

/// A folder of typefaces, and which of them is for texts and which for water.
#[derive(Clone, Debug)]
struct Glyphs {
    folder: PathBuf,
    upright: String,
    slanted: String,
}

/// Why the tiles cannot be used, beginning with the setting's name.
#[derive(Debug, thiserror::Error)]
pub enum TilesError {
    #[error("{setting}: {path}: {error}")]
    Unreadable { setting: &'static str, path: String, error: io::Error },
    #[error("tiles: {0} is no PMTiles archive of version 3 with vector tiles")]
    NoArchive(String),
    #[error("tiles_glyphs: {0} has no folder of a typeface with a file {FIRST_GLYPHS}")]
    NoGlyphs(String),
    #[error("tiles_sprites: {0} has no light.json")]
    NoSprites(String),
}

impl Tiles {
    /// Opens what is named: a file of this machine, or an address, which is not asked for here.
    pub fn open(
        tiles: &str,
        glyphs: Option<&Path>,
        sprites: Option<&Path>,
        attribution: &str,
    ) -> Result<Tiles, TilesError> {
        let source = match url::Url::parse(tiles).ok().filter(url::Url::has_host) {
            Some(url) => Source::Elsewhere(url),
            None => Source::Here(Arc::new(Archive::open(Path::new(tiles))?)),
        };
        let sprites = sprites.map(Path::to_owned);
        if let Some(folder) = sprites.as_ref().filter(|folder| !folder.join("light.json").is_file()) {
            return Err(TilesError::NoSprites(folder.display().to_string()));
        }
        Ok(Tiles {
            source,
            glyphs: glyphs.map(Glyphs::open).transpose()?,
            sprites,
            attribution: attribution.to_owned(),
        })
    }

    /// The host that the browser must be let speak to, such as `https://tiles.example`; none for an own archive.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        match &self.source {
            Source::Here(_) => None,
            Source::Elsewhere(url) => Some(url.origin().ascii_serialization()),
        }
    }

    /// As the map's script is told.
    #[must_use]
    pub fn ground(&self) -> Ground {
        let (archive, style) = match &self.source {
            Source::Here(archive) => (archive.address(), String::new()),
            Source::Elsewhere(url) if url.path().ends_with(".pmtiles") => (url.to_string(), String::new()),
            Source::Elsewhere(url) => (String::new(), url.to_string()),
        };
        let glyphs = self.glyphs.as_ref();
        Ground {
            archive,
            style,
            glyphs: glyphs.map(|_| "/map/fonts/{fontstack}/{range}.pbf".to_owned()).unwrap_or_default(),
            upright: glyphs.map(|glyphs| glyphs.upright.clone()).unwrap_or_default(),
            slanted: glyphs.map(|glyphs| glyphs.slanted.clone()).unwrap_or_default(),
            sprites: self.sprites.as_ref().map(|_| "/map/icons".to_owned()).unwrap_or_default(),
            attribution: self.attribution.clone(),
        }
    }

    /// First and last of the bytes that a call with these headers gets of an archive on this machine; none where it gets
    /// all of them, or nothing. For whoever feeds its reader with anything.
    #[must_use]
    pub fn part(&self, headers: &HeaderMap) -> Option<RangeInclusive<u64>> {
        let Source::Here(archive) = &self.source else { return None };
        match wanted(archive, headers) {
            Wanted::Part(range) => Some(range),
            Wanted::All | Wanted::Beyond => None,
        }
    }
}

impl Glyphs {
    fn open(folder: &Path) -> Result<Glyphs, TilesError> {
        let unreadable = |error| TilesError::Unreadable {
            setting: "tiles_glyphs",
            path: folder.display().to_string(),
            error,
        };
        let mut faces = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            if entry.path().join(FIRST_GLYPHS).is_file() {
                faces.extend(entry.file_name().into_string().ok());
            }
        }
        faces.sort();
        let named = |word: &str| faces.iter().find(|face| face.contains(word));
        let Some(upright) = named("Regular").or(faces.first()) else {
            return Err(TilesError::NoGlyphs(folder.display().to_string()));
        };
        let slanted = named("Italic").unwrap_or(upright).clone();
        Ok(Glyphs { folder: folder.to_owned(), upright: upright.clone(), slanted })
    }
}

/// An open archive. It is read through the file that was opened at the start: one that is put in its place later
/// waits for the next start, and nobody gets half of each.
#[derive(Debug)]
struct Archive {
    file: File,
    length: u64,
    /// Names the content, so that an address never changes what it stands for.
    digest: String,
    etag: HeaderValue,
}

impl Archive {
    fn open(path: &Path) -> Result<Archive, TilesError> {
        let name = || path.display().to_string();
        let unreadable = |error| TilesError::Unreadable { setting: "tiles", path: name(), error };
        let file = File::open(path).map_err(unreadable)?;
        let facts = file.metadata().map_err(unreadable)?;
        let mut head = [0; HEADER];
        let is_archive = facts.is_file()
            && file.read_exact_at(&mut head, 0).is_ok()
            && head.starts_with(MAGIC)
            && head[TILE_SORT] == VECTORS;
        if !is_archive {
            return Err(TilesError::NoArchive(name()));
        }
        // Archives are gigabytes long: the header, the length and the moment of the last change stand for all of it.
        let changed = facts.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let mut digest = Sha256::new();
        digest.update(head);
        digest.update(facts.len().to_be_bytes());
        digest.update(changed.unwrap_or_default().as_nanos().to_be_bytes());
        let digest: String = digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let etag =
            HeaderValue::from_str(&format!("\"{digest}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        Ok(Archive { file, length: facts.len(), digest, etag })
    }

    fn address(&self) -> String {
        format!("/map/{}.pmtiles", self.digest)
    }

    /// These bytes, read as they are sent.
    fn bytes(self: Arc<Archive>, range: RangeInclusive<u64>) -> impl Stream<Item = io::Result<Bytes>> {
        let (from, end) = (*range.start(), range.end() + 1);
        stream::try_unfold(from, move |at| {
            let archive = self.clone();
            async move {
                if at >= end {
                    return Ok(None);
                }
                let long = (end - at).min(PIECE);
                let read = move || {
                    let mut piece = vec![0; usize::try_from(long).map_err(io::Error::other)?];
                    archive.file.read_exact_at(&mut piece, at)?;
                    Ok::<_, io::Error>(Bytes::from(piece))
                };
                let piece = tokio::task::spawn_blocking(read).await.map_err(io::Error::other)??;
                Ok(Some((piece, at + long)))
            }
        })
    }
}

/// The archive under the name of its content, fonts and icons. Nothing where no tiles of this machine are set.
pub fn routes(options: &Options) -> Router<Door> {
    let mut router = Router::new();
    let Some(tiles) = options.tiles.as_deref() else { return router };
    if let Source::Here(archive) = &tiles.source {
        router = router.route("/map/{name}", get(archived).with_state(archive.clone()));
    }
    let folder = |path: &Path| {
        let files = ServeDir::new(path).append_index_html_on_directories(false);
        Router::new().fallback_service(files).layer(middleware::from_fn(beside_pages))
    };
    if let Some(glyphs) = &tiles.glyphs {
        router = router.nest_service("/map/fonts", folder(&glyphs.folder));
    }
    if let Some(sprites) = &tiles.sprites {
        router = router.nest_service("/map/icons", folder(sprites));
    }
    router
}

/// `GET /map/3fa94c12d0b7e6aa.pmtiles`
async fn archived(
    State(archive): State<Arc<Archive>>,
    Address(name): Address<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    if name.strip_suffix(".pmtiles") != Some(archive.digest.as_str()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    if headers.get(header::IF_NONE_MATCH).is_some_and(|told| told == archive.etag || told == "*") {
        return answered(&archive, StatusCode::NOT_MODIFIED, None, Body::empty());
    }
    let whole = 0..=archive.length.saturating_sub(1);
    let (status, range) = match wanted(&archive, &headers) {
        Wanted::All => (StatusCode::OK, whole),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Beyond => {
            return answered(&archive, StatusCode::RANGE_NOT_SATISFIABLE, None, Body::empty());
        }
    };
    let body = match method {
        Method::HEAD => Body::empty(),
        _ => Body::from_stream(archive.clone().bytes(range.clone())),
    };
    answered(&archive, status, Some(range), body)
}

fn answered(
    archive: &Archive,
    status: StatusCode,
    range: Option<RangeInclusive<u64>>,
    body: Body,
) -> Response {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::ETAG, archive.etag.clone());
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(ARCHIVE_KIND));
    let text = |text: String| HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    if status == StatusCode::RANGE_NOT_SATISFIABLE {
        headers.insert(header::CONTENT_RANGE, text(format!("bytes */{}", archive.length)));
        return response;
    }
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    if let Some(range) = range {
        let (from, to) = range.into_inner();
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(to - from + 1));
        if status == StatusCode::PARTIAL_CONTENT {
            headers.insert(header::CONTENT_RANGE, text(format!("bytes {from}-{to}/{}", archive.length)));
        }
    }
    response
}

#[derive(Debug, PartialEq)]
enum Wanted {
    All,
    Part(RangeInclusive<u64>),
    /// Past the end.
    Beyond,
}

/// What of the archive is asked for. A range that cannot be read is none, and several at once are answered with the
/// whole, as HTTP allows; with `If-Range` a part is only sent of the archive it was meant for.
fn wanted(archive: &Archive, headers: &HeaderMap) -> Wanted {
    if headers.get(header::IF_RANGE).is_some_and(|told| told != archive.etag) {
        return Wanted::All;
    }
    let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let Some(ranges) = range.and_then(|text| parse_range_header(text).ok()) else { return Wanted::All };
    match ranges.validate(archive.length).as_deref() {
        Ok([one]) => Wanted::Part(one.clone()),
        Ok(_) => Wanted::All,
        Err(_) => Wanted::Beyond,
    }
}
