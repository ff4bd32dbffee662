//! What is scanned at the counter, as a picture that travels inside a mail.

use std::io::Cursor;

use fast_qr::{ECL, QRBuilder};
use image::{GrayImage, ImageFormat, Luma};

/// Pixels a module: large enough to stay sharp at twice the size it is shown in.
const MODULE: u32 = 10;
/// Modules of white that a reader needs around the code (ISO/IEC 18004).
const QUIET: u32 = 4;

/// A PNG of the QR code; none where the text is too long for one.
pub(super) fn png(text: &str) -> Option<Vec<u8>> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let modules = u32::try_from(code.size).ok()?;
    let side = (modules + 2 * QUIET) * MODULE;
    let picture = GrayImage::from_fn(side, side, |x, y| {
        let dark = |at: u32| (at / MODULE).checked_sub(QUIET).filter(|module| *module < modules);
        let black =
            dark(x).zip(dark(y)).is_some_and(|(column, row)| code[row as usize][column as usize].value());
        Luma([if black { 0 } else { 255 }])
    });
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).ok()?;
    Some(png.into_inner())
}
