//! JSON read as its schema has it. Left alone, serde takes a row of values for a thing with names (`[null, null]` for
//! an object with two fields), and does not take `2.0` for a whole number, which it is.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Unexpected, VariantAccess,
    Visitor,
};

/// A deserializer under which both hold, however deep.
pub struct Strict<D>(pub D);

/// What is to come, as far as it matters here.
#[derive(Clone, Copy, PartialEq)]
enum Awaited {
    Anything,
    Whole,
    Names,
}

/// Floating numbers below it are the whole numbers they were written as: two to the 50th. Above it one with a point may
/// be read as its neighbour, as JSON is read without the last bit.
const EXACT: f64 = 1_125_899_906_842_624.0;

macro_rules! forward {
    ($($method:ident $awaited:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method(Heard { visitor, awaited: Awaited::$awaited })
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<D> {
    type Error = D::Error;

    forward! {
        deserialize_any Anything deserialize_bool Anything deserialize_char Anything
        deserialize_i8 Whole deserialize_i16 Whole deserialize_i32 Whole deserialize_i64 Whole deserialize_i128 Whole
        deserialize_u8 Whole deserialize_u16 Whole deserialize_u32 Whole deserialize_u64 Whole deserialize_u128 Whole
        deserialize_f32 Anything deserialize_f64 Anything deserialize_str Anything deserialize_string Anything
        deserialize_bytes Anything deserialize_byte_buf Anything deserialize_option Anything
        deserialize_unit Anything deserialize_seq Anything deserialize_map Anything
        deserialize_identifier Anything deserialize_ignored_any Anything
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_unit_struct(name, Heard { visitor, awaited: Awaited::Anything })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, Heard { visitor, awaited: Awaited::Anything })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple(len, Heard { visitor, awaited: Awaited::Anything })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple_struct(name, len, Heard { visitor, awaited: Awaited::Anything })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, Heard { visitor, awaited: Awaited::Names })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(name, variants, Heard { visitor, awaited: Awaited::Anything })
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// A visitor that is told what came, but for what must not come.
struct Heard<V> {
    visitor: V,
    awaited: Awaited,
}

macro_rules! pass_on {
    ($($method:ident $value:ty),* $(,)?) => {$(
        fn $method<E: Error>(self, value: $value) -> Result<V::Value, E> {
            self.visitor.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Heard<V> {
    type Value = V::Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(out)
    }

    pass_on! {
        visit_bool bool, visit_char char,
        visit_i8 i8, visit_i16 i16, visit_i32 i32, visit_i64 i64, visit_i128 i128,
        visit_u8 u8, visit_u16 u16, visit_u32 u32, visit_u64 u64, visit_u128 u128,
        visit_f32 f32, visit_str &str, visit_borrowed_str &'de str, visit_string String,
        visit_bytes &[u8], visit_borrowed_bytes &'de [u8], visit_byte_buf Vec<u8>,
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<V::Value, E> {
        let is_whole = value.fract() == 0.0 && value.abs() < EXACT;
        if self.awaited != Awaited::Whole || !is_whole {
            return self.visitor.visit_f64(value);
        }
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and within bounds")]
        self.visitor.visit_i64(value as i64)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Strict(inner))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Strict(inner))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        if self.awaited == Awaited::Names {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self.visitor));
        }
        self.visitor.visit_seq(Inside(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Inside(entries))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(Inside(data))
    }
}

/// What lies inside is read as strictly.
struct Inside<A>(A);

struct Seed<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Seed<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Strict(inner))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Inside<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Seed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Inside<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Seed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Inside<A> {
    type Error = A::Error;
    type Variant = Inside<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let (value, variant) = self.0.variant_seed(seed)?;
        Ok((value, Inside(variant)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Inside<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.0.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.0.newtype_variant_seed(Seed(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.0.tuple_variant(len, Heard { visitor, awaited: Awaited::Anything })
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.0.struct_variant(fields, Heard { visitor, awaited: Awaited::Names })
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Line {
        sku: String,
        quantity: i64,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Order {
        lines: Vec<Line>,
        share: Option<f64>,
        first: Option<Line>,
    }

    fn read(text: &str) -> Result<Order, String> {
        Order::deserialize(Strict(&mut serde_json::Deserializer::from_str(text)))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_row_of_values_is_no_thing_with_names() {
        for text in [
            "[[], null, null]",
            r#"{"lines": [["CUP", 1]]}"#,
            r#"{"lines": [], "first": ["CUP", 1]}"#,
            r#"{"lines": {}}"#,
        ] {
            assert!(read(text).unwrap_err().starts_with("invalid type"), "{text}");
        }
        let order =
            read(r#"{"lines": [{"sku": "CUP", "quantity": 2}], "share": 0.5, "first": null}"#).unwrap();
        assert_eq!((order.lines.len(), order.share, order.first), (1, Some(0.5), None));
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_point() {
        let quantity = |text: &str| {
            read(&format!(r#"{{"lines": [{{"sku": "CUP", "quantity": {text}}}]}}"#))
                .map(|order| order.lines[0].quantity)
        };
        for (text, number) in [
            ("2.0", 2),
            ("-3.00", -3),
            ("1e2", 100),
            ("-0", 0),
            ("1125899906842623.0", (1 << 50) - 1),
            ("9007199254740993", (1 << 53) + 1),
        ] {
            assert_eq!(quantity(text), Ok(number), "{text}");
        }
        // The last would be read as 9007199254740990.
        for text in ["2.5", "1e17", "\"2\"", "null", "9223372036854775808", "9007199254740991.0"] {
            assert!(quantity(text).is_err(), "{text}");
        }
    }
}
