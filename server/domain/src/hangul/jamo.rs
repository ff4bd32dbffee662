//! Syllables to keystrokes and back. A keystroke is a compatibility jamo (ㄱ…ㅣ) that one key types, so
//! compound vowels and final clusters come apart (값 → ㄱㅏㅂㅅ). Then what has been typed so far is always a
//! prefix of the whole word, also while the last syllable is unfinished (갑 of 가방).

use unicode_normalization::UnicodeNormalization;

const INITIALS: [char; 19] = [
    'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ', 'ㅌ',
    'ㅍ', 'ㅎ',
];
const VOWELS: [char; 21] = [
    'ㅏ', 'ㅐ', 'ㅑ', 'ㅒ', 'ㅓ', 'ㅔ', 'ㅕ', 'ㅖ', 'ㅗ', 'ㅘ', 'ㅙ', 'ㅚ', 'ㅛ', 'ㅜ', 'ㅝ', 'ㅞ', 'ㅟ',
    'ㅠ', 'ㅡ', 'ㅢ', 'ㅣ',
];
/// The final at index 0 of a syllable's last slot means none, so this table starts at slot 1.
const FINALS: [char; 27] = [
    'ㄱ', 'ㄲ', 'ㄳ', 'ㄴ', 'ㄵ', 'ㄶ', 'ㄷ', 'ㄹ', 'ㄺ', 'ㄻ', 'ㄼ', 'ㄽ', 'ㄾ', 'ㄿ', 'ㅀ', 'ㅁ', 'ㅂ',
    'ㅄ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
];
const COMPOUNDS: [(char, char, char); 18] = [
    ('ㅘ', 'ㅗ', 'ㅏ'),
    ('ㅙ', 'ㅗ', 'ㅐ'),
    ('ㅚ', 'ㅗ', 'ㅣ'),
    ('ㅝ', 'ㅜ', 'ㅓ'),
    ('ㅞ', 'ㅜ', 'ㅔ'),
    ('ㅟ', 'ㅜ', 'ㅣ'),
    ('ㅢ', 'ㅡ', 'ㅣ'),
    ('ㄳ', 'ㄱ', 'ㅅ'),
    ('ㄵ', 'ㄴ', 'ㅈ'),
    ('ㄶ', 'ㄴ', 'ㅎ'),
    ('ㄺ', 'ㄹ', 'ㄱ'),
    ('ㄻ', 'ㄹ', 'ㅁ'),
    ('ㄼ', 'ㄹ', 'ㅂ'),
    ('ㄽ', 'ㄹ', 'ㅅ'),
    ('ㄾ', 'ㄹ', 'ㅌ'),
    ('ㄿ', 'ㄹ', 'ㅍ'),
    ('ㅀ', 'ㄹ', 'ㅎ'),
    ('ㅄ', 'ㅂ', 'ㅅ'),
];
const FIRST_SYLLABLE: u32 = 0xAC00;
const LAST_SYLLABLE: u32 = 0xD7A3;

/// Whether the character is a composed syllable, 가 to 힣.
pub fn is_syllable(c: char) -> bool {
    (FIRST_SYLLABLE..=LAST_SYLLABLE).contains(&u32::from(c))
}

/// Whether the character is a compatibility jamo of modern Korean, ㄱ to ㅣ.
pub fn is_jamo(c: char) -> bool {
    ('ㄱ'..='ㅣ').contains(&c)
}

/// Whether the character is a compatibility consonant, clusters such as ㄳ included.
pub fn is_consonant(c: char) -> bool {
    ('ㄱ'..='ㅎ').contains(&c)
}

/// Whether a text has Hangul, however it is encoded, and so is Korean.
pub fn is_korean(text: &str) -> bool {
    let is_letter = |c: char| matches!(c, '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}');
    text.chars().any(|c| is_syllable(c) || is_letter(c))
}

/// A conjoining jamo (what NFD leaves) as its compatibility jamo; any other character as it is.
pub fn to_compatibility(c: char) -> char {
    let code = u32::from(c);
    let found = match code {
        0x1100..=0x1112 => INITIALS.get((code - 0x1100) as usize),
        0x1161..=0x1175 => VOWELS.get((code - 0x1161) as usize),
        0x11A8..=0x11C2 => FINALS.get((code - 0x11A8) as usize),
        _ => None,
    };
    found.copied().unwrap_or(c)
}

/// Initial, vowel and final (if there is one) of a syllable.
fn parts(c: char) -> Option<(char, char, Option<char>)> {
    if !is_syllable(c) {
        return None;
    }
    let index = (u32::from(c) - FIRST_SYLLABLE) as usize;
    let last = index % 28;
    let final_jamo = if last == 0 { None } else { FINALS.get(last - 1).copied() };
    Some((INITIALS[index / 588], VOWELS[index % 588 / 28], final_jamo))
}

fn split(c: char) -> Option<(char, char)> {
    COMPOUNDS.iter().find(|entry| entry.0 == c).map(|entry| (entry.1, entry.2))
}

fn combine(first: char, second: char) -> Option<char> {
    COMPOUNDS.iter().find(|entry| entry.1 == first && entry.2 == second).map(|entry| entry.0)
}

fn push_strokes(out: &mut String, c: char) {
    match split(c) {
        Some((first, second)) => out.extend([first, second]),
        None => out.push(c),
    }
}

/// Text as keystrokes: syllables (NFC or NFD) and jamo come apart, everything else stays.
pub fn decompose(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for c in text.nfc().map(to_compatibility) {
        match parts(c) {
            Some((initial, vowel, last)) => {
                out.push(initial);
                push_strokes(&mut out, vowel);
                last.into_iter().for_each(|c| push_strokes(&mut out, c));
            }
            None => push_strokes(&mut out, c),
        }
    }
    out
}

/// The initial consonant of a syllable.
pub fn initial_of(c: char) -> Option<char> {
    parts(c).map(|found| found.0)
}

/// 초성: each syllable by its initial; clusters come apart, because keyboards join ㄱㅅ to ㄳ unasked;
/// everything else stays.
pub fn initials(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfc().map(to_compatibility) {
        match initial_of(c) {
            Some(initial) => out.push(initial),
            None => push_strokes(&mut out, c),
        }
    }
    out
}

/// Whether the text, spaces aside, is consonants only (ㅈㅈㅈ) and so must be meant as 초성.
pub fn is_initials(text: &str) -> bool {
    let mut any = false;
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        if !is_consonant(to_compatibility(c)) {
            return false;
        }
        any = true;
    }
    any
}

/// What an input method would write for these keystrokes; `compose(decompose(x)) == x` for composed text.
pub fn compose(strokes: &str) -> String {
    let mut composer = Composer::default();
    for c in strokes.chars().map(to_compatibility) {
        match split(c) {
            Some((first, second)) => {
                composer.press(first);
                composer.press(second);
            }
            None => composer.press(c),
        }
    }
    composer.flush();
    composer.out
}

#[derive(Default)]
struct Composer {
    out: String,
    initial: Option<char>,
    vowel: Option<char>,
    last: Option<char>,
}

impl Composer {
    fn press(&mut self, c: char) {
        if is_consonant(c) {
            self.press_consonant(c);
        } else if is_jamo(c) {
            self.press_vowel(c);
        } else {
            self.flush();
            self.out.push(c);
        }
    }

    fn press_consonant(&mut self, c: char) {
        if self.initial.is_some() && self.vowel.is_some() {
            let joined = match self.last {
                None => FINALS.contains(&c).then_some(c),
                Some(last) => combine(last, c),
            };
            if joined.is_some() {
                self.last = joined;
                return;
            }
        }
        self.flush();
        self.initial = Some(c);
    }

    /// A vowel takes the consonant before it along as its own initial (갑 + ㅏ → 가바).
    fn press_vowel(&mut self, c: char) {
        if let Some(last) = self.last {
            let (kept, taken) = match split(last) {
                Some((first, second)) => (Some(first), second),
                None => (None, last),
            };
            self.last = kept;
            self.flush();
            self.initial = Some(taken);
            self.vowel = Some(c);
            return;
        }
        match self.vowel {
            None => self.vowel = Some(c),
            Some(vowel) => match combine(vowel, c) {
                Some(joined) => self.vowel = Some(joined),
                None => {
                    self.flush();
                    self.vowel = Some(c);
                }
            },
        }
    }

    fn flush(&mut self) {
        match (self.initial.take(), self.vowel.take(), self.last.take()) {
            (Some(initial), Some(vowel), last) => self.out.extend(syllable(initial, vowel, last)),
            (initial, vowel, _) => self.out.extend(initial.into_iter().chain(vowel)),
        }
    }
}

fn syllable(initial: char, vowel: char, last: Option<char>) -> Option<char> {
    let position = |table: &[char], c: char| {
        table.iter().position(|&each| each == c).and_then(|i| u32::try_from(i).ok())
    };
    let last = match last {
        Some(c) => position(&FINALS, c)? + 1,
        None => 0,
    };
    char::from_u32(
        FIRST_SYLLABLE + position(&INITIALS, initial)? * 588 + position(&VOWELS, vowel)? * 28 + last,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn strokes() {
        let table = [
            ("주전자", "ㅈㅜㅈㅓㄴㅈㅏ"),
            ("값", "ㄱㅏㅂㅅ"),
            ("과일", "ㄱㅗㅏㅇㅣㄹ"),
            ("주ㅈ", "ㅈㅜㅈ"),
            ("까치 3마리", "ㄲㅏㅊㅣ 3ㅁㅏㄹㅣ"),
            ("\u{110c}\u{116e}", "ㅈㅜ"),
            ("ㄳ", "ㄱㅅ"),
            ("", ""),
        ];
        for (text, expected) in table {
            assert_eq!(decompose(text), expected, "{text}");
        }
    }

    #[test]
    fn typed_text_is_a_prefix() {
        for (typed, word) in
            [("갑", "가방"), ("주저", "주전자"), ("고", "과일"), ("달", "닭갈비"), ("줒", "주전자")]
        {
            assert!(decompose(word).starts_with(&decompose(typed)), "{typed} {word}");
        }
    }

    #[test]
    fn first_letters() {
        assert_eq!(initials("법랑 주전자 2"), "ㅂㄹ ㅈㅈㅈ 2");
        assert_eq!(initials("ㄳ"), "ㄱㅅ");
        for (text, expected) in [
            ("ㅈㅈㅈ", true),
            ("ㅂㄹ ㅈㅈㅈ", true),
            ("주ㅈ", false),
            ("ㅏ", false),
            (" ", false),
            ("abc", false),
        ] {
            assert_eq!(is_initials(text), expected, "{text}");
        }
    }

    #[test]
    fn one_letter_of_hangul_makes_a_text_korean() {
        for (text, expected) in [
            ("법랑 주전자", true),
            ("Seongsu 성수", true),
            ("ㅋ", true),
            ("\u{1112}\u{1161}\u{11ab}", true),
            ("Kettle 2", false),
            ("漢字 かな", false),
            ("", false),
        ] {
            assert_eq!(is_korean(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn composing_undoes_decomposing(text in "[가-힣 a-z0-9]{0,24}") {
            prop_assert_eq!(compose(&decompose(&text)), text);
        }

        #[test]
        fn nfd_is_the_same(text in "[가-힣]{0,12}") {
            let nfd: String = text.nfd().collect();
            prop_assert_eq!(decompose(&nfd), decompose(&text));
            prop_assert_eq!(initials(&nfd), initials(&text));
        }

        #[test]
        fn any_text_is_safe(text in "\\PC{0,40}") {
            let strokes = decompose(&text);
            let composed = compose(&strokes);
            prop_assert_eq!(decompose(&composed), strokes);
        }
    }
}
