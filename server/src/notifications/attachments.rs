//! What travels with a mail: the code as a QR picture, the visit as a calendar file.

use std::io::Cursor;

use fast_qr::{ECL, QRBuilder};
use icalendar::{Calendar, Component, EventLike};
use image::{GrayImage, ImageFormat, Luma};
use jiff::{Timestamp, ToSpan};

use super::letter::Event;

/// Pixels a module: large enough to stay sharp at twice the size it is shown in.
const MODULE: u32 = 10;
/// Modules of white that a reader needs around the code (ISO/IEC 18004).
const QUIET: u32 = 4;

/// A PNG of the QR code; none where the text is too long for one.
pub(super) fn qr(text: &str) -> Option<Vec<u8>> {
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

/// RFC 5545; the same UID in every mail about one reservation, so that a calendar has it once.
pub(super) fn calendar(event: &Event, host: &str) -> String {
    let until = event.from.checked_add(30.minutes()).unwrap_or(event.from);
    let entry = icalendar::Event::new()
        .uid(&format!("{}@{host}", event.number))
        .add_property("DTSTAMP", utc(event.stamp))
        .add_property("DTSTART", utc(event.from))
        .add_property("DTEND", utc(until))
        .add_property("TRANSP", "TRANSPARENT")
        .summary(&event.summary)
        .description(&format!("{}\n{}", event.description, event.link))
        .location(&event.place)
        .url(&event.link)
        .done();
    let mut calendar = Calendar::new();
    calendar.append_property(("METHOD", "PUBLISH"));
    calendar.push(entry);
    calendar.to_string()
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}
