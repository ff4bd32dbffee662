//! The two languages everything is written in.

use serde::{Deserialize, Serialize};

/// The language of a page, a mail or an answer. Korean is the first, English its equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    Ko,
    En,
}

impl Lang {
    /// BCP 47 tag: `ko` or `en`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Lang::Ko => "ko",
            Lang::En => "en",
        }
    }

    /// Where the pages of this language begin: Korean at the root, English under `/en`.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Lang::Ko => "",
            Lang::En => "/en",
        }
    }

    /// The path of a page in this language: `path` begins with `/`.
    #[must_use]
    pub fn href(self, path: &str) -> String {
        match (self, path) {
            (Lang::En, "/") => "/en".to_owned(),
            _ => format!("{}{path}", self.prefix()),
        }
    }

    /// One of two texts written for the same place.
    #[must_use]
    pub const fn pick<'a>(self, ko: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Ko => ko,
            Lang::En => en,
        }
    }

    /// From a BCP 47 tag, by its first subtag; anything else is Korean.
    #[must_use]
    pub fn from_tag(tag: &str) -> Lang {
        match tag.split(['-', '_', ',', ';']).next() {
            Some(first) if first.trim().eq_ignore_ascii_case("en") => Lang::En,
            _ => Lang::Ko,
        }
    }
}

/// A text in both languages; one that was given in one language only stands in for the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    #[serde(default)]
    pub ko: String,
    #[serde(default)]
    pub en: String,
}

impl Text {
    pub fn new(ko: impl Into<String>, en: impl Into<String>) -> Text {
        Text { ko: ko.into(), en: en.into() }
    }

    /// In that language, or else in the other.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ko if self.ko.is_empty() => &self.en,
            Lang::En if self.en.is_empty() => &self.ko,
            Lang::Ko => &self.ko,
            Lang::En => &self.en,
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ko.is_empty() && self.en.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_one_language_stands_in_for_the_other() {
        assert_eq!(Text::new("주전자", "").get(Lang::En), "주전자");
        assert_eq!(Text::new("주전자", "Kettle").get(Lang::En), "Kettle");
    }

    #[test]
    fn the_tag_is_read_by_its_first_part() {
        for (tag, lang) in
            [("en-GB,en;q=0.9", Lang::En), ("ko-KR", Lang::Ko), ("fr", Lang::Ko), ("", Lang::Ko)]
        {
            assert_eq!(Lang::from_tag(tag), lang, "{tag}");
        }
    }
}
