//! Particles that agree with the sound a word ends in: 은/는, 이/가, 을/를, 와/과, 으로/로 and their kin.

use super::jamo::{decompose, is_consonant, is_syllable, to_compatibility};
use unicode_normalization::UnicodeNormalization;

/// The sound a word ends in, as far as particles care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Vowel,
    /// ㄹ: a consonant for every particle but 로.
    Rieul,
    Consonant,
}

/// Letters whose Korean names end in a consonant: 엘, 엠, 엔, 알.
const SPELLED: [(char, Ending); 4] =
    [('l', Ending::Rieul), ('m', Ending::Consonant), ('n', Ending::Consonant), ('r', Ending::Rieul)];

/// The units that are not read as their letters suggest: 12 kg is 킬로그램, 2 L is 리터.
const UNITS: [(&str, Ending); 15] = [
    ("kg", Ending::Consonant),
    ("g", Ending::Consonant),
    ("mg", Ending::Consonant),
    ("l", Ending::Vowel),
    ("ml", Ending::Vowel),
    ("cm", Ending::Vowel),
    ("mm", Ending::Vowel),
    ("m", Ending::Vowel),
    ("km", Ending::Vowel),
    ("mah", Ending::Vowel),
    ("w", Ending::Vowel),
    ("v", Ending::Vowel),
    ("gb", Ending::Vowel),
    ("tb", Ending::Vowel),
    ("oz", Ending::Vowel),
];

/// The signs of money that stand before a number and are read behind it: ₩12,345 is 만 이천삼백사십오 원.
const MONEY: [(char, Ending); 5] = [
    ('₩', Ending::Consonant),
    ('¥', Ending::Consonant),
    ('$', Ending::Vowel),
    ('€', Ending::Vowel),
    ('£', Ending::Vowel),
];

/// The half of a pair such as "은/는", "가/이" or "으로/로" (in either order) that follows the word. A pair
/// that is not one of Korean's yields its first half.
pub fn josa<'p>(word: &str, pair: &'p str) -> &'p str {
    let Some((first, second)) = pair.split_once('/') else { return pair };
    let (closed, open) = if follows_consonant(second, first) { (second, first) } else { (first, second) };
    match ending(word) {
        Ending::Vowel => open,
        Ending::Rieul if closed.starts_with("으로") => open,
        Ending::Rieul | Ending::Consonant => closed,
    }
}

/// The word with the particle behind it: `with_josa("주전자", "은/는")` is 주전자는.
pub fn with_josa(word: &str, pair: &str) -> String {
    format!("{word}{}", josa(word, pair))
}

fn follows_consonant(candidate: &str, other: &str) -> bool {
    ["은", "을", "과", "아"].contains(&candidate)
        || (candidate == "이" && other != "은")
        || ["이", "으"]
            .iter()
            .any(|lead| candidate.strip_prefix(lead).is_some_and(|rest| !rest.is_empty() && rest == other))
        || (candidate == "이에요" && other == "예요")
}

/// The sound the word ends in when read aloud in Korean: digits in Sino-Korean, Latin words as they are
/// usually borrowed, capitals by letter. Closing punctuation and a trailing bracketed remark are not read.
pub fn ending(word: &str) -> Ending {
    let composed: String = word.nfkc().collect();
    let spoken = trim_unspoken(&composed);
    let Some(last) = spoken.chars().next_back() else { return Ending::Vowel };
    if is_syllable(last) {
        return hangul_ending(last);
    }
    match to_compatibility(last) {
        'ㄹ' => Ending::Rieul,
        c if is_consonant(c) => Ending::Consonant,
        c if c.is_ascii_digit() => digits_ending(spoken),
        c if c.is_ascii_alphabetic() => latin_ending(spoken),
        _ => Ending::Vowel,
    }
}

fn trim_unspoken(word: &str) -> &str {
    let spoken = |c: char| c.is_alphanumeric() || matches!(c, '%' | '℃' | '+' | '°');
    let mut rest = word.trim_end_matches(|c: char| !spoken(c) && !matches!(c, ')' | ']'));
    while let Some(open) = match rest.chars().next_back() {
        Some(')') => rest.rfind('('),
        Some(']') => rest.rfind('['),
        _ => None,
    } {
        if open == 0 {
            break;
        }
        rest = rest[..open].trim_end_matches(|c: char| !spoken(c) && !matches!(c, ')' | ']'));
    }
    rest.trim_end_matches(|c: char| !spoken(c))
}

fn hangul_ending(last: char) -> Ending {
    if (u32::from(last) - 0xAC00).is_multiple_of(28) {
        return Ending::Vowel;
    }
    // A cluster such as ㄼ is not ㄹ: 여덟으로.
    let strokes: Vec<char> = decompose(&last.to_string()).chars().collect();
    match strokes.as_slice() {
        [.., before, 'ㄹ'] if !is_consonant(*before) => Ending::Rieul,
        _ => Ending::Consonant,
    }
}

fn digits_ending(spoken: &str) -> Ending {
    let tail = spoken
        .rfind(|c: char| !c.is_ascii_digit() && !matches!(c, ',' | '.'))
        .map_or(0, |at| at + spoken[at..].chars().next().map_or(0, char::len_utf8));
    if let Some(sign) = spoken[..tail].chars().next_back()
        && let Some(unit) = MONEY.iter().find(|unit| unit.0 == sign)
    {
        return unit.1;
    }
    let number = &spoken[tail..];
    let significant = number.trim_end_matches(['0', ',']);
    let zeros = number[significant.len()..].chars().filter(|c| *c == '0').count();
    if zeros > 0 {
        // 영, 십, 백, 천, 만, 억 and 경 are closed; only 조 is open.
        let open = (12..16).contains(&zeros) && !number.contains('.');
        return if open { Ending::Vowel } else { Ending::Consonant };
    }
    match number.chars().next_back() {
        Some('1' | '7' | '8') => Ending::Rieul,
        Some('3' | '6') => Ending::Consonant,
        _ => Ending::Vowel,
    }
}

fn latin_ending(spoken: &str) -> Ending {
    let start = spoken
        .rfind(|c: char| !c.is_ascii_alphabetic())
        .map_or(0, |at| at + spoken[at..].chars().next().map_or(0, char::len_utf8));
    let (before, word) = spoken.split_at(start);
    let lower = word.to_ascii_lowercase();
    if before.trim_end().ends_with(|c: char| c.is_ascii_digit())
        && let Some(unit) = UNITS.iter().find(|unit| unit.0 == lower)
    {
        return unit.1;
    }
    let last = lower.chars().next_back().unwrap_or('a');
    let spelled = word.len() == 1 || word.chars().all(|c| c.is_ascii_uppercase());
    if spelled && (word.len() <= 3 || !has_vowel(&lower)) {
        return SPELLED.iter().find(|entry| entry.0 == last).map_or(Ending::Vowel, |entry| entry.1);
    }
    borrowed_ending(&lower)
}

fn has_vowel(word: &str) -> bool {
    word.contains(['a', 'e', 'i', 'o', 'u', 'y'])
}

/// How English words are usually borrowed: table → 테이블, phone → 폰, cup → 컵, but set → 세트, store → 스토어.
fn borrowed_ending(lower: &str) -> Ending {
    let mut reversed = lower.chars().rev();
    let (last, before) = (reversed.next().unwrap_or('a'), reversed.next().unwrap_or('a'));
    let vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let vowels = lower.chars().filter(|c| vowel(*c)).count();
    match (before, last) {
        (_, 'l') | ('l', 'e') => Ending::Rieul,
        (_, 'm' | 'n') | ('m' | 'n', 'e') | ('n', 'g') => Ending::Consonant,
        ('c', 'k') => Ending::Consonant,
        (c, 'k' | 'p' | 'b') if vowel(c) && vowels <= 2 => Ending::Consonant,
        ('e', 't') if vowels >= 2 => Ending::Consonant,
        ('i' | 'o', 'c') => Ending::Consonant,
        _ => Ending::Vowel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn particles() {
        let table = [
            ("주전자", "은/는", "는"),
            ("컵", "은/는", "은"),
            ("컵", "는/은", "은"),
            ("서울", "으로/로", "로"),
            ("부산", "으로/로", "으로"),
            ("강남", "로/으로", "으로"),
            ("대구", "으로/로", "로"),
            ("여덟", "으로/로", "으로"),
            ("물", "이/가", "이"),
            ("머그", "이/가", "가"),
            ("머그", "가/이", "가"),
            ("접시", "과/와", "와"),
            ("그릇", "와/과", "과"),
            ("그릇", "을/를", "을"),
            ("그릇", "이나/나", "이나"),
            ("접시", "이랑/랑", "랑"),
            ("점원", "이에요/예요", "이에요"),
            ("점장", "이라고/라고", "이라고"),
            ("매장", "아/야", "아"),
            ("3", "을/를", "을"),
            ("2", "을/를", "를"),
            ("7", "으로/로", "로"),
            ("10", "은/는", "은"),
            ("12,900", "으로/로", "으로"),
            ("1.0", "이/가", "이"),
            ("₩12,345", "이/가", "이"),
            ("₩9,000", "은/는", "은"),
            ("CA$12.30", "이/가", "가"),
            ("¥12", "이/가", "이"),
            ("50%", "을/를", "를"),
            ("2 kg", "을/를", "을"),
            ("1.2L", "을/를", "를"),
            ("Apple", "은/는", "은"),
            ("Apple", "으로/로", "로"),
            ("phone", "을/를", "을"),
            ("market", "이/가", "이"),
            ("cup", "이/가", "이"),
            ("store", "이/가", "가"),
            ("LG", "은/는", "는"),
            ("HTML", "으로/로", "로"),
            ("SKU", "이/가", "가"),
            ("BMN", "이/가", "이"),
            ("주전자(법랑)", "은/는", "는"),
            ("‘컵’", "을/를", "을"),
            ("(품절)", "이/가", "이"),
            ("", "은/는", "는"),
            ("…", "은/는", "는"),
        ];
        for (word, pair, expected) in table {
            assert_eq!(josa(word, pair), expected, "{word} {pair}");
        }
        assert_eq!(with_josa("성수점", "으로/로"), "성수점으로");
    }

    proptest! {
        #[test]
        fn always_one_of_the_two(word in "\\PC{0,30}") {
            prop_assert!(["은", "는"].contains(&josa(&word, "은/는")));
            prop_assert!(["으로", "로"].contains(&josa(&word, "으로/로")));
        }
    }
}
