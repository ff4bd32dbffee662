//! Our own names of the fields, and those that files commonly have for them.

use super::Kind;

/// A field, and the column names that fill it where no mapping says otherwise.
pub(super) type Field = (&'static str, &'static [&'static str]);

pub(super) const fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Stores => STORES,
        Kind::Products => PRODUCTS,
        Kind::Stock => STOCK,
        Kind::Places => PLACES,
    }
}

pub(super) const STORES: &[Field] = &[
    ("code", &["code", "store_code", "store_number", "store_id", "id", "매장코드", "점포코드", "filiale", "filialnummer", "filial_nr"]),
    ("name", &["name", "store_name", "title", "매장명", "점포명", "filialname", "bezeichnung"]),
    ("name_ko", &["name_ko", "name.ko"]),
    ("name_en", &["name_en", "name.en"]),
    (
        "address",
        &["address", "street_address", "address1", "street", "addr", "addr_road", "주소", "도로명주소", "address.line1", "address.street", "straße", "strasse", "adresse"],
    ),
    ("address_ko", &["address_ko", "address.ko"]),
    ("address_en", &["address_en", "address.en"]),
    ("city", &["city", "town", "locality", "시군구", "address.city", "ort", "stadt"]),
    ("state", &["state", "province", "region_code", "sido", "시도", "address.state", "address.region"]),
    ("region", &["region"]),
    ("region_ko", &["region_ko"]),
    ("region_en", &["region_en"]),
    ("postcode", &["postcode", "postal_code", "zip", "zipcode", "zip_code", "우편번호", "address.postcode", "address.postal_code", "address.zip", "plz", "postleitzahl"]),
    ("country", &["country", "country_code", "국가", "address.country", "land"]),
    ("lat", &["lat", "latitude", "location.lat", "geo.lat", "위도", "coordinates.lat", "position.lat", "location.latitude", "breitengrad"]),
    ("lng", &["lng", "lon", "long", "longitude", "location.lng", "location.lon", "geo.lng", "경도", "coordinates.lng", "coordinates.lon", "position.lng", "position.lon", "location.longitude", "längengrad"]),
    ("coordinates", &["coordinates", "latlng", "lat_lng"]),
    ("phone", &["phone", "telephone", "tel", "phone_number", "전화번호", "전화", "contact.phone", "telefon"]),
    ("time_zone", &["time_zone", "timezone", "tz"]),
    ("services", &["services", "amenities", "서비스"]),
    ("hours", &["hours", "opening_hours", "business_hours", "영업시간", "öffnungszeiten"]),
    ("exceptions", &["exceptions"]),
    ("mon", &["mon", "monday", "월"]),
    ("tue", &["tue", "tuesday", "화"]),
    ("wed", &["wed", "wednesday", "수"]),
    ("thu", &["thu", "thursday", "목"]),
    ("fri", &["fri", "friday", "금"]),
    ("sat", &["sat", "saturday", "토"]),
    ("sun", &["sun", "sunday", "일"]),
    ("lead_minutes", &["lead_minutes"]),
    ("cutoff_minutes", &["cutoff_minutes"]),
    ("keep_days", &["keep_days"]),
    ("currency", &["currency"]),
    ("note", &["note"]),
    ("note_ko", &["note_ko"]),
    ("note_en", &["note_en"]),
    ("status", &["status"]),
];

pub(super) const PRODUCTS: &[Field] = &[
    ("code", &["code", "product_code", "item_group_id", "group_id", "parent_sku"]),
    ("sku", &["sku", "id", "item_id", "품번", "상품코드", "artikelnummer", "artikelnr"]),
    ("gtin", &["gtin", "ean", "upc", "barcode", "gtin13", "gtin14", "바코드", "ean13", "ean_code"]),
    ("slug", &["slug"]),
    ("name", &["name", "title", "product_name", "상품명", "artikelbezeichnung", "bezeichnung", "produktname"]),
    ("name_ko", &["name_ko", "name.ko"]),
    ("name_en", &["name_en", "name.en"]),
    ("brand", &["brand", "manufacturer", "브랜드", "brand.name", "vendor", "marke", "hersteller"]),
    ("brand_ko", &["brand_ko"]),
    ("brand_en", &["brand_en"]),
    ("category", &["category", "product_type", "categories", "카테고리", "분류", "kategorie", "warengruppe"]),
    ("description", &["description", "설명", "beschreibung"]),
    ("description_ko", &["description_ko", "description.ko"]),
    ("description_en", &["description_en", "description.en"]),
    ("price", &["price", "regular_price", "가격", "판매가", "preis", "verkaufspreis"]),
    ("sale_price", &["sale_price", "special_price", "할인가", "angebotspreis"]),
    ("list_price", &["list_price", "compare_at_price", "정가"]),
    ("currency", &["currency", "währung"]),
    ("images", &["images", "image", "image_link", "image_url", "additional_image_link", "image_src", "images.src", "images.url", "image.url", "bild"]),
    ("variant_images", &["variant_images"]),
    ("tags", &["tags"]),
    ("related", &["related"]),
    ("status", &["status"]),
    ("position", &["position"]),
    ("option1_name", &["option1_name"]),
    ("option1", &["option1_value"]),
    ("option2_name", &["option2_name"]),
    ("option2", &["option2_value"]),
    ("option3_name", &["option3_name"]),
    ("option3", &["option3_value"]),
    ("attributes", &["attributes"]),
    ("options", &["options"]),
    ("option_codes", &["option_codes"]),
    ("variant_status", &["variant_status"]),
    // Whether a row is a product's own, that of one of its variants, or both; only mappings say which column tells.
    ("row_kind", &[]),
    // What rows of variants may call their product by besides its code.
    ("record", &[]),
];

pub(super) const STOCK: &[Field] = &[
    ("store", &["store", "store_code", "store_id", "store_number", "매장코드", "점포코드", "filiale", "filialnummer"]),
    ("sku", &["sku", "id", "item_id", "item", "품번", "상품코드", "artikelnummer", "artikelnr", "variant_sku"]),
    ("on_hand", &["on_hand", "quantity", "qty", "stock", "재고", "수량", "bestand", "menge"]),
    ("delta", &["delta", "change"]),
    ("availability", &["availability"]),
    ("counted_at", &["counted_at", "updated_at", "timestamp"]),
    ("safety_stock", &["safety_stock"]),
    ("reason", &["reason"]),
    ("reference", &["reference"]),
    ("price", &["price"]),
];

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
