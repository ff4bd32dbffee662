//! Whoever asks about an order or a reservation of theirs: by its number in the path, and the token that came with it.

use axum::{
    Extension,
    extract::{FromRequestParts, Path},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use onshelf_shop::{Once, Shop};
use onshelf_vocabulary::Lang;
use serde::Deserialize;

use crate::http::{
    ask::{bearer, language},
    problem::{Kind, Problem},
    surface::{Begun, Surface},
};

/// All that such a call has beside its key and its body. The number comes with its token alone, so that no handler asks
/// without it. The token is not yet verified: the deed does that.
pub struct Owned {
    pub(super) surface: Surface,
    pub(super) lang: Lang,
    pub(super) number: String,
    pub(super) token: String,
}

/// Of the parts of a path the one that names it.
#[derive(Deserialize)]
struct Named {
    number: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Owned {
    type Rejection = Response;

    /// A call without a token (`Authorization: Bearer …`) is told what a call with a wrong one is told, so that nobody
    /// learns which numbers there are.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Owned, Response> {
        let surface = Extension::<Surface>::from_request_parts(parts, state).await;
        let Extension(surface) = surface.map_err(IntoResponse::into_response)?;
        let named = Path::<Named>::from_request_parts(parts, state).await;
        let Path(Named { number }) = named.map_err(IntoResponse::into_response)?;
        let token = bearer(&parts.headers);
        let token = token.ok_or_else(|| Problem::new(Kind::NotFound).into_response())?;
        Ok(Owned { surface, lang: language(&parts.headers), number, token })
    }
}

impl Owned {
    pub(super) fn shop(&self) -> &Shop {
        &self.surface.door.shop
    }

    pub(super) fn public_url(&self) -> &str {
        &self.surface.options.public_url
    }

    /// Begins a deed that is done once ([`Surface::once`]); `kind` says what the number is of, since it is part of whose
    /// key it is.
    pub(super) fn once(
        &self,
        kind: &str,
        route: &str,
        key: &str,
        body: &str,
    ) -> Result<(Begun, Once), Problem> {
        self.surface.once(&format!("{kind}:{}", self.number), route, key, body)
    }
}
