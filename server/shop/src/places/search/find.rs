//! How a text is looked up in the index.

use onshelf_domain::{
    hangul::{is_consonant, latin_to_hangul},
    search::{Fit, Lexicon, Match, term_of, tokens},
};

use super::{Place, PlaceIndex, SCALE, Span, number, plain_code};

const MOST_CHARS: usize = 100;
/// One bit a word in the masks below.
const MOST_WORDS: usize = 8;
const MOST_TERMS: usize = 96;
const MOST_CODES: usize = 64;

impl PlaceIndex {
    /// Up to `limit` places for a text: postcodes before names, then the better match, the heavier place, the
    /// nearer to `near` (latitude and longitude in degrees). Every word must belong to the name or the region,
    /// one of them to the name. Any text is safe; one without words finds nothing.
    pub fn find(&self, text: &str, near: Option<(f64, f64)>, limit: usize) -> Vec<Place> {
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

    fn best(&self, mut ranked: Vec<(u32, u16)>, near: Option<(f64, f64)>, limit: usize) -> Vec<Place> {
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
        ranked.into_iter().map(|(id, _)| self.place(id)).collect()
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

/// A place word without the syllable that says what it is, where two more remain.
fn without_ending(word: &str) -> String {
    let stem = word.strip_suffix(['역', '시', '도', '구', '군', '동', '읍', '면', '리', '점', '에', '의']);
    stem.filter(|stem| stem.chars().nth(1).is_some()).unwrap_or(word).to_owned()
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
