//! A QR code as one path of SVG. It is dark on light in every colour scheme, as scanners want it.

use std::fmt::Write;

use fast_qr::QRBuilder;
use leptos::prelude::*;

/// Modules of silence around the code (ISO/IEC 18004).
const QUIET: usize = 4;

/// The code of a text, with what it is for in words; nothing where the text is too long for one.
pub fn qr_code(text: &str, label: &str) -> Option<AnyView> {
    let (side, d) = modules(text)?;
    let label = label.to_owned();
    let view = view! {
        <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" aria-label=label shape-rendering="crispEdges">
            <rect class="qr-paper" width=side height=side />
            <path class="qr-ink" d=d />
        </svg>
    };
    Some(view.into_any())
}

/// The side with its quiet zone, and the dark modules, each run of a row as one rectangle.
fn modules(text: &str) -> Option<(usize, String)> {
    let code = QRBuilder::new(text).build().ok()?;
    let mut d = String::new();
    for y in 0..code.size {
        let mut x = 0;
        while x < code.size {
            let run = code[y][x..].iter().take_while(|module| module.value()).count();
            if run > 0 {
                write!(d, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET).ok()?;
            }
            x += run + 1;
        }
    }
    Some((code.size + 2 * QUIET, d))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_finder_pattern_stands_in_the_corner() {
        let (side, d) = modules("https://shop.example/reservations/R-7K3M-9QXD").unwrap();
        assert!(d.starts_with("M4 4h7v1h-7z"), "{}", &d[..40]);
        assert!((29..=60).contains(&side), "{side}");
    }

    #[test]
    fn what_no_code_can_hold_has_none() {
        assert!(modules(&"x".repeat(8_000)).is_none());
    }
}
