//! What a form asks for is done once, however often it is sent: by a second press, or by a browser that sends it again.

use std::collections::{BTreeMap, HashMap};

use leptos::prelude::*;
use onshelf_shop::Once;
use uuid::Uuid;

/// The field a form's key is in.
const FIELD: &str = "key";
/// Whose key it is where nobody has signed in: it is random, so that it alone tells shoppers apart.
const GUEST: &str = "guest";

/// A key of its own for a form that does something.
pub(crate) fn key_field() -> impl IntoView + use<> {
    view! { <input type="hidden" name=FIELD value=Uuid::new_v4().to_string() /> }
}

/// What was sent to `path` by `actor`, with all it says. Sent again with something changed it is another wish. None where
/// it has no such key, as no form of ours: then how things stand decides alone.
pub(crate) fn once(actor: &str, path: &str, key: &str, body: &str) -> Option<Once> {
    let key = of_ours(key)?;
    Some(Once::new(actor, &route(path), &format!("{key} {body}"), body))
}

/// What a shopper's form at `path` places, once for its key alone: sent again with something changed it is refused as
/// [`onshelf_shop::Error::KeyReused`], since what it placed first still stands, and another would be held and paid beside
/// it. None where it has no such key either.
pub(crate) fn placing(path: &str, key: &str, body: &str) -> Option<Once> {
    Some(Once::new(GUEST, &route(path), of_ours(key)?, body))
}

/// A key that a form of ours may have sent.
fn of_ours(key: &str) -> Option<&str> {
    Some(key.trim()).filter(|key| (16..=64).contains(&key.len()))
}

fn route(path: &str) -> String {
    format!("page:{path}")
}

/// The same of a shopper's form as it was sent.
pub(crate) fn once_of(path: &str, typed: &HashMap<String, String>) -> Option<Once> {
    let fields: BTreeMap<&String, &String> = typed.iter().collect();
    once(GUEST, path, typed.get(FIELD)?, &format!("{fields:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_known_by_its_key_and_by_all_it_says() {
        let sent = |key: &str, accept: &str| {
            let fields = [("key", key), ("t", "token"), ("accept", accept)];
            let typed = fields.map(|(name, text)| (name.to_owned(), text.to_owned())).into_iter().collect();
            once_of("/orders/O-1/offers/R-1", &typed).map(|once| format!("{once:?}"))
        };
        let (key, other) = ("0123456789abcdef", "fedcba9876543210");
        assert_eq!(sent(key, "1"), sent(key, "1"));
        assert!(sent(key, "1").is_some_and(|once| !once.contains(key) && !once.contains("token")));
        assert_ne!(sent(key, "1"), sent(key, "0"));
        assert_ne!(sent(key, "1"), sent(other, "1"));
        assert_eq!(sent("short", "1"), None);
    }

    #[test]
    fn what_is_placed_is_known_by_its_key_alone() {
        let (key, body) = ("0123456789abcdef", "a cup");
        let placed = |key: &str| placing("/reserve", key, body).map(|once| format!("{once:?}"));
        let direct = format!("{:?}", Once::new("guest", "page:/reserve", key, body));
        assert_eq!(placed(&format!(" {key} ")), Some(direct));
        for odd in ["", "short", &"0".repeat(65)] {
            assert_eq!(placed(odd), None, "{odd}");
        }
    }
}
