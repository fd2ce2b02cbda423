use super::Store;
use crate::error::{Code, Error};
use crate::journal::{Journal, Pace, StorageFull};

impl Store {
    /// Starts a transaction.
    ///
    /// # Errors
    /// [`Code::NestedTransaction`]
    pub fn begin(&mut self) -> Result<(), Error> {
        if self.in_transaction {
            return Err(Error::new(
                Code::NestedTransaction,
                &["a transaction is under way; do this in it, or after it"],
            ));
        }
        self.in_transaction = true;
        self.verdicts.settle(true);
        for journal in &mut self.journals {
            // Not in the midst of it.
            journal.look();
            journal.begin();
        }
        Ok(())
    }

    /// Ends the transaction: keeps what it did, or undoes it.
    pub fn end(&mut self, keep: bool) {
        self.in_transaction = false;
        self.verdicts.settle(keep);
        self.journals
            .iter_mut()
            .for_each(if keep { Journal::commit } else { Journal::rollback });
    }

    /// Whether a transaction is under way.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        self.in_transaction
    }

    /// Stores what has changed. Where the storage is full, the reserve is given up, for compacting: what has changed waits until that has
    /// written, since it would take the room before.
    ///
    /// # Errors
    /// [`StorageFull`] if any storage took nothing; what it didn't take is tried again with the next call.
    pub fn flush(&mut self) -> Result<(), StorageFull> {
        if self.tight {
            return Err(StorageFull);
        }
        let mut result = Ok(());
        // The users' first: what the device notes of them must not be stored alone.
        for journal in self.journals.iter_mut().rev() {
            result = journal.flush().and(result);
        }
        self.tight = result.is_err() && self.reserve.release();
        result
    }

    /// Has the next [`flush`](Self::flush) take what room there is, though it was made for compacting.
    pub fn use_all_room(&mut self) {
        self.tight = false;
    }

    /// Gives up the reserve, for what is small and can't wait; gives whether there was any.
    pub fn give_room(&mut self) -> bool {
        self.reserve.release()
    }

    /// Whether something waits to be stored.
    #[must_use]
    pub fn has_unwritten(&self) -> bool {
        self.journals.iter().any(Journal::has_unwritten)
    }

    /// Whether compacting shouldn't wait.
    #[must_use]
    pub fn is_overdue(&self) -> bool {
        self.journals.iter().any(Journal::is_overdue)
    }

    /// Does a step of compacting where one is due, and says when the next is. Call it when the page is idle, and not before.
    ///
    /// One journal has its turn after the other, each until it has nothing to do for now.
    pub fn compact(&mut self) -> Option<Pace> {
        if self.turn == 0 {
            self.drop_expired();
            self.drop_taken_over();
        }
        // Nothing is compacted into snapshots while something waits.
        let _ = self.flush();
        if let Some(journal) = self.journals.get_mut(self.turn) {
            let pace = journal.compact();
            self.resting |= pace == Some(Pace::Later);
            if pace != Some(Pace::Soon) {
                self.turn += 1;
            }
            return Some(Pace::Soon);
        }
        self.turn = 0;
        self.tight = false;
        if !self.has_unwritten() {
            self.reserve.take();
        }
        let rests = core::mem::take(&mut self.resting) || !self.taken_over.is_empty();
        rests.then_some(Pace::Later)
    }
}
