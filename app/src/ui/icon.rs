//! Icons: strokes of one weight, drawn in the text's colour. They say nothing by themselves: a label stands
//! beside them or on what holds them.

use leptos::prelude::*;

/// Which picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Search,
    Basket,
    Pin,
    Clock,
    Back,
    Next,
    Close,
    Check,
    Phone,
    Locate,
    Plus,
    Minus,
    Menu,
    Store,
    Car,
    Truck,
    Swap,
    Scan,
}

impl Glyph {
    const fn path(self) -> &'static str {
        match self {
            Glyph::Search => "M10 3.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Zm5 11.5 5.5 5.5",
            Glyph::Basket => "M3.5 8.5h17l-1.7 11.5H5.2ZM8 8.5a4 4 0 0 1 8 0",
            Glyph::Pin => {
                "M12 21.5S4.5 14.8 4.5 9.7a7.5 7.5 0 0 1 15 0c0 5.1-7.5 11.8-7.5 11.8Zm0-9a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6Z"
            }
            Glyph::Clock => "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Zm0 4.5v4.5l3 2",
            Glyph::Back => "M14.5 5 7.5 12l7 7",
            Glyph::Next => "m9.5 5 7 7-7 7",
            Glyph::Close => "m6 6 12 12M18 6 6 18",
            Glyph::Check => "m5 12.5 4.5 4.5L19 7.5",
            Glyph::Phone => {
                "M6.5 3.5h3l1.5 4-2 1.5a11 11 0 0 0 6 6l1.5-2 4 1.5v3a2 2 0 0 1-2.2 2A16.5 16.5 0 0 1 4.5 5.7a2 2 0 0 1 2-2.2Z"
            }
            Glyph::Locate => {
                "M12 2.5v4m0 11v4m9.5-9.5h-4m-11 0h-4M12 6.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11Z"
            }
            Glyph::Plus => "M12 5v14M5 12h14",
            Glyph::Minus => "M5 12h14",
            Glyph::Menu => "M4 7h16M4 12h16M4 17h16",
            Glyph::Store => "M4 10v10h16V10M3 10l2-6h14l2 6ZM10 20v-6h4v6",
            Glyph::Car => {
                "M4 12.5 6 7h12l2 5.5v5h-2.5M4 12.5v5h2.5m-2.5-5h16m-13.5 5h11m-11 0a1.9 1.9 0 1 0 3.8 0m3.4 0a1.9 1.9 0 1 0 3.8 0"
            }
            Glyph::Truck => "M2.5 6h11v11h-11ZM13.5 10h4l4 3.5V17h-8M5 17a2 2 0 1 0 4 0m6.5 0a2 2 0 1 0 4 0",
            Glyph::Scan => {
                "M4 8.5V5a1 1 0 0 1 1-1h3.5m7 0H19a1 1 0 0 1 1 1v3.5m0 7V19a1 1 0 0 1-1 1h-3.5m-7 0H5a1 1 0 0 1-1-1v-3.5M9 9h2v2H9Zm4 0h2m-6 4.5v1.5h1.5m2.5-1.5h2V15h-2Z"
            }
            Glyph::Swap => "M3.5 8.5h15l-3.5-4m5.5 11h-15l3.5 4",
        }
    }
}

#[component]
pub fn Icon(glyph: Glyph) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=glyph.path() />
        </svg>
    }
}
