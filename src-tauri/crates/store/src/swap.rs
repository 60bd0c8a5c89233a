//! Putting checked files in the place of a vault's, so that a kill leaves neither half of each.
//!
//! The new files and a plan lie in a folder, which gets its name `swap.ready` when they are whole;
//! from then on the swap is finished, now or by whoever takes the vault next. What lay there is set
//! aside, never deleted.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{Place, StoreError, sync_dir};

const READY: &str = "swap.ready";
const PLAN: &str = "swap.json";

/// The plan.
#[derive(Debug, Serialize, Deserialize)]
struct Swap {
    /// Files and folders that go away.
    old: Vec<String>,
    /// Files that come in their place.
    new: Vec<String>,
    /// The folder that gets the old ones.
    aside: String,
}

impl Place {
    /// Whether a swap was begun and not finished.
    pub(crate) fn is_swapping(&self) -> bool {
        self.dir.join(READY).exists()
    }

    /// Puts the files `new`, which lie in `folder`, in the place of `old`; names in the vault's folder.
    /// Gives where the old ones are.
    pub(crate) fn swap(
        &self,
        folder: &Path,
        old: Vec<String>,
        new: Vec<String>,
    ) -> Result<PathBuf, StoreError> {
        let aside = self.free_name("set-aside", "");
        fs::create_dir(&aside)?;
        let name = aside.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let plan = Swap { old, new, aside: name };
        let mut file = File::create(folder.join(PLAN))?;
        file.write_all(&serde_json::to_vec(&plan).expect("a plan is plain data"))?;
        file.sync_all()?;
        sync_dir(folder)?;
        fs::rename(folder, self.dir.join(READY))?;
        sync_dir(&self.dir)?;
        self.finish_swap()?;
        Ok(aside)
    }

    /// Finishes a swap that was begun; the vault has to be held.
    pub(crate) fn finish_swap(&self) -> Result<(), StoreError> {
        if !self.is_swapping() {
            return Ok(());
        }
        let ready = self.dir.join(READY);
        let plan: Swap = serde_json::from_slice(&fs::read(ready.join(PLAN))?)
            .map_err(|_| StoreError::Unreadable("plan"))?;
        let aside = self.dir.join(&plan.aside);
        for name in &plan.old {
            let (from, to) = (self.dir.join(name), aside.join(name));
            let is_placed = plan.new.contains(name) && !ready.join(name).exists();
            if is_placed || to.exists() || !from.exists() {
                continue;
            }
            to.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::rename(from, to)?;
        }
        for name in plan.new.iter().filter(|it| ready.join(it).exists()) {
            fs::rename(ready.join(name), self.dir.join(name))?;
        }
        sync_dir(&aside)?;
        sync_dir(&self.dir)?;
        fs::remove_dir_all(&ready)?;
        Ok(())
    }

    /// A name with the time that nothing in the vault's folder has.
    pub(crate) fn free_name(&self, stem: &str, extension: &str) -> PathBuf {
        let stamp = self.stamp();
        let name = |n: u32| match n {
            1 => format!("{stem}-{stamp}{extension}"),
            n => format!("{stem}-{stamp}-{n}{extension}"),
        };
        let mut free = (1..).map(|n| self.dir.join(name(n))).filter(|it| !it.exists());
        free.next().expect("there are more numbers than files")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{PLAN, READY, Swap};
    use crate::tests::place;

    /// The folder after every number of its steps, finished by the next one who takes it.
    #[test]
    fn a_swap_that_is_killed_is_finished() {
        for n_done in 0..5 {
            let dir = tempfile::tempdir().unwrap();
            let at = |name: &str| dir.path().join(name);
            for name in ["a", "b", "aside/x"] {
                fs::create_dir_all(at(name).parent().unwrap()).unwrap();
                fs::write(at(name), format!("old {name}")).unwrap();
            }
            fs::create_dir(at(READY)).unwrap();
            fs::write(at(READY).join("a"), "new a").unwrap();
            let plan = Swap {
                old: vec!["a".into(), "b".into(), "c".into()],
                new: vec!["a".into()],
                aside: "aside".into(),
            };
            fs::write(at(READY).join(PLAN), serde_json::to_vec(&plan).unwrap()).unwrap();
            let steps: [&dyn Fn(); 4] = [
                &|| fs::rename(at("a"), at("aside/a")).unwrap(),
                &|| fs::rename(at("b"), at("aside/b")).unwrap(),
                &|| fs::rename(at(READY).join("a"), at("a")).unwrap(),
                &|| {},
            ];
            for step in &steps[..n_done.min(4)] {
                step();
            }
            place(dir.path()).finish_swap().unwrap();
            place(dir.path()).finish_swap().unwrap();
            for (name, content) in [
                ("a", "new a"),
                ("aside/a", "old a"),
                ("aside/b", "old b"),
                ("aside/x", "old aside/x"),
            ] {
                assert_eq!(fs::read_to_string(at(name)).unwrap(), content, "after {n_done}");
            }
            assert!(!at("b").exists() && !at(READY).exists());
        }
    }
}
