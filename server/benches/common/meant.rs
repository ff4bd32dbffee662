//! What people type who mean something that the shared product file has, in our own words. A product is right if its
//! name with its brand has all the words that were meant: so it is told by the names alone which are, for every search
//! alike.

/// What is typed, and what is meant.
pub type Meant = (&'static str, &'static str);

pub const WRITTEN: [Meant; 24] = [
    ("nivea sun lotion", "nivea sun lotion"),
    ("kingston flash drive", "kingston flash drive"),
    ("epson ink cartridge", "epson ink cartridge"),
    ("heinz tomato ketchup", "heinz tomato ketchup"),
    ("knorr chicken soup", "knorr chicken soup"),
    ("nescafe instant coffee", "nescafe instant coffee"),
    ("barilla spaghetti", "barilla spaghetti"),
    ("maybelline mascara waterproof", "maybelline mascara waterproof"),
    ("revlon nail polish", "revlon nail polish"),
    ("dewalt drill bit", "dewalt drill bit"),
    ("twinings earl grey", "twinings earl grey"),
    ("campbell mushroom soup", "campbell mushroom soup"),
    ("coconut milk organic", "coconut milk organic"),
    ("dark chocolate almonds", "dark chocolate almonds"),
    ("greek yogurt honey", "greek yogurt honey"),
    ("green tea lemon", "green tea lemon"),
    ("smoked salmon", "smoked salmon"),
    ("goat cheese", "goat cheese"),
    ("pencil sharpener", "pencil sharpener"),
    ("baby shampoo", "baby shampoo"),
    ("logitech mouse", "logitech mouse"),
    ("crayola crayons", "crayola crayons"),
    ("ferrero rocher", "ferrero rocher"),
    ("toblerone", "toblerone"),
];

pub const TYPED: [Meant; 12] = [
    ("nivea sun loti", "nivea sun lotion"),
    ("kingston flash dri", "kingston flash drive"),
    ("heinz tomato ket", "heinz tomato ketchup"),
    ("barilla spagh", "barilla spaghetti"),
    ("revlon nail pol", "revlon nail polish"),
    ("twinings earl gr", "twinings earl grey"),
    ("dark chocolate alm", "dark chocolate almonds"),
    ("smoked salm", "smoked salmon"),
    ("pencil sharp", "pencil sharpener"),
    ("logitech mou", "logitech mouse"),
    ("crayola cray", "crayola crayons"),
    ("toblero", "toblerone"),
];

pub const SLIPS: [Meant; 18] = [
    ("nivea sun lotoin", "nivea sun lotion"),
    ("kingstone flash drive", "kingston flash drive"),
    ("heniz tomato ketchup", "heinz tomato ketchup"),
    ("knorr chiken soup", "knorr chicken soup"),
    ("nescafe instant cofee", "nescafe instant coffee"),
    ("barila spaghetti", "barilla spaghetti"),
    ("maybeline mascara waterproof", "maybelline mascara waterproof"),
    ("revlon nail plish", "revlon nail polish"),
    ("twinnings earl grey", "twinings earl grey"),
    ("campbel mushroom soup", "campbell mushroom soup"),
    ("dark choclate almonds", "dark chocolate almonds"),
    ("greek yoghurt honey", "greek yogurt honey"),
    ("smoked samlon", "smoked salmon"),
    ("pencil sharpner", "pencil sharpener"),
    ("logitec mouse", "logitech mouse"),
    ("crayola crayns", "crayola crayons"),
    ("ferero rocher", "ferrero rocher"),
    ("tobleron", "toblerone"),
];
