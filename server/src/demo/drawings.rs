//! The demo's pictures: one drawing a thing, recoloured by three tones of one hue.

use std::collections::HashMap;

use serde::Deserialize;

use super::{FILES, json};

#[derive(Deserialize)]
struct Tone {
    a: String,
    b: String,
    c: String,
}

/// CSS colours by the tones' names: the middle one stands for the whole on a swatch.
pub(super) fn swatches() -> Result<HashMap<String, String>, super::DemoError> {
    let tones: HashMap<String, Tone> = json("tones.json")?;
    Ok(tones.into_iter().map(|(name, tone)| (name, tone.b)).collect())
}

/// A drawing as SVG, in its own colours or in a tone; none where either is unknown.
#[must_use]
pub fn drawing(name: &str, tone: Option<&str>) -> Option<String> {
    let file = FILES.get_file(format!("drawings/{name}.svg"))?;
    let text = file.contents_utf8()?;
    let Some(tone) = tone else { return Some(text.to_owned()) };
    let tones: HashMap<String, Tone> = json("tones.json").ok()?;
    let tone = tones.get(tone)?;
    // Each drawing carries its colours in one attribute of its root, so that one replacement recolours it.
    let start = text.find("style=\"")?;
    let end = start + 7 + text.get(start + 7..)?.find('"')?;
    let style = format!("style=\"--a:{};--b:{};--c:{}", tone.a, tone.b, tone.c);
    Some(format!("{}{style}{}", &text[..start], &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_recoloured_by_its_root() {
        let plain = drawing("kettle", None).unwrap();
        let milk = drawing("kettle", Some("milk")).unwrap();
        assert!(plain != milk && milk.contains("--a:#efe4ce") && milk.trim_end().ends_with("</svg>"));
        assert_eq!(drawing("kettle", Some("no-such-tone")), None);
        assert_eq!(drawing("../products", None), None);
    }
}
