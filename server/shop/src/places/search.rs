//! Place search: what someone types for "where I am" to places on the map. Names by beginning, part and 초성,
//! narrowed by region words, and postcodes old and new. Knows no database and no stores; everything is in
//! memory, strings laid end to end, about 150 bytes a place with its words.

use onshelf_domain::hangul::{is_consonant, latin_to_hangul};
use onshelf_domain::search::{Fit, Lexicon, Match, index_terms, normalise, term_of, text_of, tokens};
use onshelf_vocabulary::places::EARTH_RADIUS_M;
use std::collections::HashMap;

#[cfg(test)]
mod tests;

const MOST_CHARS: usize = 100;
/// One bit a word in the masks below.
const MOST_WORDS: usize = 8;
const MOST_TERMS: usize = 96;
const MOST_CODES: usize = 64;
/// Degrees are kept in ten-millionths: a centimetre, and the digits gazetteers have.
const SCALE: f64 = 1e7;

/// A place people name when they say where they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    pub name_ko: String,
    pub name_en: String,
    /// The caller's own word (dong, road, station, postcode …).
    pub kind: String,
    /// What it lies in, largest first: 서울특별시 성동구. Both languages may stand here.
    pub region: String,
    /// WGS 84, degrees.
    pub lat: f64,
    pub lng: f64,
    /// Five digits (Korea or US ZIP), the old Korean 133-821, or letters and digits elsewhere.
    pub postcode: Option<String>,
    /// How much sooner it is meant than another of the same name: population, or importance in any unit.
    pub weight: u32,
}

/// A place that answers a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub place: Place,
    /// Metres from where the asker is, if that was given.
    pub distance_m: Option<f64>,
}

type Span = (u32, u16);

struct Stored {
    name_ko: Span,
    name_en: Span,
    postcode: Option<Span>,
    kind: u32,
    region: u32,
    lat: i32,
    lng: i32,
    weight: u32,
    /// Words in the Korean and the English name.
    words: [u8; 2],
}

/// Terms and, for each, the numbers that have it.
#[derive(Default)]
struct Keyed {
    lexicon: Lexicon,
    starts: Vec<u32>,
    owners: Vec<u32>,
}

impl Keyed {
    /// From (term, owner) pairs; a term weighs as much as its heaviest owner.
    fn build(mut pairs: Vec<(String, u32)>, weight: impl Fn(u32) -> u32) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut terms: Vec<(String, u32)> = Vec::new();
        let mut starts = Vec::new();
        let mut owners = Vec::with_capacity(pairs.len());
        for (term, owner) in pairs {
            let known = terms.last_mut().filter(|last| last.0 == term);
            match known {
                Some(last) => last.1 = last.1.max(weight(owner)),
                None => {
                    terms.push((term, weight(owner)));
                    starts.push(number(owners.len()));
                }
            }
            owners.push(owner);
        }
        starts.push(number(owners.len()));
        Self { lexicon: Lexicon::build(terms), starts, owners }
    }

    fn owners(&self, term: u32) -> &[u32] {
        let at = |index: usize| self.starts.get(index).map_or(0, |start| *start as usize);
        self.owners.get(at(term as usize)..at(term as usize + 1)).unwrap_or_default()
    }

    fn heap_bytes(&self) -> usize {
        self.lexicon.heap_bytes() + (self.starts.capacity() + self.owners.capacity()) * 4
    }
}

/// An immutable index over places.
#[derive(Default)]
pub struct PlaceIndex {
    text: String,
    places: Vec<Stored>,
    kinds: Vec<String>,
    regions: Vec<String>,
    names: Keyed,
    /// Words of regions; owners are numbers of regions.
    region_words: Keyed,
    codes: Keyed,
}

impl std::fmt::Debug for PlaceIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlaceIndex").field("places", &self.places.len()).finish()
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

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

    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Bytes held on the heap, near enough.
    pub fn heap_bytes(&self) -> usize {
        let strings =
            |list: &[String]| list.iter().map(|each| each.capacity() + size_of::<String>()).sum::<usize>();
        self.text.capacity()
            + self.places.capacity() * size_of::<Stored>()
            + strings(&self.kinds)
            + strings(&self.regions)
            + self.names.heap_bytes()
            + self.region_words.heap_bytes()
            + self.codes.heap_bytes()
    }

    /// Up to `limit` places for a text: postcodes before names, then the better match, the heavier place, the
    /// nearer to `near` (latitude and longitude in degrees). Every word must belong to the name or the region,
    /// one of them to the name. Any text is safe; one without words finds nothing.
    pub fn find(&self, text: &str, near: Option<(f64, f64)>, limit: usize) -> Vec<Found> {
        let text = text.char_indices().nth(MOST_CHARS).map_or(text, |(at, _)| &text[..at]);
        let near = near.filter(|(lat, lng)| lat.is_finite() && lng.is_finite());
        let mut ranked = self.by_code(text);
        if ranked.is_empty() {
            let words: Vec<String> =
                tokens(text).into_iter().take(MOST_WORDS).map(|token| token.text).collect();
            ranked = self.by_name(&words, typed);
            if ranked.is_empty() && !words.is_empty() {
                ranked = self.by_other_reading(text, &words);
            }
        }
        self.best(ranked, near, limit)
    }

    /// Places with this postcode: as the whole text, or as a word of it.
    fn by_code(&self, text: &str) -> Vec<(u32, u16)> {
        let code = plain_code(text);
        let mut found = if looks_like_code(&code) { self.code_matches(&code, true) } else { Vec::new() };
        if found.is_empty() {
            let words = text
                .split(|c: char| c.is_whitespace() || c == ',')
                .filter(|word| word.bytes().filter(u8::is_ascii_digit).count() >= 5);
            found = words.flat_map(|word| self.code_matches(&plain_code(word), false)).collect();
        }
        found
    }

    fn code_matches(&self, code: &str, unfinished: bool) -> Vec<(u32, u16)> {
        // A ZIP+4 lies in its ZIP, a Canadian postcode in its first three characters.
        let shorter = match (code.len(), code.starts_with(|c: char| c.is_ascii_digit())) {
            (9, true) => code.get(..5),
            (6, false) => code.get(..3),
            _ => None,
        };
        let exact =
            [Some(code), shorter].into_iter().flatten().find_map(|code| self.codes.lexicon.exact(code));
        let terms: Vec<u32> = match exact {
            Some(term) => vec![term],
            None if unfinished && code.len() >= 3 => {
                self.codes.lexicon.beginning(code, MOST_CODES).into_iter().map(|each| each.term).collect()
            }
            None => Vec::new(),
        };
        terms.iter().flat_map(|term| self.codes.owners(*term)).map(|place| (*place, 0)).collect()
    }

    /// When nothing is found as typed: the other keyboard layout, a word less its last syllable (강남역), a
    /// near spelling.
    fn by_other_reading(&self, text: &str, words: &[String]) -> Vec<(u32, u16)> {
        let readings = [
            text.is_ascii().then(|| {
                tokens(&latin_to_hangul(text))
                    .into_iter()
                    .take(MOST_WORDS)
                    .map(|token| token.text)
                    .collect::<Vec<_>>()
            }),
            Some(words.iter().map(|word| without_ending(word)).collect()),
        ];
        for reading in readings.into_iter().flatten() {
            let found = self.by_name(&reading, typed);
            if !found.is_empty() {
                return found;
            }
        }
        self.by_name(words, misspelt)
    }

    /// Places whose name or region has every word, with how well the names match.
    fn by_name(&self, words: &[String], matches: fn(&Lexicon, &str) -> Vec<Match>) -> Vec<(u32, u16)> {
        let all = u8::MAX.checked_shr(8 - number(words.len()).min(8)).unwrap_or(0);
        let mut masks = vec![0_u8; self.places.len()];
        let mut quality = vec![0_u16; self.places.len()];
        let mut touched: Vec<u32> = Vec::new();
        for (at, word) in words.iter().enumerate().take(MOST_WORDS) {
            let mut found = matches(&self.names.lexicon, word);
            found.sort_by_key(|each| each.fit);
            for each in found {
                for place in self.names.owners(each.term) {
                    let mask = &mut masks[*place as usize];
                    if *mask == 0 {
                        touched.push(*place);
                    }
                    if *mask & (1 << at) == 0 {
                        *mask |= 1 << at;
                        quality[*place as usize] += points(each.fit);
                    }
                }
            }
        }
        let regions: Vec<Vec<u32>> = if words.len() > 1 {
            words.iter().map(|word| self.regions_with(word, matches)).collect()
        } else {
            vec![Vec::new()]
        };
        let complete = |place: &u32| {
            let stored = &self.places[*place as usize];
            let mask = masks[*place as usize];
            let in_region = |at: usize| regions[at].binary_search(&stored.region).is_ok();
            mask == all || (0..words.len().min(MOST_WORDS)).all(|at| mask & (1 << at) != 0 || in_region(at))
        };
        // A name that was typed whole comes before one that merely begins so.
        let english = usize::from(words.iter().all(|word| word.is_ascii()));
        let graded = |place: u32| {
            let quality = quality[place as usize];
            let whole = quality >> 8 >= u16::from(self.places[place as usize].words[english]);
            (place, (quality & 0xFF) + if whole { 4 } else { 0 })
        };
        touched.retain(complete);
        touched.into_iter().map(graded).collect()
    }

    fn regions_with(&self, word: &str, matches: fn(&Lexicon, &str) -> Vec<Match>) -> Vec<u32> {
        let found = matches(&self.region_words.lexicon, word);
        let fitting = found.iter().filter(|each| !matches!(each.fit, Fit::Inside | Fit::Ending));
        let mut regions: Vec<u32> =
            fitting.flat_map(|each| self.region_words.owners(each.term)).copied().collect();
        regions.sort_unstable();
        regions.dedup();
        regions
    }

    fn best(&self, mut ranked: Vec<(u32, u16)>, near: Option<(f64, f64)>, limit: usize) -> Vec<Found> {
        let key = |&(id, quality): &(u32, u16)| {
            let place = &self.places[id as usize];
            let far = near.map_or(0, |near| closeness(near, place.lat, place.lng));
            (u16::MAX - quality, u32::MAX - place.weight, far, id)
        };
        if ranked.len() > limit && limit > 0 {
            ranked.select_nth_unstable_by_key(limit - 1, key);
        }
        ranked.truncate(limit);
        ranked.sort_unstable_by_key(key);
        ranked.dedup_by_key(|each| each.0);
        ranked
            .into_iter()
            .map(|(id, _)| {
                let place = self.place(id);
                let distance_m = near.map(|near| distance_m(near, (place.lat, place.lng)));
                Found { place, distance_m }
            })
            .collect()
    }

    fn place(&self, id: u32) -> Place {
        let stored = &self.places[id as usize];
        let text = |span: Span| self.text[span.0 as usize..span.0 as usize + usize::from(span.1)].to_owned();
        Place {
            name_ko: text(stored.name_ko),
            name_en: text(stored.name_en),
            kind: self.kinds[stored.kind as usize].clone(),
            region: self.regions[stored.region as usize].clone(),
            lat: f64::from(stored.lat) / SCALE,
            lng: f64::from(stored.lng) / SCALE,
            postcode: stored.postcode.map(text),
            weight: stored.weight,
        }
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

/// A place word without the syllable that says what it is, where two more remain.
fn without_ending(word: &str) -> String {
    let stem = word.strip_suffix(['역', '시', '도', '구', '군', '동', '읍', '면', '리', '점', '에', '의']);
    stem.filter(|stem| stem.chars().nth(1).is_some()).unwrap_or(word).to_owned()
}

fn plain_code(text: &str) -> String {
    normalise(text).chars().filter(|c| *c != ' ').collect()
}

fn looks_like_code(code: &str) -> bool {
    (3..=10).contains(&code.len()) && code.is_ascii() && code.bytes().any(|b| b.is_ascii_digit())
}

fn typed(lexicon: &Lexicon, word: &str) -> Vec<Match> {
    // One letter or syllable says so little that fewer of its many terms will do.
    let most = if word.chars().nth(1).is_some() { MOST_TERMS } else { MOST_TERMS / 3 };
    if word.chars().any(is_consonant) {
        return lexicon.by_initials(word, most);
    }
    let term = term_of(word);
    let mut found = lexicon.beginning(&term, most);
    if !word.is_ascii() || word.len() >= 4 {
        found.extend(lexicon.inside(&term, most));
    }
    found
}

fn misspelt(lexicon: &Lexicon, word: &str) -> Vec<Match> {
    let found = typed(lexicon, word);
    let term = term_of(word);
    if found.is_empty() && term.chars().count() >= 4 { lexicon.near(&term, 1, MOST_TERMS) } else { found }
}

/// What a match is worth, and in the high byte whether it is a whole word. A whole word is worth no more than a
/// beginning while the name goes on after it: 성수 means 성수동 rather than 성수1길.
fn points(fit: Fit) -> u16 {
    match fit {
        Fit::Exact => 0x108,
        Fit::Beginning => 8,
        Fit::Ending => 5,
        Fit::Inside => 4,
        Fit::Near(_) | Fit::NearInside(_) => 3,
    }
}

/// A number that grows with distance, cheap enough for every candidate.
fn closeness(near: (f64, f64), lat: i32, lng: i32) -> u64 {
    let dy = f64::from(lat) / SCALE - near.0;
    let wrapped = (f64::from(lng) / SCALE - near.1 + 540.0).rem_euclid(360.0) - 180.0;
    let dx = wrapped * near.0.to_radians().cos();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a square, and casts saturate"
    )]
    let square = ((dx * dx + dy * dy) * 1e12) as u64;
    square
}

/// Great-circle distance in metres on a sphere of the Earth's mean radius.
fn distance_m(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (lat1, lat2) = (from.0.to_radians(), to.0.to_radians());
    let half_lat = (lat2 - lat1) / 2.0;
    let half_lng = (to.1 - from.1).to_radians() / 2.0;
    let chord = half_lat.sin().powi(2) + lat1.cos() * lat2.cos() * half_lng.sin().powi(2);
    2.0 * EARTH_RADIUS_M * chord.clamp(0.0, 1.0).sqrt().asin()
}
