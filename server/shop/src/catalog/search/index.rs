//! Building: documents become terms with a role each, tantivy keeps the postings in one segment in document
//! order, and the lexicon is read back from its term dictionary, so that a term's number is the same in both.

use super::gather::Scratch;
use super::{Document, SearchError};
use onshelf_domain::search::{Lexicon, index_terms, normalise, tokens};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::directory::{Directory, MmapDirectory, RamDirectory};
use tantivy::postings::TermInfo;
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Index, InvertedIndexReader, SingleSegmentIndexWriter, TantivyDocument, Term};

/// Where in a document a term stands, best first. It is kept as the term's frequency, which costs no space of
/// its own and is read with the postings.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    /// The last plain word of a name: the thing itself (the kettle of "enamel kettle").
    Head = 1,
    Name,
    Brand,
    Category,
    Keyword,
}

/// What a match in each role is worth; index 0 is never used.
pub(super) const ROLE_WORTH: [f32; 6] = [0.0, 1.0, 0.93, 0.85, 0.6, 0.5];
const MEMORY: usize = 200_000_000;
const FOLDER: &str = "products-";

/// An immutable index over products: build a new one when the catalogue changes and swap it in.
pub struct SearchIndex {
    pub(super) postings: Option<Postings>,
    pub(super) lexicon: Lexicon,
    /// The caller's number of each document.
    pub(super) ordinals: Vec<u32>,
    /// What a document's score is multiplied by: popularity up, long names down.
    pub(super) factors: Vec<f32>,
    pub(super) scratch: Mutex<Vec<Scratch>>,
}

pub(super) struct Postings {
    pub words: Arc<InvertedIndexReader>,
    /// Where the postings of each term start in their file, and where the last one's end.
    starts: Vec<usize>,
    codes: Arc<InvertedIndexReader>,
    codes_field: Field,
    bytes: u64,
}

impl std::fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchIndex")
            .field("documents", &self.ordinals.len())
            .field("terms", &self.lexicon.len())
            .finish()
    }
}

impl SearchIndex {
    /// Builds the index in memory, or with its postings in files under `dir` that are mapped and not read (a
    /// folder of its own: older indexes found there are removed, which readers that still map them survive).
    pub fn build<'a>(
        dir: Option<&Path>,
        documents: impl Iterator<Item = Document<'a>>,
    ) -> Result<Self, SearchError> {
        let (schema, words, codes) = schema();
        let folder = dir.map(fresh_folder).transpose()?;
        let directory: Box<dyn Directory> = match &folder {
            Some(folder) => Box::new(MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?),
            None => Box::new(RamDirectory::create()),
        };
        let mut writer = Index::builder().schema(schema).single_segment_index_writer(directory, MEMORY)?;
        let mut build =
            Build { words, codes, ordinals: Vec::new(), factors: Vec::new(), popularity: Vec::new() };
        for document in documents {
            build.add(&mut writer, &document)?;
        }
        let index = writer.finalize()?;
        if let (Some(dir), Some(folder)) = (dir, &folder) {
            remove_others(dir, folder)?;
        }
        let (postings, lexicon) = open(&index, words, codes)?;
        let (ordinals, factors) = build.finish();
        Ok(Self { postings, lexicon, ordinals, factors, scratch: Mutex::default() })
    }

    /// Products in the index.
    pub fn len(&self) -> usize {
        self.ordinals.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ordinals.is_empty()
    }

    /// Bytes held on the heap beside the postings, near enough.
    pub fn heap_bytes(&self) -> usize {
        self.lexicon.heap_bytes() + self.len() * 8
    }

    /// Bytes of postings and dictionaries, in memory or in files.
    pub fn file_bytes(&self) -> u64 {
        self.postings.as_ref().map_or(0, |postings| postings.bytes)
    }

    /// Runs `work` with working space that is kept for the next search.
    pub(super) fn with_scratch<R>(&self, work: impl FnOnce(&mut Scratch) -> R) -> R {
        let kept = self.scratch.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut scratch = kept.unwrap_or_else(|| Scratch::new(self.len()));
        let result = work(&mut scratch);
        self.scratch.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        result
    }

    /// Documents with exactly this GTIN or SKU, ascending.
    pub(super) fn by_code(&self, text: &str) -> io::Result<Vec<u32>> {
        let mut found = Vec::new();
        let Some(postings) = &self.postings else { return Ok(found) };
        for code in [gtin_code(text), sku_code(text)].into_iter().flatten() {
            let term = Term::from_field_text(postings.codes_field, &code);
            if let Some(mut block) = postings.codes.read_block_postings(&term, IndexRecordOption::Basic)? {
                while !block.docs().is_empty() {
                    found.extend_from_slice(block.docs());
                    block.advance();
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

fn schema() -> (Schema, Field, Field) {
    let field = |tokenizer: &str, option| {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(tokenizer)
            .set_fieldnorms(false)
            .set_index_option(option);
        TextOptions::default().set_indexing_options(indexing)
    };
    let mut builder = Schema::builder();
    let words = builder.add_text_field("words", field("whitespace", IndexRecordOption::WithFreqs));
    let codes = builder.add_text_field("codes", field("raw", IndexRecordOption::Basic));
    (builder.build(), words, codes)
}

/// GTIN-8, -12, -13 and -14 are one number with more or fewer zeros in front.
fn gtin_code(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let significant = digits.trim_start_matches('0');
    let fits = (8..=14).contains(&digits.len())
        && !significant.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| format!("g{significant}"))
}

fn sku_code(text: &str) -> Option<String> {
    let plain: String = normalise(text).chars().filter(|c| *c != ' ').take(64).collect();
    (!plain.is_empty()).then(|| format!("s{plain}"))
}

fn open(index: &Index, words: Field, codes_field: Field) -> Result<(Option<Postings>, Lexicon), SearchError> {
    let searcher = index.reader()?.searcher();
    let Some(segment) = searcher.segment_readers().first() else { return Ok((None, Lexicon::default())) };
    let words = segment.inverted_index(words)?;
    let mut stream = words.terms().stream()?;
    let mut terms: Vec<(String, u32)> = Vec::new();
    let mut starts = Vec::new();
    let mut end = 0;
    while let Some((term, info)) = stream.next() {
        terms.push((String::from_utf8_lossy(term).into_owned(), info.doc_freq));
        starts.push(info.postings_range.start);
        end = info.postings_range.end;
    }
    drop(stream);
    starts.push(end);
    let bytes = searcher.space_usage()?.total().get_bytes();
    let postings =
        Postings { words, starts, codes: segment.inverted_index(codes_field)?, codes_field, bytes };
    Ok((Some(postings), Lexicon::build(terms)))
}

impl Postings {
    /// What tantivy needs to read a term's postings, from its number alone. Positions are not kept.
    pub(super) fn info(&self, term: u32, documents: u32) -> TermInfo {
        let at = term as usize;
        let start = self.starts.get(at).copied().unwrap_or(0);
        let end = self.starts.get(at + 1).copied().unwrap_or(start);
        TermInfo { doc_freq: documents, postings_range: start..end, positions_range: 0..0 }
    }
}

struct Build {
    words: Field,
    codes: Field,
    ordinals: Vec<u32>,
    /// Name length only, until `finish` knows the largest popularity.
    factors: Vec<f32>,
    popularity: Vec<u32>,
}

impl Build {
    fn add(
        &mut self,
        writer: &mut SingleSegmentIndexWriter,
        document: &Document<'_>,
    ) -> Result<(), SearchError> {
        let mut entry = TantivyDocument::new();
        entry.add_text(self.words, roles_as_text(document));
        let gtins = document.gtins.iter().filter_map(|gtin| gtin_code(gtin));
        for code in gtins.chain(document.skus.iter().filter_map(|sku| sku_code(sku))) {
            entry.add_text(self.codes, code);
        }
        writer.add_document(entry)?;
        self.ordinals.push(document.ordinal);
        self.popularity.push(document.popularity);
        let words: usize = document.names.iter().map(|name| tokens(name).len()).sum();
        #[expect(clippy::cast_precision_loss, reason = "a few words a name")]
        let words_a_name = words as f32 / document.names.len().max(1) as f32;
        self.factors.push(1.0 / (1.0 + 0.03 * words_a_name));
        Ok(())
    }

    fn finish(self) -> (Vec<u32>, Vec<f32>) {
        #[expect(clippy::cast_precision_loss, reason = "a rank, not an amount")]
        let logarithm = |popularity: u32| (popularity as f32).ln_1p();
        let top = self.popularity.iter().copied().max().map_or(1.0, logarithm).max(1.0);
        let popular = self.popularity.iter().map(|each| 1.0 + 0.25 * logarithm(*each) / top);
        let factors = self.factors.iter().zip(popular).map(|(name, popular)| name * popular).collect();
        (self.ordinals, factors)
    }
}

/// Each term once, in its best role, written as many times as the role's number.
fn roles_as_text(document: &Document<'_>) -> String {
    let mut terms: Vec<(String, Role)> = Vec::new();
    let fields = [
        (document.names, Role::Name),
        (document.brands, Role::Brand),
        (document.categories, Role::Category),
        (document.keywords, Role::Keyword),
    ];
    for (texts, role) in fields {
        for text in texts {
            index_terms(text, |term, head| {
                let role = if head && role == Role::Name { Role::Head } else { role };
                terms.push((term.to_owned(), role));
            });
        }
    }
    terms.sort_unstable();
    terms.dedup_by(|later, earlier| later.0 == earlier.0);
    let mut text = String::new();
    for (term, role) in &terms {
        for _ in 0..*role as u32 {
            text.push_str(term);
            text.push(' ');
        }
    }
    text
}

fn fresh_folder(dir: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(dir)?;
    let numbers = fs::read_dir(dir)?.filter_map(|entry| {
        let name = entry.ok()?.file_name();
        name.to_str()?.strip_prefix(FOLDER)?.parse::<u64>().ok()
    });
    let folder = dir.join(format!("{FOLDER}{}", numbers.max().map_or(1, |last| last + 1)));
    fs::create_dir(&folder)?;
    Ok(folder)
}

fn remove_others(dir: &Path, kept: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(FOLDER));
        if ours && entry.path() != kept {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
