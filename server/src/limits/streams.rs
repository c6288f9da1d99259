//! How many event streams somebody has open at this process.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use seva_model::UserId;

/// Counts open streams. Cheap to clone.
#[derive(Clone)]
pub(super) struct Streams {
    most: Option<NonZeroU32>,
    /// Only whoever has one is in it.
    open: Arc<Mutex<HashMap<UserId, u32>>>,
}

impl Streams {
    /// Nobody has more than `most`; without it nobody is counted.
    pub(super) fn new(most: Option<NonZeroU32>) -> Self {
        Self {
            most,
            open: Arc::default(),
        }
    }

    /// A place for one more stream; else how many there may be.
    pub(super) fn take(&self, user: UserId) -> Result<Place, NonZeroU32> {
        let Some(most) = self.most else {
            return Ok(Place(None));
        };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user).or_default();
        if *count >= most.get() {
            return Err(most);
        }
        *count += 1;
        Ok(Place(Some((self.clone(), user))))
    }

    fn give_back(&self, user: UserId) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&user) {
            *count -= 1;
            if *count == 0 {
                open.remove(&user);
            }
        }
    }
}

/// The place of an open stream, until it is dropped.
pub(crate) struct Place(Option<(Streams, UserId)>);

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((streams, user)) = self.0.take() {
            streams.give_back(user);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_stream_ends() {
        let streams = Streams::new(NonZeroU32::new(2));
        let (asha, ravi) = (UserId::generate(), UserId::generate());
        let one = streams.take(asha).ok().unwrap();
        let other = streams.take(asha).ok().unwrap();
        assert_eq!(streams.take(asha).err(), NonZeroU32::new(2));
        let of_ravi = streams.take(ravi).ok().unwrap();
        drop(one);
        let again = streams.take(asha).ok().unwrap();
        assert!(streams.take(asha).is_err());
        drop((other, again, of_ravi));
        assert!(streams.open.lock().unwrap().is_empty(), "nobody is kept");
    }

    #[test]
    fn without_a_limit_nobody_is_counted() {
        let streams = Streams::new(None);
        let user = UserId::generate();
        let open: Vec<_> = (0..1000)
            .map(|_| streams.take(user).ok().unwrap())
            .collect();
        assert!(streams.open.lock().unwrap().is_empty());
        drop(open);
    }
}
