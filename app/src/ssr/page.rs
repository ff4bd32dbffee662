//! A page before it is rendered. Whatever stands around it is no business of whoever makes one.

use std::sync::Arc;

use axum::http::StatusCode;
use leptos::prelude::*;

/// Who a page is for: decides what stands around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chrome {
    #[default]
    Shopper,
    Staff,
    /// Nothing around it.
    Bare,
}

/// Which style sheets a page needs beside that of the window, in which most shoppers only look around.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Styles {
    #[default]
    Window,
    Orders,
    /// Those of orders as well: both show codes and things.
    Staff,
}

/// A page before it is rendered.
pub struct Page {
    pub title: String,
    pub description: String,
    /// Its canonical path without the language's prefix; both languages are linked by it.
    pub path: String,
    pub view: AnyView,
    pub status: StatusCode,
    pub chrome: Chrome,
    pub styles: Styles,
    /// Structured data (schema.org) as it can stand in a script, if any.
    pub json_ld: Option<Arc<str>>,
    /// Path or address of its picture, for those who link to it.
    pub image: Option<String>,
    /// Whether search engines should know it.
    pub indexed: bool,
    /// The SKU the page is about, where it is about one.
    pub sku: Option<String>,
    /// The slug of the top category that it lies in, if it lies in one.
    pub category: Option<String>,
}

impl Page {
    pub fn new(title: impl Into<String>, path: impl Into<String>, view: impl IntoView + 'static) -> Page {
        Page {
            title: title.into(),
            description: String::new(),
            path: path.into(),
            view: view.into_any(),
            status: StatusCode::OK,
            chrome: Chrome::Shopper,
            styles: Styles::Window,
            json_ld: None,
            image: None,
            indexed: true,
            sku: None,
            category: None,
        }
    }

    /// A page of what one shopper reserved, ordered or was sent: nothing for search engines.
    pub fn of_order(
        title: impl Into<String>,
        path: impl Into<String>,
        view: impl IntoView + 'static,
    ) -> Page {
        Page { styles: Styles::Orders, indexed: false, ..Page::new(title, path, view) }
    }

    /// A page for those who work in a store.
    pub fn of_staff(
        title: impl Into<String>,
        path: impl Into<String>,
        view: impl IntoView + 'static,
    ) -> Page {
        Page { styles: Styles::Staff, chrome: Chrome::Staff, indexed: false, ..Page::new(title, path, view) }
    }
}
