//! Opening a file or a pipe: how far it has been read, gzip and Zstandard undone, the first bytes looked at.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE};
use flate2::bufread::MultiGzDecoder;

use super::ImportError;

/// What to import from.
pub enum Source {
    File(PathBuf),
    /// A pipe or anything else that can be read once; `name` helps to guess the format.
    Stream {
        name: String,
        reader: Box<dyn Read + Send>,
    },
}

/// A source ready to be read as text.
pub(super) struct Opened {
    /// Without the endings that name a compression.
    pub name: String,
    pub reader: Box<dyn BufRead + Send>,
    /// The first bytes, which `reader` gives once more.
    pub head: Vec<u8>,
    pub total_bytes: Option<u64>,
    pub bytes: Arc<AtomicU64>,
    /// Where the file lies, for tables beside it.
    pub folder: Option<PathBuf>,
}

/// Enough to see a byte order mark, a header and a first record.
const HEAD: usize = 16 * 1024;
const BUFFER: usize = 256 * 1024;

pub(super) fn open(source: Source) -> Result<Opened, ImportError> {
    let (name, raw, total_bytes, folder) = match source {
        Source::Stream { name, reader } => (name, reader, None, None),
        Source::File(path) => {
            let name = path.display().to_string();
            let file = File::open(&path).map_err(|error| ImportError::unreadable(&name, error))?;
            let about = file.metadata().map_err(|error| ImportError::unreadable(&name, error))?;
            if about.is_dir() {
                return Err(ImportError::unreadable(&name, "it is a folder"));
            }
            let total = about.is_file().then_some(about.len());
            (name, Box::new(file) as Box<dyn Read + Send>, total, path.parent().map(PathBuf::from))
        }
    };
    let bytes = Arc::new(AtomicU64::new(0));
    let counted = Counted { inner: raw, bytes: Arc::clone(&bytes) };
    let (name, mut reader) = decompressed(name, counted)?;
    let mut head = peek(&mut reader, HEAD).map_err(|error| ImportError::unreadable(&name, error))?;
    if let Some(encoding) = utf16(&head) {
        reader = Box::new(Utf16::new(Cursor::new(head).chain(reader), encoding));
        head = peek(&mut reader, HEAD).map_err(|error| ImportError::unreadable(&name, error))?;
    }
    check_encoding(&head)?;
    if head.starts_with(b"\xEF\xBB\xBF") {
        head.drain(..3);
    }
    let reader = Box::new(BufReader::with_capacity(BUFFER, Cursor::new(head.clone()).chain(reader)));
    Ok(Opened { name, reader, head, total_bytes, bytes, folder })
}

type Plain = Box<dyn Read + Send>;

fn decompressed(name: String, mut raw: Counted) -> Result<(String, Plain), ImportError> {
    let magic = peek(&mut raw, 4).map_err(|error| ImportError::unreadable(&name, error))?;
    let whole = BufReader::with_capacity(BUFFER, Cursor::new(magic.clone()).chain(raw));
    let bare = |ending: &str| name.strip_suffix(ending).unwrap_or(&name).to_owned();
    if magic.starts_with(&[0x1F, 0x8B]) {
        return Ok((bare(".gz"), Box::new(MultiGzDecoder::new(whole))));
    }
    if magic == [0x28, 0xB5, 0x2F, 0xFD] {
        let decoder =
            zstd::Decoder::with_buffer(whole).map_err(|error| ImportError::unreadable(&name, error))?;
        return Ok((bare(".zst"), Box::new(decoder)));
    }
    Ok((name, Box::new(whole)))
}

/// Up to `count` first bytes. A reader that breaks after some has these told; its error comes again when it is read.
fn peek(reader: &mut impl Read, count: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(count);
    let mut piece = vec![0; count];
    while head.len() < count {
        match reader.read(&mut piece[..count - head.len()]) {
            Ok(0) => break,
            Ok(read) => head.extend_from_slice(&piece[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if head.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    Ok(head)
}

fn check_encoding(head: &[u8]) -> Result<(), ImportError> {
    if head.is_empty() || head.iter().all(u8::is_ascii_whitespace) && head.len() < HEAD {
        return Err(ImportError::Empty);
    }
    let nul = head.iter().filter(|byte| **byte == 0).count();
    if nul * 10 > head.len() {
        return Err(ImportError::Unusable("this is no text: it is full of NUL bytes".to_owned()));
    }
    if head.starts_with(b"PK\x03\x04") {
        return Err(ImportError::Unusable(
            "this is a ZIP archive or a spreadsheet: save it as CSV (UTF-8) and try again".to_owned(),
        ));
    }
    Ok(())
}

/// Whether a file is UTF-16, as spreadsheets save their "Unicode text", and in which order its bytes stand.
fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xFF, 0xFE, ..] => return Some(UTF_16LE),
        [0xFE, 0xFF, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let half = head.len() / 2;
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    // Without a mark, Latin text in UTF-16 has a zero in nearly every other place.
    let is_mostly = |zeros: usize| half >= 4 && zeros * 10 > half * 7;
    match (is_mostly(zeros(0)), is_mostly(zeros(1))) {
        (true, false) => Some(UTF_16BE),
        (false, true) => Some(UTF_16LE),
        _ => None,
    }
}

/// Reads UTF-16 as UTF-8, a piece at a time; half a character becomes the mark for one that cannot be read.
struct Utf16<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    /// How much of `text` has been read.
    taken: usize,
    ended: bool,
}

impl<R: Read> Utf16<R> {
    fn new(inner: R, encoding: &'static Encoding) -> Utf16<R> {
        let decoder = encoding.new_decoder_with_bom_removal();
        Utf16 { inner, decoder, raw: vec![0; HEAD], text: Vec::new(), taken: 0, ended: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        let read = self.inner.read(&mut self.raw)?;
        self.ended = read == 0;
        let most = self.decoder.max_utf8_buffer_length(read).unwrap_or(3 * HEAD);
        self.text.resize(most, 0);
        let raw = self.raw.get(..read).unwrap_or_default();
        let (_, _, written, _) = self.decoder.decode_to_utf8(raw, &mut self.text, self.ended);
        self.text.truncate(written);
        self.taken = 0;
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.text.len() && !self.ended {
            self.refill()?;
        }
        let left = self.text.get(self.taken..).unwrap_or_default();
        let read = left.len().min(buffer.len());
        buffer[..read].copy_from_slice(&left[..read]);
        self.taken += read;
        Ok(read)
    }
}

/// Counts what goes through, for the progress bar.
struct Counted {
    inner: Box<dyn Read + Send>,
    bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
