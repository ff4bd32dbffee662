//! Stores on the map: which share a pin, where each pin's shelf finds room, and where its name does.

use std::collections::HashMap;

use onshelf_vocabulary::{
    Lang, Point,
    map::{Anchor, LabelSpot, Pin},
    stock::Level,
};

use super::{
    draw::{Drawing, Marker},
    layout::{Taken, text_frame, text_width},
    outline::{Frame, Pixel, tenth},
    view::{Projection, View},
};

/// From the ground up to the shelf line.
const STEM: f64 = 9.0;
const CARD_HEIGHT: f64 = 28.0;
const NAME_SIZE: f64 = 12.0;
/// Stores nearer to each other than this share a pin; further on when the sheet would be crowded.
const SHARING: [f64; 6] = [20.0, 32.0, 46.0, 64.0, 90.0, 130.0];
/// Where a shelf goes when its own place is taken, by preference: never below its foot.
const ASIDE: [(f64, f64); 19] = [
    (0.0, 0.0),
    (-15.0, -3.0),
    (15.0, -3.0),
    (0.0, -14.0),
    (-15.0, -14.0),
    (15.0, -14.0),
    (-27.0, -4.0),
    (27.0, -4.0),
    (-34.0, -6.0),
    (34.0, -6.0),
    (0.0, -34.0),
    (-24.0, -22.0),
    (24.0, -22.0),
    (0.0, -46.0),
    (-60.0, -4.0),
    (60.0, -4.0),
    (0.0, -80.0),
    (-104.0, -6.0),
    (104.0, -6.0),
];
/// How many of these are tried where there is a neighbour to join: several stores together take in their neighbours
/// rather than step far aside. All of them are for who has nobody to join.
const ASIDE_TOGETHER: usize = 6;
const ASIDE_ALONE: usize = 14;
/// A name longer than this is cut.
const NAME_WIDTH: f64 = 150.0;
/// How long a shelf is: with what stands on it of the product that is looked for, and without one. Whoever joins makes
/// neither longer.
const COUNTED_WIDTH: f64 = 46.0;
const PLAIN_WIDTH: f64 = 34.0;
/// More than this in all is written as that and more: it has to fit on a shared shelf.
const MOST_IN_ALL: i64 = 99;

/// Markers that share a pin, by their index.
struct Group {
    members: Vec<usize>,
    foot: Pixel,
    aside: (f64, f64),
    selected: bool,
    /// Where its name stands, and the room it took.
    name: Option<(LabelSpot, Frame)>,
}

impl Group {
    /// Stands from now on in the middle of both.
    fn join(&mut self, other: Group) {
        let count = |group: &Group| f64::from(u32::try_from(group.members.len()).unwrap_or(u32::MAX));
        let (mine, theirs) = (count(self), count(&other));
        let middle = |a: f64, b: f64| (a * mine + b * theirs) / (mine + theirs);
        self.foot = (middle(self.foot.0, other.foot.0), middle(self.foot.1, other.foot.1));
        self.members.extend(other.members);
    }

    /// Lets another one stand on its shelf. It is called otherwise from then on, so its name is written anew.
    fn take_in(&mut self, other: Group, drawing: &Drawing<'_>, taken: &mut Taken) {
        self.members.extend(other.members);
        if self.unname(taken) {
            self.name = name(self, drawing, taken);
        }
    }

    /// Takes its name away and gives the room back: whether it had one.
    fn unname(&mut self, taken: &mut Taken) -> bool {
        let Some((_, frame)) = self.name.take() else { return false };
        taken.release(&frame);
        true
    }

    fn of<'d>(&self, drawing: &Drawing<'d>) -> Vec<&'d Marker> {
        self.members.iter().map(|index| &drawing.markers[*index]).collect()
    }

    /// The length of its shelf line: room for what is counted on it.
    fn width(&self, drawing: &Drawing<'_>) -> f64 {
        let members = self.of(drawing);
        if units_in_all(&members).is_none() {
            return PLAIN_WIDTH;
        }
        let more = count(&members).chars().count().saturating_sub(3);
        COUNTED_WIDTH + 9.0 * f64::from(u32::try_from(more).unwrap_or(0))
    }
}

/// The pins in painting order, with the room they take entered into `taken`.
pub(super) fn place(drawing: &Drawing<'_>, projection: Projection, taken: &mut Taken) -> Vec<Pin> {
    let sheet = drawing.sheet;
    let (width, height) = (f64::from(sheet.width), f64::from(sheet.height));
    let paper = Frame { left: 0.0, top: 0.0, right: width, bottom: height }.grown(-6.0);
    let alone = |(index, marker): (usize, &Marker)| {
        let foot = projection.project(marker.point);
        let group =
            Group { members: vec![index], foot, aside: (0.0, 0.0), selected: marker.selected, name: None };
        paper.holds(foot).then_some(group)
    };
    let mut groups: Vec<Group> = drawing.markers.iter().enumerate().filter_map(alone).collect();
    let most = if width * height > 600_000.0 { 80 } else { 26 };
    for reach in SHARING {
        groups = share(groups, reach);
        if groups.len() <= most {
            break;
        }
    }
    groups.sort_by_key(|group| !group.selected);
    let mut groups = stand(groups, drawing, taken);
    for group in groups.iter_mut().filter(|group| group.name.is_none()) {
        group.name = name(group, drawing, taken);
    }
    let mut pins: Vec<Pin> = groups.iter().map(|group| pin(group, drawing)).collect();
    pins.reverse();
    pins
}

/// One pass in the order of importance: who comes near an earlier one joins it. A grid keeps it linear for tens of
/// thousands of stores, and each wider pass begins with what the one before left.
fn share(groups: Vec<Group>, reach: f64) -> Vec<Group> {
    #[expect(clippy::cast_possible_truncation, reason = "pixels are small")]
    let cell = |(x, y): Pixel| ((x / reach).floor() as i32, (y / reach).floor() as i32);
    let mut kept: Vec<Group> = Vec::new();
    let mut founded: Vec<Pixel> = Vec::new();
    let mut grid: HashMap<(i32, i32), Vec<usize>> = HashMap::new();
    for group in groups {
        let (column, row) = cell(group.foot);
        let near = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (column + dx, row + dy)));
        let found = near
            .filter_map(|cell| grid.get(&cell))
            .flatten()
            .copied()
            .find(|other| !group.selected && distance(founded[*other], group.foot) < reach);
        if let Some(found) = found {
            kept[found].join(group);
            continue;
        }
        // The chosen store stands alone: nobody may join it.
        if !group.selected {
            grid.entry((column, row)).or_default().push(kept.len());
        }
        founded.push(group.foot);
        kept.push(group);
    }
    kept
}

/// Gives each group a place for its shelf; one that finds none joins its neighbour. The chosen store and the ones that
/// matter most are named at once, before the shelves of the others take the room.
fn stand(groups: Vec<Group>, drawing: &Drawing<'_>, taken: &mut Taken) -> Vec<Group> {
    let mut standing: Vec<Group> = Vec::new();
    for (place, mut group) in groups.into_iter().enumerate() {
        if let Some(aside) = room(&group, &mut standing, drawing, taken) {
            group.aside = aside;
            taken.take(Frame::around(group.foot, 5.0, 5.0));
            if group.selected || place < drawing.sheet.wants {
                group.name = name(&group, drawing, taken);
            }
            standing.push(group);
            continue;
        }
        let far = |other: &&mut Group| distance(other.foot, group.foot);
        let neighbour =
            standing.iter_mut().filter(|other| !other.selected).min_by(|a, b| far(a).total_cmp(&far(b)));
        match neighbour {
            Some(neighbour) => neighbour.take_in(group, drawing, taken),
            None => standing.push(group),
        }
    }
    standing
}

/// Where the shelf of one more finds room. Beside the chosen store alone there is nobody to join: its name gives way
/// then, and looks for another place.
fn room(
    group: &Group,
    standing: &mut [Group],
    drawing: &Drawing<'_>,
    taken: &mut Taken,
) -> Option<(f64, f64)> {
    let neighbours = standing.iter().any(|other| !other.selected);
    let tries = match (neighbours, group.members.len()) {
        (false, _) => &ASIDE[..],
        (true, 1) => &ASIDE[..ASIDE_ALONE],
        (true, _) => &ASIDE[..ASIDE_TOGETHER],
    };
    let width = group.width(drawing);
    let frames: Vec<Frame> = tries.iter().map(|aside| shelf_frame(group.foot, *aside, width)).collect();
    let mut found = taken.first_free(&frames);
    if let ([chosen], None, false) = (standing, found, neighbours)
        && chosen.unname(taken)
    {
        found = taken.first_free(&frames);
        chosen.name = name(chosen, drawing, taken);
    }
    found.map(|found| ASIDE[found])
}

fn shelf_frame((x, y): Pixel, (dx, dy): (f64, f64), width: f64) -> Frame {
    let line = y + dy - STEM;
    let half = width / 2.0 + 3.0;
    Frame { left: x + dx - half, right: x + dx + half, top: line - CARD_HEIGHT - 3.0, bottom: line + 4.0 }
}

/// Where a name finds room, and the room it takes. Below the foot is best, beside the shelf will do. None where the
/// number on the shelf says it already.
fn name(group: &Group, drawing: &Drawing<'_>, taken: &mut Taken) -> Option<(LabelSpot, Frame)> {
    if group.members.len() > 1 && group.of(drawing).iter().all(|member| member.shown.is_empty()) {
        return None;
    }
    let width = text_width(&label(group, drawing), NAME_SIZE, 0.0) + 4.0;
    let half = group.width(drawing) / 2.0;
    let (x, y) = group.foot;
    let (shelf_x, shelf_y) = (x + group.aside.0, y + group.aside.1 - STEM);
    let below = (x, y + 15.0, x, Anchor::Middle);
    let above = (shelf_x, shelf_y - CARD_HEIGHT - 7.0, shelf_x, Anchor::Middle);
    let right = (shelf_x + half + 3.5 + width / 2.0, shelf_y - 6.0, shelf_x + half + 4.5, Anchor::Start);
    let left = (shelf_x - half - 3.5 - width / 2.0, shelf_y - 6.0, shelf_x - half - 4.5, Anchor::End);
    let tries = [below, above, right, left];
    let frames = tries.map(|(middle, baseline, ..)| text_frame(middle, baseline, width, NAME_SIZE));
    let found = taken.first_free(&frames)?;
    let (_, y, x, anchor) = tries[found];
    Some((LabelSpot { x: tenth(x), y: tenth(y), anchor }, frames[found]))
}

fn pin(group: &Group, drawing: &Drawing<'_>) -> Pin {
    let members = group.of(drawing);
    let alone = match members.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    Pin {
        x: tenth(group.foot.0),
        y: tenth(group.foot.1),
        dx: tenth(group.aside.0),
        dy: tenth(group.aside.1 - STEM),
        width: tenth(group.width(drawing)),
        code: alone.map(|one| one.code.clone()).unwrap_or_default(),
        label: label(group, drawing),
        label_at: group.name.map(|(spot, _)| spot),
        spoken: alone
            .map_or_else(|| spoken_together(&members, drawing.lang), |one| spoken(one, drawing.lang)),
        count: count(&members),
        level: level(&members),
        stores: u32::try_from(members.len()).unwrap_or(u32::MAX),
        selected: group.selected,
        href: alone.map_or_else(|| closer(&members, drawing), |one| one.href.clone()),
    }
}

fn label(group: &Group, drawing: &Drawing<'_>) -> String {
    let several = group.members.len();
    if several > 1 {
        return match drawing.lang {
            Lang::Ko => format!("{several}곳"),
            Lang::En => format!("{several} stores"),
        };
    }
    let Some(index) = group.members.first() else { return String::new() };
    short_name(&drawing.markers[*index].name, drawing.lang)
}

/// On a map of one chain's branches 점 (branch) goes without saying, and so does what a bracket adds.
fn short_name(name: &str, lang: Lang) -> String {
    let name = name.split_once(" (").map_or(name, |(before, _)| before).trim();
    let short = match name.strip_suffix('점') {
        Some(short) if lang == Lang::Ko && short.chars().count() >= 2 => short,
        _ => name,
    };
    if text_width(short, NAME_SIZE, 0.0) <= NAME_WIDTH {
        return short.to_owned();
    }
    let mut cut = String::new();
    for letter in short.chars() {
        if text_width(&cut, NAME_SIZE, 0.0) > NAME_WIDTH - NAME_SIZE {
            break;
        }
        cut.push(letter);
    }
    format!("{}…", cut.trim_end())
}

/// What is written on the shelf: what stands on all of them together, or, where no product is looked for, how many
/// stores there are.
fn count(members: &[&Marker]) -> String {
    match (members, units_in_all(members)) {
        ([_, _, ..], None) => members.len().to_string(),
        ([_, _, ..], Some(sum)) if sum > MOST_IN_ALL => format!("{MOST_IN_ALL}+"),
        _ => in_all(members),
    }
}

/// What stands on several shelves together; none where no product is looked for.
fn units_in_all(members: &[&Marker]) -> Option<i64> {
    let looked_for = members.iter().any(|member| !member.shown.is_empty());
    looked_for.then(|| members.iter().fold(0_i64, |sum, member| sum.saturating_add(member.available)))
}

/// The sum, with `+` when one of them has more than it says; empty where no product is looked for.
fn in_all(members: &[&Marker]) -> String {
    if let [one] = members {
        return one.shown.clone();
    }
    let Some(sum) = units_in_all(members) else { return String::new() };
    let more = members.iter().any(|member| member.shown.ends_with('+'));
    format!("{sum}{}", if more { "+" } else { "" })
}

fn level(members: &[&Marker]) -> Option<Level> {
    let has = |level| members.iter().any(|member| member.level == Some(level));
    [Level::InStock, Level::Low, Level::Out].into_iter().find(|level| has(*level))
}

impl Marker {
    /// Its name as a map writes it, without what goes without saying.
    #[must_use]
    pub fn label(&self, lang: Lang) -> String {
        short_name(&self.name, lang)
    }
}

fn spoken(marker: &Marker, lang: Lang) -> String {
    let mut parts = vec![marker.name.clone()];
    parts.extend(marker.level.map(|level| match (level, lang) {
        (Level::Out, Lang::Ko) => "재고 없음".to_owned(),
        (Level::Out, Lang::En) => "none left".to_owned(),
        (_, Lang::Ko) => units(&marker.shown, lang),
        (_, Lang::En) => format!("{} in stock", units(&marker.shown, lang)),
    }));
    parts.extend(marker.distance_m.map(|metres| distance_in_words(f64::from(metres), lang)));
    parts.join(", ")
}

fn spoken_together(members: &[&Marker], lang: Lang) -> String {
    let (stores, sum) = (members.len(), in_all(members));
    match (lang, sum.as_str()) {
        (Lang::Ko, "") => format!("매장 {stores}곳, 가까이 보기"),
        (Lang::Ko, "0") => format!("매장 {stores}곳, 재고 없음, 가까이 보기"),
        (Lang::Ko, sum) => format!("매장 {stores}곳, 모두 {}, 가까이 보기", units(sum, lang)),
        (Lang::En, "") => format!("{stores} stores, zoom in"),
        (Lang::En, "0") => format!("{stores} stores, none left, zoom in"),
        (Lang::En, sum) => format!("{stores} stores, {} in all, zoom in", units(sum, lang)),
    }
}

/// `3개`, `9개 이상`, `3`, `9 or more`.
fn units(shown: &str, lang: Lang) -> String {
    match (shown.strip_suffix('+'), lang) {
        (None, Lang::Ko) => format!("{shown}개"),
        (None, Lang::En) => shown.to_owned(),
        (Some(least), Lang::Ko) => format!("{least}개 이상"),
        (Some(least), Lang::En) => format!("{least} or more"),
    }
}

/// `850m`, `1.0km`, `12km`; English sets the unit apart.
pub(super) fn distance_in_words(metres: f64, lang: Lang) -> String {
    let gap = lang.pick("", " ");
    match metres {
        near if near < 995.0 => format!("{:.0}{gap}m", (near / 10.0).round() * 10.0),
        mid if mid < 9_950.0 => format!("{:.1}{gap}km", mid / 1000.0),
        far => format!("{:.0}{gap}km", far / 1000.0),
    }
}

/// Where a pin of several leads: to a view that tells them apart, or, where none can, to the first of them.
fn closer(members: &[&Marker], drawing: &Drawing<'_>) -> String {
    let points: Vec<Point> = members.iter().map(|member| member.point).collect();
    let fitting = View::fitting(&points, drawing.sheet);
    let half = fitting.and_then(|view| View::new(view.centre(), drawing.view.span_km() / 2.0).ok());
    let better = |view: &View| view.span_km() <= drawing.view.span_km() * 0.7;
    let same_place = points.windows(2).all(|pair| pair[0].distance_m(pair[1]) < 5.0);
    match fitting.filter(better).or(half.filter(better)) {
        Some(view) if !(same_place && drawing.view.span_km() < 2.0) => format!("{}{view}", drawing.view_href),
        _ => members.first().map(|first| first.href.clone()).unwrap_or_default(),
    }
}

fn distance(a: Pixel, b: Pixel) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}
