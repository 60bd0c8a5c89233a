//! Which part of a list is printed.

use clap::Args;

use farol_model::list::{CaseFilter, CaseSort, ListAsk};

/// A part of the queue or of the cases.
#[derive(Args)]
pub(crate) struct ListOptions {
    /// Only these: words, and any of status:WORD severity:WORD category:WORD assignee:NAME (or me, or
    /// nobody), in one line.
    #[arg(long, default_value = "")]
    filter: CaseFilter,
    /// The order: due, opened or severity.
    #[arg(long)]
    sort: Option<CaseSort>,
    /// At most so many.
    #[arg(long, default_value_t = u32::MAX, hide_default_value = true)]
    limit: u32,
    /// Leave out so many before them.
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    offset: u32,
}

impl ListOptions {
    pub(crate) fn ask(self, sort: CaseSort) -> ListAsk {
        ListAsk {
            filter: self.filter,
            sort: self.sort.unwrap_or(sort),
            offset: self.offset,
            limit: self.limit,
            around: None,
        }
    }
}
