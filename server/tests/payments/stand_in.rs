//! What all stand-ins share: an address on this machine, and troubles that strike the next calls.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};

/// How long our clients wait in these tests.
pub const PATIENCE: Duration = Duration::from_millis(300);

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// 500 before anything is done.
    Broken,
    /// Done, and then the connection breaks in the middle of the answer.
    Reset,
    /// Done, and answered when nobody waits any more.
    Slow,
    /// Done, and answered with what nobody can read.
    Garbage,
    /// Too many requests: not done.
    Busy,
    /// Refused for good: not done.
    Refused,
}

/// The troubles to come, one a call.
#[derive(Clone, Default)]
pub struct Troubles(Arc<Mutex<VecDeque<Option<Trouble>>>>);

impl Troubles {
    /// Strikes the next call.
    pub fn strike(&self, trouble: Trouble) {
        self.strike_after(0, trouble);
    }

    /// Lets so many calls pass and strikes the one after them.
    pub fn strike_after(&self, calls: usize, trouble: Trouble) {
        let mut troubles = self.0.lock().unwrap();
        troubles.extend(std::iter::repeat_n(None, calls));
        troubles.push_back(Some(trouble));
    }

    /// Forgets what is still to come; answers whether there was any.
    pub fn clear(&self) -> bool {
        !std::mem::take(&mut *self.0.lock().unwrap()).is_empty()
    }
}

async fn trouble(State(troubles): State<Troubles>, request: Request, next: Next) -> Response {
    let struck = troubles.0.lock().unwrap().pop_front().flatten();
    match struck {
        Some(Trouble::Broken) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(Trouble::Busy) => return StatusCode::TOO_MANY_REQUESTS.into_response(),
        Some(Trouble::Refused) => {
            let body = r#"{"error":{"code":"not_like_this"},"code":"INVALID_REQUEST","message":"no"}"#;
            return (StatusCode::BAD_REQUEST, body).into_response();
        }
        _ => {}
    }
    let answer = next.run(request).await;
    match struck {
        Some(Trouble::Reset) => {
            let broken = futures::stream::iter([
                Ok("{\"id\":".to_owned()),
                Err(std::io::Error::other("the line was cut")),
            ]);
            Body::from_stream(broken).into_response()
        }
        Some(Trouble::Slow) => {
            tokio::time::sleep(PATIENCE * 3).await;
            answer
        }
        Some(Trouble::Garbage) => "<html>Welcome to our new site!</html>".into_response(),
        _ => answer,
    }
}

/// Serves a stand-in until the test is over; answers its address.
pub async fn serve(router: Router, troubles: Troubles) -> String {
    let router = router.layer(from_fn_with_state(troubles, trouble));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}
