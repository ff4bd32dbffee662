//! Fields of places.

use super::Field;

pub(super) const PLACES: &[Field] = &[
    ("name", &["name", "place", "이름"]),
    ("name_ko", &["name_ko"]),
    ("name_en", &["name_en"]),
    ("kind", &["kind", "type"]),
    ("region", &["region", "state", "province", "시도"]),
    ("lat", &["lat", "latitude", "위도"]),
    ("lng", &["lng", "lon", "long", "longitude", "경도"]),
    ("postcode", &["postcode", "postal_code", "zip", "zipcode", "우편번호"]),
    ("weight", &["weight", "population"]),
    ("key", &["key", "source_key"]),
];
