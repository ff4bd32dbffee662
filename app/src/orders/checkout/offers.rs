//! What there is to choose from: each way at each store as a whole plan, and, where the shopper's own store cannot
//! cover everything, plans that fetch, bring or leave the rest. The store that was begun with is never replaced.

use onshelf_shop::{Result, Viewer};
use onshelf_vocabulary::{
    StoreCode,
    cart::{CoverView, Line},
    fulfilment::Way,
    orders::{CheckoutView, WayOffer},
};

use super::{
    draft::Draft,
    plan::{Plan, PlanGroup, split},
};
use crate::ssr::Visit;

/// Other stores that are shown.
const ELSEWHERE: usize = 8;

/// One tap: a plan with what was offered for each of its groups.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) plan: Plan,
    pub(super) parts: Vec<WayOffer>,
    /// Lines that are got neither way and stay in the basket.
    pub(super) left: Vec<Line>,
}

/// Another store with its ways.
#[derive(Clone, Debug)]
pub(super) struct Elsewhere {
    pub(super) name: String,
    pub(super) distance_m: Option<u32>,
    pub(super) choices: Vec<Choice>,
}

/// Everything the first screen shows.
#[derive(Clone, Debug, Default)]
pub(super) struct Choices {
    /// The store that comes first: chosen, or the best.
    pub(super) here: Option<StoreCode>,
    pub(super) at_here: Vec<Choice>,
    pub(super) home: Vec<Choice>,
    pub(super) elsewhere: Vec<Elsewhere>,
}

impl Choices {
    pub(super) fn is_empty(&self) -> bool {
        self.at_here.is_empty() && self.home.is_empty() && self.elsewhere.is_empty()
    }
}

/// What can be had, and how, at this moment.
pub(super) async fn choices(visit: &Visit, draft: &Draft) -> Result<Choices> {
    let viewer = draft.viewer(visit);
    let CheckoutView { offers, covers, .. } = ways_of(visit, draft, &viewer, &draft.lines).await?;
    let here = draft
        .store
        .clone()
        .or_else(|| offers.iter().find(|offer| offer.way != Way::Delivery).and_then(code_of));
    let look = Look { visit, draft, covers, viewer };
    let mut found = Choices { here, ..Choices::default() };
    for offer in offers {
        let at_here = found.here.as_ref().is_some_and(|here| here.as_str() == offer.store);
        match offer.way {
            Way::Delivery => found.home.extend(look.whole_or_part(&offer)),
            _ if at_here => found.at_here.extend(look.whole_or_part(&offer)),
            _ => look.put_elsewhere(&mut found.elsewhere, &offer),
        }
    }
    let together = found.at_here.iter().find(|choice| !choice.left.is_empty()).cloned();
    if let Some(part) = together {
        found.at_here.extend(look.with_the_rest(&part).await?);
    }
    // What covers everything comes before what leaves something behind; within each, the soonest as offered.
    found.at_here.sort_by_key(|choice| (!choice.left.is_empty(), choice.parts.len()));
    found.home.retain(|choice| choice.left.is_empty());
    found.elsewhere.retain(|other| !other.choices.is_empty());
    found.elsewhere.truncate(ELSEWHERE);
    Ok(found)
}

/// The ways there are for these lines. What is kept for its shopper is there for them.
async fn ways_of(visit: &Visit, draft: &Draft, viewer: &Viewer, lines: &[Line]) -> Result<CheckoutView> {
    visit.shop().checkout_keeping(viewer, lines, draft.postcode(), visit.kept.as_ref()).await
}

/// What is offered for each group of a plan now; none for a group whose way is gone.
pub(super) async fn offered(visit: &Visit, draft: &Draft, plan: &Plan) -> Result<Vec<Option<WayOffer>>> {
    let mut found = Vec::new();
    for group in plan.groups() {
        found.push(offer_of(visit, draft, group).await?);
    }
    Ok(found)
}

async fn offer_of(visit: &Visit, draft: &Draft, group: &PlanGroup) -> Result<Option<WayOffer>> {
    let viewer = Viewer { store: group.store.clone().or_else(|| draft.store.clone()), ..draft.viewer(visit) };
    let CheckoutView { offers, .. } = ways_of(visit, draft, &viewer, &group.lines).await?;
    Ok(offers.into_iter().find(|offer| {
        let there = group.store.as_ref().is_none_or(|store| store.as_str() == offer.store);
        offer.way == group.way && there && offer.covered_lines == offer.lines
    }))
}

fn code_of(offer: &WayOffer) -> Option<StoreCode> {
    StoreCode::new(offer.store.clone()).ok()
}

struct Look<'v> {
    visit: &'v Visit,
    draft: &'v Draft,
    viewer: Viewer,
    /// What each store that offers something lacks.
    covers: Vec<CoverView>,
}

impl Look<'_> {
    /// The offer as a plan of one group, for everything or for what is there.
    fn whole_or_part(&self, offer: &WayOffer) -> Option<Choice> {
        let (lines, left) = match offer.covered_lines == offer.lines {
            true => (self.draft.lines.clone(), Vec::new()),
            false => self.there(offer)?,
        };
        let store = if offer.way == Way::Delivery { None } else { Some(code_of(offer)?) };
        let plan = Plan::one(offer.way, store, lines)?;
        Some(Choice { plan, parts: vec![offer.clone()], left })
    }

    /// What the store of a part offer has, and what it lacks. A transfer's other shelf is not known here.
    fn there(&self, offer: &WayOffer) -> Option<(Vec<Line>, Vec<Line>)> {
        if offer.way == Way::Transfer || offer.covered_lines == 0 {
            return None;
        }
        let cover = self.covers.iter().find(|cover| cover.store == offer.store)?;
        let (here, left) = split(&self.draft.lines, |sku, wanted| {
            let short = cover.missing.iter().find(|missing| missing.sku == sku.as_str());
            short.map_or(wanted, |missing| missing.available)
        });
        (!here.is_empty() && !left.is_empty()).then_some((here, left))
    }

    fn put_elsewhere(&self, elsewhere: &mut Vec<Elsewhere>, offer: &WayOffer) {
        let Some(choice) = self.whole_or_part(offer) else { return };
        match elsewhere.iter_mut().find(|other| other.name == offer.store_name) {
            Some(other) => other.choices.push(choice),
            None => elsewhere.push(Elsewhere {
                name: offer.store_name.clone(),
                distance_m: offer.distance_m,
                choices: vec![choice],
            }),
        }
    }

    /// "3 here now, 1 from Gangnam by tomorrow": what is missing is fetched to the same store, brought home, or
    /// collected at another.
    async fn with_the_rest(&self, part: &Choice) -> Result<Vec<Choice>> {
        let rest = ways_of(self.visit, self.draft, &self.viewer, &part.left).await?;
        let whole = rest.offers.into_iter().filter(|offer| offer.covered_lines == offer.lines);
        let first = part.parts.first();
        let mut seen = Vec::new();
        let mut found = Vec::new();
        for offer in whole {
            let same = first.is_some_and(|first| first.store == offer.store);
            let fits = match offer.way {
                Way::Transfer => same,
                Way::Delivery => true,
                Way::Collect => !same,
                Way::Curbside => false,
            };
            if !fits || seen.contains(&offer.way) {
                continue;
            }
            seen.push(offer.way);
            found.extend(self.together(part, offer));
        }
        Ok(found)
    }

    fn together(&self, part: &Choice, offer: WayOffer) -> Option<Choice> {
        let store = if offer.way == Way::Delivery { None } else { Some(code_of(&offer)?) };
        let mut groups = part.plan.groups().to_vec();
        groups.push(PlanGroup { way: offer.way, store, lines: part.left.clone() });
        let mut parts = part.parts.clone();
        parts.push(offer);
        Some(Choice { plan: Plan::new(groups)?, parts, left: Vec::new() })
    }
}
