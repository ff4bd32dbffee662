//! The number of a reservation and the codes said at the counter, in an alphabet without look-alikes
//! (Crockford's base 32: no I, L, O, U). Chance is handed in as bytes.

use onshelf_vocabulary::ids::ReservationNumber;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What was typed or scanned at a counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CounterInput {
    Number(ReservationNumber),
    /// 6 characters of the alphabet.
    Code(String),
    /// Of somebody who was sent: 7 characters, so that it is never taken for an owner's.
    Pass(String),
}

/// `R-7K3M-9QXD`: two letters from 10 bits of its moment, six from 30 of its own 32 bits. None never happens with this
/// alphabet; it spares a panic.
///
/// What is drawn at one moment begins alike and so stands together in an index; what follows is nobody's to guess.
#[must_use]
pub fn reservation_number(moment: [u8; 2], own: [u8; 4]) -> Option<ReservationNumber> {
    numbered(&number(moment, own))
}

/// `O-7K3M-9QXD`, in the same way: an order's public number.
#[must_use]
pub fn order_number(moment: [u8; 2], own: [u8; 4]) -> String {
    of_order(&number(moment, own))
}

fn number(moment: [u8; 2], own: [u8; 4]) -> String {
    beginning(moment) + &letters(u32::from_be_bytes(own).into(), 6)
}

fn beginning(moment: [u8; 2]) -> String {
    letters(u16::from_be_bytes(moment).into(), 2)
}

fn of_order(letters: &str) -> String {
    let (first, second) = letters.split_at_checked(4).unwrap_or((letters, ""));
    format!("O-{first}-{second}")
}

/// Two letters from 10 bits of its moment, four from 20 of its own 24 bits.
#[must_use]
pub fn pickup_code(moment: [u8; 2], own: [u8; 3]) -> String {
    let [a, b, c] = own;
    beginning(moment) + &letters(u32::from_be_bytes([0, a, b, c]).into(), 4)
}

/// 7 characters from 35 of the 40 random bits: the code of somebody who was sent.
#[must_use]
pub fn pass_code(random: [u8; 5]) -> String {
    letters(random.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte)), 7)
}

fn letters(bits: u64, count: u32) -> String {
    (0..count)
        .rev()
        .filter_map(|place| usize::try_from(bits >> (5 * place) & 31).ok())
        .map(|index| char::from(ALPHABET[index]))
        .collect()
}

fn numbered(letters: &str) -> Option<ReservationNumber> {
    let (first, second) = letters.split_at_checked(4)?;
    ReservationNumber::new(format!("R-{first}-{second}")).ok()
}

/// A reservation's number as people type it: any case, with or without `R`, spaces and hyphens,
/// O for 0, I and L for 1.
#[must_use]
pub fn read_number(text: &str) -> Option<ReservationNumber> {
    match read_counter(text)? {
        CounterInput::Number(number) => Some(number),
        CounterInput::Code(_) | CounterInput::Pass(_) => None,
    }
}

/// An order's number as people type it, with or without `O`, which is read as a nought as everywhere.
#[must_use]
pub fn read_order_number(text: &str) -> Option<String> {
    let plain = plain(text)?;
    let letters = match plain.len() {
        8 => plain.as_str(),
        9 => plain.strip_prefix('0')?,
        _ => return None,
    };
    Some(of_order(letters))
}

/// A pickup code as people type it.
#[must_use]
pub fn read_code(text: &str) -> Option<String> {
    match read_counter(text)? {
        CounterInput::Code(code) => Some(code),
        CounterInput::Number(_) | CounterInput::Pass(_) => None,
    }
}

/// Any of the three, told apart by length.
#[must_use]
pub fn read_counter(text: &str) -> Option<CounterInput> {
    let plain = plain(text)?;
    match plain.len() {
        6 => Some(CounterInput::Code(plain)),
        7 => Some(CounterInput::Pass(plain)),
        8 => numbered(&plain).map(CounterInput::Number),
        9 => numbered(plain.strip_prefix('R')?).map(CounterInput::Number),
        _ => None,
    }
}

/// In the alphabet, without what people put between; none if anything else is in it or it is too long.
fn plain(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(9);
    for typed in text.trim().chars() {
        let letter = match ascii(typed).to_ascii_uppercase() {
            ' ' | '-' | '\u{2010}'..='\u{2015}' | '\u{a0}' | '\u{3000}' => continue,
            'O' => '0',
            'I' | 'L' => '1',
            letter => letter,
        };
        if plain.len() == 9 || !u8::try_from(letter).is_ok_and(|byte| ALPHABET.contains(&byte)) {
            return None;
        }
        plain.push(letter);
    }
    Some(plain)
}

/// A full-width form, as Korean keyboards can give it, as its plain one.
fn ascii(typed: char) -> char {
    match u32::from(typed) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(typed),
        _ => typed,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn typed_forms_are_forgiven() {
        let number = ReservationNumber::new("R-7K3M-90X1").unwrap();
        for typed in ["R-7K3M-90X1", "r-7k3m-90x1", " 7k3m 9OxL ", "R7K3M9oXi", "Ｒ-7K3M-90X1", "7K3M–90X1"]
        {
            assert_eq!(read_number(typed), Some(number.clone()), "{typed}");
        }
        for typed in ["O-7K3M-90X1", "o 7k3m 9oxl", "07K3M-90X1", "7k3m9OXI", "Ｏ-7K3M-90X1"] {
            assert_eq!(read_order_number(typed).as_deref(), Some("O-7K3M-90X1"), "{typed}");
        }
        for bad in ["", "O", "O-7K3M-90XU", "O-7K3M-90X12", "R-7K3M-90X1", "7K3M90"] {
            assert_eq!(read_order_number(bad), None, "{bad}");
        }
        assert_eq!(read_number("O-7K3M-90X1"), None);
        assert_eq!(read_code("7 k3m oi").as_deref(), Some("7K3M01"));
        assert_eq!(read_counter("7k3 m9ol"), Some(CounterInput::Pass("7K3M901".to_owned())));
        for bad in
            ["", "R", "7K3M-90XU", "7K3M9", "X-7K3M-90X1", "7K3M90\0", "가나다라마바", &"7".repeat(1_000_000)]
        {
            assert_eq!(read_counter(bad), None, "{}", bad.chars().take(20).collect::<String>());
        }
    }

    proptest! {
        #[test]
        fn every_number_reads_back(moment: [u8; 2], own: [u8; 4], code: [u8; 3], pass: [u8; 5]) {
            let number = reservation_number(moment, own).unwrap();
            prop_assert_eq!(read_number(&number.as_str().to_lowercase()), Some(number));
            let order = order_number(moment, own);
            prop_assert_eq!(read_order_number(&order.to_lowercase()), Some(order));
            let code = pickup_code(moment, code);
            prop_assert_eq!(read_code(&code), Some(code));
            let pass = pass_code(pass);
            prop_assert_eq!(read_counter(&pass), Some(CounterInput::Pass(pass)));
        }

        /// Every letter hangs on its own bits: what a moment shares is its first two letters and no more.
        #[test]
        fn a_moment_begins_and_chance_goes_on(moment: [u8; 2], other: [u8; 2], one: [u8; 4], own: [u8; 4]) {
            let letters = |moment, own| order_number(moment, own).replace('-', "");
            let (first, second) = (letters(moment, one), letters(other, own));
            prop_assert_eq!(letters(moment, own), format!("{}{}", &first[..3], &second[3..]));
            let code = |[a, b, c, _]: [u8; 4]| [a, b, c];
            let (first, second) = (pickup_code(moment, code(one)), pickup_code(other, code(own)));
            prop_assert_eq!(pickup_code(moment, code(own)), format!("{}{}", &first[..2], &second[2..]));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,20}") {
            let _ = read_counter(&text);
        }
    }
}
