//! The stage: the product large, standing on the shelf line; several pictures side by side, to be swept through.

use leptos::prelude::*;
use onshelf_vocabulary::{
    Lang,
    catalog::{ProductView, VariantView},
};

use crate::{
    ssr::Visit,
    ui::picture::{Picture, is_drawing},
};

pub(super) fn stage(visit: &Visit, product: &ProductView, variant: &VariantView) -> impl IntoView + use<> {
    let images = &variant.images;
    let label = match variant.options.is_empty() {
        true => product.name.clone(),
        false => format!("{}, {}", product.name, variant.options.join(", ")),
    };
    let drawn = images.first().is_none_or(|image| is_drawing(&image.src));
    if images.len() < 2 {
        let image = images.first().cloned();
        let bare = image.is_none().then(|| {
            view! {
                <figcaption>{visit.say("아직 사진이 없어요", "No picture yet")}</figcaption>
            }
        });
        return view! {
            <figure class="stage" class:stage-photo=!drawn role="group" aria-label=label data-stage>
                <Picture image eager=true />
                {bare}
            </figure>
        }
        .into_any();
    }
    let count = images.len();
    let slides = images
        .iter()
        .cloned()
        .enumerate()
        .map(|(place, image)| {
            let said = match visit.lang {
                Lang::Ko => format!("{count}장 가운데 {}번째", place + 1),
                Lang::En => format!("{} of {count}", place + 1),
            };
            view! { <li id=format!("picture-{}", place + 1) aria-label=said><Picture image=Some(image) eager=place == 0 /></li> }
        })
        .collect_view();
    let marks = (1..=count)
        .map(|place| {
            let said = match visit.lang {
                Lang::Ko => format!("{place}번째 사진"),
                Lang::En => format!("Picture {place}"),
            };
            view! { <a href=format!("#picture-{place}") aria-label=said></a> }
        })
        .collect_view();
    view! {
        <figure class="stage" class:stage-photo=!drawn role="group" aria-label=label data-stage>
            <ul class="roll" tabindex="0">{slides}</ul>
            <span class="marks">{marks}</span>
        </figure>
    }
    .into_any()
}
