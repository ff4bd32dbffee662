//! Our own names of the fields, those that files commonly have for them, and which of them a record speaks of.

use std::collections::BTreeMap;

use onshelf_domain::hangul::is_korean;

use super::{
    Kind,
    lookup::Tables,
    mapping::Rule,
    plan::{Plan, Rules},
    read::{Fields, Record},
    value,
};

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

/// Which fields a record speaks of, be it to say that there is nothing. A column speaks in every row, a member of
/// JSON where it stands. What a record does not speak of stays as it is.
pub(super) struct Told<'p> {
    known: &'static [Field],
    rules: &'p Rules,
    mapped: &'p BTreeMap<String, Rule>,
    tables: &'p Tables,
    record: &'p Record,
}

impl<'p> Told<'p> {
    pub fn new(kind: Kind, plan: &'p Plan, record: &'p Record) -> Told<'p> {
        let (rules, mapped) = (&plan.fields, &plan.mapping.fields);
        Told { known: fields(kind), rules, mapped, tables: &plan.tables, record }
    }

    /// Of the record of a variant inside a product's.
    pub fn of_variant(plan: &'p Plan, record: &'p Record) -> Told<'p> {
        let (rules, mapped) = (&plan.variant, &plan.mapping.variant);
        Told { known: PRODUCTS, rules, mapped, tables: &plan.tables, record }
    }

    pub fn any(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.one(field))
    }

    fn one(&self, field: &str) -> bool {
        let Some(rule) = self.rules.get(field) else { return false };
        let Fields::Tree(tree) = &self.record.fields else { return true };
        if !rule.find(self.record, self.tables).texts.is_empty() {
            return true;
        }
        // An object says nothing by itself; its members may.
        let stands = |path: &str| value::at(tree, path).is_some_and(|value| !value.is_object());
        match self.mapped.get(field) {
            Some(Rule::Column(column)) => stands(column),
            Some(Rule::Made(made)) => {
                made.constant.is_some() || made.column.iter().chain(&made.columns).any(|path| stands(path))
            }
            None => self
                .known
                .iter()
                .find(|(name, _)| *name == field)
                .is_some_and(|(_, usual)| usual.iter().any(|path| stands(path))),
        }
    }

    /// The columns of a text in Korean and in English. Where no language is said, the one that it is written
    /// in: the other may have a text of its own.
    pub fn languages(
        &self,
        [any, ko, en]: [&str; 3],
        columns: [&'static str; 2],
    ) -> impl Iterator<Item = &'static str> + use<> {
        let (mut is_ko, mut is_en) = (self.one(ko), self.one(en));
        if self.one(any) {
            let found = self.rules.get(any).map(|rule| rule.find(self.record, self.tables).texts);
            let korean = found.and_then(|texts| texts.first().map(|text| is_korean(text)));
            is_ko |= korean != Some(false);
            is_en |= korean != Some(true);
        }
        columns.into_iter().zip([is_ko, is_en]).filter_map(|(column, is_told)| is_told.then_some(column))
    }
}

pub(super) const STORES: &[Field] = &[
    (
        "code",
        &[
            "code",
            "store_code",
            "store_number",
            "store_id",
            "id",
            "매장코드",
            "점포코드",
            "filiale",
            "filialnummer",
            "filial_nr",
        ],
    ),
    ("name", &["name", "store_name", "title", "매장명", "점포명", "filialname", "bezeichnung"]),
    ("name_ko", &["name_ko", "name.ko"]),
    ("name_en", &["name_en", "name.en"]),
    (
        "address",
        &[
            "address",
            "street_address",
            "address1",
            "street",
            "addr",
            "addr_road",
            "주소",
            "도로명주소",
            "address.line1",
            "address.street",
            "straße",
            "strasse",
            "adresse",
        ],
    ),
    ("address_ko", &["address_ko", "address.ko"]),
    ("address_en", &["address_en", "address.en"]),
    ("city", &["city", "town", "locality", "시군구", "address.city", "ort", "stadt"]),
    ("state", &["state", "province", "region_code", "sido", "시도", "address.state", "address.region"]),
    ("region", &["region"]),
    ("region_ko", &["region_ko"]),
    ("region_en", &["region_en"]),
    (
        "postcode",
        &[
            "postcode",
            "postal_code",
            "zip",
            "zipcode",
            "zip_code",
            "우편번호",
            "address.postcode",
            "address.postal_code",
            "address.zip",
            "plz",
            "postleitzahl",
        ],
    ),
    ("country", &["country", "country_code", "국가", "address.country", "land"]),
    (
        "lat",
        &[
            "lat",
            "latitude",
            "location.lat",
            "geo.lat",
            "위도",
            "coordinates.lat",
            "position.lat",
            "location.latitude",
            "breitengrad",
        ],
    ),
    (
        "lng",
        &[
            "lng",
            "lon",
            "long",
            "longitude",
            "location.lng",
            "location.lon",
            "geo.lng",
            "경도",
            "coordinates.lng",
            "coordinates.lon",
            "position.lng",
            "position.lon",
            "location.longitude",
            "längengrad",
        ],
    ),
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
    (
        "mon_open",
        &[
            "mon_open",
            "mon_opens",
            "mon_opening",
            "mon_open_time",
            "monday_open",
            "monday_opens",
            "monday_opening",
            "monday_open_time",
        ],
    ),
    (
        "mon_close",
        &[
            "mon_close",
            "mon_closes",
            "mon_closing",
            "mon_close_time",
            "monday_close",
            "monday_closes",
            "monday_closing",
            "monday_close_time",
        ],
    ),
    (
        "tue_open",
        &[
            "tue_open",
            "tue_opens",
            "tue_opening",
            "tue_open_time",
            "tuesday_open",
            "tuesday_opens",
            "tuesday_opening",
            "tuesday_open_time",
        ],
    ),
    (
        "tue_close",
        &[
            "tue_close",
            "tue_closes",
            "tue_closing",
            "tue_close_time",
            "tuesday_close",
            "tuesday_closes",
            "tuesday_closing",
            "tuesday_close_time",
        ],
    ),
    (
        "wed_open",
        &[
            "wed_open",
            "wed_opens",
            "wed_opening",
            "wed_open_time",
            "wednesday_open",
            "wednesday_opens",
            "wednesday_opening",
            "wednesday_open_time",
        ],
    ),
    (
        "wed_close",
        &[
            "wed_close",
            "wed_closes",
            "wed_closing",
            "wed_close_time",
            "wednesday_close",
            "wednesday_closes",
            "wednesday_closing",
            "wednesday_close_time",
        ],
    ),
    (
        "thu_open",
        &[
            "thu_open",
            "thu_opens",
            "thu_opening",
            "thu_open_time",
            "thursday_open",
            "thursday_opens",
            "thursday_opening",
            "thursday_open_time",
        ],
    ),
    (
        "thu_close",
        &[
            "thu_close",
            "thu_closes",
            "thu_closing",
            "thu_close_time",
            "thursday_close",
            "thursday_closes",
            "thursday_closing",
            "thursday_close_time",
        ],
    ),
    (
        "fri_open",
        &[
            "fri_open",
            "fri_opens",
            "fri_opening",
            "fri_open_time",
            "friday_open",
            "friday_opens",
            "friday_opening",
            "friday_open_time",
        ],
    ),
    (
        "fri_close",
        &[
            "fri_close",
            "fri_closes",
            "fri_closing",
            "fri_close_time",
            "friday_close",
            "friday_closes",
            "friday_closing",
            "friday_close_time",
        ],
    ),
    (
        "sat_open",
        &[
            "sat_open",
            "sat_opens",
            "sat_opening",
            "sat_open_time",
            "saturday_open",
            "saturday_opens",
            "saturday_opening",
            "saturday_open_time",
        ],
    ),
    (
        "sat_close",
        &[
            "sat_close",
            "sat_closes",
            "sat_closing",
            "sat_close_time",
            "saturday_close",
            "saturday_closes",
            "saturday_closing",
            "saturday_close_time",
        ],
    ),
    (
        "sun_open",
        &[
            "sun_open",
            "sun_opens",
            "sun_opening",
            "sun_open_time",
            "sunday_open",
            "sunday_opens",
            "sunday_opening",
            "sunday_open_time",
        ],
    ),
    (
        "sun_close",
        &[
            "sun_close",
            "sun_closes",
            "sun_closing",
            "sun_close_time",
            "sunday_close",
            "sunday_closes",
            "sunday_closing",
            "sunday_close_time",
        ],
    ),
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
    (
        "name",
        &["name", "title", "product_name", "상품명", "artikelbezeichnung", "bezeichnung", "produktname"],
    ),
    ("name_ko", &["name_ko", "name.ko"]),
    ("name_en", &["name_en", "name.en"]),
    ("brand", &["brand", "manufacturer", "브랜드", "brand.name", "vendor", "marke", "hersteller"]),
    ("brand_ko", &["brand_ko"]),
    ("brand_en", &["brand_en"]),
    ("category", &["category", "product_type", "categories", "카테고리", "분류", "kategorie", "warengruppe"]),
    ("description", &["description", "설명", "beschreibung"]),
    ("description_ko", &["description_ko", "description.ko"]),
    ("description_en", &["description_en", "description.en"]),
    ("price", &["price", "price.value", "regular_price", "가격", "판매가", "preis", "verkaufspreis"]),
    ("sale_price", &["sale_price", "special_price", "할인가", "angebotspreis"]),
    // An interval, or its ends.
    ("sale_period", &["sale_price_effective_date"]),
    ("sale_from", &["sale_from", "date_sale_price_starts"]),
    ("sale_until", &["sale_until", "date_sale_price_ends"]),
    ("list_price", &["list_price", "compare_at_price", "정가"]),
    ("currency", &["currency", "price.currency", "währung"]),
    (
        "images",
        &[
            "images",
            "image",
            "image_link",
            "image_url",
            "additional_image_link",
            "image_src",
            "images.src",
            "images.url",
            "image.url",
            "bild",
        ],
    ),
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
    (
        "store",
        &[
            "store",
            "store_code",
            "store_id",
            "store_number",
            "매장코드",
            "점포코드",
            "filiale",
            "filialnummer",
        ],
    ),
    (
        "sku",
        &["sku", "id", "item_id", "item", "품번", "상품코드", "artikelnummer", "artikelnr", "variant_sku"],
    ),
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
