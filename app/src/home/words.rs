//! The operator's words for the home page, as they come in a file: a hero, collections, guides.

use onshelf_vocabulary::Text;
use serde::Deserialize;

/// What the file tells; what it leaves out is not shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HomeWords {
    pub hero: Option<Said>,
    pub collections: Vec<Gathered>,
    pub guides: Vec<Guide>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Said {
    pub title: Text,
    #[serde(default)]
    pub text: Text,
}

/// Products that belong together, by their slugs.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Gathered {
    pub slug: String,
    pub title: Text,
    #[serde(default)]
    pub text: Text,
    #[serde(default)]
    pub products: Vec<String>,
}

/// Advice in a few sentences, with what it speaks of.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Guide {
    pub slug: String,
    pub title: Text,
    #[serde(default)]
    pub text: Vec<Text>,
    #[serde(default)]
    pub products: Vec<String>,
}

impl HomeWords {
    /// A file that cannot be read shows nothing and is named in the log: the home page must stand.
    pub(super) fn read(json: Option<&serde_json::Value>) -> HomeWords {
        let Some(json) = json else { return HomeWords::default() };
        HomeWords::deserialize(json).unwrap_or_else(|error| {
            tracing::warn!(
                %error,
                "The home page's words could not be read ({error}); it goes without them."
            );
            HomeWords::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use onshelf_vocabulary::Lang;
    use serde_json::json;

    #[test]
    fn what_is_left_out_is_not_shown_and_what_is_wrong_shows_nothing() {
        let words = HomeWords::read(Some(&json!({ "hero": { "title": { "ko": "선반", "en": "Shelf" } } })));
        assert_eq!(words.hero.unwrap().title.get(Lang::En), "Shelf");
        assert!(words.collections.is_empty());
        assert!(HomeWords::read(Some(&json!({ "hero": 3 }))).hero.is_none());
        assert!(HomeWords::read(None).guides.is_empty());
    }
}
