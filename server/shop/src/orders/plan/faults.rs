//! What is wrong with groups as they are asked for, field by field.

use onshelf_domain::orders::address_line_fault;
use onshelf_vocabulary::{
    fulfilment::{Fault, FieldFault, Way},
    orders::{Address, GroupInput, MAX_GROUPS, OrderRefusal},
};

use crate::{Book, Error, cart::line_faults};

pub(super) fn fault(group: usize, field: &str, fault: Fault) -> Error {
    let pointer = format!("/groups/{group}/{field}");
    OrderRefusal::Invalid { faults: vec![FieldFault { pointer, fault }] }.into()
}

/// Of all that is asked for together.
pub(in crate::orders) fn fault_of_all(fault: Fault) -> OrderRefusal {
    OrderRefusal::Invalid { faults: vec![FieldFault { pointer: "/groups".to_owned(), fault }] }
}

pub(super) fn group_faults(book: &Book, groups: &[GroupInput], online: bool) -> Vec<FieldFault> {
    let fault = |pointer: String, fault: Fault| FieldFault { pointer, fault };
    match groups.len() {
        0 => return vec![fault("/groups".to_owned(), Fault::NoLines)],
        many if many > MAX_GROUPS => return vec![fault("/groups".to_owned(), Fault::TooManyGroups)],
        _ => {}
    }
    let mut faults = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        let at = |field: &str| format!("/groups/{index}{field}");
        let store = group.store.as_ref().and_then(|code| book.stores.by_code(code.as_str()));
        if !online && matches!(group.way, Way::Transfer | Way::Delivery) {
            faults.push(fault(at("/way"), Fault::MustPayOnline));
        }
        let lines = line_faults(book, store.map(|store| store.currency), &group.lines);
        faults.extend(lines.into_iter().map(|line| fault(at(&line.pointer), line.fault)));
        match &group.address {
            Some(address) if group.way == Way::Delivery => faults.extend(
                address_faults(address).map(|(field, what)| fault(at(&format!("/address/{field}")), what)),
            ),
            Some(_) => faults.push(fault(at("/address"), Fault::NoAddressNeeded)),
            None => {}
        }
    }
    faults
}

pub(crate) fn address_faults(address: &Address) -> impl Iterator<Item = (&'static str, Fault)> {
    let fields = [
        ("line1", &address.line1, true),
        ("line2", &address.line2, false),
        ("city", &address.city, false),
        ("postcode", &address.postcode, true),
        ("note", &address.note, false),
    ];
    let judge = |(field, text, needed): (&'static str, &String, bool)| {
        address_line_fault(text, needed).map(|fault| (field, fault))
    };
    fields.into_iter().filter_map(judge).collect::<Vec<_>>().into_iter()
}
