//! What went wrong, as a person is told: the only translation of failures for people.

use onshelf_vocabulary::Lang;
use serde::{Deserialize, Serialize};

/// A failure a page or an island can show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppError {
    NotFound,
    /// Sign in first.
    SignedOut,
    /// Signed in, but not for this.
    NotYours,
    /// What was sent is longer than is read.
    TooLarge,
    /// The shop cannot answer now; trying again in a moment helps.
    Busy,
    /// Something broke; the reference is in the log.
    Broken {
        reference: String,
    },
}

impl AppError {
    /// HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            AppError::NotFound => 404,
            AppError::SignedOut => 401,
            AppError::NotYours => 403,
            AppError::TooLarge => 413,
            AppError::Busy => 503,
            AppError::Broken { .. } => 500,
        }
    }

    /// Title and the sentence below it.
    #[must_use]
    pub fn words(&self, lang: Lang) -> (&'static str, String) {
        let (ko, en) = match self {
            AppError::NotFound => (
                ("이 선반은 비어 있어요", "찾으시는 페이지가 없거나 자리를 옮겼어요."),
                ("This shelf is empty", "The page you're looking for isn't here, or has moved."),
            ),
            AppError::SignedOut => (
                ("로그인이 필요해요", "직원 로그인 후 이어서 할 수 있어요."),
                ("Sign in first", "Staff can continue after signing in."),
            ),
            AppError::NotYours => (
                ("볼 수 없는 화면이에요", "담당 매장이나 역할에는 열려 있지 않아요."),
                ("Not yours to see", "This screen is not open to your role or store."),
            ),
            AppError::TooLarge => (
                (
                    "보내신 것이 너무 길어요",
                    "받을 수 있는 길이를 넘어서 적으신 것을 읽지 못했고, 남겨 두지도 못했어요. 브라우저에서 뒤로 가면 대개 적으신 그대로 있으니, 긴 칸을 줄여 다시 보내 주세요.",
                ),
                (
                    "That was too long to read",
                    "It is more than we can take, so none of it was read or kept. Go back in your browser: what you typed is usually still there. Shorten the longest field and send it again.",
                ),
            ),
            AppError::Busy => (
                ("잠시 숨을 고르고 있어요", "조금 뒤에 다시 시도해 주세요. 담아 두신 것은 그대로 있어요."),
                ("Catching our breath", "Please try again in a moment. What you put in your basket is safe."),
            ),
            AppError::Broken { .. } => (
                ("문제가 생겼어요", "저희 쪽 문제예요. 다시 시도해도 같다면 아래 번호를 알려 주세요."),
                ("Something broke", "It is our fault. If it happens again, tell us the number below."),
            ),
        };
        match lang {
            Lang::Ko => (ko.0, ko.1.to_owned()),
            Lang::En => (en.0, en.1.to_owned()),
        }
    }
}
