//! The options of a product while its variants are read: names in order of appearance, values with their codes.

use onshelf_domain::{catalog::slugify, hangul::is_korean};
use onshelf_vocabulary::Text;
use serde::Serialize;

use super::mapping::{Label, Mapping};

impl Label {
    pub(super) fn text(&self) -> Text {
        match self {
            Label::One(name) => by_script(name),
            Label::Both { ko, en } => Text::new(ko.clone(), en.clone()),
        }
    }
}

/// A text in the language it is written in; the other borrows it.
pub(super) fn by_script(text: &str) -> Text {
    if is_korean(text) { Text::new(text, "") } else { Text::new("", text) }
}

#[derive(Debug, Default)]
pub(super) struct OptionSet {
    options: Vec<OptionDraft>,
}

#[derive(Debug, Serialize)]
struct OptionDraft {
    #[serde(skip)]
    key: String,
    name: Text,
    values: Vec<ValueDraft>,
}

#[derive(Debug, Serialize)]
struct ValueDraft {
    code: String,
    ko: String,
    en: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    swatch: Option<String>,
}

impl OptionSet {
    /// Adds a variant's values (`(key, name, value)`) and answers for each option the code of its value.
    pub fn add(&mut self, values: &[(String, Text, String)], mapping: &Mapping) -> Vec<String> {
        for (key, name, value) in values {
            let at = self.options.iter().position(|option| option.key == *key).unwrap_or_else(|| {
                self.options.push(OptionDraft { key: key.clone(), name: name.clone(), values: Vec::new() });
                self.options.len() - 1
            });
            self.options[at].code_of(value, mapping);
        }
        let value_of = |option: &mut OptionDraft| {
            let value = values.iter().find(|(key, ..)| *key == option.key).map_or("-", |(.., value)| value);
            option.code_of(value, mapping)
        };
        self.options.iter_mut().map(value_of).collect()
    }

    pub fn len(&self) -> usize {
        self.options.len()
    }

    /// `[{"name":{ko,en},"values":[{"code","ko","en","swatch"?}]}]`
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.options).unwrap_or_else(|_| "[]".to_owned())
    }
}

impl OptionDraft {
    /// The code of a value, which becomes one of this option's if it was none yet.
    fn code_of(&mut self, value: &str, mapping: &Mapping) -> String {
        if let Some(known) = self.values.iter().find(|known| known.ko == value || known.en == value) {
            return known.code.clone();
        }
        let plain = slugify(value).map_or_else(|| "-".to_owned(), String::from);
        let is_free = |code: &str| self.values.iter().all(|known| known.code != code);
        let code = if is_free(&plain) {
            plain
        } else {
            (2..).map(|count| format!("{plain}-{count}")).find(|code| is_free(code)).unwrap_or(plain)
        };
        let Text { ko, en } = by_script(value);
        let swatch =
            mapping.swatches.get(value).cloned().or_else(|| named_colour(value)).filter(|c| is_colour(c));
        self.values.push(ValueDraft { code: code.clone(), ko, en, swatch });
        code
    }
}

/// Colour words that CSS knows by the same name, and the Korean for them.
fn named_colour(value: &str) -> Option<String> {
    const NAMES: [(&str, &str); 20] = [
        ("black", "검정"),
        ("white", "흰색"),
        ("gray", "회색"),
        ("red", "빨강"),
        ("orange", "주황"),
        ("yellow", "노랑"),
        ("green", "초록"),
        ("blue", "파랑"),
        ("purple", "보라"),
        ("pink", "분홍"),
        ("brown", "갈색"),
        ("beige", "베이지"),
        ("navy", "네이비"),
        ("ivory", "아이보리"),
        ("khaki", "카키"),
        ("silver", "실버"),
        ("gold", "골드"),
        ("turquoise", "청록"),
        ("lavender", "라벤더"),
        ("teal", "틸"),
    ];
    let value = value.to_lowercase();
    let value = if value == "grey" { "gray" } else { &value };
    NAMES.iter().find(|(en, ko)| value == *en || value == *ko).map(|(en, _)| (*en).to_owned())
}

/// Nothing that could be more than a colour may come into a style.
fn is_colour(text: &str) -> bool {
    match text.strip_prefix('#') {
        Some(hex) => matches!(hex.len(), 3 | 4 | 6 | 8) && hex.bytes().all(|b| b.is_ascii_hexdigit()),
        None => (3..=24).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_order_and_codes_stay_apart() {
        let mapping = Mapping::default();
        let mut set = OptionSet::default();
        let one = |size: &str, colour: &str| {
            vec![
                ("size".to_owned(), by_script("Size"), size.to_owned()),
                ("color".to_owned(), by_script("색상"), colour.to_owned()),
            ]
        };
        assert_eq!(set.add(&one("XS", "Black"), &mapping), ["xs", "black"]);
        assert_eq!(set.add(&one("XS", "black!"), &mapping), ["xs", "black-2"]);
        assert_eq!(set.add(&one("S", "Black"), &mapping), ["s", "black"]);
        let json: serde_json::Value = serde_json::from_str(&set.to_json()).unwrap();
        assert_eq!(json[0]["values"][1]["en"], "S");
        assert_eq!(json[1]["values"][0]["swatch"], "black");
        assert_eq!(json[1]["name"]["ko"], "색상");
    }
}
