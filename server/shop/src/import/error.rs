//! Why an import could not begin or go on.

/// Each says what to mend.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{file}: {reason}")]
    Unreadable { file: String, reason: String },
    #[error("the file is empty")]
    Empty,
    /// The header or the shape of the file as a whole.
    #[error("{0}")]
    Unusable(String),
    #[error("the mapping cannot be used: {0}")]
    Mapping(String),
    #[error("the file of rejected rows cannot be written: {0}")]
    Rejects(String),
    /// Going on would leave every product behind without its pictures.
    #[error("pictures cannot be kept: {0}; make room and run it again")]
    Pictures(String),
    #[error(transparent)]
    Database(#[from] onshelf_db::Error),
}

impl ImportError {
    pub(super) fn unreadable(file: &str, reason: impl std::fmt::Display) -> ImportError {
        ImportError::Unreadable { file: file.to_owned(), reason: reason.to_string() }
    }
}
