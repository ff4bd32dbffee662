//! What a product is called in its address.

use onshelf_vocabulary::ids::Slug;
use unicode_normalization::UnicodeNormalization;

/// In characters; three bytes each, as Hangul has, is what a [`Slug`] may hold.
const MAX_CHARS: usize = 120;
const MAX_BYTES: usize = 360;

/// Letters and digits of any script in lower case, joined by hyphens: `주전자 1.2L` is `주전자-1-2l`.
/// None where the name has neither letters nor digits.
#[must_use]
pub fn slugify(name: &str) -> Option<Slug> {
    let mut slug = String::with_capacity(name.len().min(MAX_BYTES));
    let mut chars = 0;
    let mut gap = false;
    // Composed first: file names from a Mac spell Hangul in separate jamo.
    for c in name.nfkc().flat_map(char::to_lowercase) {
        match c {
            '\'' | '\u{2019}' | '\u{02BC}' => {}
            c if c.is_alphanumeric() => {
                let hyphen = usize::from(gap && !slug.is_empty());
                if chars + hyphen >= MAX_CHARS || slug.len() + hyphen + c.len_utf8() > MAX_BYTES {
                    break;
                }
                if hyphen == 1 {
                    slug.push('-');
                }
                slug.push(c);
                chars += 1 + hyphen;
                gap = false;
            }
            _ => gap = true,
        }
    }
    Slug::new(slug).ok()
}

/// The slug of `name`, or of `fallback` (the SKU, say) where the name has none, with `-2`, `-3` … where it is taken.
#[must_use]
pub fn free_slug(name: &str, fallback: &str, taken: impl Fn(&str) -> bool) -> Option<Slug> {
    let first = slugify(name).or_else(|| slugify(fallback))?;
    if !taken(first.as_str()) {
        return Some(first);
    }
    (2u32..).find_map(|count| {
        let tail = format!("-{count}");
        let mut stem = first.as_str();
        while stem.len() + tail.len() > MAX_BYTES {
            stem = &stem[..stem.char_indices().next_back().map_or(0, |(at, _)| at)];
        }
        let next = format!("{stem}{tail}");
        (!taken(&next)).then(|| Slug::new(next).ok())
    })?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_keep_their_letters() {
        for (name, slug) in [
            ("이끼색 주전자 1.2L", Some("이끼색-주전자-1-2l")),
            ("주전자", Some("주전자")),
            ("  --Levi's® 501™ (W32) ", Some("levis-501tm-w32")),
            ("Café Crème", Some("café-crème")),
            ("[6월 올영픽][1+1] 크림", Some("6월-올영픽-1-1-크림")),
            ("</script>", Some("script")),
            ("!!!", None),
            ("", None),
        ] {
            assert_eq!(slugify(name).as_ref().map(Slug::as_str), slug, "{name}");
        }
    }

    #[test]
    fn a_taken_slug_is_counted_on() {
        let free =
            |name: &str, taken: &[&str]| free_slug(name, "SKU-1", |slug| taken.contains(&slug)).unwrap();
        assert_eq!(free("컵", &[]).as_str(), "컵");
        assert_eq!(free("컵", &["컵", "컵-2"]).as_str(), "컵-3");
        assert_eq!(free("★", &[]).as_str(), "sku-1");
        let long = "가".repeat(500);
        assert_eq!(free(&long, &[&"가".repeat(120)]).as_str(), format!("{}-2", "가".repeat(119)));
    }

    proptest! {
        #[test]
        fn a_slug_is_its_own_slug(name in ".{0,200}") {
            if let Some(slug) = slugify(&name) {
                prop_assert!(slug.as_str().chars().count() <= MAX_CHARS);
                prop_assert_eq!(slugify(slug.as_str()), Some(slug));
            }
        }
    }
}
