//! Where an order stands, from where its groups stand.

use onshelf_vocabulary::{fulfilment::ReservationStatus, orders::OrderStatus};

/// Of an order whose groups stand so: the least far of those that still go on; when all are over, the best end.
/// `settled` is whether it was paid online. An order without groups counts as cancelled.
#[must_use]
pub fn overall(settled: bool, groups: &[ReservationStatus]) -> OrderStatus {
    let going = groups
        .iter()
        .filter(|status| !status.is_over())
        .map(|status| step(settled, *status))
        .min_by_key(|(far, _)| *far);
    if let Some((_, status)) = going {
        return status;
    }
    let ended = |wanted: ReservationStatus| groups.contains(&wanted);
    if ended(ReservationStatus::Collected) || ended(ReservationStatus::Delivered) {
        OrderStatus::Completed
    } else if ended(ReservationStatus::Expired) {
        OrderStatus::Expired
    } else {
        OrderStatus::Cancelled
    }
}

/// How far a group that goes on is, and what the order is called there.
const fn step(settled: bool, status: ReservationStatus) -> (u8, OrderStatus) {
    match status {
        ReservationStatus::Placed if settled => (1, OrderStatus::Paid),
        ReservationStatus::Picking => (2, OrderStatus::Picking),
        ReservationStatus::InTransfer => (3, OrderStatus::InTransfer),
        ReservationStatus::OutForDelivery => (4, OrderStatus::OutForDelivery),
        ReservationStatus::Ready => (5, OrderStatus::Ready),
        // Before it is paid all of it is pending; later only what is offered in another's place, which holds up nothing.
        ReservationStatus::Pending if settled => (9, OrderStatus::Paid),
        ReservationStatus::Pending => (9, OrderStatus::Placed),
        _ => (0, OrderStatus::Placed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReservationStatus as R;

    #[test]
    fn an_order_stands_where_its_slowest_group_stands() {
        for (settled, groups, expected) in [
            (false, vec![R::Pending], OrderStatus::Placed),
            (false, vec![R::Placed], OrderStatus::Placed),
            (true, vec![R::Placed, R::Ready], OrderStatus::Paid),
            (true, vec![R::Ready, R::NotFound, R::Pending, R::Pending], OrderStatus::Ready),
            (true, vec![R::NotFound, R::Pending], OrderStatus::Paid),
            (false, vec![R::Ready, R::Pending], OrderStatus::Ready),
            (true, vec![R::Picking, R::Ready], OrderStatus::Picking),
            (true, vec![R::Ready, R::Collected], OrderStatus::Ready),
            (true, vec![R::InTransfer, R::OutForDelivery], OrderStatus::InTransfer),
            (true, vec![R::Collected, R::NotFound], OrderStatus::Completed),
            (true, vec![R::Delivered], OrderStatus::Completed),
            (true, vec![R::Expired, R::Cancelled], OrderStatus::Expired),
            (true, vec![R::NotFound], OrderStatus::Cancelled),
            (true, vec![], OrderStatus::Cancelled),
        ] {
            assert_eq!(overall(settled, &groups), expected, "{groups:?}");
        }
    }
}
