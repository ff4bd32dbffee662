//! Values, and what of Rust they are.

use std::{
    borrow::Cow,
    fmt::{self, Display},
};

use sqlx_core::{
    decode::Decode,
    encode::{Encode, IsNull},
    error::BoxDynError,
    impl_encode_for_option,
    type_info::TypeInfo,
    types::Type,
    value,
};

use crate::InPlace;

/// SQLite's storage classes: a value has one, whatever its column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Null,
    Integer,
    Real,
    Text,
    Blob,
}

/// A value that a statement is given, or has answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

/// The same, looked at.
#[derive(Clone, Copy, Debug)]
pub enum ValueRef<'r> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'r str),
    Blob(&'r [u8]),
}

impl Kind {
    const fn called(self) -> &'static str {
        match self {
            Kind::Null => "NULL",
            Kind::Integer => "INTEGER",
            Kind::Real => "REAL",
            Kind::Text => "TEXT",
            Kind::Blob => "BLOB",
        }
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.called())
    }
}

impl TypeInfo for Kind {
    fn is_null(&self) -> bool {
        *self == Kind::Null
    }

    fn name(&self) -> &str {
        self.called()
    }
}

impl Value {
    pub(crate) fn look(&self) -> ValueRef<'_> {
        match self {
            Value::Null => ValueRef::Null,
            Value::Integer(value) => ValueRef::Integer(*value),
            Value::Real(value) => ValueRef::Real(*value),
            Value::Text(value) => ValueRef::Text(value),
            Value::Blob(value) => ValueRef::Blob(value),
        }
    }
}

impl ValueRef<'_> {
    const fn kind(self) -> Kind {
        match self {
            ValueRef::Null => Kind::Null,
            ValueRef::Integer(_) => Kind::Integer,
            ValueRef::Real(_) => Kind::Real,
            ValueRef::Text(_) => Kind::Text,
            ValueRef::Blob(_) => Kind::Blob,
        }
    }
}

impl value::Value for Value {
    type Database = InPlace;

    fn as_ref(&self) -> ValueRef<'_> {
        self.look()
    }

    fn type_info(&self) -> Cow<'_, Kind> {
        Cow::Owned(self.look().kind())
    }

    fn is_null(&self) -> bool {
        *self == Value::Null
    }
}

impl<'r> value::ValueRef<'r> for ValueRef<'r> {
    type Database = InPlace;

    fn to_owned(&self) -> Value {
        match *self {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(value) => Value::Integer(value),
            ValueRef::Real(value) => Value::Real(value),
            ValueRef::Text(value) => Value::Text(value.to_owned()),
            ValueRef::Blob(value) => Value::Blob(value.to_vec()),
        }
    }

    fn type_info(&self) -> Cow<'_, Kind> {
        Cow::Owned(self.kind())
    }

    fn is_null(&self) -> bool {
        matches!(self, ValueRef::Null)
    }
}

impl_encode_for_option!(InPlace);

/// What is given as it stands here, and read from values that look so.
macro_rules! stored {
    ($($rust:ty as $kind:ident: $given:expr, $($look:pat => $read:expr),+;)+) => {$(
        impl Type<InPlace> for $rust {
            fn type_info() -> Kind {
                Kind::$kind
            }
        }

        impl Encode<'_, InPlace> for $rust {
            fn encode_by_ref(&self, given: &mut Vec<Value>) -> Result<IsNull, BoxDynError> {
                let value: fn(&$rust) -> Value = $given;
                given.push(value(self));
                Ok(IsNull::No)
            }
        }

        impl<'r> Decode<'r, InPlace> for $rust {
            fn decode(value: ValueRef<'r>) -> Result<$rust, BoxDynError> {
                match value {
                    $($look => Ok($read),)+
                    other => Err(unlike(other.kind(), Kind::$kind)),
                }
            }
        }
    )+};
}

stored! {
    i64 as Integer: |v| Value::Integer(*v), ValueRef::Integer(v) => v;
    i32 as Integer: |v| Value::Integer(i64::from(*v)), ValueRef::Integer(v) => i32::try_from(v)?;
    bool as Integer: |v| Value::Integer(i64::from(*v)), ValueRef::Integer(v) => v != 0;
    f64 as Real: |v| Value::Real(*v), ValueRef::Real(v) => v;
    String as Text: |v| Value::Text(v.clone()), ValueRef::Text(v) => v.to_owned();
    Vec<u8> as Blob: |v| Value::Blob(v.clone()), ValueRef::Blob(v) => v.to_vec();
}

/// Texts and bytes are given from where they lie, and read into their owner.
macro_rules! lent {
    ($($rust:ty as $kind:ident: $given:expr;)+) => {$(
        impl Type<InPlace> for $rust {
            fn type_info() -> Kind {
                Kind::$kind
            }
        }

        impl Encode<'_, InPlace> for &$rust {
            fn encode_by_ref(&self, given: &mut Vec<Value>) -> Result<IsNull, BoxDynError> {
                let value: fn(&$rust) -> Value = $given;
                given.push(value(self));
                Ok(IsNull::No)
            }
        }
    )+};
}

lent! {
    str as Text: |v| Value::Text(v.to_owned());
    [u8] as Blob: |v| Value::Blob(v.to_vec());
}

fn unlike(is: Kind, wanted: Kind) -> BoxDynError {
    format!("{is} where {wanted} was expected").into()
}
