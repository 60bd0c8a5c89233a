//! Blocks that a person puts in one by one: charts from a table, evidence and decisions of the record,
//! actions.

use std::path::Path;

use farol_compose::{decision_block, evidence_block};
use farol_model::{
    document::{Audience, Block, ChartLook, Content, Text, TimelineRow, sees},
    id::{BlockId, DocumentId},
    time::Timestamp,
};

use super::CaseFile;
use crate::{Desk, Failure, view::RecordBlock};

/// More are no picture any more.
const MAX_CHART_ROWS: usize = 60;
/// Longer tables are files of their own.
const MAX_TABLE_ROWS: usize = 5_000;
/// More columns of figures cannot be told apart.
const MAX_CHART_COLUMNS: usize = 6;

impl Desk {
    /// Puts a block into a document: after the block of that number (counted from 1), or at its end.
    ///
    /// # Errors
    /// When there is no such place, or as [`Desk::save_document`].
    pub fn put_block(
        &self,
        id: DocumentId,
        audience: Audience,
        content: Content<Text>,
        after: Option<usize>,
    ) -> Result<Timestamp, Failure> {
        let mut blocks = self.store.read(|it| it.document(id))?.blocks;
        let at = after.unwrap_or(blocks.len());
        if at > blocks.len() {
            return Err(Failure::bad_input(
                format!("This document has {} blocks. Nothing was changed.", blocks.len()),
                "Look at the numbers that `doc show` prints.",
            ));
        }
        blocks.insert(at, Block { id: BlockId(self.store.new_id()), audience, content });
        self.save_document(id, &blocks, None)
    }

    /// Puts a moment that the record does not have into the timeline that its reader sees, or into a new
    /// one at the end.
    ///
    /// # Errors
    /// As [`Desk::save_document`].
    pub fn put_moment(&self, id: DocumentId, row: TimelineRow<Text>) -> Result<Timestamp, Failure> {
        let mut blocks = self.store.read(|it| it.document(id))?.blocks;
        let seen = |it: &&mut Block| sees(&row.audience, &it.audience);
        let timeline = blocks.iter_mut().filter(seen).find_map(|it| match &mut it.content {
            Content::Timeline { rows } => Some(rows),
            _ => None,
        });
        match timeline {
            Some(rows) => {
                rows.push(row);
                rows.sort_by_key(|it| it.at);
            }
            None => blocks.push(Block {
                id: BlockId(self.store.new_id()),
                audience: row.audience.clone(),
                content: Content::Timeline { rows: vec![row] },
            }),
        }
        self.save_document(id, &blocks, None)
    }

    /// The evidence and the decisions of the document's case, each as a block.
    ///
    /// # Errors
    /// When there is no such document.
    pub fn record_blocks(&self, id: DocumentId) -> Result<Vec<RecordBlock>, Failure> {
        self.store.read(|it| {
            let document = it.document(id)?;
            let file = self.case_facts(it, document.case, document.language())?;
            Ok::<_, Failure>(of_record(&file))
        })
    }
}

/// The evidence and the decisions of a case, each as a block.
pub(super) fn of_record(file: &CaseFile) -> Vec<RecordBlock> {
    let language = file.language;
    let evidence = file.evidence.iter().map(|it| RecordBlock {
        id: it.evidence.id.to_string(),
        label: it.evidence.name.clone(),
        content: evidence_block(&it.evidence, language),
    });
    let decisions = file.decisions.iter().map(|it| RecordBlock {
        id: it.id.to_string(),
        label: it.what.clone(),
        content: decision_block(it, language),
    });
    evidence.chain(decisions).collect()
}

/// A chart from a small CSV file: its first line names the rows and the columns.
///
/// # Errors
/// When the file cannot be read, is no table, or has more than a chart can show.
pub fn chart_from_csv(look: ChartLook, title: &str, file: &Path) -> Result<Content<Text>, Failure> {
    let wrong = |why: &str| {
        Failure::bad_input(
            format!("No chart can be made of this file: {why}. Nothing was changed."),
            "Give a CSV file: a heading line, then a name and its figures in each line.",
        )
    };
    let (header, rows) = cells(file, MAX_CHART_ROWS, "use a table").map_err(|why| wrong(&why))?;
    if !(2..=MAX_CHART_COLUMNS + 1).contains(&header.len()) {
        return Err(wrong(&format!("it needs one to {MAX_CHART_COLUMNS} columns of figures")));
    }
    if rows.is_empty() {
        return Err(wrong("it has no line of figures"));
    }
    Ok(Content::Chart { look, title: Text::parse(title), header, rows })
}

/// A table from a CSV file; its first line is the heading.
///
/// # Errors
/// When the file cannot be read, is no table, or has more rows than a reader can want.
pub fn table_from_csv(file: &Path) -> Result<Content<Text>, Failure> {
    let wrong = |why: &str| {
        Failure::bad_input(
            format!("No table can be made of this file: {why}. Nothing was changed."),
            "Give a CSV file in UTF-8: a heading line, then lines of as many cells.",
        )
    };
    let (header, rows) =
        cells(file, MAX_TABLE_ROWS, "enclose it as a file").map_err(|why| wrong(&why))?;
    if rows.is_empty() {
        return Err(wrong("it has no line below its heading"));
    }
    Ok(Content::Table { header, rows })
}

/// A row of cells.
type Cells = Vec<Text>;

/// The heading and the lines of a CSV file, or why it is none; `instead` is what longer ones are for.
fn cells(file: &Path, most: usize, instead: &str) -> Result<(Cells, Vec<Cells>), String> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(false)
        .from_path(file)
        .map_err(|_| "it cannot be read")?;
    let texts = |record: &csv::StringRecord| record.iter().map(Text::plain).collect::<Cells>();
    let header = texts(reader.headers().map_err(|_| "it is no CSV in UTF-8")?);
    let mut rows = Vec::new();
    for record in reader.records() {
        rows.push(texts(&record.map_err(|_| "its lines have not equally many cells")?));
        if rows.len() > most {
            return Err(format!("it has more than {most} lines; {instead}"));
        }
    }
    Ok((header, rows))
}
