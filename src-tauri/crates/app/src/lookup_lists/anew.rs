//! Lists judged anew by the tables as they are now, from the answers that they keep. Nothing leaves.

use farol_model::lookup_list::{JudgedListAnew, ListedName, LookupList};

use super::asking::Judge;
use crate::{Desk, Failure};

/// Names that are judged, and kept, at once.
const AT_ONCE: u32 = 250;

impl Desk {
    /// Judges the names of every list that was judged by other tables; a list that is being asked has its
    /// turn later. Gives the lists with names of which something else is said. When `stopped` says so, what
    /// is left is judged the next time.
    ///
    /// # Errors
    /// When the vault refuses; what was judged by then stays.
    pub fn judge_lists_anew(
        &self,
        stopped: &dyn Fn() -> bool,
    ) -> Result<Vec<JudgedListAnew>, Failure> {
        let rules = self.rules();
        let mut anew = Vec::new();
        for (list, counts) in self.store.read(|it| it.lookup_lists())? {
            let is_judged = list.judged_by.as_ref() == Some(&rules) || counts.n_asked == 0;
            if is_judged || self.runs.of(list.id).is_some() {
                continue;
            }
            let Some(n_otherwise) = self.judge_list_anew(&list, stopped)? else { break };
            // What nobody judged before cannot be otherwise by the tables alone.
            let was_judged = list.judged_by.is_some();
            let (id, title, at) = (list.id, list.title.clone(), self.store.now());
            let said = JudgedListAnew { id, title, at, n_otherwise };
            self.change_list(list.id, |list| {
                list.judged_by = Some(rules.clone());
                if was_judged && n_otherwise > 0 {
                    list.judged_anew = Some(said.clone());
                }
            })?;
            if was_judged && n_otherwise > 0 {
                anew.push(said);
            }
        }
        Ok(anew)
    }

    /// How many names of a list something else is said of; none when it was stopped.
    fn judge_list_anew(
        &self,
        list: &LookupList,
        stopped: &dyn Fn() -> bool,
    ) -> Result<Option<u32>, Failure> {
        let judge = Judge { networks: &self.networks(), asn: &self.asn_table() };
        let (mut from, mut n_otherwise) = (0, 0);
        loop {
            let known = self.store.read(|it| it.listed_from(list.id, from, AT_ONCE))?;
            let Some(last) = known.last() else { return Ok(Some(n_otherwise)) };
            if stopped() {
                return Ok(None);
            }
            from = last.n + 1;
            let mut judged = Vec::with_capacity(known.len());
            for was in known {
                let observations = self.kept_answers(list.id, &was.name)?;
                let now = judge.listed(was.n, &was.name, &observations);
                n_otherwise += u32::from(is_otherwise(&was, &now.name));
                judged.push((was, now));
            }
            self.store.keep_listed_anew(list.id, &judged)?;
        }
    }
}

fn is_otherwise(was: &ListedName, now: &ListedName) -> bool {
    (&was.roles, &was.summary, was.outcome) != (&now.roles, &now.summary, now.outcome)
}
