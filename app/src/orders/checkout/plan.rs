//! A plan: which lines are got in which way, as text that an address or a form field can carry.

use onshelf_vocabulary::{
    Quantity, Sku, StoreCode,
    cart::Line,
    fulfilment::Way,
    orders::{Address, GroupInput, MAX_GROUPS},
};

use crate::ssr::{read_basket, write_basket};

/// Between groups: no SKU and no store's code contains it.
const BETWEEN: char = '>';

/// One group of a plan. A delivery names no store: the shop sends from the best one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlanGroup {
    pub(super) way: Way,
    pub(super) store: Option<StoreCode>,
    pub(super) lines: Vec<Line>,
}

/// How everything that is ordered is got: one group or several, never none.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan(Vec<PlanGroup>);

impl Plan {
    /// None where there is no group, too many, or one without lines.
    pub(super) fn new(groups: Vec<PlanGroup>) -> Option<Plan> {
        let fine =
            (1..=MAX_GROUPS).contains(&groups.len()) && groups.iter().all(|group| !group.lines.is_empty());
        fine.then_some(Plan(groups))
    }

    pub(super) fn one(way: Way, store: Option<StoreCode>, lines: Vec<Line>) -> Option<Plan> {
        Plan::new(vec![PlanGroup { way, store, lines }])
    }

    /// `collect@seongsu@SKU:2,OTHER:1>delivery@@THIRD:1`.
    pub(super) fn read(text: &str) -> Option<Plan> {
        Plan::new(text.split(BETWEEN).map(PlanGroup::read).collect::<Option<Vec<_>>>()?)
    }

    pub(super) fn write(&self) -> String {
        let groups: Vec<String> = self.0.iter().map(PlanGroup::write).collect();
        groups.join(&BETWEEN.to_string())
    }

    pub(super) fn groups(&self) -> &[PlanGroup] {
        &self.0
    }

    /// Everything in it, each SKU once.
    pub(super) fn lines(&self) -> Vec<Line> {
        merged(self.0.iter().flat_map(|group| group.lines.iter().cloned()))
    }

    pub(super) fn has(&self, way: Way) -> bool {
        self.0.iter().any(|group| group.way == way)
    }

    /// As it is ordered. `windows` holds what was chosen for each group, in order; empty is as soon as it is ready.
    pub(super) fn inputs(&self, address: &Address, windows: &[String]) -> Vec<GroupInput> {
        let window = |place: usize| windows.get(place).filter(|window| !window.is_empty()).cloned();
        let group = |(place, group): (usize, &PlanGroup)| {
            let brought = group.way == Way::Delivery;
            GroupInput {
                way: group.way,
                store: group.store.clone(),
                address: brought.then(|| address.clone()),
                window: window(place).filter(|_| !brought),
                lines: group.lines.clone(),
            }
        };
        self.0.iter().enumerate().map(group).collect()
    }
}

impl PlanGroup {
    fn read(text: &str) -> Option<PlanGroup> {
        let mut parts = text.splitn(3, '@');
        let way = Way::from_code(parts.next()?)?;
        let store = parts.next()?;
        let store = if store.is_empty() { None } else { Some(StoreCode::new(store).ok()?) };
        (store.is_some() || way == Way::Delivery).then_some(())?;
        Some(PlanGroup { way, store, lines: read_basket(parts.next()?) })
    }

    fn write(&self) -> String {
        let store = self.store.as_ref().map(StoreCode::as_str).unwrap_or_default();
        format!("{}@{store}@{}", self.way.code(), write_basket(&self.lines))
    }
}

/// Each SKU once, with all that is wanted of it.
pub(super) fn merged(lines: impl IntoIterator<Item = Line>) -> Vec<Line> {
    let mut all: Vec<Line> = Vec::new();
    for line in lines {
        match all.iter_mut().find(|own| own.sku == line.sku) {
            Some(own) => {
                let sum = (own.quantity.get() + line.quantity.get()).min(Quantity::MAX);
                own.quantity = Quantity::try_from(sum).unwrap_or(own.quantity);
            }
            None => all.push(line),
        }
    }
    all
}

/// Splits lines into what is there and what is not. `there` answers how many of a line's SKU can be had.
pub(super) fn split(lines: &[Line], there: impl Fn(&Sku, i64) -> i64) -> (Vec<Line>, Vec<Line>) {
    let part = |line: &Line, quantity: i64| {
        Quantity::try_from(quantity).ok().map(|quantity| Line { sku: line.sku.clone(), quantity })
    };
    let had = |line: &Line| there(&line.sku, line.quantity.get()).clamp(0, line.quantity.get());
    let here = lines.iter().filter_map(|line| part(line, had(line))).collect();
    let rest = lines.iter().filter_map(|line| part(line, line.quantity.get() - had(line))).collect();
    (here, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_survives_its_address() {
        for text in ["collect@seongsu@A:2,B:1", "collect@seongsu@A:2>delivery@@B:1>transfer@gangnam@C#:1"] {
            assert_eq!(Plan::read(text).map(|plan| plan.write()).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_no_plan_is_none() {
        for text in [
            "",
            "collect",
            "collect@seongsu",
            "collect@@A:1",
            "fly@seongsu@A:1",
            "collect@seongsu@",
            "collect@a b@A:1",
        ] {
            assert_eq!(Plan::read(text), None, "{text}");
        }
        let many = ["collect@seongsu@A:1"; MAX_GROUPS + 1].join(">");
        assert_eq!(Plan::read(&many), None);
    }

    #[test]
    fn what_is_not_there_is_left_for_another_group() {
        let lines = read_basket("A:3,B:1,C:2");
        let (here, rest) = split(&lines, |sku, wanted| match sku.as_str() {
            "A" => 1,
            "B" => 0,
            _ => wanted,
        });
        assert_eq!((write_basket(&here).as_str(), write_basket(&rest).as_str()), ("A:1,C:2", "A:2,B:1"));
        assert_eq!(write_basket(&merged(here.into_iter().chain(rest))), "A:3,C:2,B:1");
    }

    #[test]
    fn only_a_delivery_has_an_address_and_no_window() {
        let plan = Plan::read("collect@seongsu@A:1>delivery@@B:1").unwrap();
        let address = Address { line1: "왕십리로 83".into(), ..Address::default() };
        let windows = ["2026-11-24T17:30:00+09:00".to_owned(), "2026-11-24T17:30:00+09:00".to_owned()];
        let inputs = plan.inputs(&address, &windows);
        assert_eq!((inputs[0].address.is_some(), inputs[0].window.is_some()), (false, true));
        assert_eq!((inputs[1].address.is_some(), inputs[1].window.is_some()), (true, false));
    }
}
