//! Distances, as far as one would say them.

use onshelf_vocabulary::{Lang, money::grouped};

/// As the crow flies a kilometre takes 14 minutes on foot, detours and crossings counted.
const WALK_M_PER_MINUTE: f64 = 70.0;
/// Longer than this nobody walks, and how long it would take tells nothing: 20 minutes.
const WALK_MAX_M: f64 = 20.0 * WALK_M_PER_MINUTE;

/// `850m`, `1.2km`, `12km`; in English with a space. No number and less than nothing are nothing.
#[must_use]
pub fn distance(lang: Lang, metres: f64) -> String {
    let gap = lang.pick("", " ");
    match whole(metres / 10.0) * 10 {
        // Standing in front of it: a nought would look like a fault.
        0 => format!("10{gap}m"),
        near @ 1..1_000 => format!("{near}{gap}m"),
        _ => match whole(metres / 100.0) {
            tenths @ ..100 => format!("{}.{}{gap}km", tenths / 10, tenths % 10),
            _ => format!("{}{gap}km", grouped(whole(metres / 1_000.0))),
        },
    }
}

/// `걸어서 14분`, `14 min walk`; none beyond 20 minutes.
#[must_use]
pub fn walk(lang: Lang, metres: f64) -> Option<String> {
    if !(0.0..=WALK_MAX_M).contains(&metres) {
        return None;
    }
    let minutes = whole(metres / WALK_M_PER_MINUTE).max(1);
    Some(match lang {
        Lang::Ko => format!("걸어서 {minutes}분"),
        Lang::En => format!("{minutes} min walk"),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and NaN becomes 0"
)]
fn whole(number: f64) -> u64 {
    number.round().clamp(0.0, 1e12) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_rounded_as_people_say_them() {
        for (metres, ko, en) in [
            (0.0, "10m", "10 m"),
            (f64::NAN, "10m", "10 m"),
            (-5.0, "10m", "10 m"),
            (847.0, "850m", "850 m"),
            (994.9, "990m", "990 m"),
            (995.0, "1.0km", "1.0 km"),
            (1_234.0, "1.2km", "1.2 km"),
            (9_949.0, "9.9km", "9.9 km"),
            (9_951.0, "10km", "10 km"),
            (1_068_400.0, "1,068km", "1,068 km"),
        ] {
            assert_eq!((distance(Lang::Ko, metres).as_str(), distance(Lang::En, metres).as_str()), (ko, en));
        }
    }

    #[test]
    fn a_walk_is_told_up_to_twenty_minutes() {
        for (metres, minutes) in
            [(0.0, Some(1)), (1_000.0, Some(14)), (800.0, Some(11)), (1_400.0, Some(20)), (1_401.0, None)]
        {
            assert_eq!(walk(Lang::Ko, metres), minutes.map(|m: u32| format!("걸어서 {m}분")));
            assert_eq!(walk(Lang::En, metres), minutes.map(|m: u32| format!("{m} min walk")));
        }
        assert_eq!(walk(Lang::Ko, f64::NAN), None);
    }
}
