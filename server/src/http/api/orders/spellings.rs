//! Fields that more than one spelling says: the number of a bay may be a number, who else collects a name or somebody
//! with one, and `null` takes back what was said before (RFC 7396).

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Unexpected, Visitor, value::MapAccessDeserializer},
};
use utoipa::openapi::{
    ObjectBuilder, RefOr,
    schema::{AdditionalProperties, AnyOfBuilder, Schema, SchemaType, Type},
};

/// So large may a number be that stands for a text.
const MOST: u32 = 999_999_999;

/// A text; a whole number is the text of its digits, and `null` an empty one.
pub(super) fn label<'de, D: Deserializer<'de>>(reader: D) -> Result<String, D::Error> {
    struct Label;

    impl Visitor<'_> for Label {
        type Value = String;

        fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            out.write_str("a string")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
            if number > u64::from(MOST) {
                return Err(E::invalid_value(Unexpected::Unsigned(number), &self));
            }
            Ok(number.to_string())
        }

        fn visit_unit<E: Error>(self) -> Result<String, E> {
            Ok(String::new())
        }
    }

    reader.deserialize_any(Label)
}

/// A text that `null` takes back as an empty one does.
pub(super) fn erasable<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<String>, D::Error> {
    Option::<String>::deserialize(reader).map(|text| Some(text.unwrap_or_default()))
}

/// The name of somebody, alone or as what they have; `null` is nobody any more, as an empty name is.
pub(super) fn somebody<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<String>, D::Error> {
    struct Somebody;

    impl<'de> Visitor<'de> for Somebody {
        type Value = String;

        fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            out.write_str("a string")
        }

        fn visit_str<E: Error>(self, name: &str) -> Result<String, E> {
            Ok(name.to_owned())
        }

        fn visit_unit<E: Error>(self) -> Result<String, E> {
            Ok(String::new())
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<String, A::Error> {
            #[derive(Deserialize)]
            #[serde(deny_unknown_fields)]
            struct Person {
                name: String,
            }
            Person::deserialize(MapAccessDeserializer::new(map)).map(|person| person.name)
        }
    }

    reader.deserialize_any(Somebody).map(Some)
}

pub(super) fn bay() -> RefOr<Schema> {
    label_of(12, "Where the car stands.")
}

pub(super) fn car() -> RefOr<Schema> {
    label_of(60, "What the car looks like.")
}

fn label_of(longest: usize, description: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Integer, Type::Null]))
        .max_length(Some(longest))
        .minimum(Some(0_u32))
        .maximum(Some(MOST))
        .description(Some(description))
        .into()
}

const PROXY: &str = "Who else may collect, `\"Name\"` or `{\"name\": \"Name\"}`: makes a pass of their own, with a link \
    (see `passes` of the answer). The same name again renews the link and ends the one before; null or an empty name \
    takes it back. Possible while there is something to collect, also when picking has begun.";

pub(super) fn proxy() -> RefOr<Schema> {
    let name = || ObjectBuilder::new().max_length(Some(80));
    let alone = name().schema_type(SchemaType::from_iter([Type::String, Type::Null]));
    let person = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("name", name().schema_type(Type::String))
        .required("name")
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    AnyOfBuilder::new().item(alone).item(person).description(Some(PROXY)).into()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[derive(Deserialize)]
    struct Said {
        #[serde(default, deserialize_with = "label")]
        bay: String,
        #[serde(default, deserialize_with = "erasable")]
        window: Option<String>,
        #[serde(default, deserialize_with = "somebody")]
        proxy: Option<String>,
    }

    fn said(body: Value) -> Result<Said, String> {
        serde_json::from_value(body).map_err(|error| error.to_string())
    }

    #[test]
    fn a_number_may_stand_for_its_digits() {
        for (bay, text) in [(json!("3"), "3"), (json!(3), "3"), (json!(null), ""), (json!("B 12"), "B 12")] {
            assert_eq!(said(json!({"bay": bay})).unwrap().bay, text, "{bay}");
        }
        assert_eq!(said(json!({})).unwrap().bay, "");
        for bay in
            [json!(-3), json!(2.5), json!(true), json!([3]), json!({"number": 3}), json!(1_000_000_000)]
        {
            assert!(said(json!({"bay": bay})).is_err(), "{bay}");
        }
    }

    #[test]
    fn null_takes_back_and_nothing_leaves_as_it_is() {
        let nothing = said(json!({})).unwrap();
        assert_eq!((nothing.window, nothing.proxy), (None, None));
        let null = said(json!({"window": null, "proxy": null})).unwrap();
        assert_eq!((null.window.as_deref(), null.proxy.as_deref()), (Some(""), Some("")));
        let text = said(json!({"window": "noon", "proxy": "이모"})).unwrap();
        assert_eq!((text.window.as_deref(), text.proxy.as_deref()), (Some("noon"), Some("이모")));
    }

    #[test]
    fn somebody_is_a_name_or_has_one() {
        assert_eq!(said(json!({"proxy": {"name": "이모"}})).unwrap().proxy.as_deref(), Some("이모"));
        for proxy in
            [json!({}), json!({"name": 5}), json!({"name": "이모", "age": 50}), json!(["이모"]), json!(5)]
        {
            assert!(said(json!({"proxy": proxy})).is_err(), "{proxy}");
        }
    }
}
