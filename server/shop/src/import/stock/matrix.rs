//! Sheets with a column a store: each cell is a count.

use onshelf_domain::stock::MOST_ON_HAND;

use super::{
    super::{
        plan::Plan,
        read::{Fields, Header, Record},
        report::{Entry, Ledger},
        row::Row,
        rules::Compiled,
        value::Place,
    },
    Line, Stock,
    deed::Deed,
    reading::sku,
    shops::Found,
};

/// A column that is a store, and what the file calls it.
pub(super) struct StoreColumn {
    column: usize,
    store_id: i64,
    name: String,
}

impl Stock {
    /// Finds the columns that are stores, where none says which store a row is of. Answers the columns that are read.
    pub(super) fn find_store_columns(&mut self, plan: &Plan, header: &Header) -> Vec<usize> {
        if plan.fields.contains_key("store") {
            return Vec::new();
        }
        let taken: Vec<usize> =
            plan.fields.get("sku").into_iter().flat_map(Compiled::places).filter_map(Place::column).collect();
        for (column, name) in header.names.iter().enumerate() {
            if taken.contains(&column) {
                continue;
            }
            if let Found::Shop(store_id) | Found::WithoutZeros(store_id) = self.shops.find(name)
                && self.columns.iter().all(|known| known.store_id != store_id)
            {
                self.columns.push(StoreColumn { column, store_id, name: name.clone() });
            }
        }
        self.columns.iter().map(|known| known.column).collect()
    }

    /// A row of such a sheet. An empty cell says nothing of that store; a bad one is told by itself.
    pub(super) fn take_wide(&mut self, plan: &Plan, record: &Record, ledger: &mut Ledger) {
        let row = Row::new(record, &plan.fields, &plan.tables);
        let Fields::Cells(cells) = &record.fields else { return };
        let sku = match sku(&row) {
            Ok(sku) => sku,
            Err(bad) => return ledger.reject(bad),
        };
        let mut told = 0;
        let columns = std::mem::take(&mut self.columns);
        for known in &columns {
            let cell = cells.get(known.column).unwrap_or_default().trim();
            if cell.is_empty() {
                continue;
            }
            told += 1;
            match self.read_cell(&row, &sku, known, cell) {
                Ok(line) => self.kept.push(line),
                Err(bad) => ledger.reject(bad),
            }
        }
        self.columns = columns;
        match told {
            0 => ledger.skip(),
            // The row itself has been counted already.
            more => ledger.report.rows += more - 1,
        }
        row.tell(ledger);
    }

    fn read_cell(
        &mut self,
        row: &Row<'_>,
        sku: &str,
        known: &StoreColumn,
        cell: &str,
    ) -> Result<Line, Entry> {
        let on_hand = row.whole_of("on_hand", cell, 0, MOST_ON_HAND).map_err(|bad| {
            let value = format!("{}: {}", known.name, bad.value);
            Entry { value, ..bad }
        })?;
        if let Some(line) = self.seen.before(&(known.store_id, sku, ""), row.line()) {
            let value = format!("{} {sku}, first on line {line}", known.name);
            return Err(row.bad("sku", "the same level stands twice: the first row counts", &value));
        }
        Ok(Line {
            line: row.line(),
            store_id: known.store_id,
            store: known.name.clone(),
            sku: sku.to_owned(),
            deed: Deed::Count { on_hand, counted_at: self.counted_at(row, known.store_id)? },
            safety_stock: None,
            notes: Vec::new(),
        })
    }
}
