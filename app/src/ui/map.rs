//! A drawn map on a page: inline SVG with real links, and a click anywhere answered without JavaScript.
//! It knows neither projection nor basemap: everything comes finished in a `MapView`.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    map::{Ground, Label, MapView, Moves, Pin, Ring, Shape},
};

/// The image under the map whose clicked pixel the browser sends: `public/sheet.svg` is empty.
const SHEET_IMAGE: &str = "/sheet.svg";

/// A map. With `wide`, the first drawing is shown in windows up to 900 px and the other in wider ones.
///
/// A click beside the pins sends `at.x` and `at.y` (pixels of the drawing) with `view` and `sheet` to `action`,
/// beside the names and values to `keep`.
#[component]
pub fn MapDrawing(
    view: MapView,
    #[prop(optional_no_strip)] wide: Option<MapView>,
    lang: Lang,
    /// What it shows, in words: `성수동 주변 매장 8곳`.
    #[prop(into)]
    title: String,
    #[prop(into)] action: String,
    #[prop(optional)] keep: Vec<(String, String)>,
    /// The script that waits for the map to be wanted, and what the live map then shows.
    #[prop(optional_no_strip)]
    live: Option<(String, String)>,
) -> impl IntoView {
    let (waiter, scene) = live.unzip();
    let class = if wide.is_some() { "map-sheet map-narrow" } else { "map-sheet" };
    let other = wide.map(|wide| {
        let (title, action, keep) = (title.clone(), action.clone(), keep.clone());
        view! { <MapSheet view=wide class="map-sheet map-wide" lang title action keep /> }
    });
    view! {
        <div class="map" data-scene=scene>
            <MapSheet view class lang title action keep />
            {other}
            {waiter.map(|waiter| view! { <script type="module" src=waiter></script> })}
        </div>
    }
}

#[component]
fn MapSheet(
    view: MapView,
    class: &'static str,
    lang: Lang,
    title: String,
    action: String,
    keep: Vec<(String, String)>,
) -> impl IntoView {
    let ground = match view.ground {
        Ground::Land => "land",
        Ground::Sea => "sea",
    };
    let (width, height) = (view.width, view.height);
    let owed = (!view.attribution.is_empty())
        .then(|| view! { <span class="map-owed">{view.attribution.clone()}</span> });
    // Drawn and not styled: the page's policy lets no style be written inline.
    let (long, bar) = (view.scale.width, format!("M.75 0v4.25h{}V0", view.scale.width - 1.5));
    let name = title.clone();
    view! {
        <section class=class data-ground=ground aria-label=name>
            <div class="map-ground">
                <form class="map-click" method="get" action=action>
                    {keep.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()}
                    <input type="hidden" name="view" value=view.view.clone() />
                    <input type="hidden" name="sheet" value=view.sheet.clone() />
                    // Out of the tab order: a key press has no pixel, and the search field does the same by words.
                    <input
                        type="image"
                        name="at"
                        src=SHEET_IMAGE
                        alt=lang.pick("지도에서 누른 곳 둘레의 매장 찾기", "Find stores around a point on the map")
                        width=width
                        height=height
                        tabindex="-1"
                    />
                </form>
                <MapPicture view=view.clone() lang title />
            </div>
            // Beside the ground and not over it: whatever the window crops away, no name and no shelf lies under a control.
            <div class="map-bar">
                <p class="map-foot">
                    <span class="map-scale" aria-hidden="true">
                        <svg width=long height="5"><path d=bar /></svg>
                        {view.scale.label}
                    </span>
                    {owed}
                </p>
                <MapMoves moves=view.moves lang />
            </div>
        </section>
    }
}

#[component]
fn MapPicture(view: MapView, lang: Lang, title: String) -> impl IntoView {
    let description = lang.pick(
        "매장은 선반 모양이고, 그 위의 수는 지금 있는 개수예요.",
        "Each store is a small shelf; the number on it is what's in stock now.",
    );
    let here = view.here.map(|(x, y)| {
        view! {
            <circle class="map-here-halo" cx=x cy=y r="17" />
            <circle class="map-here" cx=x cy=y r="7" />
        }
    });
    view! {
        <svg
            class="map-picture"
            xmlns="http://www.w3.org/2000/svg"
            width=view.width
            height=view.height
            viewBox=format!("0 0 {} {}", view.width, view.height)
            role="group"
            aria-label=title
            aria-description=description
        >
            <g aria-hidden="true">
                {view.shapes.into_iter().map(shape).collect_view()}
                {view.rings.iter().map(ring).collect_view()}
                {view.labels.into_iter().map(label).collect_view()}
                {view.rings.iter().map(ring_label).collect_view()}
            </g>
            {view.pins.into_iter().map(pin).collect_view()}
            <g aria-hidden="true">{here}</g>
        </svg>
    }
}

fn shape(shape: Shape) -> impl IntoView {
    let rank = (shape.rank > 0).then(|| shape.rank.to_string());
    view! { <path class=format!("map-{}", shape.kind.code()) data-rank=rank stroke-width=shape.width d=shape.d /> }
}

fn label(label: Label) -> impl IntoView {
    let turn = (label.angle != 0.0).then(|| format!("rotate({} {} {})", label.angle, label.x, label.y));
    let class = format!("map-label map-label-{}", label.kind.code());
    view! {
        <text class=class data-rank=label.rank.to_string() x=label.x y=label.y transform=turn>
            {label.text}
        </text>
    }
}

fn ring(ring: &Ring) -> impl IntoView + use<> {
    view! { <circle class="map-ring" cx=ring.x cy=ring.y r=ring.r /> }
}

fn ring_label(ring: &Ring) -> impl IntoView + use<> {
    let text = ring.label.clone();
    ring.label_at.map(|(x, y)| view! { <text class="map-km" x=x y=y>{text}</text> })
}

/// A shelf on a stem over its place: the link is the whole of it, its name too.
fn pin(pin: Pin) -> impl IntoView {
    let level = pin.level.map_or("plain", onshelf_vocabulary::stock::Level::code);
    let chosen = if pin.selected { " pin-selected" } else { "" };
    let half = pin.width / 2.0;
    let (dx, dy) = (pin.dx, pin.dy);
    let card = move |class: &'static str, aside: f32| {
        view! {
            <rect class=class x=px(dx - half + aside) y=px(dy - 28.0 - aside) width=half * 2.0 height="28" rx="8" />
        }
    };
    let pile = (pin.stores > 1).then(|| card("pin-pile", 4.0));
    let current = pin.selected.then_some("true");
    let spoken = pin.spoken.clone();
    let name = pin.label_at.map(|at| {
        let (x, y) = (px(at.x - pin.x), px(at.y - pin.y));
        view! { <text class="pin-name" x=x y=y text-anchor=at.anchor.code()>{pin.label.clone()}</text> }
    });
    let stem = format!("M0 0L{} {}", px(dx), px(dy));
    let shelf = format!("M{} {}h{}", px(dx - half), px(dy), half * 2.0);
    let moved = (dx != 0.0 || dy < -10.0).then(|| view! { <circle class="pin-foot" r="2.5" /> });
    view! {
        <g class=format!("pin pin-{level}{chosen}") transform=format!("translate({} {})", pin.x, pin.y)>
            <a href=pin.href aria-label=spoken aria-current=current>
                <title>{pin.spoken}</title>
                <rect class="pin-touch" x=px(dx - half - 1.0) y=px(dy - 32.0) width=pin.width + 2.0 height="46" />
                <path class="pin-stem" d=stem />
                {moved}
                {pile}
                {card("pin-card", 0.0)}
                {stock(&pin.count, dx, dy)}
                <path class="pin-shelf" d=shelf />
                {name}
            </a>
        </g>
    }
}

/// The number on the shelf; where no product is looked for, simply things on a shelf.
fn stock(count: &str, dx: f32, dy: f32) -> impl IntoView + use<> {
    if count.is_empty() {
        let things = format!("M{} {}h5v-13h-5zm7 0h5v-9h-5zm7 0h5v-11h-5z", px(dx - 9.5), px(dy - 2.0));
        return view! { <path class="pin-things" d=things /> }.into_any();
    }
    view! { <text class="pin-count" x=px(dx) y=px(dy - 9.0)>{count.to_owned()}</text> }.into_any()
}

#[component]
fn MapMoves(moves: Moves, lang: Lang) -> impl IntoView {
    let links = [
        ("west", moves.west, lang.pick("서쪽으로", "Move west"), "M15 6l-6 6 6 6"),
        ("north", moves.north, lang.pick("북쪽으로", "Move north"), "M6 15l6-6 6 6"),
        ("south", moves.south, lang.pick("남쪽으로", "Move south"), "M6 9l6 6 6-6"),
        ("east", moves.east, lang.pick("동쪽으로", "Move east"), "M9 6l6 6-6 6"),
        ("wider", moves.wider, lang.pick("넓게 보기", "Zoom out"), "M5 12h14"),
        ("closer", moves.closer, lang.pick("가까이 보기", "Zoom in"), "M5 12h14M12 5v14"),
    ];
    let link = |(name, href, label, icon): (&'static str, Option<String>, &'static str, &'static str)| {
        href.map(|href| {
            view! {
                <a class=format!("map-move map-{name}") href=href aria-label=label title=label rel="nofollow">
                    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
                        <path d=icon />
                    </svg>
                </a>
            }
        })
    };
    view! {
        <nav class="map-moves" aria-label=lang.pick("지도 움직이기", "Move the map")>
            {links.into_iter().map(link).collect_view()}
        </nav>
    }
}

/// Sums of tenths without the dust of binary fractions.
fn px(number: f32) -> f32 {
    (number * 10.0).round() / 10.0
}
