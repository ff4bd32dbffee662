//! Bringing rows up to date: what is the same already is left alone, so that it counts as unchanged, wakes nobody and
//! grows no log.

/// What follows `INSERT … VALUES …`: on a row with the same key the columns are set, where one of them differs.
pub(crate) fn renew(table: &str, key: &str, columns: &[&str]) -> String {
    if columns.is_empty() {
        return format!(" ON CONFLICT ({key}) DO NOTHING");
    }
    let each = |write: &dyn Fn(&str) -> String| {
        columns.iter().map(|column| write(column)).collect::<Vec<_>>().join(", ")
    };
    format!(
        " ON CONFLICT ({key}) DO UPDATE SET {} WHERE ({}) IS DISTINCT FROM ({})",
        each(&|column| format!("{column} = excluded.{column}")),
        each(&|column| format!("{table}.{column}")),
        each(&|column| format!("excluded.{column}")),
    )
}

/// Rows after they were brought up to date.
#[derive(Clone, Debug, Default)]
pub struct Renewed {
    /// Each row's own name and its id.
    pub ids: Vec<(String, i64)>,
    /// How many were not so before.
    pub changed: u64,
}
