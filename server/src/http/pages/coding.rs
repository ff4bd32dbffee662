//! How a kept page is written: which compression the client reads, and the page in it.

use std::io::Write;

use axum::http::{HeaderMap, HeaderValue, header};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

/// Compression beyond this level costs more time than a page that lives a minute is worth.
const BROTLI_LEVEL: u32 = 5;
const BROTLI_WINDOW: u32 = 18;
const GZIP_LEVEL: u32 = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Coding {
    Brotli,
    Gzip,
    Plain,
}

impl Coding {
    /// The smallest that the client reads.
    pub(super) fn of(headers: &HeaderMap) -> Coding {
        let mut best = Coding::Plain;
        for value in headers.get_all(header::ACCEPT_ENCODING) {
            for part in value.to_str().unwrap_or_default().split(',') {
                let (name, weight) = part.split_once(';').unwrap_or((part, ""));
                let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32));
                match name.trim() {
                    _ if refused => {}
                    "br" => return Coding::Brotli,
                    "gzip" => best = Coding::Gzip,
                    _ => {}
                }
            }
        }
        best
    }

    /// The value of `Content-Encoding`.
    pub(super) fn name(self) -> Option<HeaderValue> {
        match self {
            Coding::Brotli => Some(HeaderValue::from_static("br")),
            Coding::Gzip => Some(HeaderValue::from_static("gzip")),
            Coding::Plain => None,
        }
    }

    /// The page as it is sent.
    pub(super) fn write(self, page: Bytes) -> std::io::Result<Bytes> {
        match self {
            Coding::Plain => Ok(page),
            Coding::Brotli => {
                let mut writer = brotli::CompressorWriter::new(
                    Vec::with_capacity(page.len() / 4),
                    16 * 1024,
                    BROTLI_LEVEL,
                    BROTLI_WINDOW,
                );
                writer.write_all(&page)?;
                Ok(writer.into_inner().into())
            }
            Coding::Gzip => {
                let mut writer =
                    GzEncoder::new(Vec::with_capacity(page.len() / 4), Compression::new(GZIP_LEVEL));
                writer.write_all(&page)?;
                Ok(writer.finish()?.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn of(accepted: &'static str) -> Coding {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
        Coding::of(&headers)
    }

    #[test]
    fn the_client_chooses() {
        assert_eq!(of("gzip, deflate, br, zstd"), Coding::Brotli);
        assert_eq!(of("gzip;q=1.0, br;q=0"), Coding::Gzip);
        assert_eq!(of("identity"), Coding::Plain);
        assert_eq!(Coding::of(&HeaderMap::new()), Coding::Plain);
    }

    #[test]
    fn comes_back_as_it_was() {
        let page = Bytes::from("<p>성수점 선반에 3개 있어요</p>".repeat(200));
        let mut back = Vec::new();
        let small = Coding::Brotli.write(page.clone()).unwrap();
        brotli::Decompressor::new(&small[..], 4096).read_to_end(&mut back).unwrap();
        assert!(small.len() < page.len() / 10 && back == page);
        back.clear();
        let small = Coding::Gzip.write(page.clone()).unwrap();
        flate2::read::GzDecoder::new(&small[..]).read_to_end(&mut back).unwrap();
        assert_eq!(back, page);
    }
}
