//! What a list is asked for, read from an address and written back to one: every facet, chip and page number is
//! such an address, so that a list can be kept, sent and gone back to.

use onshelf_vocabulary::{
    Currency,
    catalog::{ListingQuery, Sort},
};
use url::form_urlencoded;

use crate::ssr::encoded;

pub(super) const PER_PAGE: u32 = 24;
/// Values one parameter may name; more is nobody's wish.
const MOST: usize = 40;
const MOST_TEXT: usize = 200;

/// Which list it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Base {
    #[default]
    All,
    Search,
    Category(String),
}

/// A list with all that narrows it, as its address says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    pub base: Base,
    pub text: String,
    /// Narrows a search; the category's own page has it in its path.
    pub within: Option<String>,
    pub brands: Vec<String>,
    pub options: Vec<String>,
    /// Whole units of the currency, as one types them.
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub store: Option<String>,
    pub sort: Sort,
    pub page: u32,
}

impl Asked {
    /// Reads a query; what cannot be understood does not narrow.
    pub(super) fn read(base: Base, query: &str) -> Asked {
        let mut asked = Asked { base, page: 1, ..Asked::default() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value: String = value.trim().chars().filter(|c| !c.is_control()).take(MOST_TEXT).collect();
            match &*name {
                _ if value.is_empty() => {}
                "q" => asked.text = value,
                "category" => asked.within = Some(value),
                "brand" => add(&mut asked.brands, value),
                "option" => add(&mut asked.options, value),
                "from" => asked.from = amount(&value),
                "to" => asked.to = amount(&value),
                "store" => asked.store = Some(value),
                "sort" => asked.sort = Sort::from_code(&value).unwrap_or_default(),
                "page" => asked.page = value.parse().unwrap_or(1).max(1),
                _ => {}
            }
        }
        if let (Some(from), Some(to)) = (asked.from, asked.to)
            && from > to
        {
            (asked.from, asked.to) = (Some(to), Some(from));
        }
        asked
    }

    /// The path without its query, in no language yet.
    pub(super) fn path(&self) -> String {
        match &self.base {
            Base::All => "/products".to_owned(),
            Base::Search => "/search".to_owned(),
            Base::Category(slug) => format!("/category/{}", encoded(slug)),
        }
    }

    /// The whole address; what is as usual is left out.
    pub(super) fn address(&self) -> String {
        let pairs = self.pairs();
        if pairs.is_empty() {
            return self.path();
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("{}?{query}", self.path())
    }

    /// Names and values, in the order of the address.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.text.is_empty() {
            pairs.push(("q", self.text.clone()));
        }
        pairs.extend(self.within.iter().map(|slug| ("category", slug.clone())));
        pairs.extend(self.brands.iter().map(|brand| ("brand", brand.clone())));
        pairs.extend(self.options.iter().map(|option| ("option", option.clone())));
        pairs.extend(self.from.iter().map(|from| ("from", from.to_string())));
        pairs.extend(self.to.iter().map(|to| ("to", to.to_string())));
        pairs.extend(self.store.iter().map(|store| ("store", store.clone())));
        if self.sort != Sort::default() {
            pairs.push(("sort", self.sort.code().to_owned()));
        }
        if self.page > 1 {
            pairs.push(("page", self.page.to_string()));
        }
        pairs
    }

    /// The same list changed; it begins at its first page again.
    pub(super) fn but(&self, change: impl FnOnce(&mut Asked)) -> Asked {
        let mut other = Asked { page: 1, ..self.clone() };
        change(&mut other);
        other
    }

    /// How many things narrow it besides its text and its path.
    pub(super) fn narrowed(&self) -> usize {
        let price = usize::from(self.from.is_some() || self.to.is_some());
        self.brands.len()
            + self.options.len()
            + price
            + usize::from(self.store.is_some())
            + usize::from(self.within.is_some())
    }

    /// The same list with nothing narrowed.
    pub(super) fn whole(&self) -> Asked {
        Asked {
            base: self.base.clone(),
            text: self.text.clone(),
            sort: self.sort,
            page: 1,
            ..Asked::default()
        }
    }

    /// As the shop is asked.
    pub(super) fn query(&self, currency: Currency) -> ListingQuery {
        let unit = 10i64.pow(currency.decimals());
        let minor = |whole: i64| whole.saturating_mul(unit);
        ListingQuery {
            text: self.text.clone(),
            category: match &self.base {
                Base::Category(slug) => Some(slug.clone()),
                Base::All | Base::Search => self.within.clone(),
            },
            brands: self.brands.clone(),
            options: self.options.clone(),
            price_from: self.from.map(minor),
            price_to: self.to.map(minor),
            in_stock_at: self.store.clone(),
            sort: self.sort,
            page: self.page,
            per_page: PER_PAGE,
        }
    }
}

fn add(values: &mut Vec<String>, value: String) {
    if values.len() < MOST && !values.contains(&value) {
        values.push(value);
    }
}

/// `38,000`, `₩38000원`, `29`: the digits before a decimal point.
fn amount(text: &str) -> Option<i64> {
    let whole = text.split('.').next().unwrap_or_default();
    let digits: String = whole.chars().filter(char::is_ascii_digit).take(12).collect();
    if text.contains('-') { None } else { digits.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_the_same_when_read_again() {
        let query = "q=%EC%BB%B5&brand=Jejari&brand=A%26B&option=colour%3Amoss&from=1000&to=9000&store=seongsu&sort=price_up&page=3";
        let asked = Asked::read(Base::Search, query);
        assert_eq!(asked.address(), format!("/search?{query}"));
        assert_eq!(asked.narrowed(), 5);
        assert_eq!(asked.whole().address(), "/search?q=%EC%BB%B5&sort=price_up");
    }

    #[test]
    fn what_cannot_be_understood_does_not_narrow() {
        let asked = Asked::read(Base::All, "page=-1&from=abc&to=%2D5&sort=worst&brand=&x=y&brand=a&brand=a");
        assert_eq!(asked.address(), "/products?brand=a");
    }

    #[test]
    fn prices_are_read_as_typed_and_put_in_order() {
        let asked = Asked::read(Base::All, "from=%E2%82%A938%2C000&to=1000.50");
        assert_eq!((asked.from, asked.to), (Some(1000), Some(38_000)));
        assert_eq!(asked.query(Currency::Usd).price_from, Some(100_000));
        assert_eq!(asked.query(Currency::Krw).price_from, Some(1000));
    }

    #[test]
    fn a_changed_list_begins_at_its_first_page() {
        let asked = Asked::read(Base::Category("kettles".to_owned()), "page=4&store=a");
        assert_eq!(asked.but(|a| a.store = None).address(), "/category/kettles");
    }
}
