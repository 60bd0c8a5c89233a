//! Tables as CSV (RFC 4180) that no spreadsheet takes for formulas.

use std::io::{self, Write};

/// A table of text on its way into a file.
pub(crate) struct Csv<'a>(csv::Writer<&'a mut dyn Write>);

impl<'a> Csv<'a> {
    /// Begins a table with the titles of its columns.
    pub(crate) fn begin<'t>(
        to: &'a mut dyn Write,
        titles: impl IntoIterator<Item = &'t str>,
    ) -> io::Result<Self> {
        let mut file = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
        file.write_record(titles)?;
        Ok(Self(file))
    }

    /// Writes a row. A cell that begins like a formula gets an apostrophe in front
    /// (OWASP, CSV injection: <https://owasp.org/www-community/attacks/CSV_Injection>).
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) -> io::Result<()> {
        Ok(self.0.write_record(cells.into_iter().map(plain_cell))?)
    }

    /// Ends it.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Writes a whole table.
pub(crate) fn write<const N: usize>(
    to: &mut dyn Write,
    titles: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> io::Result<()> {
    let mut table = Csv::begin(to, titles)?;
    for row in rows {
        table.row(row)?;
    }
    table.end()
}

fn plain_cell(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn no_cell_is_a_formula_and_every_row_is_one() {
        let rows = [["=1+1", "a,b"], ["@SUM(A1)", "two\nlines"], ["\t=1", "{\"a\": \"=1\"}"]];
        let mut file = Vec::new();
        write(&mut file, ["one", "two"], rows.map(|row| row.map(str::to_owned)).into_iter())
            .unwrap();
        let expected = "one,two\r\n'=1+1,\"a,b\"\r\n'@SUM(A1),\"two\nlines\"\r\n'\t=1,\"{\"\"a\"\": \"\"=1\"\"}\"\r\n";
        assert_eq!(String::from_utf8(file).unwrap(), expected);
    }
}
