//! Spellings near a word: a walk over a sorted list that computes each shared beginning once and leaps over
//! whatever can no longer come close. Distance counts inserted, missing, wrong and swapped characters.

/// A list of strings in ascending byte order.
pub(super) trait Sorted {
    fn count(&self) -> usize;
    fn at(&self, index: usize) -> &str;
}

pub(super) struct Search<'q> {
    pub query: &'q [char],
    pub most: u8,
    /// A string also fits when a beginning of it does.
    pub beginnings: bool,
    /// Strings looked at before the walk gives up: bounds the time whatever the list.
    pub budget: usize,
}

/// Calls `found(index, distance)` for every string within reach, in list order.
pub(super) fn walk(list: &impl Sorted, search: &Search<'_>, mut found: impl FnMut(usize, u8)) {
    let width = search.query.len() + 1;
    let mut path: Vec<char> = Vec::new();
    let mut rows: Vec<u8> = (0..width).map(|j| u8::try_from(j).unwrap_or(u8::MAX)).collect();
    let mut best: Vec<u8> = vec![rows[width - 1]];
    let (mut index, mut budget) = (0, search.budget);
    while index < list.count() && budget > 0 {
        budget -= 1;
        let text = list.at(index);
        let shared = text.chars().zip(&path).take_while(|(a, b)| a == *b).count();
        path.truncate(shared);
        rows.truncate((shared + 1) * width);
        best.truncate(shared + 1);
        match descend(text, search, &mut path, &mut rows, &mut best) {
            Some(dead_end) if !(search.beginnings && best[path.len()] <= search.most) => {
                index = after(list, index, &text[..dead_end]);
                continue;
            }
            _ if search.beginnings => {
                if best[path.len()] <= search.most {
                    found(index, best[path.len()]);
                }
            }
            _ => {
                let distance = rows[rows.len() - 1];
                if distance <= search.most {
                    found(index, distance);
                }
            }
        }
        index += 1;
    }
}

/// Extends the rows along the text; the byte after which nothing can fit any more, or none if it may.
fn descend(
    text: &str,
    search: &Search<'_>,
    path: &mut Vec<char>,
    rows: &mut Vec<u8>,
    best: &mut Vec<u8>,
) -> Option<usize> {
    for (at, c) in text.char_indices().skip(path.len()) {
        let before = path.last().copied();
        path.push(c);
        let least = push_row(search, c, before, path.len(), rows);
        let so_far = best[path.len() - 1].min(rows[rows.len() - 1]);
        best.push(so_far);
        if least > search.most {
            return Some(at + c.len_utf8());
        }
    }
    None
}

/// Cells further than `most` from the diagonal cannot matter and stay at the ceiling.
fn push_row(search: &Search<'_>, c: char, before: Option<char>, depth: usize, rows: &mut Vec<u8>) -> u8 {
    let width = search.query.len() + 1;
    let ceiling = search.most + 1;
    let reach = usize::from(search.most);
    let start = rows.len();
    rows.resize(start + width, ceiling);
    let above = start - width;
    let mut least = ceiling;
    if depth <= reach {
        rows[start] = u8::try_from(depth).unwrap_or(ceiling);
        least = rows[start];
    }
    for j in depth.saturating_sub(reach).max(1)..=(depth + reach).min(width - 1) {
        let wrong = rows[above + j - 1] + u8::from(search.query[j - 1] != c);
        let mut cell =
            wrong.min(rows[above + j].saturating_add(1)).min(rows[start + j - 1].saturating_add(1));
        if depth > 1 && j > 1 && before == Some(search.query[j - 1]) && search.query[j - 2] == c {
            cell = cell.min(rows[above - width + j - 2] + 1);
        }
        rows[start + j] = cell.min(ceiling);
        least = least.min(cell);
    }
    least
}

/// The first index past every string that begins so.
fn after(list: &impl Sorted, index: usize, beginning: &str) -> usize {
    let mut step = 1;
    let mut low = index;
    while low + step < list.count() && list.at(low + step).starts_with(beginning) {
        low += step;
        step *= 2;
    }
    let mut high = (low + step).min(list.count());
    while low + 1 < high {
        let middle = usize::midpoint(low, high);
        if list.at(middle).starts_with(beginning) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    impl Sorted for Vec<String> {
        fn count(&self) -> usize {
            self.len()
        }
        fn at(&self, index: usize) -> &str {
            &self[index]
        }
    }

    fn plain(a: &str, b: &str) -> u8 {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let mut d = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                d[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let wrong = d[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let mut cell = wrong.min(d[i - 1][j] + 1).min(d[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        cell = cell.min(d[i - 2][j - 2] + 1);
                    }
                    cell
                };
            }
        }
        u8::try_from(d[a.len()][b.len()]).unwrap_or(u8::MAX)
    }

    proptest! {
        #[test]
        fn finds_what_a_plain_comparison_finds(mut list in prop::collection::vec("[abㅈㅏ]{0,6}", 0..40), query in "[abㅈㅏ]{1,6}", most in 0_u8..3) {
            list.sort();
            list.dedup();
            let chars: Vec<char> = query.chars().collect();
            let mut exact = Vec::new();
            walk(&list, &Search { query: &chars, most, beginnings: false, budget: usize::MAX }, |i, d| exact.push((i, d)));
            let expected: Vec<_> = list.iter().enumerate().map(|(i, s)| (i, plain(s, &query))).filter(|e| e.1 <= most).collect();
            prop_assert_eq!(exact, expected);

            let mut begun = Vec::new();
            walk(&list, &Search { query: &chars, most, beginnings: true, budget: usize::MAX }, |i, d| begun.push((i, d)));
            let least = |s: &String| {
                let ends = s.char_indices().map(|(at, _)| at).chain([s.len()]);
                ends.map(|at| plain(&s[..at], &query)).min().unwrap_or(u8::MAX)
            };
            let expected: Vec<_> = list.iter().enumerate().map(|(i, s)| (i, least(s))).filter(|e| e.1 <= most).collect();
            prop_assert_eq!(begun, expected);
        }
    }
}
