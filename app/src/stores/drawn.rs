//! The drawn map of a list of stores, or of one.

use leptos::prelude::*;
use onshelf_domain::{
    basemap::{Basemap, Drawing, Marker, Sheet, View},
    words::distance,
};
use onshelf_vocabulary::{Point, map::MapView, stores::StoreCard};

use super::asked::Asked;
use crate::{
    ssr::Visit,
    ui::{
        live_map::{Scene, Spot, pair},
        map::MapDrawing,
    },
};

/// What a map of stores shows.
pub(super) struct Plan<'a> {
    pub(super) asked: &'a Asked,
    /// Where the shopper is, or asks about: it is drawn.
    pub(super) here: Option<Point>,
    /// Around which the first view lies: where the shopper is, else their store. Without it all stores are shown.
    pub(super) around: Option<Point>,
    /// In the order in which they matter.
    pub(super) stores: &'a [StoreCard],
    /// The store whose page it is, if it is one's.
    pub(super) chosen: Option<&'a str>,
    /// What it shows, in words.
    pub(super) title: String,
    /// Drawn small as well as wide.
    pub(super) wide: bool,
}

/// The map; none where no store and nobody has a position.
pub(super) fn map(visit: &Visit, plan: &Plan<'_>) -> Option<AnyView> {
    let markers: Vec<Marker> = plan.stores.iter().filter_map(|store| marker(visit, plan, store)).collect();
    let points: Vec<Point> = markers.iter().map(|marker| marker.point).collect();
    let view_href = plan.asked.view_href(visit.lang);
    let nothing = Basemap::default();
    let basemap = visit.door.site.basemap.as_deref().unwrap_or(&nothing);
    let draw = |sheet: Sheet| -> Option<MapView> {
        let view = plan.asked.view.or_else(|| View::around(plan.around, &points, sheet))?;
        let drawing = Drawing {
            view,
            sheet,
            lang: visit.lang,
            here: plan.here,
            markers: &markers,
            view_href: &view_href,
        };
        Some(basemap.draw(&drawing))
    };
    let narrow = draw(Sheet::PHONE)?;
    let wide = if plan.wide { draw(Sheet::DESK) } else { None };
    let (lang, title) = (visit.lang, plan.title.clone());
    let (action, keep) = (visit.href("/stores"), plan.asked.wishes());
    let live = live(visit, plan, &markers, &action, &keep);
    Some(view! { <MapDrawing view=narrow wide lang title action keep live /> }.into_any())
}

/// What the live map shows, and the script that waits for it; none where it was not built or the operator set no tiles.
fn live(
    visit: &Visit,
    plan: &Plan<'_>,
    markers: &[Marker],
    action: &str,
    keep: &[(String, String)],
) -> Option<(String, String)> {
    let site = &visit.door.site;
    let (live, ground) = (site.assets.live_map.as_ref()?, site.tiles.as_ref()?);
    let scene = Scene {
        parts: &live.parts,
        ground,
        title: &plan.title,
        action,
        keep,
        here: plan.here.map(pair),
        stores: markers.iter().map(|marker| spot(visit, plan, marker)).collect(),
    };
    Some((live.waiter.clone(), scene.to_json()))
}

fn spot(visit: &Visit, plan: &Plan<'_>, marker: &Marker) -> Spot {
    let sku = plan.asked.sku.as_ref().filter(|_| marker.level.is_some());
    Spot {
        code: marker.code.clone(),
        label: marker.label(visit.lang),
        name: marker.name.clone(),
        way: marker.distance_m.map(|metres| distance(visit.lang, f64::from(metres))).unwrap_or_default(),
        at: pair(marker.point),
        stock: sku.map(|sku| format!("{sku}@{}", marker.code)),
        shown: marker.shown.clone(),
        level: marker.level,
        selected: marker.selected,
        href: marker.href.clone(),
    }
}

fn marker(visit: &Visit, plan: &Plan<'_>, store: &StoreCard) -> Option<Marker> {
    let shelf = store.shelf.as_ref();
    let selected = plan.chosen.map_or(store.mine, |chosen| chosen == store.code);
    Some(Marker {
        code: store.code.clone(),
        name: store.name.clone(),
        point: store.point?,
        available: shelf.map_or(0, |shelf| shelf.available),
        shown: match (shelf, &plan.asked.sku) {
            (Some(shelf), _) => shelf.shown.clone(),
            (None, Some(_)) => "0".to_owned(),
            (None, None) => String::new(),
        },
        level: shelf.map(|shelf| shelf.level),
        distance_m: store.distance_m,
        selected,
        href: visit.href(&format!("/stores/{}", store.code)),
    })
}
