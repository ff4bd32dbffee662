//! How places are laid into the index.

use std::collections::HashMap;

use onshelf_domain::search::{index_terms, term_of, text_of, tokens};

use super::{Place, PlaceIndex, SCALE, Stored, keyed::Keyed, number, plain_code};

impl PlaceIndex {
    /// Builds the index; the order of places does not matter.
    pub fn build(places: Vec<Place>) -> Self {
        let mut index = Self::default();
        let (mut kinds, mut regions) = (HashMap::new(), HashMap::new());
        let (mut names, mut codes) = (Vec::new(), Vec::new());
        for place in places {
            let id = number(index.places.len());
            collect_terms(&place.name_ko, id, &mut names);
            collect_terms(&place.name_en, id, &mut names);
            if let Some(postcode) = &place.postcode {
                codes.push((plain_code(postcode), id));
            }
            let kind = interned(&mut index.kinds, &mut kinds, &place.kind);
            let region = interned(&mut index.regions, &mut regions, &place.region);
            index.store(&place, kind, region);
        }
        index.text.shrink_to_fit();
        index.places.shrink_to_fit();
        let weight = |id: u32| index.places.get(id as usize).map_or(0, |place| place.weight);
        index.names = Keyed::build(names, weight);
        index.codes = Keyed::build(codes, weight);
        let mut words = Vec::new();
        for (region, id) in index.regions.iter().zip(0..) {
            collect_terms(region, id, &mut words);
        }
        index.region_words = Keyed::build(words, |_| 1);
        index
    }

    fn store(&mut self, place: &Place, kind: u32, region: u32) {
        let mut keep = |text: &str| {
            let end = text
                .char_indices()
                .map(|(at, c)| at + c.len_utf8())
                .take_while(|end| *end <= usize::from(u16::MAX))
                .last()
                .unwrap_or(0);
            let start = number(self.text.len());
            self.text.push_str(&text[..end]);
            (start, u16::try_from(end).unwrap_or(u16::MAX))
        };
        let (name_ko, name_en) = (keep(&place.name_ko), keep(&place.name_en));
        let postcode = place.postcode.as_deref().map(keep);
        let counts = [&place.name_ko, &place.name_en].map(|name| tokens(name).len());
        let stored = Stored {
            name_ko,
            name_en,
            postcode,
            kind,
            region,
            lat: scaled(place.lat, 90.0),
            lng: scaled(place.lng, 180.0),
            weight: place.weight,
            words: counts.map(|count| u8::try_from(count).unwrap_or(u8::MAX)),
        };
        self.places.push(stored);
    }
}

fn scaled(degrees: f64, most: f64) -> i32 {
    let clamped = if degrees.is_finite() { degrees.clamp(-most, most) } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, reason = "180 degrees in ten-millionths fit an i32")]
    let whole = (clamped * SCALE).round() as i32;
    whole
}

fn interned(list: &mut Vec<String>, known: &mut HashMap<String, u32>, text: &str) -> u32 {
    if let Some(id) = known.get(text) {
        return *id;
    }
    let id = number(list.len());
    list.push(text.to_owned());
    known.insert(text.to_owned(), id);
    id
}

fn collect_terms(text: &str, owner: u32, out: &mut Vec<(String, u32)>) {
    index_terms(text, |term, _| {
        out.push((term.to_owned(), owner));
        out.extend(short_forms(&text_of(term)).into_iter().map(|form| (term_of(&form), owner)));
    });
}

/// How people shorten a province or city: 서울특별시 → 서울시, 강원특별자치도 → 강원도, 경상남도 → 경남.
fn short_forms(name: &str) -> Vec<String> {
    let provinces = [
        ("경상남도", "경남"),
        ("경상북도", "경북"),
        ("전라남도", "전남"),
        ("전라북도", "전북"),
        ("충청남도", "충남"),
        ("충청북도", "충북"),
    ];
    let endings = [("특별시", "시"), ("광역시", "시"), ("특별자치시", "시"), ("특별자치도", "도")];
    let province = provinces.iter().find(|each| each.0 == name).map(|each| each.1.to_owned());
    let shortened =
        endings.iter().filter_map(|(long, short)| Some(format!("{}{short}", name.strip_suffix(long)?)));
    province.into_iter().chain(shortened).collect()
}
