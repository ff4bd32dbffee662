//! The browser's side: makes the islands on a page live. The loader calls `hydrate` once and then each island's
//! own function, so nothing else stands here.

// Names the crate, so that its islands are part of the module.
use onshelf_app as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Gets ready for islands; without one on the page it is never called.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
